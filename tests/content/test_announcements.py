"""Announcements of visits and by themselves, as the files say them, and beside the destinations of the settings."""

from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from echobot.content.check import check
from echobot.content.knowledge_folder import load
from echobot.core.announcement import Lateness, Timing, TooLate
from echobot.core.schedule import Apart, AtPublication, OnDay, Recurrence

PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)

ANNOUNCED = """\
entries:
  - {id: network, asked: {en: [what is the network]}, answer: {en: Many of us.}, sources: [a]}
visits:
  - id: visit-lisbon
    name: {en: To Lisbon, fr: À Lisbonne}
    asked: {en: [the visit to lisbon]}
    about: {en: Libraries.}
    starts: 2027-06-14 10:00
    ends: 2027-06-15 16:00
    zone: Europe/Lisbon
    place: {en: Lisbon, fr: Lisbonne}
    host: A library
    link: https://example.org/lisbon
    sources: [a]
    poster: {file: posters/lisbon.png, alt: {en: A bridge, fr: Un pont}}
    announce:
      to: [visits, public-fr]
      when: [at publication, 14 days before at 10:00, 1 hour before, the day after at 18:00]
      late_ok: 6h
      if_late: post_with_note
      text: {en: "{name}, with {host}: {when}, {place}. {link}", fr: "{name} : {when}."}
      warning: {en: long}
announcements:
  - id: help-evening
    text: {en: Come tonight., fr: Venez ce soir.}
    when: every first tuesday at 18:30 from 2026-12-01 except 2027-01-05
    zone: Europe/Paris
    to: visits
  - id: party
    text: {en: A party.}
    when: [2027-03-01 18:30, 2027-03-02 18:30]
    zone: Europe/Paris
    to: [visits]
    poster: {file: ../pictures/party.webp, alt: {en: Balloons}}
"""

OWN_TEXT = next(line for line in ANNOUNCED.splitlines(keepends=True) if line.startswith("      text:"))

SETTINGS = """\
accounts:
  room-bot: {kind: matrix, homeserver: "https://matrix.example.org", user: "@echobot:example.org", token_file: t}
  toots-fr: {kind: mastodon, server: "https://social.example.org", token_file: t}
destinations:
  visits: {account: room-bot, room: "#visits:example.org", languages: [en]}
  public-fr: {account: toots-fr, languages: [fr]}
knowledge: knowledge
"""


@pytest.fixture
def agenda(folder):
    """A knowledge base with posters, and what is wrong with it."""
    folder.write("knowledge/visits/posters/lisbon.png", PNG)
    folder.write("knowledge/pictures/party.webp", b"RIFF\x10\x00\x00\x00WEBPVP8 ")

    def written(text=ANNOUNCED):
        folder.write("knowledge/visits/2027.yaml", text)
        knowledge, problems = load(Path("knowledge"))
        return knowledge, [str(problem) for problem in problems]

    return written


def test_an_announcement_of_a_visit_is_read(agenda):
    knowledge, problems = agenda()
    entry = knowledge.entries["visit-lisbon"]
    announcement = entry.announcement

    assert [problem for problem in problems if "announce" in problem or "poster" in problem] == []
    assert announcement.event is entry.event
    assert (announcement.id, announcement.to) == ("visit-lisbon", ("visits", "public-fr"))
    assert announcement.timings == (
        Timing("at publication", AtPublication()),
        Timing("14 days before at 10:00", OnDay(-14, time(10))),
        Timing("1 hour before", Apart(timedelta(hours=-1))),
        Timing("the day after at 18:00", OnDay(1, time(18))),
    )
    assert announcement.zone == ZoneInfo("Europe/Lisbon")
    assert announcement.lateness == Lateness(timedelta(hours=6), TooLate.POST_WITH_NOTE)
    assert (announcement.text["en"][:6], announcement.warning) == ("{name}", {"en": "long"})


def test_an_announcement_by_itself_is_a_rule_or_dates(agenda):
    announcements = agenda()[0].announcements
    evening, party = announcements["help-evening"], announcements["party"]

    assert list(announcements) == ["help-evening", "party"]
    assert isinstance(evening.timings[0].rule, Recurrence)
    assert [f"{timing.rule:%Y-%m-%d %H:%M}" for timing in party.timings] == ["2027-03-01 18:30", "2027-03-02 18:30"]
    assert (evening.event, evening.to, evening.lateness) == (None, ("visits",), Lateness())
    assert evening.text == {"en": "Come tonight.", "fr": "Venez ce soir."}


def test_all_announcements_are_known_and_a_visit_without_one_is_not_announced(agenda):
    knowledge, _ = agenda()
    assert {each.id for each in knowledge.announced()} == {"visit-lisbon", "help-evening", "party"}

    start, end = ANNOUNCED.index("    announce:"), ANNOUNCED.index("announcements:")
    quiet, _ = agenda(ANNOUNCED[:start] + ANNOUNCED[end:])
    assert quiet.entries["visit-lisbon"].announcement is None


def test_a_picture_is_the_same_wherever_it_lies_and_another_when_it_changes(folder, agenda):
    first = agenda()[0].entries["visit-lisbon"].announcement.poster.digest
    folder.write("knowledge/pictures/moved.png", PNG)
    moved = agenda(ANNOUNCED.replace("posters/lisbon", "../pictures/moved"))[0]
    folder.write("knowledge/visits/posters/lisbon.png", PNG + b"changed")
    changed = agenda()[0]

    assert moved.entries["visit-lisbon"].announcement.poster.digest == first
    assert changed.entries["visit-lisbon"].announcement.poster.digest != first


def test_a_poster_is_found_from_the_folder_of_its_file_wherever_the_bot_is_started(agenda):
    here = Path.cwd()
    knowledge, _ = agenda()

    poster = knowledge.entries["visit-lisbon"].announcement.poster
    assert poster.file == str(here / "knowledge/visits/posters/lisbon.png")
    assert poster.alt == {"en": "A bridge", "fr": "Un pont"}
    assert knowledge.announcements["party"].poster.file == str(here / "knowledge/pictures/party.webp")


@pytest.mark.parametrize("beginning", [PNG, b"\xff\xd8\xff\xe0", b"GIF87a", b"GIF89a", b"RIFF\x00\x00\x00\x00WEBP"])
def test_a_picture_is_known_by_its_first_bytes(folder, agenda, beginning):
    folder.write("knowledge/visits/posters/lisbon.png", beginning)
    assert agenda()[0] is not None


def told(agenda, text=ANNOUNCED):
    knowledge, problems = agenda(text)
    errors = [line for line in problems if ": warning: " not in line]
    assert (knowledge is None) == bool(errors)
    return errors


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is not a picture in PNG, JPEG, WebP or GIF — save it as one of these; another name is not enough"),
        (b"<svg>", "is not a picture in PNG, JPEG, WebP or GIF — save it as one of these; another name is not enough"),
        (b"RIFF\x00\x00\x00\x00WAVE",
         "is not a picture in PNG, JPEG, WebP or GIF — save it as one of these; another name is not enough"),
        (PNG + bytes(10_000_000), "is larger than 10 MB — make it smaller"),
    ],
)  # fmt: skip
def test_what_is_no_picture_or_too_large_is_told(folder, agenda, content, sentence):
    folder.write("knowledge/visits/posters/lisbon.png", content)
    assert told(agenda) == [
        f"knowledge/visits/2027.yaml:15:20: visit-lisbon: the poster knowledge/visits/posters/lisbon.png {sentence}"
    ]


OUTSIDE = "leads out of the knowledge base — put the picture inside, and write its path from the folder of this file"


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("posters/lisboa.png", "knowledge/visits/posters/lisboa.png is not there — did you mean `lisbon.png`?"),
        ("nowhere/a.png", "knowledge/visits/nowhere/a.png is not there — put the picture there, or mend the path"),
        ("posters", "knowledge/visits/posters is not there — put the picture there, or mend the path"),
        ("../../secret.png", f"secret.png {OUTSIDE}"),
        ("/etc/secret.png", f"/etc/secret.png {OUTSIDE}"),
    ],
)
def test_a_poster_that_is_not_in_the_knowledge_base_is_told(folder, agenda, written, sentence):
    folder.write("secret.png", PNG)
    assert told(agenda, ANNOUNCED.replace("posters/lisbon.png", written)) == [
        f"knowledge/visits/2027.yaml:15:20: visit-lisbon: the poster {sentence}"
    ]


def test_a_link_to_a_picture_outside_is_not_followed(folder, agenda):
    folder.write("secret.png", PNG)
    Path("knowledge/visits/posters/link.png").symlink_to(Path("secret.png").resolve())
    (sentence,) = told(agenda, ANNOUNCED.replace("lisbon.png", "link.png"))
    assert "link.png leads out of the knowledge base" in sentence


def test_a_picture_that_cannot_be_read_is_told(agenda):
    (sentence,) = told(agenda, ANNOUNCED.replace("lisbon.png", "l" * 300 + ".png"))
    assert sentence.endswith(" cannot be read (File name too long) — put a readable picture there")


def test_a_name_that_no_file_can_have_is_told(agenda):
    absent, control_character = told(agenda, ANNOUNCED.replace("posters/lisbon.png", r'"a\0b.png"'))
    assert absent.endswith(" is not there — put the picture there, or mend the path")
    assert "invisible control character" in control_character


def test_a_poster_says_what_it_shows_in_every_language_in_which_it_is_posted(agenda):
    usual = ANNOUNCED.replace(OWN_TEXT, "")
    fewer = usual.replace("{en: A bridge, fr: Un pont}", "{hr: Most}").replace("{en: Balloons}", "{fr: Ballons}")
    instead = "say what the poster shows in each language in which it is posted, for those who do not see it"
    assert told(agenda, fewer) == [
        f"knowledge/visits/2027.yaml:15:45: visit-lisbon: `poster.alt` is missing in en, fr — {instead}",
        f"knowledge/visits/2027.yaml:33:49: party: `poster.alt` is missing in en — {instead}",
    ]


def test_an_id_of_an_announcement_is_nobody_elses(agenda):
    (sentence,) = told(agenda, ANNOUNCED.replace("id: party", "id: visit-lisbon"))
    assert sentence == (
        "knowledge/visits/2027.yaml:29:9: visit-lisbon: the id `visit-lisbon` is already that of a visit"
        " (knowledge/visits/2027.yaml, line 4) — choose another id"
    )


def test_what_is_right_is_kept_apart_from_what_is_wrong_beside_it(agenda):
    wrong = ANNOUNCED.replace("every first tuesday", "every 1st tuesday").replace("14 days before at 10:00", "before")
    assert [line.split(": ")[1] for line in told(agenda, wrong)] == ["visit-lisbon", "help-evening"]


def beside_settings(agenda, text=ANNOUNCED, settings=SETTINGS):
    agenda(text)
    Path("settings.yaml").write_text(settings)
    said = [str(problem).removeprefix("knowledge/visits/2027.yaml:") for problem in check([], Path("settings.yaml"))]
    return [line for line in said if "phrasings" not in line]


def test_nothing_is_said_of_destinations_that_fit(agenda):
    assert beside_settings(agenda) == []


ADD_IT = "add it below `destinations:` in the settings, or take it out"


def test_a_destination_that_the_settings_do_not_name_is_told(agenda):
    text = ANNOUNCED.replace("to: [visits, public-fr]", "to: [visit, elsewhere]")
    assert beside_settings(agenda, text) == [
        "17:12: visit-lisbon: the settings have no destination `visit` — did you mean `visits`?",
        f"17:19: visit-lisbon: the settings have no destination `elsewhere` — {ADD_IT}",
    ]


def test_without_settings_nobody_knows_the_destinations(agenda):
    agenda(ANNOUNCED.replace("to: [visits, public-fr]", "to: [visit, elsewhere]"))
    assert [line for line in map(str, check([Path("knowledge")], None)) if "destination" in line] == []


def test_settings_with_mistakes_say_nothing_of_destinations(agenda):
    settings = SETTINGS.replace("knowledge: knowledge", "knowlege: knowledge").replace("visits:", "vists:")
    assert [line.split(": ")[1] for line in beside_settings(agenda, settings=settings)] == [
        "unknown key `knowlege` — did you mean `knowledge`?"
    ]


ADD_BOTH = "add de, hr to `text`"


def test_a_language_that_a_destination_wants_and_a_visit_lacks_is_worth_a_look(agenda):
    settings = SETTINGS.replace("languages: [en]", "languages: [en, hr]").replace("[fr]", "[de, hr]")
    nothing = "warning: nothing is said here in"
    assert beside_settings(agenda, settings=settings) == [
        f"17:12: visit-lisbon: {nothing} hr, which `visits` wants — add hr to `text`",
        f"17:20: visit-lisbon: {nothing} de, hr, which `public-fr` wants, so it is never posted there — {ADD_BOTH}",
        f"28:9: help-evening: {nothing} hr, which `visits` wants — add hr to `text`",
        f"33:10: party: {nothing} hr, which `visits` wants — add hr to `text`",
    ]


def test_without_a_text_of_its_own_a_visit_has_the_languages_of_its_name(agenda):
    settings = SETTINGS.replace("languages: [en]", "languages: [en, fr, hr]")
    first, *_ = beside_settings(agenda, ANNOUNCED.replace(OWN_TEXT, ""), settings)
    assert first == (
        "17:12: visit-lisbon: warning: nothing is said here in hr, which `visits` wants — add hr to `name` and `place`"
    )
