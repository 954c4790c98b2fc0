"""Those who look after the bot run it from a room, and hear from it there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Asker, in_a_room
from tests.servers.echobot_process import BotAccount, EchobotProcess, on_matrix
from tests.servers.people import People, Person, until
from tests.servers.synapse import Synapse

pytestmark = pytest.mark.server

ENTRY = """
entries:
  - id: tea
    asked: {en: [what tea is there]}
    answer: {en: "There is mint tea."}
    sources: [https://example.org/tea]
    reviewed: 2026-11-01
"""


class Office:
    """The admin room, with somebody in it whom the settings name."""

    def __init__(self, admin: Person, guest: Person, room: str, bot: str) -> None:
        self.admin, self.guest, self.room, self._bot = admin, guest, room, bot

    async def order(self, text: str, by: Person | None = None) -> dict:
        """Say it, and wait for the answer, an event."""
        event = await (by or self.admin).say(self.room, f"!echo {text}")
        return await until(lambda: self._answer_to(event), f"an answer to {text}")

    async def hears(self, *words: str) -> str:
        """Wait until the bot has said all of these here in one message."""

        async def said() -> str | None:
            texts = [event["content"]["body"] for event in await self._said()]
            return next((text for text in reversed(texts) if all(word in text for word in words)), None)

        return await until(said, f"{words} in the admin room")

    async def hears_about(self, *words: str) -> int:
        """How often the bot has said so."""
        texts = [event["content"]["body"] for event in await self._said()]
        return sum(all(word in text for word in words) for text in texts)

    async def _said(self):
        return [event for event in await self.admin.messages(self.room) if event["sender"] == self._bot]

    async def _answer_to(self, question: str):
        said = [event for event in await self._said() if question in str(event["content"].get("m.relates_to"))]
        return said[0] if said else None


def body(event) -> str:
    return event["content"]["body"]


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    folder = tmp_path / "knowledge"
    folder.mkdir()
    (folder / "entries.yaml").write_text(ENTRY)
    return folder


@pytest.fixture
async def office(synapse: Synapse, people: People, account: Person) -> Office:
    admin, guest = await people.meet(synapse, "ada"), await people.meet(synapse, "eve")
    room = await guest.create_room(admin.user, account.user)  # whose creator has all the power, and nobody else any
    await admin.join(room)
    return Office(admin, guest, room, account.user)


@pytest.fixture
async def echobot(tmp_path: Path, account: Person, office: Office, knowledge: Path) -> AsyncIterator[EchobotProcess]:
    on = on_matrix(account)
    hall = await office.guest.create_room(account.user)
    settings = {**on.settings, "admin_room": office.room, "admins": [office.admin.user]}
    visits = {"account": "account-0", "room": hall, "languages": ["en"]}
    more = {"knowledge": str(knowledge), "destinations": {"hall": visits}}
    process = EchobotProcess(tmp_path, BotAccount(settings, on.token), **more)
    process.hall = hall
    await process.start()
    yield process
    await process.stop()


@pytest.fixture
async def asker(synapse: Synapse, people: People, account: Person, echobot: EchobotProcess) -> Asker:
    return await in_a_room(synapse, people, "alice", account)


async def answers(asker: Asker) -> int:
    return len(await asker.answered())


async def test_the_bot_is_run_from_its_admin_room(echobot, office, asker, knowledge):
    assert "Here I obey" in body(await office.order("help"))
    assert "Nothing is wrong." in body(await office.order("status"))

    # a mistake in the knowledge is told with its file and line, once, and that it is mended
    (knowledge / "entries.yaml").write_text(ENTRY.replace("sources:", "surces:"))
    told = await office.hears("⚠ knowledge", "entries.yaml:6", "surces")
    assert "did you mean `sources`" in told
    assert "entries.yaml:6" in body(await office.order("check"))
    (knowledge / "entries.yaml").write_text(ENTRY)
    await office.hears("✔ knowledge: well again.")
    assert await office.hears_about("⚠ knowledge") == 1
    await office.order("reload")
    await office.hears("Nothing is wrong with the knowledge: 1 entries")

    # nobody is answered while it pauses, across a restart, but in this room
    await office.order("pause")
    await asker.ask("what tea is there?")
    echobot.kill()
    await echobot.start()
    assert "Nothing is wrong." in body(await office.order("status"))
    await office.order("resume")
    answered = await asker.ask("what tea is there?")
    await until(lambda: answers(asker), "an answer")
    assert await asker.answered() == [answered]

    # a text is posted once, after an admin has agreed to it
    shown = await office.order("say hall We meet at six.")
    await office.guest.say(office.room, "go on")
    await office.admin.react(office.room, shown["event_id"], "✅")
    await until(lambda: posted(office.guest, echobot.hall), "the post in the hall")
    assert f"say in {echobot.hall}" in body(await office.order("deeds"))
    assert await posted(office.guest, echobot.hall) == ["We meet at six."]


async def test_a_person_is_called_with_a_link_to_the_question(echobot, office, asker):
    question = await asker.ask("what tea is there?")
    await until(lambda: answers(asker), "an answer")
    (answer,) = [event for event in await asker.person.messages(asker.room) if event["sender"] == asker.bot]
    await asker.person.react(asker.room, answer["event_id"], "❓")
    told = await office.hears("Somebody would like to hear from a person", "> !echo what tea is there?")

    assert question in told.replace("%24", "$")
    await until(lambda: answers_in(asker, "passed your question on"), "word of that")


async def test_in_the_admin_room_only_those_are_obeyed_who_may_give_orders(echobot, office, synapse, people):
    bob = await people.meet(synapse, "bob")
    await office.guest.invite(office.room, bob.user)
    await bob.join(office.room)

    assert "I only obey" in body(await office.order("pause", by=bob))
    assert "Until `resume`" in body(await office.order("pause", by=office.guest))


async def test_a_moderator_quiets_the_bot_in_a_room(echobot, office, asker, synapse, people):
    bob = await people.meet(synapse, "bob")
    await asker.person.invite(asker.room, bob.user)
    await bob.join(asker.room)
    await bob.say(asker.room, "!echo quiet 2h")
    await asker.ask("quiet 2h")
    await until(lambda: answers_in(asker, "For 2 hours I answer nobody"), "word of that")
    await asker.ask("what tea is there?")
    await asker.ask("quiet off")
    await until(lambda: answers_in(asker, "I answer in this room again"), "word of that")

    assert not await answers_in(asker, "There is mint tea.")


async def answers_in(asker: Asker, words: str) -> bool:
    said = [event for event in await asker.person.messages(asker.room) if event["sender"] == asker.bot]
    return any(words in body(event) for event in said)


async def posted(person: Person, room: str) -> list[str]:
    return [body(event) for event in await person.messages(room) if "echobot" in event["sender"]]
