"""Everything the bot knows, as values: curated entries, the catalogue, and each language's own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import chain
from typing import NamedTuple, NewType, TypeAlias

from echobot.core.announcement import Announcement
from echobot.core.event import Event, EventKind
from echobot.core.text import words
from echobot.core.texts import Language as Language  # noqa: PLC0414  (others have them from here)
from echobot.core.texts import Texts as Texts  # noqa: PLC0414

EntryId = NewType("EntryId", str)
"""Of an entry, a tool, a need or a service: unique over all four."""

Phrasings: TypeAlias = Mapping[Language, tuple[str, ...]]
"""How people ask, by language."""


class Phrasing(NamedTuple):
    """One way of asking for an entry or a need, taken apart once for all who read it."""

    entry: EntryId
    language: Language
    text: str  # as it was written
    words: tuple[str, ...]  # folded

    @classmethod
    def of(cls, entry: EntryId, language: Language, text: str) -> Phrasing:
        return cls(entry, language, text, tuple(words(text)))


class Intent(StrEnum):
    """What somebody wants to know of a name or a need; the keys of a language's cues."""

    REPLACE = "replace"  # "instead of", "leave", "without"
    WHAT = "what"  # "what is"
    TRY = "try"  # "where can I try"
    ELSEWHERE = "elsewhere"  # price, password, outage, owner, update: nothing here answers it


@dataclass(frozen=True, slots=True)
class Care:
    """Who looks after what is written, and how long it holds."""

    owner: str = ""
    review_every: timedelta | None = None
    valid_until: date | None = None  # that day included

    def ended(self, today: date | None) -> date | None:
        """The last day on which it was valid, once that is over; nobody can tell without knowing what day it is."""
        return self.valid_until if today and self.valid_until and self.valid_until < today else None

    def is_due(self, reviewed: date | None, today: date) -> bool:
        """Whether it should be read again by now."""
        return self.review_every is not None and (reviewed is None or reviewed + self.review_every < today)


@dataclass(frozen=True, slots=True)
class Entry:
    """A question and its answer, both written by a person."""

    id: EntryId
    asked: Phrasings
    answer: Texts
    title: Texts = field(default_factory=dict)  # what to pick it by among choices; else its first phrasing
    sources: tuple[str, ...] = ()
    reviewed: date | None = None
    care: Care = Care()
    event: Event | None = None  # when and where, of a visit or a workshop
    lists: EventKind | None = None  # what is to come of these is the answer, if anything is
    announcement: Announcement | None = None  # of the event


@dataclass(frozen=True, slots=True)
class Tool:
    """Free software, or a service run on it."""

    id: EntryId
    name: str
    other_names: tuple[str, ...]
    site: str
    licence: str
    sentence: Texts  # what it is for, in one plain sentence
    hosted: tuple[str, ...] = ()  # addresses where somebody can use it without installing anything
    caution: Texts = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    reviewed: date | None = None
    care: Care = Care()


@dataclass(frozen=True, slots=True)
class Need:
    """What both a tool and a service are for."""

    id: EntryId
    name: Texts  # "share files": a verb and its object, lower case
    asked: Phrasings
    tools: tuple[EntryId, ...]  # best first
    advice: Texts = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    reviewed: date | None = None
    care: Care = Care()


@dataclass(frozen=True, slots=True)
class Service:
    """What people want to leave."""

    id: EntryId
    name: str
    other_names: tuple[str, ...]
    needs: tuple[EntryId, ...]
    tools: tuple[EntryId, ...]  # that replace it, best first
    caution: Texts = field(default_factory=dict)
    experience: Texts = field(default_factory=dict)  # what an association or a town made of it
    sources: tuple[str, ...] = ()
    reviewed: date | None = None
    care: Care = Care()


@dataclass(frozen=True, slots=True)
class Talk:
    """What people say to go on with a conversation."""

    yes: tuple[str, ...] = ()
    why: tuple[str, ...] = ()  # whole messages: "why", "how do you know"
    also: tuple[str, ...] = ()  # how "and for photos?" begins
    ordinals: tuple[tuple[str, ...], ...] = ()  # the words for first, second and third
    last: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()  # whole messages of somebody who wants no more answers
    start: tuple[str, ...] = ()  # and of somebody who wants them again
    no: tuple[str, ...] = ()  # whole messages of somebody who wants none of the choices
    number: tuple[str, ...] = ()  # what may stand beside the number of a choice: "number 2, please"
    forget: tuple[str, ...] = ()  # whole messages of somebody who wants to be forgotten
    privacy: tuple[str, ...] = ()  # and of somebody who wants to know what is kept
    both: tuple[str, ...] = ()  # said of all the choices: "both", "all of them"

    @property
    def texts(self) -> Iterator[str]:
        """All of it."""
        own = (self.yes, self.why, self.also, *self.ordinals, self.last, self.stop, self.start)
        own += (self.no, self.number, self.forget, self.privacy, self.both)
        return chain.from_iterable(own)


@dataclass(frozen=True, slots=True)
class LanguagePack:
    """How the bot speaks one language and reads it."""

    language: Language
    name: str  # in the language itself: "français"
    phrases: Mapping[str, str]  # the bot's own sentences, by the names in `core.wording`
    cues: Mapping[Intent, tuple[str, ...]]
    small_words: frozenset[str]  # words that say nothing by themselves: "the", "for", "please"
    story_words: frozenset[str] = frozenset()  # may stand around a need or a name without changing it: "tool", "we"
    endings: tuple[str, ...] = ()  # what this language adds to names: Croatian "-a", "-om"
    talk: Talk = Talk()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that the bot can answer from; valid as a whole."""

    entries: Mapping[EntryId, Entry] = field(default_factory=dict)
    tools: Mapping[EntryId, Tool] = field(default_factory=dict)
    needs: Mapping[EntryId, Need] = field(default_factory=dict)
    services: Mapping[EntryId, Service] = field(default_factory=dict)
    languages: Mapping[Language, LanguagePack] = field(default_factory=dict)
    announcements: Mapping[str, Announcement] = field(default_factory=dict)  # those that are of no event

    @property
    def size(self) -> int:
        """How many entries, tools, needs and services there are."""
        return len(self.entries) + len(self.tools) + len(self.needs) + len(self.services)

    def thing(self, id_: EntryId) -> Entry | Tool | Need | Service | None:
        """Whatever has this id."""
        return self.entries.get(id_) or self.tools.get(id_) or self.needs.get(id_) or self.services.get(id_)

    def events(self, kind: EventKind) -> list[Entry]:
        """The visits or the workshops, past ones and cancelled ones included."""
        return [entry for entry in self.entries.values() if entry.event and entry.event.kind is kind]

    def announced(self) -> Iterator[Announcement]:
        """Every announcement, those of events and the others."""
        yield from self.announcements.values()
        yield from (entry.announcement for entry in self.entries.values() if entry.announcement)

    def name_words(self) -> frozenset[str]:
        """The folded words that names of tools and services are made of."""
        things: list[Tool | Service] = [*self.tools.values(), *self.services.values()]
        return frozenset(words(" ".join(chain.from_iterable((each.name, *each.other_names) for each in things))))

    def phrasings(self) -> Iterator[Phrasing]:
        """Every way of asking for an entry or a need."""
        asked_fors: list[Entry | Need] = [*self.entries.values(), *self.needs.values()]
        for asked_for in asked_fors:
            for language, asked in asked_for.asked.items():
                for phrasing in asked:
                    yield Phrasing.of(asked_for.id, language, phrasing)
