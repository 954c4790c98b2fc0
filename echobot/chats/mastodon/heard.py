"""What a stream brought and nobody has read yet: who says much keeps nobody else waiting."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from itertools import count
from typing import TypeAlias

from echobot.chats.mastodon.reading import Status, says_in_a_thread, sender_of

_OF_ONE, _OF_ALL = 100, 1000  # mentions: what is more comes with the pages
_REST, _LONGEST_REST = 9, 0.5  # times as long as what somebody said last took to be kept; seconds

_Numbered: TypeAlias = tuple[int, Status]


class Heard:
    """Mentions in the order they came, but for those in threads, which take a request each: there everybody in turn.

    To keep some takes a write to the disk as well. So whoever was just heard rests and takes about a tenth of the time:
    what they go on to say is kept with what others say, or together when the rest is over.
    """

    def __init__(self) -> None:
        self._by_person: dict[str, deque[_Numbered]] = {}  # whose turn is next comes first
        self._numbers = count()
        self._came = asyncio.Event()  # something that is not to wait
        self._resting: set[str] = set()
        self._taken_from: set[str] = set()
        self._taken_at = 0.0

    def put(self, mention: Status) -> bool:
        """Whether there was room for it."""
        theirs = self._by_person.get(sender_of(mention), deque())
        if len(theirs) == _OF_ONE or sum(map(len, self._by_person.values())) == _OF_ALL:
            return False
        theirs.append((next(self._numbers), mention))
        self._by_person[sender_of(mention)] = theirs
        self._look()
        return True

    async def next(self) -> list[Status]:
        """Wait for some, and take all that say enough by themselves, or else one whose thread has to be read.

        What was taken before is kept when this is called again.
        """
        self._let_rest()
        await self._came.wait()
        plain = sorted(each for theirs in self._by_person.values() for each in _until_a_thread(theirs))
        taken = [mention for _, mention in plain or [self._in_turn()]]
        self._by_person = {person: theirs for person, theirs in self._by_person.items() if theirs}
        self._taken_from, self._taken_at = {sender_of(mention) for mention in taken}, _now()
        return taken

    def _in_turn(self) -> _Numbered:
        """The next one's who does not rest."""
        awake = (person for person in self._by_person if person not in self._resting)
        person = next(awake, next(iter(self._by_person)))
        theirs = self._by_person[person] = self._by_person.pop(person)  # the last one now
        return theirs.popleft()

    def _let_rest(self) -> None:
        rest = min((_now() - self._taken_at) * _REST, _LONGEST_REST)
        for person in self._taken_from - self._resting:
            self._resting.add(person)
            asyncio.get_running_loop().call_later(rest, self._wake, person)
        self._taken_from = set()
        self._look()

    def _wake(self, person: str) -> None:
        self._resting.discard(person)
        self._look()

    def _look(self) -> None:
        """Whether there is anything of somebody who does not rest, or no room for more of somebody who does."""
        if any(person not in self._resting or len(theirs) == _OF_ONE for person, theirs in self._by_person.items()):
            self._came.set()
        else:
            self._came.clear()


def _until_a_thread(theirs: deque[_Numbered]) -> Iterator[_Numbered]:
    while theirs and not says_in_a_thread(theirs[0][1]):
        yield theirs.popleft()


def _now() -> float:
    return asyncio.get_running_loop().time()
