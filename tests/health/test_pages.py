"""What monitoring is told over HTTP."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from echobot.health.pages import show
from echobot.ports import Settlement
from echobot.settings import HealthPages
from tests.fakes import ACCOUNT, NOON, message, reply


@pytest.fixture
async def get(bot, port):
    """Gives the status and the text of a page; on purpose over a real socket."""
    showing = asyncio.create_task(show(bot.watch.look, HealthPages(port)))

    async def get(path, **headers):
        async with aiohttp.ClientSession() as session, asyncio.timeout(30):
            while True:
                try:
                    async with session.get(f"http://127.0.0.1:{port}{path}", headers=headers) as answer:
                        return answer.status, await answer.text()
                except aiohttp.ClientConnectorError:
                    await asyncio.sleep(0)

    yield get
    showing.cancel()
    await asyncio.gather(showing, return_exceptions=True)


async def test_whoever_answers_is_alive_however_ill(bot, get):
    await bot.store.note_trouble("knowledge", "broken", NOON)

    assert await get("/healthz") == (200, "alive\n")


async def test_a_bot_that_is_well_is_ready_and_says_everything(bot, get):
    bot.hears()
    await bot.store.keep(ACCOUNT, [message(1), message(2)], "c1", NOON)
    await bot.store.settle(Settlement([message(1)], [reply(1)]), NOON)
    status, text = await get("/readyz")

    told = json.loads(text)
    assert (status, told.pop("version").count(".")) == (200, 2)
    assert told == {
        "ready": True,
        "wrong": [],
        "accounts": {
            "room-bot": {
                "last_contact_at": NOON.isoformat(),
                "deaf": False,
                "to_answer": 1,
                "to_send": 1,
                "undecryptable": 0,
            },
        },
        "next_announcement": {"id": "zagreb", "destination": "visits", "at": "2026-11-26T12:00:00+00:00"},
        "knowledge": {"version": "0123456789ab", "entries": 431},
        "started_at": NOON.isoformat(),
        "leads": True,
        "machine": None,
        "leader": None,
    }


async def test_a_deaf_account_is_not_ready_until_it_hears_again(bot, get):
    bot.hears()
    bot.clock.pass_by(timedelta(seconds=91))
    status, text = await get("/readyz")
    assert (status, json.loads(text)["accounts"]["room-bot"]["deaf"]) == (503, True)
    bot.hears()

    assert (await get("/readyz"))[0] == 200


async def test_a_trouble_is_not_ready_and_told_to_a_person_in_words(bot, get):
    bot.hears()
    await bot.store.note_trouble("knowledge", "a.yaml:3:5: this", NOON)
    status, text = await get("/readyz", Accept="text/plain")

    assert status == 503
    assert text.startswith("knowledge, since 2026-11-23 12:00 UTC:\n  a.yaml:3:5: this\nroom-bot: last heard from")


async def test_what_cannot_be_decrypted_is_counted_everywhere(bot, get):
    bot.hears()
    bot.chat.unreadable = 3
    _, told = await get("/readyz")
    _, text = await get("/readyz", Accept="text/plain")
    _, figures = await get("/metrics")

    assert json.loads(told)["accounts"]["room-bot"]["undecryptable"] == 3
    assert "0 to answer, 0 to send, 3 that cannot be decrypted yet" in text
    assert 'echobot_undecryptable_messages{account="room-bot"} 3.0' in figures


async def test_figures_are_read_by_prometheus(bot, get):
    bot.hears()
    await bot.store.keep(ACCOUNT, [message(1)], "c1", NOON)
    status, text = await get("/metrics")

    figures = {
        (sample.name, sample.labels.get("account", "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert status == 200
    assert figures["echobot_ready", ""] == 1
    assert figures["echobot_last_contact_timestamp_seconds", "room-bot"] == NOON.timestamp()
    assert figures["echobot_questions_waiting", "room-bot"] == 1
    assert figures["echobot_replies_waiting", "room-bot"] == 0
    assert figures["echobot_next_announcement_timestamp_seconds", ""] == (NOON + timedelta(days=3)).timestamp()
    assert figures["process_resident_memory_bytes", ""] > 0
    assert 'echobot_info{knowledge="0123456789ab",version=' in text


async def test_figures_of_a_bot_that_is_ill_say_so(bot, get):
    bot.coming = None
    bot.clock.pass_by(timedelta(seconds=91))
    await bot.store.note_trouble("knowledge", "broken", NOON)
    _, text = await get("/metrics")

    assert "\nechobot_ready 0.0\n" in text
    assert '\nechobot_deaf{account="room-bot"} 1.0\n' in text
    assert "\nechobot_troubles 1.0\n" in text
    assert "next_announcement" not in text


async def test_there_is_nothing_else(get):
    assert (await get("/"))[0] == 404


async def test_a_port_that_somebody_else_uses_is_told(bot, get, port):
    await get("/healthz")

    with pytest.raises(OSError, match="address already in use"):
        await show(bot.watch.look, HealthPages(port))
