"""What every chat promises. A new network is one more world in `WORLDS`."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from echobot.core.message import AccountName, DeliveryKey, Message, Place, Post, Reply, Wording
from echobot.errors import LoginRefused, StoreError
from tests.chats.kept import Kept
from tests.chats.mastodon.conftest import Bot as MastodonBot
from tests.chats.mastodon.conftest import Clock
from tests.chats.matrix.conftest import QUICK, WELCOME
from tests.chats.matrix.conftest import Bot as MatrixBot
from tests.fakes import ROOM, FakeChat, FakeClock, message
from tests.servers.fake_mastodon import fake_mastodon
from tests.servers.people import People, until
from tests.servers.synapse import Synapse


class World:
    """A network with the bot's account and somebody who asks, as a test sees them."""

    kept: Kept
    place: Place  # where posts go

    async def listen(self) -> None:
        """Start, or go on from the cursor that was kept, with nothing left in memory."""
        raise NotImplementedError

    async def stop(self) -> None:
        raise NotImplementedError

    async def outcome(self) -> None:
        """Wait until listening ends by itself."""
        raise NotImplementedError

    async def ask(self, text: str) -> None:
        raise NotImplementedError

    async def own_words(self, text: str) -> None:
        raise NotImplementedError

    async def posts(self) -> list[str]:
        """What the bot posted, as the asker sees it now."""
        raise NotImplementedError

    async def in_thread_of(self, post: str) -> list[str]:
        """What the bot posted below this one, which the server calls so."""
        raise NotImplementedError

    async def revoke(self) -> None:
        """The server does not accept the bot's token any more."""
        raise NotImplementedError


class OnMatrix(World):
    def __init__(self, people: People, bot: MatrixBot, alice, room: str) -> None:
        self._people, self._bot, self._alice, self._room = people, bot, alice, room
        self.place = Place(AccountName("room-bot"), room)
        self.kept, self.listen, self.stop = bot.kept, bot.listen, bot.stop

    @property
    def chat(self):
        return self._bot.chat

    async def outcome(self) -> None:
        listening, self._bot._listening = self._bot._listening, None
        async with asyncio.timeout(60):
            await listening

    async def ask(self, text: str) -> None:
        await self._alice.say(self._room, f"!echo {text}")

    async def own_words(self, text: str) -> None:
        await self._bot.person.say(self._room, f"!echo {text}")

    async def posts(self) -> list[str]:
        return [self._shown(event) for event in await self._said() if _relation(event).get("rel_type") != "m.replace"]

    async def in_thread_of(self, post: str) -> list[str]:
        said = await self._said()
        return [self._shown(event) for event in said if _relation(event) == _relation(event) | _thread(post)]

    async def _said(self) -> list[dict[str, Any]]:
        """The bot's events, but those that were taken away."""
        said = await self._alice.messages(self._room)
        return [event for event in said if event["sender"] == self._bot.user and event["content"]]

    def _shown(self, event: dict[str, Any]) -> str:
        edit = event.get("unsigned", {}).get("m.relations", {}).get("m.replace")
        return edit["content"]["m.new_content"]["body"] if edit else event["content"]["body"]

    async def revoke(self) -> None:
        await self._bot.person.request("POST", "logout", {})


def _relation(event: dict[str, Any]) -> dict[str, Any]:
    return event["content"].get("m.relates_to", {})


def _thread(root: str) -> dict[str, str]:
    return {"rel_type": "m.thread", "event_id": root}


class OnMastodon(World):
    place = Place(AccountName("toots"), "")

    def __init__(self, server, bot: MastodonBot) -> None:
        self._server, self._bot, self._ana = server, bot, server.account("ana")
        self.kept, self.listen, self.stop, self.outcome = bot.kept, bot.listen, bot.stop, bot.outcome

    @property
    def chat(self):
        return self._bot.chat

    async def ask(self, text: str) -> None:
        self._server.say(self._ana, f"@echobot {text}", visibility="direct")

    async def own_words(self, text: str) -> None:
        self._server.say(self._bot.account, f"@echobot {text}")

    async def posts(self) -> list[str]:
        return [post.text.removeprefix("@ana ") for post in self._bot.posts if not post.text.startswith("@echobot")]

    async def in_thread_of(self, post: str) -> list[str]:
        return [one.text for one in self._bot.posts if one.in_reply_to and one.in_reply_to.id == post]

    async def revoke(self) -> None:
        self._server.revoke(self._bot.token)


class InMemory(World):
    """The chat that stands in for a network in other tests promises the same, but for logins."""

    place = ROOM

    def __init__(self) -> None:
        self.chat, self.kept, self._count = FakeChat(FakeClock(), lifetime=timedelta(hours=1)), Kept(), 0
        self._listening: asyncio.Task[None] | None = None
        self.chat.remembers = True

    async def listen(self) -> None:
        await self.stop()
        self._listening = asyncio.create_task(self.chat.listen(self.kept.cursor, self.kept, self.kept.note))
        await asyncio.sleep(0)

    async def stop(self) -> None:
        if self._listening:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

    async def outcome(self) -> None:
        await self._listening

    async def ask(self, text: str) -> None:
        self._count += 1
        self.chat.say(message(self._count, text))

    async def posts(self) -> list[str]:
        return self.chat.texts

    async def in_thread_of(self, post: str) -> list[str]:
        return [one.text for one in self.chat.posts if isinstance(one, Post) and one.to == post]


@asynccontextmanager
async def on_matrix(request: pytest.FixtureRequest, homeserver: Synapse) -> AsyncIterator[World]:
    people = People()
    keys = request.getfixturevalue("tmp_path") / "keys"
    bot = MatrixBot(await people.meet(homeserver, "echobot"), QUICK, keys, invites=WELCOME)
    alice = await people.meet(homeserver, "alice")
    room = await alice.create_room(bot.user)
    await bot.person.join(room)
    try:
        yield OnMatrix(people, bot, alice, room)
    finally:
        await bot.stop()
        await people.close()


@asynccontextmanager
async def on_mastodon() -> AsyncIterator[World]:
    clock = Clock()
    async with fake_mastodon(clock=clock) as server:
        bot = MastodonBot(server, clock)
        yield OnMastodon(server, bot)
        await bot.stop()


@asynccontextmanager
async def in_memory() -> AsyncIterator[World]:
    world = InMemory()
    yield world
    await world.stop()


WORLDS: dict[str, Callable[..., object]] = {"matrix": on_matrix, "mastodon": on_mastodon, "memory": in_memory}
EVERYWHERE = pytest.mark.parametrize("network", list(WORLDS))
WITH_SERVERS = pytest.mark.parametrize("network", ["matrix", "mastodon"])


@pytest.fixture
def homeserver(request: pytest.FixtureRequest, network: str) -> Synapse | None:
    return request.getfixturevalue("synapse") if network == "matrix" else None


@pytest.fixture
async def world(request: pytest.FixtureRequest, network: str, homeserver: Synapse | None) -> AsyncIterator[World]:
    opened = on_matrix(request, homeserver) if homeserver else WORLDS[network]()
    async with opened as world:
        yield world


def reply_to(asked: Message, text: str = "PeerTube is a video site.") -> Reply:
    key = DeliveryKey(f"{asked.place.account}:{asked.id}")
    return Reply(key, asked.place, asked.id, asked.sender, text, "en", asked.envelope)


def post_in(world: World, text: str = "We meet in Lisbon.", key: str = "lisbon") -> Post:
    return Post(DeliveryKey(key), world.place, (Wording("en", text),))


@EVERYWHERE
async def test_what_is_said_comes_in_order_with_the_cursor_behind_it(world: World):
    await world.listen()
    for text in ("one", "two", "three"):
        await world.ask(text)
    await world.kept.have(3)

    assert world.kept.texts == ["one", "two", "three"]
    assert world.kept.cursor is not None


@WITH_SERVERS
async def test_what_was_said_before_the_first_start_is_not_given(world: World):
    await world.ask("long ago")
    await world.listen()
    await world.ask("today")
    await world.kept.have(1)

    assert world.kept.texts == ["today"]


@EVERYWHERE
async def test_what_was_said_while_it_was_away_is_given_after_the_restart_and_nothing_from_before(world: World):
    await world.listen()
    await world.ask("before")
    await world.kept.have(1)
    await world.stop()
    await world.ask("meanwhile")
    await world.listen()
    await until(lambda: "meanwhile" in world.kept.texts, "what was said meanwhile")

    assert [*dict.fromkeys(world.kept.texts)] == ["before", "meanwhile"]  # a store knows what is given again


@EVERYWHERE
async def test_a_chat_says_when_it_last_heard_from_its_server(world: World):
    assert world.chat.last_contact_at is None
    await world.listen()
    await world.ask("anything")
    await world.kept.have(1)
    heard_at = world.chat.last_contact_at

    assert world.chat.contact_every > timedelta(0)
    await until(lambda: world.chat.last_contact_at >= heard_at, "another contact")


@EVERYWHERE
async def test_what_could_not_be_kept_is_given_again(world: World):
    await world.listen()
    world.kept.failures = [StoreError("the disk is full")]
    await world.ask("keep me")
    with pytest.raises(StoreError):
        await world.outcome()
    await world.listen()
    await world.kept.have(1)

    assert world.kept.texts == ["keep me"]


@WITH_SERVERS
async def test_the_bots_own_words_are_left_out(world: World):
    await world.listen()
    await world.own_words("what do I know?")
    await world.ask("hello")
    await world.kept.have(1)

    assert world.kept.texts == ["hello"]


@EVERYWHERE
async def test_a_reply_arrives_and_one_key_makes_one_post(world: World):
    await world.listen()
    await world.ask("what is PeerTube?")
    (asked,) = await world.kept.have(1)
    await world.chat.send(reply_to(asked))
    await world.chat.send(reply_to(asked))

    assert await world.posts() == ["PeerTube is a video site."]


@EVERYWHERE
async def test_a_key_is_remembered_across_a_restart(world: World):
    await world.listen()
    await world.ask("what is PeerTube?")
    (asked,) = await world.kept.have(1)
    await world.chat.send(reply_to(asked))
    await world.stop()
    await world.listen()
    await world.chat.send(reply_to(asked))

    assert await world.posts() == ["PeerTube is a video site."]


@EVERYWHERE
async def test_a_reply_whose_outcome_is_unknown_is_found_and_one_that_never_went_out_is_not(world: World):
    await world.listen()
    await world.ask("what is PeerTube?")
    await world.ask("and Mastodon?")
    first, second = await world.kept.have(2)
    sent = await world.chat.send(reply_to(first))

    assert await world.chat.find(reply_to(first)) == sent
    assert await world.chat.find(reply_to(second, "Another.")) is None


@EVERYWHERE
async def test_a_reply_is_changed_and_taken_away_and_doing_either_twice_is_harmless(world: World):
    await world.listen()
    await world.ask("what is Matrix?")
    (question,) = await world.kept.have(1)
    first = reply_to(question)
    sent = await world.chat.send(first)
    change = replace(reply_to(question, "A free network."), key=DeliveryKey("change"), instead_of=sent)
    assert [await world.chat.send(change), await world.chat.send(change)] == [sent, sent]
    assert await world.posts() == ["A free network."]

    removal = replace(reply_to(question, ""), key=DeliveryKey("removal"), instead_of=sent)
    await world.chat.send(removal)
    await world.chat.send(removal)

    assert await world.posts() == []


@EVERYWHERE
async def test_what_never_arrived_needs_not_be_taken_away(world: World):
    await world.listen()
    await world.ask("what is Matrix?")
    (question,) = await world.kept.have(1)
    await world.chat.send(reply_to(question, ""))

    assert await world.posts() == []


@EVERYWHERE
async def test_a_post_is_posted_once_however_often_it_is_sent(world: World):
    await world.listen()
    sent = await world.chat.send(post_in(world))
    again = await world.chat.send(post_in(world))
    await world.stop()
    await world.listen()
    after_restart = await world.chat.send(post_in(world))

    assert sent == again == after_restart
    assert await world.posts() == ["We meet in Lisbon."]


@EVERYWHERE
async def test_an_edit_changes_a_post_and_makes_no_other_however_often_it_is_sent(world: World):
    await world.listen()
    sent = await world.chat.send(post_in(world))
    edit = replace(post_in(world, "We meet in Porto.", "lisbon~2"), instead_of=sent)

    assert [await world.chat.send(edit), await world.chat.send(edit)] == [sent, sent]
    assert await world.posts() == ["We meet in Porto."]


@EVERYWHERE
async def test_a_post_is_edited_and_taken_away_also_after_an_edit(world: World):
    await world.listen()
    sent = await world.chat.send(post_in(world))
    for number, text in enumerate(["We meet in Porto.", "We meet in Faro."]):
        sent = await world.chat.send(replace(post_in(world, text, f"lisbon~{number}"), instead_of=sent))
    assert await world.posts() == ["We meet in Faro."]

    await world.chat.send(Post(DeliveryKey("withdrawn"), world.place, instead_of=sent))
    assert await world.posts() == []


@EVERYWHERE
async def test_a_post_without_words_takes_another_away_and_doing_so_twice_is_harmless(world: World):
    await world.listen()
    await world.chat.send(post_in(world, "We meet in Faro.", "faro"))
    sent = await world.chat.send(post_in(world))
    removal = Post(DeliveryKey("withdrawn"), world.place, instead_of=sent)
    await world.chat.send(removal)
    await world.chat.send(removal)

    assert await world.posts() == ["We meet in Faro."]


@EVERYWHERE
async def test_a_post_that_follows_another_stands_in_its_thread(world: World):
    await world.listen()
    sent = await world.chat.send(post_in(world))
    note = replace(post_in(world, "It is in Porto now.", "changed"), to=sent)
    await world.chat.send(note)

    assert await world.in_thread_of(sent) == ["It is in Porto now."]


@EVERYWHERE
async def test_a_post_whose_outcome_is_unknown_is_found_and_one_that_never_went_out_is_not(world: World):
    await world.listen()
    sent = await world.chat.send(post_in(world))
    note = replace(post_in(world, "It is in Porto now.", "changed"), to=sent)
    assert await world.chat.find(note) is None

    noted = await world.chat.send(note)
    await world.stop()
    await world.listen()
    assert [await world.chat.find(post_in(world)), await world.chat.find(note)] == [sent, noted]
    assert await world.chat.find(post_in(world, "We meet in Faro.", "faro")) is None
    assert await world.posts() == ["We meet in Lisbon.", "It is in Porto now."]


@WITH_SERVERS
async def test_a_token_that_is_not_accepted_any_more_ends_it(world: World):
    await world.listen()
    await world.ask("what is PeerTube?")
    (asked,) = await world.kept.have(1)
    await world.revoke()
    with pytest.raises(LoginRefused):
        await world.outcome()
    with pytest.raises(LoginRefused):
        await world.chat.send(reply_to(asked))
