"""What somebody should see to, by a certain day."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from echobot.content.check import check
from tests.content.test_across import NEEDS, SERVICES, TOOLS
from tests.content.test_check import FULL

DAY = date(2026, 11, 20)


def told(today: date | None = DAY, *, thorough: bool = False) -> list[str]:
    return [str(each) for each in check([Path()], None, today, thorough=thorough)]


def test_fewer_than_five_phrasings_in_a_language_are_worth_a_look(folder):
    folder.write("a.yaml", FULL.replace("asked: {", "asked: {fr: [le fédivers, fédivers], "))
    assert told() == [
        (
            "a.yaml:3:17: fediverse: warning: `asked.fr` has only 2 of the five phrasings that it takes"
            " — write how else people would ask"
        )
    ]


def test_a_need_wants_five_phrasings_too_and_names_want_none(folder):
    folder.write("a.yaml", TOOLS + NEEDS + SERVICES)
    assert [line.split(": ")[1] for line in told()] == ["share-files"]


@pytest.mark.parametrize("kind", [FULL, TOOLS, SERVICES])
def test_everything_may_say_who_looks_after_it_and_how_long_it_holds(folder, kind):
    folder.write("a.yaml", kind + "    owner: Ada\n    review_every: 2 weeks\n    valid_until: 2027-06-30\n")
    if kind is not FULL:
        folder.write("b.yaml", NEEDS + (SERVICES if kind is TOOLS else TOOLS))
    knowledge, _ = folder.load()
    things = [*knowledge.entries.values(), *knowledge.tools.values(), *knowledge.services.values()]
    (care,) = [thing.care for thing in things if thing.care.owner]
    assert (care.owner, care.review_every, care.valid_until) == ("Ada", timedelta(weeks=2), date(2027, 6, 30))


@pytest.mark.parametrize(("written", "days"), [("1 day", 1), ("180 days", 180), ("6 months", 180), ("1year", 365)])
def test_a_review_is_due_so_many_days_after_the_last(folder, written, days):
    folder.write("a.yaml", f"{FULL}    reviewed: 2026-11-20\n    review_every: {written}\n")
    assert told(DAY + timedelta(days=days)) == []
    assert told(DAY + timedelta(days=days + 1)) == [
        (
            "a.yaml:7:19: fediverse: warning: it was last reviewed on 2026-11-20, so a review is due"
            " — somebody should read it, mend it, and write the day after `reviewed:`"
        )
    ]


def test_who_looks_after_it_is_asked_for_the_first_review(folder):
    folder.write("a.yaml", FULL + "    owner: Ada\n    review_every: 1 year\n")
    assert told() == [
        (
            "a.yaml:7:19: fediverse: warning: nobody has reviewed it yet, so a review is due"
            " — Ada should read it, mend it, and write the day after `reviewed:`"
        )
    ]


def test_what_is_no_longer_valid_is_worth_a_look_from_the_day_after(folder):
    folder.write("a.yaml", FULL + "    valid_until: 2026-11-20\n")
    assert told(DAY) == []
    assert told(DAY + timedelta(days=1)) == [
        (
            "a.yaml:6:18: fediverse: warning: it was only valid until 2026-11-20"
            " — mend it and write a later day, or take it out"
        )
    ]


def test_without_a_day_nothing_is_due(folder):
    folder.write("a.yaml", FULL + "    review_every: 1 year\n    valid_until: 2001-01-01\n")
    assert told(None) == []


def test_a_thorough_check_finds_phrasings_that_something_else_answers(folder):
    folder.write("a.yaml", FULL.replace("tell me more", "alternative to google drive") + TOOLS + NEEDS + SERVICES)
    confused = [line for line in told(thorough=True) if "is answered by" in line]
    assert confused == [
        (
            'a.yaml:3:53: fediverse: warning: "alternative to google drive" is answered by `google-drive`'
            " — ask in words that only fit this one, or take the phrasing out"
        )
    ]
    assert not [line for line in told() if "is answered by" in line]
