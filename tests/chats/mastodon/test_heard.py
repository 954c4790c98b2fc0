"""What a stream brought is read in the order it came, and in threads everybody in turn."""

import asyncio
from typing import Any

import pytest

from echobot.chats.mastodon.heard import Heard


def mention(number: int, sender: str, *, to: str | None = None) -> dict[str, Any]:
    return {"id": str(number), "status": {"account": {"acct": sender}, "in_reply_to_id": to}}


def ids(mentions) -> list[str]:
    return [each["id"] for each in mentions]


@pytest.fixture
def heard():
    return Heard()


async def test_it_waits_for_what_comes(heard):
    waiting = asyncio.create_task(heard.next())
    await asyncio.sleep(0)
    assert not waiting.done()
    heard.put(mention(1, "ana"))

    assert ids(await waiting) == ["1"]


async def test_what_came_meanwhile_is_taken_together_in_its_order_and_once(heard):
    for number, sender in enumerate(["ana", "bob", "ana", "eva"]):
        heard.put(mention(number, sender))
    assert ids(await heard.next()) == ["0", "1", "2", "3"]

    heard.put(mention(4, "ana"))
    assert ids(await heard.next()) == ["4"]


async def test_what_somebody_goes_on_to_say_is_taken_with_what_others_say(heard):
    heard.put(mention(0, "flood"))
    assert ids(await heard.next()) == ["0"]
    await asyncio.sleep(0.1)  # to keep it takes so long
    waiting = asyncio.create_task(heard.next())
    for number in range(1, 10):
        heard.put(mention(number, "flood"))
    await asyncio.sleep(0)
    assert not waiting.done()
    heard.put(mention(10, "ana"))

    assert ids(await waiting) == [str(number) for number in range(1, 11)]


async def test_what_somebody_goes_on_to_say_is_taken_also_when_nobody_else_says_anything(heard):
    heard.put(mention(0, "ana"))
    await heard.next()
    await asyncio.sleep(0.01)  # to keep it takes so long
    waiting = asyncio.create_task(heard.next())
    await asyncio.sleep(0)
    heard.put(mention(1, "ana"))
    heard.put(mention(2, "ana"))

    assert ids(await waiting) == ["1", "2"]


async def test_whoever_floods_threads_takes_turns_with_all_others(heard):
    for number in range(10):
        heard.put(mention(number, "flood", to="a post"))
    assert ids(await heard.next()) == ["0"]
    heard.put(mention(100, "ana", to="a post"))
    heard.put(mention(101, "bob"))
    assert ids(await heard.next()) == ["101"]

    assert sorted(ids([*await heard.next(), *await heard.next()])) == ["1", "100"]


async def test_what_one_person_says_stays_in_order(heard):
    for number, to in enumerate([None, "a post", None, "a post", None]):
        heard.put(mention(number, "ana", to=to))
    taken = []
    while len(taken) < 5:
        taken += ids(await heard.next())

    assert taken == ["0", "1", "2", "3", "4"]


async def test_whoever_floods_finds_no_room_and_leaves_some_to_all_others(heard):
    kept = [heard.put(mention(number, "flood")) for number in range(1000)]
    assert 0 < sum(kept) <= 100
    assert kept == sorted(kept, reverse=True)

    assert all(heard.put(mention(number, f"p{number}")) for number in range(100))


async def test_there_is_no_room_for_a_crowd_without_end_until_some_is_taken(heard):
    kept = sum(heard.put(mention(number, f"p{number}")) for number in range(5000))
    assert kept < 5000
    assert len(await heard.next()) == kept

    assert heard.put(mention(1, "ana"))
