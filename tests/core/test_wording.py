from dataclasses import replace
from datetime import date

from echobot.core.answer import Choices, Found, Match, Unknown
from echobot.core.knowledge import Care, Language
from echobot.core.wording import Voice
from tests.samples import EN, HR, knowledge


def said(answer, language=EN, contacts=None):
    return Voice(knowledge(), language, contacts or {}).answer(answer)


def found(entry):
    return Found(Match(entry, 1.0))


def test_a_service_is_answered_with_its_tools_and_its_source():
    assert said(found("google-drive")) == (
        "Instead of Google Drive:\n"
        "- Nextcloud: Keeps and shares files on a server of your choice. https://nextcloud.com\n\n"
        "Source: Framablog (checked on November 20, 2026)"
    )


def test_a_source_whose_address_is_there_to_be_read_is_not_repeated():
    known = knowledge()
    site, article = "https://nextcloud.com/", "https://framablog.org"
    both, alone = (replace(known.services["google-drive"], sources=each) for each in ((site, article), (site,)))

    told = [
        Voice(replace(known, services={service.id: service}), EN, {}).entry(service.id) for service in (both, alone)
    ]

    assert [text.split("Source: ")[1].split(" (")[0] for text in told] == [article, site]


def test_a_date_is_written_as_the_language_writes_it():
    assert "20. studenoga 2026." in said(found("google-drive"), HR)


def test_a_need_begins_with_a_capital_letter():
    assert said(found("share-files")).startswith("Share files:\n- Nextcloud")


def test_a_tool_is_told_with_its_site_and_licence():
    assert said(found("nextcloud")).startswith(
        "Nextcloud: Keeps and shares files on a server of your choice.\n"
        "Site: https://nextcloud.com (licence: AGPL-3.0-or-later)"
    )


def test_a_tools_caution_is_said_where_the_tool_is_recommended():
    assert "Please note: It asks for a telephone number." in said(found("whatsapp"))


def test_an_entry_without_the_askers_language_says_so_first():
    assert said(found("fediverse"), HR).startswith("Only in another language (engleski):\n\nMany servers")


def test_choices_are_numbered_by_titles_that_a_person_would_pick_from():
    choices = Choices(tuple(Match(entry, 0.5) for entry in ("google-drive", "nextcloud", "fediverse")))

    assert said(choices).splitlines()[1:4] == ["1. Replacing Google Drive", "2. What Nextcloud is", "3. The fediverse"]


def test_an_entry_without_a_title_is_called_by_its_first_phrasing():
    assert Voice(knowledge(), EN, {}).title("visits") == "When is the next study visit"


def test_not_knowing_names_somebody_who_can_help():
    assert said(Unknown()) == "I don't know."
    assert said(Unknown(), EN, {HR: "Iva", EN: "Ada"}) == "I don't know. Ask Ada."
    assert said(Unknown(), EN, {HR: "Iva"}) == "I don't know. Ask Iva."


def test_a_language_without_phrases_is_answered_in_english():
    assert said(Unknown(), Language("eo")) == "I don't know."


def dated(kind, entry, until, today, language=EN):
    """What is said of an entry when one thing in the knowledge was only true until a day."""
    known = knowledge()
    ((name, thing),) = [each for each in getattr(known, kind).items() if each[0] == until[0]]
    changed = replace(known, **{kind: {**getattr(known, kind), name: replace(thing, care=Care(valid_until=until[1]))}})
    return Voice(changed, language, {}, today).answer(found(entry))


LAST = date(2026, 11, 20)


def test_what_is_no_longer_valid_is_answered_and_says_so_first():
    assert dated("entries", "fediverse", ("fediverse", LAST), date(2026, 11, 21)).startswith(
        "This was true until November 20, 2026; it may have changed:\n\nMany servers"
    )


def test_on_its_last_day_it_is_still_given_as_current():
    assert dated("entries", "fediverse", ("fediverse", LAST), LAST).startswith("Many servers")


def test_without_knowing_the_day_everything_is_given_as_current():
    assert dated("entries", "fediverse", ("fediverse", LAST), None).startswith("Many servers")


def test_a_list_that_names_a_tool_which_is_no_longer_valid_says_so_first():
    for entry in ("nextcloud", "google-drive", "share-files"):
        said = dated("tools", entry, ("nextcloud", LAST), date(2027, 1, 1), HR)
        assert said.startswith("This was true until 20. studenoga 2026.;")
