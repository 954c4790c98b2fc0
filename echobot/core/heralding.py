"""An announcement becomes words: reviewed texts and an event's facts, in each of the languages that are read there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from echobot.core.announcement import Announcement, Audience, Poster
from echobot.core.event import Event
from echobot.core.knowledge import Entry, EntryId, Knowledge, Language
from echobot.core.layout import lines, paragraphs, stretch, written
from echobot.core.ledger import Phase
from echobot.core.message import Wording
from echobot.core.wording import Voice

PLACES = ("name", "when", "place", "link", "contact", "host")
"""What a curator's own text may have filled in."""

_HEADINGS = {Phase.NEWS: "announce_news", Phase.REMINDER: "announce_reminder", Phase.THANKS: "announce_thanks"}


@dataclass(frozen=True, slots=True)
class Herald:
    """Words posts from one knowledge base."""

    knowledge: Knowledge

    def wordings(
        self, phase: Phase, announcements: Sequence[Announcement], audience: Audience, meant_for: datetime | None = None
    ) -> tuple[Wording, ...]:
        """One for each of the languages in which all of the announcements can be said; several are reminders.

        `meant_for`: when it should have been posted, if it says that it is late.
        """
        spoken = [each for each in audience.languages if all(each in self._said_in(one) for one in announcements)]
        return tuple(self._wording(phase, announcements, audience, language, meant_for) for language in spoken)

    def change(self, announcement: Announcement, audience: Audience) -> tuple[Wording, ...]:
        """That an event takes place at another time or place, or not at all."""
        spoken = [each for each in audience.languages if each in self._said_in(announcement)]
        return tuple(Wording(each, self._change(announcement, audience, each)) for each in spoken)

    def shown(self, phase: Phase, announcement: Announcement) -> str:
        """Changes when what the announcement says does; not when echobot words the same otherwise."""
        entry = self._entry(announcement)
        said: list[object] = [announcement.text, announcement.warning]
        if entry and (event := entry.event):
            said += [entry.title, *_facts(event), event.link, event.contact, event.host, event.languages]
            said += [entry.answer] if phase is Phase.NEWS else []
        return _fingerprint(said)

    def facts(self, announcement: Announcement) -> str:
        """Changes when an event takes place at another time or place, or not at all."""
        return _fingerprint(_facts(announcement.event) if announcement.event else [])

    def picture(self, announcements: Sequence[Announcement]) -> str:
        """Changes when a post's picture does, or what is said of it for those who do not see it; "" without one."""
        poster = poster_of(announcements)
        return _fingerprint([poster.digest, poster.alt]) if poster else ""

    def name(self, announcement: Announcement) -> str:
        """What an operator would call it: its id, and an event's name."""
        entry = self._entry(announcement)
        return f"{announcement.id} ({next(iter(entry.title.values()))})" if entry else announcement.id

    def _entry(self, announcement: Announcement) -> Entry | None:
        return self.knowledge.entries.get(EntryId(announcement.id)) if announcement.event else None

    def _said_in(self, announcement: Announcement) -> Iterable[Language]:
        entry = self._entry(announcement)
        return announcement.text or (entry.title if entry else ())

    def _wording(
        self,
        phase: Phase,
        announcements: Sequence[Announcement],
        audience: Audience,
        language: Language,
        meant_for: datetime | None,
    ) -> Wording:
        voice, first = Voice(self.knowledge, language, {}), announcements[0]
        if len(announcements) > 1:
            return Wording(language, lines(voice.phrase("coming"), *(self._line(voice, one) for one in announcements)))
        late = voice.phrase("announce_late", when=_moment(meant_for, first.zone, language)) if meant_for else ""
        text = paragraphs(late, self._text(phase, first, audience, voice))
        alt = first.poster.alt.get(language, "") if first.poster else ""
        return Wording(language, text, first.warning.get(language, ""), alt)

    def _text(self, phase: Phase, announcement: Announcement, audience: Audience, voice: Voice) -> str:
        entry, own = self._entry(announcement), announcement.text.get(voice.language, "")
        if entry is None or entry.event is None:
            return own
        if own and phase is not Phase.THANKS:
            return own.format(**self._places(entry, entry.event, voice))
        heading = voice.phrase(_HEADINGS[phase], name=voice.title(entry.id))
        if phase is Phase.THANKS:
            return paragraphs(heading, entry.event.link)
        about = voice.text(entry.answer) if phase is Phase.NEWS else ""
        return paragraphs(
            lines(heading, self._when_and_where(entry.event, voice), *_elsewhere(entry.event, audience, voice)),
            about,
            voice.how_to_take_part(entry.event),
        )

    def _change(self, announcement: Announcement, audience: Audience, language: Language) -> str:
        voice, entry, event = Voice(self.knowledge, language, {}), self._entry(announcement), announcement.event
        if entry is None or event is None:
            return ""
        phrase = "announce_cancelled" if event.cancelled else "announce_changed"
        elsewhere = [] if event.cancelled else _elsewhere(event, audience, voice)
        heading = voice.phrase(phrase, name=voice.title(entry.id))
        return lines(heading, self._when_and_where(event, voice), *elsewhere)

    def _when_and_where(self, event: Event, voice: Voice) -> str:
        return voice.phrase("event_cancelled" if event.cancelled else "event", **voice.time_and_place(event))

    def _line(self, voice: Voice, announcement: Announcement) -> str:
        entry = self._entry(announcement)
        if entry is None or entry.event is None:
            return ""
        return lines(voice.line(entry, entry.event), entry.event.link)

    def _places(self, entry: Entry, event: Event, voice: Voice) -> Mapping[str, str]:
        given = {"name": voice.title(entry.id), "link": event.link, "contact": event.contact, "host": event.host}
        return given | voice.time_and_place(event)


def poster_of(announcements: Sequence[Announcement]) -> Poster | None:
    """The picture of a post about all of these: several would need several."""
    return announcements[0].poster if len(announcements) == 1 else None


def _elsewhere(event: Event, audience: Audience, voice: Voice) -> list[str]:
    """The same hours on other people's clocks, where those show something else."""
    if event.whole_days:
        return []
    here = event.starts.utcoffset()
    there = {zone: event.starts.astimezone(zone) for zone in audience.zones}
    return [
        voice.phrase("announce_local", when=stretch(_on_clocks_of(zone, event), voice.language))
        for zone, starts in there.items()
        if starts.utcoffset() != here
    ]


def _on_clocks_of(zone: ZoneInfo, event: Event) -> Event:
    return replace(event, starts=event.starts.astimezone(zone), ends=event.ends.astimezone(zone))


def _moment(at: datetime, zone: ZoneInfo, language: Language) -> str:
    there = at.astimezone(zone)
    return f"{written(there.date(), language)}, {there:%H:%M}"


def _facts(event: Event) -> list[object]:
    times = [event.starts.isoformat(), event.ends.isoformat(), str(event.starts.tzinfo), event.whole_days]
    return [*times, dict(event.place), event.cancelled]


def _fingerprint(said: Sequence[object]) -> str:
    written_down = json.dumps(said, ensure_ascii=False, sort_keys=True, default=dict)
    return sha256(written_down.encode(errors="replace")).hexdigest()[:16]
