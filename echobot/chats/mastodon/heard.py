"""What a stream brought and nobody has read yet: who says much keeps nobody else waiting."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from itertools import count
from typing import TypeAlias

from echobot.chats.mastodon.reading import Status, says_in_a_thread, sender_of

_OF_ONE, _OF_ALL = 50, 1000  # mentions: what is more comes with the pages

_Numbered: TypeAlias = tuple[int, Status]


class Heard:
    """Mentions in the order they came, but for those in threads, which take a request each: there everybody in turn."""

    def __init__(self) -> None:
        self._by_person: dict[str, deque[_Numbered]] = {}  # whose turn is next comes first
        self._numbers = count()
        self._came = asyncio.Event()

    def put(self, mention: Status) -> bool:
        """Whether there was room for it."""
        theirs = self._by_person.get(sender_of(mention), deque())
        if len(theirs) == _OF_ONE or sum(map(len, self._by_person.values())) == _OF_ALL:
            return False
        theirs.append((next(self._numbers), mention))
        self._by_person[sender_of(mention)] = theirs
        self._came.set()
        return True

    async def next(self) -> list[Status]:
        """Wait for some, and take all that say enough by themselves, or else one whose thread has to be read."""
        await self._came.wait()
        taken = sorted(each for theirs in self._by_person.values() for each in _until_a_thread(theirs))
        taken = taken or [self._in_turn()]
        self._by_person = {person: theirs for person, theirs in self._by_person.items() if theirs}
        if not self._by_person:
            self._came.clear()
        return [mention for _, mention in taken]

    def _in_turn(self) -> _Numbered:
        person, theirs = next(iter(self._by_person.items()))
        self._by_person[person] = self._by_person.pop(person)  # the last one now
        return theirs.popleft()


def _until_a_thread(theirs: deque[_Numbered]) -> Iterator[_Numbered]:
    while theirs and not says_in_a_thread(theirs[0][1]):
        yield theirs.popleft()
