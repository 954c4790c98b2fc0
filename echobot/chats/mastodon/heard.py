"""What a stream brought and nobody has read yet: who says much keeps nobody else waiting."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import count
from typing import TypeAlias

from echobot.chats.mastodon.reading import Status, says_in_a_thread, sender_of

_OF_ONE, _OF_ALL = 100, 1000  # mentions: what is more comes with the pages
_REST = 0.5  # seconds

_Numbered: TypeAlias = tuple[int, Status]


class Heard:
    """Mentions in the order they came, but for those in threads, which take a request each: there everybody in turn.

    To keep some takes a write to the disk. So whoever was just heard rests: what they go on to say is kept with what
    others say, or together when the rest is over.
    """

    def __init__(self) -> None:
        self._by_person: dict[str, deque[_Numbered]] = {}  # whose turn is next comes first
        self._resting: set[str] = set()
        self._numbers = count()
        self._came = asyncio.Event()

    def put(self, mention: Status) -> bool:
        """Whether there was room for it."""
        person = sender_of(mention)
        theirs = self._by_person.get(person, deque())
        if len(theirs) == _OF_ONE or sum(map(len, self._by_person.values())) == _OF_ALL:
            return False
        theirs.append((next(self._numbers), mention))
        self._by_person[person] = theirs
        if person not in self._resting or len(theirs) == _OF_ONE:
            self._came.set()
        return True

    async def next(self) -> list[Status]:
        """Wait for some, and take all that say enough by themselves, or else one whose thread has to be read."""
        await self._came.wait()
        plain = sorted(each for theirs in self._by_person.values() for each in _until_a_thread(theirs))
        taken = [mention for _, mention in plain or [self._in_turn()]]
        self._by_person = {person: theirs for person, theirs in self._by_person.items() if theirs}
        self._rest(map(sender_of, taken))
        if self._resting.issuperset(self._by_person):
            self._came.clear()
        return taken

    def _in_turn(self) -> _Numbered:
        """The next one's who does not rest."""
        awake = (person for person in self._by_person if person not in self._resting)
        person = next(awake, next(iter(self._by_person)))
        theirs = self._by_person[person] = self._by_person.pop(person)  # the last one now
        return theirs.popleft()

    def _rest(self, people: Iterable[str]) -> None:
        for person in {*people} - self._resting:
            self._resting.add(person)
            asyncio.get_running_loop().call_later(_REST, self._wake, person)

    def _wake(self, person: str) -> None:
        self._resting.discard(person)
        if person in self._by_person:
            self._came.set()


def _until_a_thread(theirs: deque[_Numbered]) -> Iterator[_Numbered]:
    while theirs and not says_in_a_thread(theirs[0][1]):
        yield theirs.popleft()
