"""Who may bring the bot into a room, and what it does about an invitation."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import structlog
from nio import InviteInfo, InviteMemberEvent

from echobot.chats.matrix.client import Client
from echobot.chats.matrix.homeserver import ask
from echobot.chats.matrix.requests import expect_success, request
from echobot.chats.matrix.rhythm import Rhythm
from echobot.chats.matrix.state import States
from echobot.chats.patience import wait_after
from echobot.errors import ChatRefused, ChatUnavailable, LoginRefused
from echobot.settings import Invites, MatrixAccount

log = structlog.get_logger()


def allows(invites: Invites, inviter: str, room: str) -> bool:
    server = inviter.partition(":")[2]
    return inviter in invites.users or server in invites.servers or room in invites.rooms


def inviter_of(invitation: InviteInfo, user: str) -> str | None:
    """Who invited the user; other people's memberships come along with an invitation."""
    for event in invitation.invite_state:
        if isinstance(event, InviteMemberEvent) and event.state_key == user and event.membership == "invite":
            return str(event.sender)
    return None


class Door:
    """Answers each invitation beside the sync: joining a room of a slow server may take minutes."""

    def __init__(self, client: Client, settings: Callable[[], MatrixAccount], rhythm: Rhythm, states: States) -> None:
        self._client = client
        self._settings = settings
        self._rhythm = rhythm
        self._states = states
        self._answers: dict[str, asyncio.Task[None]] = {}
        self.refused: set[str] = set()  # rooms that took another one's place, and do not let the bot in

    def answer(self, room: str, inviter: str) -> None:
        self._begin(room, self._answer(room, inviter))

    def follow(self, room: str, via: Sequence[str]) -> None:
        """Come into the room that has taken the place of one where the bot is."""
        if room not in self._client.rooms and room not in self.refused:
            self._begin(room, self._follow(room, via))

    def _begin(self, room: str, answer: Coroutine[Any, Any, None]) -> None:
        if room in self._answers:
            answer.close()
            return
        self._answers[room] = task = asyncio.create_task(answer)
        task.add_done_callback(lambda _: self._answers.pop(room, None))

    async def close(self) -> None:
        answers = list(self._answers.values())
        for task in answers:
            task.cancel()
        await asyncio.gather(*answers, return_exceptions=True)

    async def _answer(self, room: str, inviter: str) -> None:
        await self._patiently(room, lambda: self._let_in_or_not(room, inviter))

    async def _let_in_or_not(self, room: str, inviter: str) -> None:
        welcome = await self._is_welcome(room, inviter)
        log.info("invitation accepted" if welcome else "invitation refused", room=room, inviter=inviter)
        await ask(self._client.join(room) if welcome else self._client.room_leave(room))

    async def _is_welcome(self, room: str, inviter: str) -> bool:
        """Into the admin room, and into one that has taken another's place, anybody may invite who can."""
        invites, office = self._settings().invites, self._settings().admin_room
        if allows(invites, inviter, room) or room in {office, *self._states.successors()}:
            return True
        return bool(invites.admins and office) and inviter in await self._members(self._states.newest(office))

    async def _members(self, office: str) -> set[str]:
        """Who is in the admin room now."""
        try:
            told = await ask(self._client.joined_members(office))
        except LoginRefused:
            raise
        except ChatRefused as error:
            log.warning("who is in the admin room cannot be seen", room=office, reason=str(error))
            return set()
        return {member.user_id for member in told.members}

    async def _follow(self, room: str, via: Sequence[str]) -> None:
        log.info("a room was replaced by another one", room=room)
        if not await self._patiently(room, lambda: self._come_in(room, via)):
            self.refused.add(room)

    async def _come_in(self, room: str, via: Sequence[str]) -> None:
        """Not where it was put out once: whoever wants it back invites it."""
        path = f"rooms/{quote(room, safe='')}/state/m.room.member/{quote(self._client.user_id, safe='')}"
        status, told = await request(self._client, "GET", path)
        if status == 200 and told.get("membership") in {"leave", "ban"}:
            raise ChatRefused("the bot was there, and is not any more")
        await join(self._client, room, via)

    async def _patiently(self, room: str, step: Callable[[], Awaitable[Any]]) -> bool:
        """Whether the homeserver did it; when it is busy or away, it is asked again."""
        for pause in self._rhythm.pauses():
            try:
                await ask(step())
            except ChatUnavailable as error:
                log.warning("a room's door stays closed for now", room=room, reason=str(error))
                await asyncio.sleep(wait_after(error, pause).total_seconds())
            except ChatRefused as error:
                log.warning("a room's door stays closed", room=room, reason=str(error))
                return False
            else:
                break
        return True


async def join(client: Client, room: str, via: Sequence[str]) -> None:
    """Come in through servers that surely know the room: its id does not say where it is."""
    servers = urlencode([("via", server) for server in via] + [("server_name", server) for server in via])
    expect_success(*await request(client, "POST", f"join/{quote(room, safe='')}?{servers}", {}))
