"""Posts as people read them, in every language that echobot comes with."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from echobot import prepared
from echobot.core.announcement import Audience
from echobot.core.heralding import Herald
from echobot.core.knowledge import Language
from echobot.core.ledger import Phase
from tests.announcing.office import EN, HR, Office, free, visit

LANGUAGES = ("de", "en", "fr", "hr", "it", "nl")


def herald(*things):
    office = Office()
    office.publish(*things)
    return Herald(office.knowledge)


ENGLISH = Audience((EN,))


def said(thing, phase=Phase.NEWS, audience=ENGLISH, **more):
    announcement = getattr(thing, "announcement", thing)
    (wording,) = herald(thing).wordings(phase, [announcement], audience, **more)
    return wording.text


def test_a_reminder_says_when_where_and_how_to_take_part_and_not_all_over_again():
    assert said(visit(link="https://example.org/zagreb"), Phase.REMINDER) == (
        "Coming up: Visit to Zagreb\n"
        "When and where: March 14, 2027, 10:00–16:00 (Central European Standard Time), Zagreb.\n\n"
        "To enrol: https://example.org/zagreb"
    )


def test_other_peoples_hours_are_added_where_they_differ():
    told = said(visit(), audience=Audience((EN,), (ZoneInfo("Europe/Lisbon"), ZoneInfo("Europe/Paris"))))

    assert "Elsewhere: March 14, 2027, 09:00–15:00 (Western European Standard Time)." in told
    assert told.count("Elsewhere") == 1


def test_whole_days_have_no_hours_elsewhere():
    told = said(visit(whole_days=True), audience=Audience((EN,), (ZoneInfo("Asia/Tokyo"),)))

    assert "Elsewhere" not in told


def test_a_text_of_the_curators_own_is_filled_in():
    text = {EN: "{name}, {when}, {place}: see {link}"}
    told = said(visit(link="https://example.org", text=text), Phase.REMINDER)

    assert told == (
        "Visit to Zagreb, March 14, 2027, 10:00–16:00 (Central European Standard Time), Zagreb: see https://example.org"
    )


def test_what_is_late_says_for_when_it_was_meant():
    assert said(free(), Phase.ITSELF, meant_for=datetime(2027, 7, 1, 16, 30, tzinfo=UTC)) == (
        "(Meant for July 1, 2027, 18:30.)\n\nHelp evening!"
    )


def test_a_language_in_which_it_is_not_said_is_left_out():
    thing = free(text={HR: "Večer pomoći!"})

    assert [each.language for each in herald(thing).wordings(Phase.ITSELF, [thing], Audience((EN, HR)))] == [HR]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phase", [Phase.NEWS, Phase.REMINDER, Phase.THANKS])
def test_every_language_has_its_own_words_for_each_kind_of_post(language, phase):
    from dataclasses import replace

    event = visit(link="https://example.org/zagreb")
    entry = replace(event, title={Language(each): f"Zagreb ({each})" for each in LANGUAGES})
    known = prepared.answerer().knowledge
    shipped = Herald(replace(known, entries={entry.id: entry}))
    audience = Audience((Language(language),), (ZoneInfo("Europe/Lisbon"),))
    (wording,) = shipped.wordings(phase, [entry.announcement], audience)
    (note,) = shipped.change(entry.announcement, audience)

    for text in (wording.text, note.text):
        assert f"Zagreb ({language})" in text
        assert "{" not in text
    assert wording.text.splitlines()[0] != note.text.splitlines()[0]


def test_what_is_said_has_a_fingerprint_that_only_its_own_change_changes():
    def shown(**changes):
        entry = visit(**changes)
        return herald(entry).shown(Phase.NEWS, entry.announcement)

    different = [shown(**changes) for changes in ({}, {"place": "Split"}, {"about": "x"}, {"cancelled": True})]
    assert shown() == shown() == different[0]
    assert len(set(different)) == len(different)
