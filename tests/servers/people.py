"""People in rooms: accounts that talk to a homeserver by plain requests."""

import asyncio
import itertools
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from tests.secrecy import WITNESS
from tests.servers.synapse import Synapse

PATIENCE = 120  # seconds; conditions are met long before
_numbers = itertools.count(1)


class Person:
    """Somebody with an account and a token."""

    def __init__(self, server: str, user: str, token: str) -> None:
        self.server, self.user, self.token = server, user, WITNESS.token("somebody's token", token)
        self._session = aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"})

    async def create_room(self, *invited: str, **settings: Any) -> str:
        room = await self.request("POST", "createRoom", {"invite": list(invited), **settings})
        return str(room["room_id"])

    async def invite(self, room: str, user: str) -> None:
        await self.request("POST", f"rooms/{quote(room)}/invite", {"user_id": user})

    async def join(self, room: str) -> None:
        await self.request("POST", f"rooms/{quote(room)}/join", {})

    async def leave(self, room: str) -> None:
        await self.request("POST", f"rooms/{quote(room)}/leave", {})

    async def say(self, room: str, body: str, **more: Any) -> str:
        """Send a message and return its id; `more` are other keys of its content."""
        return await self.send(room, "m.room.message", {"msgtype": "m.text", "body": WITNESS.text(body), **more})

    async def edit(self, room: str, event: str, body: str, **more: Any) -> str:
        """Say something else in place of an event."""
        new = {"msgtype": "m.text", "body": WITNESS.text(body), **more}
        replaces = {"rel_type": "m.replace", "event_id": event}
        return await self.say(room, f"* {body}", **{"m.new_content": new, "m.relates_to": replaces})

    async def react(self, room: str, event: str, sign: str) -> str:
        """Put a sign under an event."""
        under = {"rel_type": "m.annotation", "event_id": event, "key": sign}
        return await self.send(room, "m.reaction", {"m.relates_to": under})

    async def redact(self, room: str, event: str) -> str:
        redacted = await self.request("PUT", f"rooms/{quote(room)}/redact/{event}/{uuid.uuid4().hex}", {})
        return str(redacted["event_id"])

    async def send(self, room: str, kind: str, content: dict[str, Any]) -> str:
        sent = await self.request("PUT", f"rooms/{quote(room)}/send/{kind}/{uuid.uuid4().hex}", content)
        return str(sent["event_id"])

    async def set_state(self, room: str, kind: str, content: dict[str, Any], key: str = "") -> None:
        await self.request("PUT", f"rooms/{quote(room)}/state/{kind}/{quote(key)}", content)

    async def seen_in(self, room: str, kind: str) -> dict[str, Any]:
        """What is shown of people in a room now: who types, how far they read."""
        here = (await self.request("GET", "sync?timeout=0"))["rooms"]["join"][room]["ephemeral"]["events"]
        return next((event["content"] for event in here if event["type"] == kind), {})

    async def joined_rooms(self) -> list[str]:
        return list((await self.request("GET", "joined_rooms"))["joined_rooms"])

    async def members(self, room: str) -> set[str]:
        return set((await self.request("GET", f"rooms/{quote(room)}/joined_members"))["joined"])

    async def messages(self, room: str) -> list[dict[str, Any]]:
        """Everything said in a room, oldest first."""
        return await self.events(room, "m.room.message")

    async def events(self, room: str, kind: str) -> list[dict[str, Any]]:
        """What happened of one kind in a room, oldest first."""
        events: list[dict[str, Any]] = []
        page: dict[str, Any] = {"end": ""}
        while "end" in page:
            start = f"&from={page['end']}" if page["end"] else ""
            page = await self.request("GET", f"rooms/{quote(room)}/messages?dir=b&limit=500{start}")
            events += page["chunk"]
        return [event for event in reversed(events) if event["type"] == kind]

    async def download(self, address: str) -> tuple[str, bytes]:
        """The kind and the content of what is at an address like `mxc://localhost/id`."""
        where = f"{self.server}/_matrix/client/v1/media/download/{address.removeprefix('mxc://')}"
        async with self._session.get(where) as answer:
            assert answer.status == 200, where
            return answer.content_type, await answer.read()

    async def request(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        async with self._session.request(method, f"{self.server}/_matrix/client/v3/{path}", json=body) as answer:
            told = await answer.json()
            assert answer.status == 200, f"{method} {path}: {answer.status} {told}"
            return told

    async def with_another_device(self) -> "Person":
        """The same one, logged in once more."""
        who = {"type": "m.id.user", "user": self.user}
        asked = {"type": "m.login.password", "identifier": who, "password": "password"}
        return Person(self.server, self.user, (await self.request("POST", "login", asked))["access_token"])

    async def close(self) -> None:
        await self._session.close()


class People:
    """Makes accounts whose names nobody else has."""

    def __init__(self) -> None:
        self._known: list[Person] = []

    async def meet(self, server: Synapse, name: str) -> Person:
        unique = f"{name}{next(_numbers)}"
        person = Person(server.url, *await asyncio.to_thread(server.register, unique))
        self._known.append(person)
        return person

    async def close(self) -> None:
        await asyncio.gather(*(person.close() for person in self._known))


@pytest.fixture
async def people() -> AsyncIterator[People]:
    everybody = People()
    yield everybody
    await everybody.close()


async def until(condition: Callable[[], Any], what: str, *, patience: float = PATIENCE, every: float = 0.05) -> Any:
    """Wait until a condition holds (it may be a coroutine function), and return what it gave."""
    give_up_at = asyncio.get_running_loop().time() + patience
    while True:
        found = condition()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return found
        if asyncio.get_running_loop().time() > give_up_at:
            pytest.fail(f"waited in vain: {what}")
        await asyncio.sleep(every)
