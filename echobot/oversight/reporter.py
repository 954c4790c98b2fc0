"""Tells those who look after the bot what changed, once, by an account that works."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import TypeAlias

from echobot.core.message import DeliveryKey, Place, Post, Wording
from echobot.core.oversight import monday_of
from echobot.health.condition import Condition
from echobot.ports import ANNOUNCEMENT, Store

_DIGEST = "digest"
_DIGEST_FROM = 9  # o'clock on Mondays, in UTC: not in anybody's night
_SERVER = "the server of "

Digest: TypeAlias = Callable[[date], Awaitable[str]]
"""What there is to say of the week that begins on that day."""


@dataclass(frozen=True, slots=True)
class Ear:
    """A place where somebody is told, the one to be preferred first."""

    place: Place
    person: str = ""  # who is called there; nobody has to be where only those come who look after the bot


class Reporter:
    """What was told is kept in the store, in the transaction that puts the words into the outbox."""

    def __init__(
        self,
        ears: Callable[[], Sequence[Ear]],
        store: Store,
        look: Callable[[], Awaitable[Condition]],
        digest: Digest,
        clock: Callable[[], datetime],
    ) -> None:
        self._ears = ears
        self._store = store
        self._look = look
        self._digest = digest
        self._clock = clock

    async def look(self) -> None:
        """Tell what is wrong since the last look, and what is well again."""
        if not self._ears():
            return
        condition = await self._look()
        told = await self._store.told()
        if changes := _changes(condition, {about: text for about, text in told.items() if about != _DIGEST}):
            await self._tell(_words(changes), changes, condition)

    async def look_back(self) -> None:
        """On Mondays tell how the week was; a bot that has just begun has nothing to tell of the week before."""
        now, told = self._clock(), (await self._store.told()).get(_DIGEST)
        monday = monday_of(now.date())
        if not self._ears() or told == monday.isoformat() or (now.weekday() == 0 and now.hour < _DIGEST_FROM):
            return
        if told is None:
            await self._store.report({_DIGEST: monday.isoformat()}, [], now)
        else:
            week = await self._digest(monday - timedelta(days=7))
            await self._tell(week, {_DIGEST: monday.isoformat()}, await self._look())

    async def _tell(self, text: str, told: Mapping[str, str | None], condition: Condition) -> None:
        now = self._clock()
        await self._store.report(told, [report(text, self._ear(condition), now)] if text else [], now)

    def _ear(self, condition: Condition) -> Ear:
        """The first whose account works; when none does, it waits in the outbox of the first."""
        lost = {contact.account for contact in condition.deaf} | {trouble.about for trouble in condition.troubles}
        ears = self._ears()
        return next((ear for ear in ears if ear.place.account not in lost), ears[0])


def _wrong(condition: Condition) -> dict[str, str]:
    """What is wrong now, by what it is about."""
    noted = {trouble.about: trouble.text for trouble in condition.troubles}
    deaf = {f"{_SERVER}{contact.account}": condition.deafness(contact) for contact in condition.deaf}
    return noted | deaf


def _changes(condition: Condition, told: Mapping[str, str]) -> dict[str, str | None]:
    """What is to be told of each thing: its text, or None when it is well again.

    After a start nobody knows of a server that has not been heard from yet whether it is.
    """
    wrong = _wrong(condition)
    unknown = {f"{_SERVER}{contact.account}" for contact in condition.contacts if contact.last_at is None}
    new = {about: text for about, text in wrong.items() if told.get(about) != text}
    return new | dict.fromkeys(told.keys() - wrong.keys() - unknown)


def _words(changes: Mapping[str, str | None]) -> str:
    """An announcement that was missed is never well again, only told for long enough."""
    told = [f"⚠ {about}:\n{text}" for about, text in changes.items() if text]
    over = [about for about, text in changes.items() if not text and not about.startswith(ANNOUNCEMENT)]
    return "\n\n".join([*told, *(f"✔ {about}: well again." for about in sorted(over))])


def report(text: str, ear: Ear, now: datetime) -> Post:
    """A post that tells something to those who look after the bot."""
    key = sha256(f"{now.isoformat()} {text}".encode()).hexdigest()[:20]
    visibility = "direct" if ear.person else ""
    return Post(
        DeliveryKey(f"report:{key}"), ear.place, (Wording("en", text),), visibility=visibility, calls=ear.person
    )
