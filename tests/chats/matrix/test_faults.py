"""What the bot does when a homeserver, or the proxy before it, misbehaves."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from echobot.chats.matrix import MatrixChat, bounds
from echobot.chats.matrix.rhythm import USUAL, Rhythm
from echobot.core.message import AccountName, DeliveryKey, MessageId, Place, Post, Reply, Wording
from echobot.errors import ChatRefused, ChatUnavailable, LoginRefused, StoreError
from echobot.settings import MatrixAccount
from tests.chats.kept import Kept
from tests.chats.posters import drawn
from tests.servers.fake_homeserver import (
    BOT,
    ROOM,
    FakeHomeserver,
    Trouble,
    broken_json,
    drip,
    fake_homeserver,
    huge,
    page,
    refusal,
    stall,
    strange_json,
)
from tests.servers.people import until

__all__ = ["fake_homeserver"]

IMPATIENT = Rhythm(
    poll=timedelta(milliseconds=200),
    stall=timedelta(milliseconds=300),
    arrival=timedelta(milliseconds=500),
    first_pause=timedelta(milliseconds=1),
    longest_pause=timedelta(milliseconds=10),
)
REPLY = Reply(
    DeliveryKey("key"), Place(AccountName("room-bot"), ROOM), MessageId("$1"), "@alice:example.org", "Hello.", "en"
)


@pytest.fixture
async def chat(fake_homeserver: FakeHomeserver) -> AsyncIterator[MatrixChat]:
    account = MatrixAccount(fake_homeserver.url, BOT, Path("unused"))
    noon = datetime.fromtimestamp(1_790_000_000, UTC)
    made = MatrixChat(
        AccountName("room-bot"), lambda: account, "token", timedelta(hours=2), lambda: noon, rhythm=IMPATIENT
    )
    yield made
    await made.close()


@contextlib.asynccontextmanager
async def listening(chat: MatrixChat, kept: Kept) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(chat.listen(kept.cursor, kept, kept.note))
    await until(lambda: kept.cursor or task.done(), "the first sync")
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("endpoint", ["whoami", "sync"])
@pytest.mark.parametrize(
    "trouble",
    [
        refusal(429, "M_LIMIT_EXCEEDED"),
        refusal(429, "M_LIMIT_EXCEEDED", retry_after_ms=1),
        refusal(500, "M_UNKNOWN"),
        refusal(403, "M_FORBIDDEN"),
        page(502),
        page(404),
        broken_json,
        strange_json,
        stall,
        drip,
        huge,
    ],
)
async def test_trouble_at_the_start_is_waited_for(
    fake_homeserver: FakeHomeserver, chat: MatrixChat, endpoint: str, trouble: Trouble
):
    fake_homeserver.troubles[endpoint] += [trouble, trouble]
    kept = Kept()

    async with listening(chat, kept):
        fake_homeserver.say("!echo hello")
        await kept.have(1)

    assert kept.texts == ["hello"]


@pytest.mark.parametrize(
    "trouble",
    [
        refusal(429, "M_LIMIT_EXCEEDED"),
        refusal(500, "M_UNKNOWN"),
        page(502),
        broken_json,
        strange_json,
        stall,
        drip,
        huge,
    ],
)
async def test_trouble_later_on_loses_nothing(fake_homeserver: FakeHomeserver, chat: MatrixChat, trouble: Trouble):
    kept = Kept()

    async with listening(chat, kept):
        fake_homeserver.troubles["sync"] += [trouble] * 3
        fake_homeserver.say("!echo one")
        fake_homeserver.say("!echo two")
        await kept.have(2)

    assert kept.texts == ["one", "two"]


async def test_no_more_is_read_than_a_homeserver_may_have_to_say(
    fake_homeserver: FakeHomeserver, chat: MatrixChat, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bounds, "MOST_BYTES", 3_000_000)
    fake_homeserver.troubles["send"].append(huge)

    with pytest.raises(ChatUnavailable, match="the homeserver's answer is larger than 3 MB"):
        await chat.send(REPLY)


@pytest.mark.parametrize("code", ["M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_SOMETHING_NEW"])
@pytest.mark.parametrize("more", [{}, {"soft_logout": True}])
async def test_a_refused_token_is_not_tried_again(
    fake_homeserver: FakeHomeserver, chat: MatrixChat, code: str, more: dict[str, bool]
):
    kept = Kept()

    async with listening(chat, kept) as task:
        fake_homeserver.troubles["sync"] += [refusal(401, code, **more)] * 1000
        with pytest.raises(LoginRefused, match="echobot login matrix"):
            await task

    assert len(fake_homeserver.troubles["sync"]) == 999


async def test_nothing_counts_as_read_before_it_is_kept(fake_homeserver: FakeHomeserver, chat: MatrixChat):
    class FullDisk(Kept):
        async def __call__(self, messages, cursor):
            if messages:
                raise StoreError("the disk is full")
            self.cursor = cursor

    full, kept = FullDisk(), Kept()
    async with listening(chat, full) as task:
        fake_homeserver.say("!echo hello")
        with pytest.raises(StoreError):
            await task
    kept.cursor = full.cursor
    async with listening(chat, kept):
        await kept.have(1)

    assert kept.texts == ["hello"]
    assert (full.cursor, kept.cursor) == ("s0", "s1")


async def test_a_room_whose_history_cannot_be_read_does_not_silence_the_others(
    fake_homeserver: FakeHomeserver, chat: MatrixChat
):
    kept = Kept()

    async with listening(chat, kept):
        fake_homeserver.troubles["messages"] += [refusal(500, "M_UNKNOWN")] * 1000
        fake_homeserver.has_gap_in_bad_room = True
        fake_homeserver.say("!echo hello")
        await kept.have(1)

    assert kept.texts == ["hello"]
    assert fake_homeserver.requests["messages"] >= 5


EDIT = {
    "m.new_content": {"msgtype": "m.text", "body": "!echo one, mended"},
    "m.relates_to": {"rel_type": "m.replace", "event_id": "$0"},
}


@pytest.mark.parametrize(("times", "heard"), [(3, ["one", "one, mended", "two"]), (20, ["one", "two"])])
@pytest.mark.parametrize("trouble", [page(502), refusal(429, "M_LIMIT_EXCEEDED", retry_after_ms=1), broken_json])
async def test_an_edit_whose_first_form_cannot_be_read_does_not_silence_the_others_for_long(
    fake_homeserver: FakeHomeserver, chat: MatrixChat, trouble: Trouble, times: int, heard: list[str]
):
    kept = Kept()
    fake_homeserver.troubles["event"] += [trouble] * times
    async with listening(chat, kept):
        fake_homeserver.say("!echo one")
        fake_homeserver.say("* !echo one, mended", **EDIT)
        fake_homeserver.say("!echo two")
        await kept.have(len(heard))

    assert kept.texts == heard


async def test_an_edit_whose_first_form_the_bot_may_not_see_is_left_out_at_once(
    fake_homeserver: FakeHomeserver, chat: MatrixChat
):
    kept = Kept()
    fake_homeserver.troubles["event"] += [refusal(404, "M_NOT_FOUND")]
    async with listening(chat, kept):
        fake_homeserver.say("* !echo one, mended", **EDIT)
        fake_homeserver.say("!echo two")
        await kept.have(1)

    assert kept.texts == ["two"]
    assert fake_homeserver.requests["event"] == 1


@pytest.mark.parametrize("others", [["@alice:example.org"], ["@alice:example.org", "@carol:example.org"]])
async def test_a_homeserver_that_counts_no_members_is_asked_once_who_is_in_a_room(
    fake_homeserver: FakeHomeserver, chat: MatrixChat, others: list[str]
):
    fake_homeserver.members = [BOT, *others]
    kept = Kept()

    async with listening(chat, kept):
        fake_homeserver.say("hello")
        await until(lambda: kept.cursor == "s1", "the first message")
        fake_homeserver.say("!echo hello again")
        await until(lambda: kept.cursor == "s2", "the second message")

    assert kept.texts == (["hello", "hello again"] if len(others) == 1 else ["hello again"])
    assert fake_homeserver.requests["members"] == 1


@pytest.mark.parametrize(
    ("trouble", "retry_after", "not_sent"),
    [
        (refusal(429, "M_LIMIT_EXCEEDED"), None, True),
        (refusal(429, "M_LIMIT_EXCEEDED", retry_after_ms=1500), timedelta(seconds=1.5), True),
        (page(429, **{"Retry-After": "7"}), timedelta(seconds=7), True),
        (page(429, **{"Retry-After": "tomorrow"}), None, True),
        (refusal(429, "M_LIMIT_EXCEEDED", retry_after_ms=10**20), timedelta(days=1), True),
        (refusal(500, "M_UNKNOWN"), None, False),
        (page(502), None, False),
        (page(404), None, False),
        (broken_json, None, False),
    ],
)
async def test_a_reply_that_met_trouble_may_be_sent_later(
    fake_homeserver: FakeHomeserver, chat: MatrixChat, trouble: Trouble, retry_after: timedelta | None, not_sent: bool
):
    fake_homeserver.troubles["send"].append(trouble)

    with pytest.raises(ChatUnavailable) as error:
        await chat.send(REPLY)

    assert (error.value.retry_after, error.value.not_sent) == (retry_after, not_sent)
    assert fake_homeserver.requests["send"] == 1
    assert await chat.send(REPLY) == "$sent"


async def test_a_refused_reply_is_not_to_be_sent_again(fake_homeserver: FakeHomeserver, chat: MatrixChat):
    fake_homeserver.troubles["send"].append(refusal(403, "M_FORBIDDEN"))

    with pytest.raises(ChatRefused, match="403 M_FORBIDDEN told to fail"):
        await chat.send(REPLY)


async def test_a_reply_to_a_homeserver_that_is_away_was_surely_not_sent():
    account = MatrixAccount("http://127.0.0.1:1", BOT, Path("unused"))
    chat = MatrixChat(AccountName("room-bot"), lambda: account, "token", timedelta(hours=2), lambda: datetime.now(UTC))

    with pytest.raises(ChatUnavailable) as error:
        await chat.send(REPLY)
    await chat.close()

    assert error.value.not_sent


@pytest.fixture
def post(tmp_path: Path) -> Post:
    place = Place(AccountName("room-bot"), ROOM)
    return Post(DeliveryKey("lisbon"), place, (Wording("en", "Hello."),), picture=drawn(tmp_path / "lisbon.png"))


@pytest.mark.parametrize("endpoint", ["join", "upload"])
@pytest.mark.parametrize(
    "trouble", [refusal(429, "M_LIMIT_EXCEEDED"), refusal(500, "M_UNKNOWN"), page(502), broken_json]
)
async def test_a_post_that_met_trouble_before_its_words_was_surely_not_sent(
    fake_homeserver: FakeHomeserver, chat: MatrixChat, post: Post, endpoint: str, trouble: Trouble
):
    fake_homeserver.troubles[endpoint].append(trouble)

    with pytest.raises(ChatUnavailable) as error:
        await chat.send(post)

    assert error.value.not_sent
    assert fake_homeserver.requests["send"] == 0


@pytest.mark.parametrize(
    "trouble", [refusal(429, "M_LIMIT_EXCEEDED", retry_after_ms=1500), refusal(401, "M_UNKNOWN_TOKEN")]
)
async def test_a_post_whose_picture_met_trouble_is_not_taken_for_unsent(
    fake_homeserver: FakeHomeserver, chat: MatrixChat, post: Post, trouble: Trouble
):
    async def fine():
        return await fake_homeserver._send(None)

    fake_homeserver.troubles["send"] += [fine, trouble]
    with pytest.raises(ChatUnavailable, match="after a part of the post") as error:
        await chat.send(post)

    assert not error.value.not_sent
    assert fake_homeserver.requests["send"] == 2


async def test_pictures_too_large_for_the_homeserver_are_refused(
    fake_homeserver: FakeHomeserver, chat: MatrixChat, post: Post
):
    fake_homeserver.troubles["upload"].append(refusal(413, "M_TOO_LARGE"))

    with pytest.raises(ChatRefused, match="413 M_TOO_LARGE"):
        await chat.send(post)


def test_pauses_grow_from_seconds_to_minutes_and_never_beyond():
    pauses = list(itertools.islice(USUAL.pauses(), 12))

    assert timedelta(seconds=5) <= pauses[0] <= timedelta(seconds=7.5)
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(minutes=5)


async def test_a_keys_file_that_cannot_be_used_ends_it_with_a_sentence(fake_homeserver: FakeHomeserver, tmp_path: Path):
    account = MatrixAccount(fake_homeserver.url, BOT, Path("unused"))
    kept = Kept()
    (tmp_path / "keys.db").write_text("this is a letter to my aunt " * 200)
    chat = MatrixChat(
        AccountName("room-bot"), lambda: account, "token", timedelta(hours=2), lambda: datetime.now(UTC), keys=tmp_path
    )
    with pytest.raises(
        StoreError, match=r"the encryption keys in .* cannot be kept: file is not a database; make room"
    ):
        await chat.listen(None, kept, kept.note)
    await chat.close()
