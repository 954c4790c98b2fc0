"""When the bot is well, and what is told of it when not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from echobot.core.message import AccountName
from echobot.errors import StoreError
from echobot.health.condition import Condition, Contact, Edition
from echobot.health.telling import as_json, as_text
from echobot.ports import IN_A_ROOM, Settlement, Trouble
from tests.fakes import ACCOUNT, NOON, message, reply

POLL = timedelta(seconds=30)
SECOND = timedelta(seconds=1)


def condition(last_at, now=NOON, every=POLL, started_at=NOON) -> Condition:
    return Condition(now, started_at, "1.0", Edition("v", 1), [Contact(AccountName("toots"), last_at, every)])


@pytest.mark.parametrize("silence", [timedelta(0), POLL, 3 * POLL])
def test_an_account_may_miss_two_polls(silence):
    assert condition(NOON, NOON + silence).is_well
    assert condition(None, NOON + silence).is_well


@pytest.mark.parametrize("last_at", [NOON, None])
def test_an_account_without_a_good_contact_for_longer_than_three_polls_is_deaf(last_at):
    silent = condition(last_at, NOON + 3 * POLL + SECOND)

    assert not silent.is_well
    assert [contact.account for contact in silent.deaf] == ["toots"]
    assert "toots has not heard from its server since " in silent.wrong[0]


def test_the_bot_is_well_when_something_is_wrong_in_one_room_only():
    room = Trouble(f"{IN_A_ROOM}!abc:example.org of rooms", "The bot may not write there.", NOON)
    keys = Trouble("keys of rooms", "They are lost.", NOON)

    assert replace(condition(NOON), troubles=[room]).is_well
    assert "The bot may not write there." in as_text(replace(condition(NOON), troubles=[room]))
    assert not replace(condition(NOON), troubles=[room, keys]).is_well


@given(some.timedeltas(), some.timedeltas(min_value=SECOND))
def test_whatever_the_clock_does_somebody_can_be_told(ago, every):
    try:
        last_at = NOON - ago
    except OverflowError:
        return
    told = condition(last_at, every=every)

    assert told.is_well == (ago / 3 <= every)
    assert as_json(told)["wrong"] == told.wrong
    assert as_text(told).startswith("Nothing is wrong." if told.is_well else "toots has not heard")


async def test_a_trouble_that_is_noted_is_red_until_it_is_mended(bot):
    bot.hears()
    assert (await bot.watch.look()).is_well
    await bot.store.note_trouble("knowledge", "a.yaml:3:5: this", NOON)
    assert (await bot.watch.look()).wrong == ["knowledge, since 2026-11-23 12:00 UTC:\n  a.yaml:3:5: this"]
    await bot.store.note_trouble("knowledge", None, NOON)
    assert (await bot.watch.look()).is_well


class Broken:
    """A store on a disk that is gone."""

    async def troubles(self):
        raise StoreError("The store /x is damaged.")


async def test_a_store_that_cannot_be_read_is_red(bot):
    bot.hears()
    bot.watch._store = Broken()
    found = await bot.watch.look()

    assert found.troubles == [Trouble("the store", "The store /x is damaged.", NOON)]
    assert not found.is_well


async def test_everything_is_told_to_a_person(bot):
    bot.hears()
    await bot.store.keep(ACCOUNT, [message(1), message(2)], "c1", NOON)
    await bot.store.settle(Settlement([message(1)], [reply(1)]), NOON)

    found = await bot.watch.look()
    assert as_text(found).splitlines() == [
        "Nothing is wrong.",
        "room-bot: last heard from at 2026-11-23 12:00 UTC; 1 to answer, 1 to send",
        "Next announcement: zagreb for visits, 2026-11-26 12:00 UTC.",
        "Knowledge: 431 entries, version 0123456789ab.",
        f"echobot {found.program}, running since 2026-11-23 12:00 UTC.",
    ]


async def test_a_bot_that_has_just_started_and_announces_nothing_says_so(bot):
    bot.coming = None

    told = as_text(await bot.watch.look())
    assert "room-bot: not heard from yet; 0 to answer, 0 to send\nNothing is to be announced.\n" in told
