"""A status's HTML as plain text, with the people in it by their handles and the bot by a sign."""

from __future__ import annotations

from dataclasses import dataclass

from echobot.chats.mastodon import links
from echobot.chats.mastodon.calling import CALL
from echobot.chats.mastodon.markup import BLOCKS, Closed, Event, Opened, visible
from echobot.chats.mastodon.people import People
from echobot.chats.mastodon.plain import Plain

_SPACES = frozenset(["td", "th"])


@dataclass(frozen=True, slots=True)
class Rendered:
    text: str
    called: bool  # whether a link to the bot was there; `CALL` stands in its place


def rendered(source: str, people: People, me: str) -> Rendered:
    """`me` is the id of the bot's account among those people; links are written with their addresses."""
    rendering = _Rendering(people, me)
    for event in visible(source):
        rendering.take(event)
    return Rendered(str(rendering.plain), rendering.called)


class _Rendering:
    """Goes through the elements in their order and writes what they say."""

    def __init__(self, people: People, me: str) -> None:
        self.plain = Plain()
        self.called = False  # whether a link to the bot was there
        self._people = people
        self._me = me
        self._lists: list[int | None] = []  # the number of the next item, where items have numbers
        self._kept = 0  # elements around that keep white space
        self._link: Opened | None = None
        self._label: list[str] = []

    def take(self, event: Event) -> None:
        match event:
            case Opened():
                self._open(event)
            case Closed():
                self._close(event.name)
            case _:
                self._say(event)

    def _say(self, text: str) -> None:
        if self._link:
            self._label.append(text)
        elif self._kept:
            self.plain.lines(text)
        else:
            self.plain.words(text)

    def _open(self, element: Opened) -> None:
        self._break(element.name)
        match element.name:
            case "a":
                self._link, self._label = element, []
            case "br":
                self._break_line()
            case "img":
                self._say(element.attributes.get("alt", ""))
            case "pre" | "code":
                self._kept += 1
            case "ul":
                self._lists.append(None)
            case "ol":
                self._lists.append(_number(element.attributes.get("start"), 1))
            case "li":
                self._begin_item(element)

    def _close(self, name: str) -> None:
        match name:
            case "a":
                self._write_link()
            case "pre" | "code":
                self._kept -= 1
            case "ul" | "ol":
                self._lists.pop()
        self._break(name)

    def _break_line(self) -> None:
        if self._link:
            self._label.append(" ")
        else:
            self.plain.line_break()

    def _break(self, name: str) -> None:
        if name in BLOCKS:
            self._end_label()
            self.plain.block(2 if name == "p" and not self._lists else 1)
        elif name in _SPACES:
            self._say(" ")

    def _end_label(self) -> None:
        """A link that goes on over a block shows its address where the first words of it end."""
        if any(text.strip() for text in self._label):
            self._write_link()
        else:
            self._label.clear()

    def _begin_item(self, element: Opened) -> None:
        number = self._lists[-1] if self._lists else None
        if number is not None:
            number = _number(element.attributes.get("value"), number)
            self._lists[-1] = number + 1
        self.plain.item("- " if number is None else f"{number}. ", len(self._lists) - 1)

    def _write_link(self) -> None:
        link, written = self._link, "".join(self._label)
        self._link, self._label = None, []
        if link is None:
            return
        label = " ".join(written.split())
        if not self._write_mention(link, label):
            self._write_label(link, label, written)

    def _write_mention(self, link: Opened, label: str) -> bool:
        """Whether the link names somebody whom the status mentions; some servers keep the "@" out of it."""
        person = self._people.at(link.attributes.get("href", "").strip())
        if not person or ("/" in label and "mention" not in link.classes):  # an address is meant as an address
            return False
        is_me = person.id == self._me
        self.called = self.called or is_me
        if is_me or label.strip("@"):  # of a link within a link the outer one has no name left
            self.plain.take_back("@")
            self.plain.words(CALL if is_me else f"@{person.acct}", apart=not is_me)
        return True

    def _write_label(self, link: Opened, label: str, written: str) -> None:
        target = links.address(link)
        named = links.is_tag(link, label) or links.is_handle(link, label) or self.plain.ends_with("#")
        if not target or named or not label:
            self._say(written)
        elif links.is_its_own_label(target, label):
            self.plain.words(target, apart=True)
        else:
            self.plain.words(f"{label} ({target})", apart=True)


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else otherwise
