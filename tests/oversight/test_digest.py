"""A week in a few lines."""

from dataclasses import replace
from datetime import date, timedelta

from echobot.core.gap import alike
from echobot.core.knowledge import Care, EntryId
from echobot.core.oversight import Use
from echobot.oversight.digest import Week
from tests.samples import knowledge
from tests.stores.test_contract import gap

MONDAY, TODAY = date(2026, 11, 16), date(2026, 11, 23)


def week(uses=(), used=(), gaps=(), dead=()):
    return Week(MONDAY, uses, frozenset(used), alike(gaps), dead)


def test_a_week_in_which_nobody_asked():
    assert week().told(knowledge(), TODAY).startswith("The week from 2026-11-16 to 2026-11-22: nobody asked anything.")


def test_what_was_asked_is_counted_and_what_was_most_of_use_named():
    uses = [Use(MONDAY, "found", "fediverse", 9), Use(MONDAY, "unknown", "", 2), Use(MONDAY, "choices", "", 1)]
    told = week(uses).told(knowledge(), TODAY)

    assert "12 questions, 9 answered, 1 offered choices, 2 not known." in told
    assert "Most used:\n- The fediverse (9)" in told


def test_what_was_never_of_use_is_counted():
    known = knowledge()
    everything = {*known.entries, *known.services, *known.needs, *known.tools}

    assert f"Never used in the last year: 1 of {known.size}, such as fediverse." in week(
        used=everything - {"fediverse"}
    ).told(known, TODAY)
    assert "Never used" not in week(used=everything).told(known, TODAY)


def test_an_entry_that_is_no_more_is_not_named():
    assert "Most used" not in week([Use(MONDAY, "found", "gone", 9)]).told(knowledge(), TODAY)


def test_what_is_due_for_review_is_named_with_its_owner():
    known, care = knowledge(), Care("Ada", timedelta(days=180))
    id_ = EntryId("fediverse")
    old = replace(known.entries[id_], reviewed=date(2026, 1, 1), care=care)
    fresh = replace(old, reviewed=TODAY)

    def told(entry):
        return week().told(replace(known, entries={**known.entries, id_: entry}), TODAY)

    assert "Due for review:\n- The fediverse (Ada)" in told(old)
    assert "Due for review" not in told(fresh)


def test_what_is_much_is_cut_and_counted():
    told = week(
        gaps=[gap(f"{word} forever") for word in ("apples", "bread", "cheese", "dates", "eggs", "figs", "grapes")]
    )

    assert told.told(knowledge(), TODAY).endswith("- and 2 more")


def test_dead_links_are_named():
    assert "Dead links:\n- tools.yaml:3: https://gone.example.org" in week(
        dead=["tools.yaml:3: https://gone.example.org"]
    ).told(knowledge(), TODAY)
