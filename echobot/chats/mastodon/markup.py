"""HTML, however broken, as elements that are opened and closed in order, with the text between.

The standard library's parser raises on some texts ("<![x[", a number of five thousand digits) and takes seconds for
others ("<a " ten thousand times); what strangers' servers send may do neither. Here each character is looked at a
bounded number of times: nothing that was searched for in vain is searched for again.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

BLOCKS = frozenset([
    "address", "article", "aside", "blockquote", "center", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p",
    "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
])  # fmt: skip
"""What a browser begins on a new line."""

_VOID = frozenset(["area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
_UNSEEN = frozenset(["head", "script", "style", "template", "title"])
_QUOTE = "quote-inline"  # "RE: address", for servers that cannot show a quoted post

_QUOTED = r"\"[^\"]*+\"|'[^']*+'"
_MARKUP = re.compile(
    rf"<(?P<closes>/?)(?P<name>[a-zA-Z][^\s/>]*+)(?P<attributes>(?:[^>=]++|=\s*+(?:{_QUOTED})|=)*+)>"
    r"|<!--(?s:.*?)-->|<(?:!(?!--)|\?|/(?![a-zA-Z]))[^>]*+>|(?P<literal><(?![a-zA-Z/!?]))"
)
_ATTRIBUTE = re.compile(rf"([^\s=/\"'>]++)(?:\s*+=\s*+({_QUOTED}|[^\s>]++))?")
_REFERENCE = re.compile(r"&(?:#[0-9]{1,9}|#[xX][0-9a-fA-F]{1,8}|[a-zA-Z][a-zA-Z0-9]{1,31});")


@dataclass(frozen=True, slots=True)
class Opened:
    name: str
    attributes: Mapping[str, str]

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()


@dataclass(frozen=True, slots=True)
class Closed:
    name: str


Event: TypeAlias = Opened | Closed | str


def visible(source: str) -> Iterator[Event]:
    """The elements and texts that a reader sees; each that is opened is closed, the innermost first."""
    hidden = 0
    for event in _balanced(_tokens(source)):
        if hidden or (isinstance(event, Opened) and (event.name in _UNSEEN or _QUOTE in event.classes)):
            hidden += isinstance(event, Opened) - isinstance(event, Closed)
        else:
            yield event


def _tokens(source: str) -> Iterator[Event]:
    """As they stand. A tag or a comment that never ends is text, and so is all that follows it."""
    at = 0
    while (start := source.find("<", at)) >= 0:
        yield _decoded(source[at:start])
        at = start
        if not (found := _MARKUP.match(source, start)):
            break
        at = found.end()
        if found["literal"]:
            yield "<"
        elif name := (found["name"] or "").lower():
            yield Closed(name) if found["closes"] else Opened(name, _attributes(found["attributes"]))
    yield _decoded(source[at:])


def _balanced(tokens: Iterable[Event]) -> Iterator[Event]:
    """As a browser mends it: a block ends a paragraph, a link ends a link, whoever closes closes all within."""
    stack: list[str] = []
    counts: Counter[str] = Counter()
    for token in tokens:
        if isinstance(token, str):
            yield token
            continue
        if isinstance(token, Closed) and token.name in BLOCKS and not counts[token.name]:
            yield from (Opened("div", {}), Closed("div"))  # nothing was open: still a new line
        for name in _ended(stack, counts, _ends(token)):
            yield Closed(name)
        if isinstance(token, Opened):
            yield token
            if token.name in _VOID:
                yield Closed(token.name)
            else:
                stack.append(token.name)
                counts[token.name] += 1
    yield from (Closed(name) for name in reversed(stack))


def _ended(stack: list[str], counts: Counter[str], name: str) -> Iterator[str]:
    """The innermost elements up to the one with the name, if there is one."""
    while counts[name]:
        last = stack.pop()
        counts[last] -= 1
        yield last
        if last == name:
            return


def _ends(token: Opened | Closed) -> str:
    if isinstance(token, Opened) and token.name != "a":
        return "p" if token.name in BLOCKS else ""
    return token.name


def _attributes(written: str) -> Mapping[str, str]:
    """The first of each name counts."""
    found = [(name.lower(), _decoded(_unquoted(value))) for name, value in _ATTRIBUTE.findall(written)]
    return dict(reversed(found))


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def _decoded(text: str) -> str:
    """Once, and only what ends as it should: "&copy=1" in an address is no sign."""
    return _REFERENCE.sub(lambda found: html.unescape(found[0]), text)
