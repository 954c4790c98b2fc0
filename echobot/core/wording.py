"""An answer becomes words: reviewed texts, put together with the fixed sentences of the asker's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from echobot.core.answer import Answer, Choices, Found, Match
from echobot.core.event import Event, meant
from echobot.core.knowledge import Entry, EntryId, Knowledge, Language, Need, Service, Texts, Tool
from echobot.core.layout import begin, days, duration, language_name, lines, months, paragraphs, stretch, written

PHRASES: Mapping[str, frozenset[str]] = {
    "replace": frozenset({"service"}),  # above the tools that replace a service
    "replace_for": frozenset({"service", "need"}),  # above those that replace it for one need only
    "need": frozenset({"need"}),  # above the tools that serve a need
    "tool": frozenset({"name", "sentence", "site"}),  # one line of such a list
    "about_tool": frozenset({"name", "sentence", "site", "licence"}),  # a tool by itself
    "hosted": frozenset({"addresses"}),  # where to use it without installing anything
    "caution": frozenset({"caution"}),
    "sources": frozenset({"sources"}),
    "sources_reviewed": frozenset({"sources", "date"}),
    "choices": frozenset(),  # above two or three numbered titles
    "choose": frozenset(),  # below them: how to pick one
    "also_asked": frozenset(),  # above the numbered titles of what else was asked in the same message
    "title_service": frozenset({"service"}),  # what a choice is called
    "title_tool": frozenset({"tool"}),
    "unknown": frozenset(),
    "unknown_ask": frozenset({"contact"}),  # the same, with somebody to ask
    "other_language": frozenset({"languages"}),  # above a text that exists in other languages only
    "out_of_date": frozenset({"date"}),  # above what was only true until a day that is over
    "too_many": frozenset(),  # a limit was reached; said once
    "why": frozenset({"words"}),  # the words of the question that spoke for the last answer
    "only_languages": frozenset({"languages"}),  # the question is in none of those the bot speaks
    "stopped": frozenset(),  # the answer to "stop": the bot falls silent for this person
    "resumed": frozenset(),  # the answer to "start" after that
    "forgotten": frozenset(),  # the answer to "forget me"
    "hushed": frozenset({"time"}),  # a moderator wants no answers in the room for so long
    "heard_again": frozenset(),  # or wants them again
    "passed_on": frozenset(),  # somebody wants to hear from a person, who is told now
    "privacy": frozenset({"messages", "gaps"}),  # what is kept of people, and for how many days
    "event": frozenset({"when", "place"}),  # of a visit or a workshop that is to come
    "event_over": frozenset({"when", "place"}),
    "event_cancelled": frozenset({"when", "place"}),
    "event_line": frozenset({"name", "when", "place"}),  # one line of those that are to come
    "coming": frozenset(),  # above such lines
    "event_more": frozenset({"contact"}),  # where to enrol and whom to ask
    "event_spoken": frozenset({"languages"}),
    "announce_news": frozenset({"name"}),  # above a visit or a workshop that is posted for the first time
    "announce_reminder": frozenset({"name"}),
    "announce_thanks": frozenset({"name"}),  # after it
    "announce_changed": frozenset({"name"}),  # it takes place at another time or place than was posted
    "announce_cancelled": frozenset({"name"}),
    "announce_late": frozenset({"when"}),  # above what is posted too late: when it was meant for
    "announce_local": frozenset({"when"}),  # the same hours on the clocks of other people
}
"""The sentences that every language must have, and the places in each that are filled in."""


_MOST_TOOLS = 3
_MOST_EVENTS = 4


@dataclass(frozen=True, slots=True)
class Voice:
    """Words answers in one language, from one knowledge base."""

    knowledge: Knowledge
    language: Language
    contacts: Texts
    today: date | None = None  # without it, everything is given as current

    def answer(self, answer: Answer, asked: str = "") -> str:
        """The whole reply, plain: "- " before items, blank lines between paragraphs, bare links.

        What was `asked` decides which visits and workshops are listed, where they are the answer.
        """
        match answer:
            case Found(match, also, together=True):
                return paragraphs(*(self.entry(each.entry, each.need) for each in (match, *also)))
            case Found(match, also):
                listed = self._to_come(match.entry, asked)
                return paragraphs(listed or self.entry(match.entry, match.need), self._also(also))
            case Choices(matches):
                return self._choices(matches)
            case _:
                return self.unknown()

    def why(self, entry: EntryId, because: Iterable[str]) -> str:
        """Why this was the answer: the words that spoke for it, and where it comes from."""
        thing = self.knowledge.thing(entry)
        sources = self._sources(thing.sources, thing.reviewed) if thing else ""
        return paragraphs(self.phrase("why", words=", ".join(because) or "–"), sources)

    def only_these_languages(self) -> str:
        names = sorted(pack.name for pack in self.knowledge.languages.values())
        return self.phrase("only_languages", languages=", ".join(names))

    def too_many(self) -> str:
        return self.phrase("too_many")

    def stopped(self) -> str:
        return self.phrase("stopped")

    def resumed(self) -> str:
        return self.phrase("resumed")

    def forgotten(self) -> str:
        return self.phrase("forgotten")

    def hushed(self, length: timedelta) -> str:
        return self.phrase("hushed", time=duration(length, self.language))

    def heard_again(self) -> str:
        return self.phrase("heard_again")

    def passed_on(self) -> str:
        return self.phrase("passed_on")

    def privacy(self, messages: timedelta, gaps: timedelta) -> str:
        """What is kept of people; what settings say how long for, as days."""
        return self.phrase("privacy", messages=days(messages, self.language), gaps=days(gaps, self.language))

    def phrase(self, name: str, /, **values: str) -> str:
        """One of the bot's own sentences, filled in; English stands in for a language that it does not speak."""
        packs = self.knowledge.languages
        pack = packs.get(self.language) or packs.get(Language("en")) or next(iter(packs.values()))
        return pack.phrases[name].format(**values)

    def title(self, entry: EntryId) -> str:
        """What a person would pick this entry by."""
        known = self.knowledge
        if service := known.services.get(entry):
            return self.phrase("title_service", service=service.name)
        if tool := known.tools.get(entry):
            return self.phrase("title_tool", tool=tool.name)
        if need := known.needs.get(entry):
            return begin(self.text(need.name))
        return self._entry_title(known.entries[entry])

    def _entry_title(self, entry: Entry) -> str:
        if title := entry.title.get(self.language):
            return title
        if asked := entry.asked.get(self.language):
            return begin(asked[0])
        return self.text(entry.title) or begin(next(iter(entry.asked.values()))[0])

    def entry(self, entry: EntryId, need: EntryId | None = None) -> str:
        """What is known under this id, with its sources; where it may have changed, that is said first.

        With a `need`, what serves it in place of a service: first what replaces the service as well.
        """
        return paragraphs(self._out_of_date(entry), self._said(entry, need))

    def _said(self, entry: EntryId, need: EntryId | None) -> str:
        known = self.knowledge
        if service := known.services.get(entry):
            return self._service(service, known.needs.get(need) if need else None)
        if entry in known.needs:
            return self._need(known.needs[entry])
        if tool := known.tools.get(entry):
            return self._tool(tool)
        return self._entry(known.entries[entry])

    def _entry(self, entry: Entry) -> str:
        said = [self._notice(entry.answer), self.text(entry.answer)]
        if entry.event:
            said[1:] = [
                self._when_and_where(entry, entry.event),
                self.text(entry.answer),
                self.how_to_take_part(entry.event),
            ]
        return paragraphs(*said, self._sources(entry.sources, entry.reviewed))

    def _when_and_where(self, entry: Entry, event: Event) -> str:
        over = self.today is not None and event.is_over(self.today)
        phrase = "event_cancelled" if event.cancelled else "event_over" if over else "event"
        return lines(self._entry_title(entry), self.phrase(phrase, **self.time_and_place(event)))

    def time_and_place(self, event: Event) -> dict[str, str]:
        """What fills `{when}` and `{place}`."""
        return {"when": stretch(event, self.language), "place": self.text(event.place)}

    def how_to_take_part(self, event: Event) -> str:
        """How to take part, as long as somebody can."""
        if event.cancelled or (self.today is not None and event.is_over(self.today)):
            return ""
        contact = ", ".join(part for part in (event.link, event.contact) if part)
        spoken = ", ".join(language_name(Language(each), self.language) for each in event.languages)
        return lines(
            self.phrase("event_spoken", languages=spoken) if spoken else "",
            self.phrase("event_more", contact=contact) if contact else "",
        )

    def _to_come(self, entry: EntryId, asked: str) -> str:
        """What is to come of what the entry lists; nothing where it lists nothing, or nothing is to come."""
        known = self.knowledge.entries.get(entry)
        if known is None or known.lists is None or self.today is None:
            return ""
        by_event = {each.event: each for each in self.knowledge.events(known.lists) if each.event}
        to_come = [event for event in by_event if not (event.cancelled or event.is_over(self.today))]
        chosen = sorted(meant(to_come, asked, months()), key=lambda event: event.starts)[:_MOST_EVENTS]
        listed = [self.line(by_event[event], event) for event in chosen]
        return lines(self.phrase("coming"), *listed) if listed else ""

    def line(self, entry: Entry, event: Event) -> str:
        """An event among others."""
        return self.phrase("event_line", name=self._entry_title(entry), **self.time_and_place(event))

    def _service(self, service: Service, need: Need | None) -> str:
        heading, tools, sources = self.phrase("replace", service=service.name), service.tools, service.sources
        if need:
            heading = self.phrase("replace_for", service=service.name, need=self.text(need.name))
            tools = tuple(sorted(need.tools, key=lambda tool: tool not in service.tools))[:_MOST_TOOLS]
            sources = tuple(dict.fromkeys((*service.sources, *need.sources)))
        listed = self._tool_lines(tools)
        return paragraphs(
            lines(heading, *listed),
            "" if need else self.text(service.experience),  # of all that the service is for
            self._cautions(service.caution, tools),
            self._sources(_besides(sources, listed), service.reviewed),
        )

    def _need(self, need: Need) -> str:
        listed = self._tool_lines(need.tools)
        return paragraphs(
            lines(begin(self.phrase("need", need=self.text(need.name))), *listed),
            self.text(need.advice),
            self._cautions({}, need.tools),
            self._sources(_besides(need.sources, listed), need.reviewed),
        )

    def _tool(self, tool: Tool) -> str:
        text = self.phrase(
            "about_tool", name=tool.name, sentence=self.text(tool.sentence), site=tool.site, licence=tool.licence
        )
        hosted = self.phrase("hosted", addresses=", ".join(tool.hosted)) if tool.hosted else ""
        sources = tuple(source for source in tool.sources if source.rstrip("/") != tool.site.rstrip("/")) or (
            tool.site,
        )
        return paragraphs(
            self._notice(tool.sentence),
            text,
            hosted,
            self._cautions({}, [tool.id]),
            self._sources(sources, tool.reviewed),
        )

    def _tool_lines(self, tools: Iterable[EntryId]) -> list[str]:
        known = [self.knowledge.tools[tool] for tool in tools]
        return [
            self.phrase(
                "tool", name=tool.name, sentence=self.text(tool.sentence), site=(tool.hosted or (tool.site,))[0]
            )
            for tool in known
        ]

    def _cautions(self, caution: Texts, tools: Iterable[EntryId]) -> str:
        said = [self.text(caution)] + [self.text(self.knowledge.tools[tool].caution) for tool in tools]
        return next((self.phrase("caution", caution=text) for text in said if text), "")

    def _sources(self, sources: Iterable[str], reviewed: date | None) -> str:
        listed = ", ".join(sources)
        if not listed:
            return ""
        if reviewed is None:
            return self.phrase("sources", sources=listed)
        return self.phrase("sources_reviewed", sources=listed, date=written(reviewed, self.language))

    def _choices(self, matches: Iterable[Match]) -> str:
        return paragraphs(lines(self.phrase("choices"), *self._numbered(matches)), self.phrase("choose"))

    def _also(self, matches: Sequence[Match]) -> str:
        return lines(self.phrase("also_asked"), *self._numbered(matches)) if matches else ""

    def _numbered(self, matches: Iterable[Match]) -> list[str]:
        return [f"{number}. {self.title(match.entry)}" for number, match in enumerate(matches, start=1)]

    def unknown(self) -> str:
        """That the bot does not know, and who may."""
        contact = self.contacts.get(self.language) or next(iter(self.contacts.values()), "")
        return self.phrase("unknown_ask", contact=contact) if contact else self.phrase("unknown")

    def text(self, texts: Texts) -> str:
        """The text in this language, else in English, else in any."""
        return texts.get(self.language) or texts.get(Language("en")) or next(iter(texts.values()), "")

    def _out_of_date(self, entry: EntryId) -> str:
        """Say so when this, or a tool that it names, was only true until a day that is over."""
        known = self.knowledge
        thing = known.thing(entry)
        parts = [thing, *(known.tools[tool] for tool in getattr(thing, "tools", ()))]
        days = [day for part in parts if part and (day := part.care.ended(self.today))]
        return self.phrase("out_of_date", date=written(min(days), self.language)) if days else ""

    def _notice(self, texts: Texts) -> str:
        """Say so when the text does not exist in the asker's language."""
        if self.language in texts:
            return ""
        return self.phrase(
            "other_language", languages=", ".join(language_name(language, self.language) for language in texts)
        )


def _besides(sources: Sequence[str], said: Sequence[str]) -> Sequence[str]:
    """The sources whose address is not there to be read already; the first of them where all are."""
    return [source for source in sources if not any(source.rstrip("/") in line for line in said)] or sources[:1]
