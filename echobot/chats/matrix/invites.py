"""Who may bring the bot into a room, and what it does about an invitation."""

from __future__ import annotations

import asyncio

import structlog
from nio import AsyncClient, InviteInfo, InviteMemberEvent

from echobot.chats.matrix.homeserver import ask
from echobot.chats.matrix.rhythm import Rhythm
from echobot.chats.patience import wait_after
from echobot.errors import ChatRefused, ChatUnavailable
from echobot.settings import Invites

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

    def __init__(self, client: AsyncClient, invites: Invites, rhythm: Rhythm) -> None:
        self._client = client
        self._invites = invites
        self._rhythm = rhythm
        self._answers: dict[str, asyncio.Task[None]] = {}

    def answer(self, room: str, inviter: str) -> None:
        if room not in self._answers:
            self._answers[room] = task = asyncio.create_task(self._answer(room, inviter))
            task.add_done_callback(lambda _: self._answers.pop(room, None))

    async def close(self) -> None:
        answers = list(self._answers.values())
        for task in answers:
            task.cancel()
        await asyncio.gather(*answers, return_exceptions=True)

    async def _answer(self, room: str, inviter: str) -> None:
        welcome = allows(self._invites, inviter, room)
        log.info("invitation accepted" if welcome else "invitation refused", room=room, inviter=inviter)
        for pause in self._rhythm.pauses():
            try:
                await ask(self._client.join(room) if welcome else self._client.room_leave(room))
            except ChatUnavailable as error:
                log.warning("invitation not answered yet", room=room, reason=str(error))
                await asyncio.sleep(wait_after(error, pause).total_seconds())
            except ChatRefused as error:
                log.warning("invitation could not be answered", room=room, reason=str(error))
                break
            else:
                break
