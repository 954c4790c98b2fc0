"""An edit of the settings counts without a restart, as far as it can; what it cannot is told by name."""

from __future__ import annotations

import asyncio
import json
import signal
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from echobot.bot import Manners
from echobot.content.settings_file import read_settings
from echobot.core.message import Place
from echobot.errors import ProblemsFound
from echobot.in_force import InForce
from echobot.limits import Allowance, Ruling
from echobot.oversight.desk import Office
from echobot.oversight.reporter import Ear
from echobot.parts import ears_of, manners_of, offices_of
from tests.fakes import NOON, ROOM

SOON = 0.01
ACCOUNT = {"kind": "matrix", "homeserver": "https://example.org", "user": "@echobot:example.org", "token_file": "token"}
TOOTS = {"kind": "mastodon", "server": "https://social.example.org", "token_file": "token"}
FIRST = {"accounts": {"our-rooms": ACCOUNT}, "contacts": {"en": "Ada"}, "limits": {"person_per_minute": 1}}


@pytest.fixture
def file(tmp_path):
    return tmp_path / "settings.yaml"


def write(file, **changes):
    """In one step, as a careful editor does."""
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(FIRST | changes))
    fresh.replace(file)


@pytest.fixture
def in_force(file):
    write(file)
    return InForce(file, look_every=SOON)


@pytest.fixture
async def told(in_force):
    """What the settings' follower tells; it follows as long as the test goes on."""
    told = []

    async def tell(mistakes):
        told.append(mistakes)

    task = asyncio.create_task(in_force.follow(tell))
    await until(lambda: told)
    yield told
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)


async def until(condition):
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 files ring no bell
            await asyncio.sleep(SOON)


async def test_an_edit_counts_as_soon_as_the_file_is_there(file, in_force, told):
    write(file, contacts={"en": "Ivo"}, keep_gaps_for="3 days")
    await until(lambda: in_force().contacts == {"en": "Ivo"})

    assert in_force().keep_gaps_for == timedelta(days=3)
    assert told[0] == ""


async def test_an_edit_while_the_bot_starts_is_not_overlooked(file, in_force):
    write(file, contacts={"en": "Ivo"})
    following = asyncio.create_task(in_force.follow(_tell_nobody))
    await until(lambda: in_force().contacts == {"en": "Ivo"})
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)


async def _tell_nobody(mistakes):
    pass


async def test_whoever_asks_for_it_has_a_file_read_that_looks_as_it_did(file, in_force, told):
    with capture_logs() as logs:
        in_force.ask()
        await until(lambda: len(told) == 2)

    assert [(line["event"], line["changed"]) for line in logs] == [("the settings were read again", "nothing")]


async def test_with_a_mistake_all_stays_as_it_was_until_it_is_mended(file, in_force, told):
    with capture_logs() as logs:
        write(file, contacts={"en": "Ivo"}, limits={"person_per_minute": "many"})
        await until(lambda: len(told) == 2)
    assert in_force().contacts == {"en": "Ada"}
    assert told[1].startswith(f"{file}:1:")
    assert "person_per_minute" in told[1]
    assert [(line["log_level"], line["problems"]) for line in logs] == [("error", told[1])]

    write(file, contacts={"en": "Ivo"})
    await until(lambda: len(told) == 3)
    assert told[2] == ""
    assert in_force().contacts == {"en": "Ivo"}


async def test_a_file_that_is_away_for_a_moment_is_no_mistake(file, in_force, told):
    file.unlink()
    await asyncio.sleep(5 * SOON)
    write(file, contacts={"en": "Ivo"})
    await until(lambda: in_force().contacts == {"en": "Ivo"})

    assert set(told) == {""}


def test_what_takes_a_restart_is_told_by_name_and_stays_as_it_was(file, in_force):
    first = in_force()
    accounts = {"our-rooms": ACCOUNT | {"token_file": "t", "language": "fr"}, "more": ACCOUNT | {"user": "@b:e.org"}}
    write(file, accounts=accounts, store="sqlite:///other.db", health={"port": 8090}, most_posts_a_day=9)
    with capture_logs() as logs:
        assert in_force.read_again() == ""

    taken, waiting = logs
    assert taken["changed"] == "accounts.our-rooms.language, most_posts_a_day"
    assert waiting["event"] == "some settings count once the bot is started again"
    assert waiting["settings"] == "accounts.our-rooms.token_file, accounts.more, store, health"
    assert (in_force().store, in_force().health) == (first.store, None)
    assert in_force().accounts.keys() == {"our-rooms"}
    assert in_force().accounts["our-rooms"].language == "fr"


QUIET = {"from": "22:00", "to": "08:00", "zone": "Europe/Paris"}
SPOKEN = {
    "prefix": "!bot",
    "invites": {"users": ["@ada:example.org"]},
    "admin_room": "!office:example.org",
    "admins": ["@ada:example.org"],
    "rooms": {"#visits:example.org": {"language": "fr", "quiet": QUIET}},
}


def test_what_an_account_does_in_rooms_and_whom_it_obeys_counts_at_once(file, in_force):
    write(file, accounts={"our-rooms": ACCOUNT | SPOKEN})
    with capture_logs() as logs:
        in_force.read_again()
    assert in_force() == read_settings(file)[0]
    names = ("prefix", "invites.users", "admin_room", "admins", "rooms.#visits:example.org")
    assert [line["changed"] for line in logs] == [", ".join(f"accounts.our-rooms.{name}" for name in names)]

    later = {**SPOKEN, "rooms": {"#visits:example.org": {"language": "fr", "quiet": QUIET | {"to": "09:00"}}}}
    write(file, accounts={"our-rooms": ACCOUNT | later})
    with capture_logs() as logs:
        in_force.read_again()
    assert [line["changed"] for line in logs] == ["accounts.our-rooms.rooms.#visits:example.org.quiet"]
    assert offices_of(in_force()) == {
        "our-rooms": Office(Place("our-rooms", "!office:example.org"), frozenset(["@ada:example.org"]))
    }


def test_who_is_told_privately_counts_at_once_and_how_widely_is_answered_after_a_restart(file):
    write(file, accounts={"toots": TOOTS})
    in_force = InForce(file)
    assert ears_of(in_force()) == []
    write(file, accounts={"toots": TOOTS | {"operator": "ada@example.org", "visibility": "private"}})
    with capture_logs() as logs:
        in_force.read_again()

    assert ears_of(in_force()) == [Ear(Place("toots", ""), "ada@example.org")]
    assert [line.get("changed", line.get("settings")) for line in logs] == [
        "accounts.toots.operator",
        "accounts.toots.visibility",
    ]


def test_an_account_that_is_gone_from_the_file_answers_until_the_restart(file, in_force):
    write(file, accounts={"other": ACCOUNT | {"user": "@b:example.org"}})
    with capture_logs() as logs:
        in_force.read_again()

    assert in_force().accounts.keys() == {"our-rooms"}
    assert logs[-1]["settings"] == "accounts.our-rooms, accounts.other"


def test_whoever_keeps_the_view_follows_a_change_of_the_limits(file, in_force):
    allowance = Allowance(lambda: in_force().limits)
    assert [allowance.ask(ROOM, "@ana", NOON) for _ in range(2)] == [Ruling.ALLOW, Ruling.SAY_SO_ONCE]
    write(file, limits={"person_per_minute": 3})
    in_force.read_again()

    assert [allowance.ask(ROOM, "@ana", NOON) for _ in range(2)] == [Ruling.ALLOW, Ruling.ALLOW]


def test_the_bots_manners_follow_the_settings(file, in_force):
    write(file, accounts={"our-rooms": ACCOUNT | {"language": "nl"}}, keep_messages_for="4 days")
    in_force.read_again()

    assert manners_of(in_force()) == Manners(
        {"our-rooms": timedelta(hours=2)}, {"our-rooms": "nl"}, {"our-rooms": {}}, timedelta(days=4), timedelta(days=60)
    )


async def test_somebody_who_waits_for_a_setting_is_woken_by_it(file, in_force):
    waiting = asyncio.create_task(in_force.until(lambda settings: settings.most_posts_a_day == 7))
    for most in (5, 7):
        await asyncio.sleep(0)
        assert not waiting.done()
        write(file, most_posts_a_day=most)
        in_force.read_again()

    async with asyncio.timeout(30):
        await waiting


def test_settings_that_never_were_right_are_refused(file):
    file.write_text("{accounts: 3}")

    with pytest.raises(ProblemsFound):
        InForce(file)
