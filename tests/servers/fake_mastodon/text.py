"""What a server finds in a text: addresses, handles, hashtags; and how long it says that the text is."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import grapheme  # type: ignore[import-untyped]
from linkify_it.tlds import TLDS

URL_LENGTH = 23  # `characters_reserved_per_url`

# The rules below are Mastodon's (app/models/account.rb, app/models/tag.rb) and those of twitter-text, which it uses.
_USERNAME = r"(?a:[a-z0-9_]+(?:[a-z0-9_.-]+[a-z0-9_]+)?)"
MENTION = re.compile(rf"(?<![=/\w])@(?P<username>{_USERNAME})(?:@(?P<domain>[\w.-]+\w+))?", re.IGNORECASE)
_HASHTAG = re.compile(r"(?<![=/)\w])[#＃](?P<hashtag>[\w·]*[^\W\d_][\w·]*)")
_URL = re.compile(r"(?<![\w@＠$#＃])https?://(?P<host>[\w-]+(?:\.[\w-]+)+)", re.IGNORECASE)
_NO_MENTION = re.compile(r"[@＠]|://|[\u00c0-\u024f]")  # a handle that goes on with these is none
_PATH = re.compile(
    r"""(?::\d+)?                                             # port
    (?:/(?:[\w!*';:=+,.$%[\]~|&@/#-]|\([\w!*';:=+,.$%[\]~|&@/#-]*\))*(?<=[\w=/+#)-]))?   # ends in no punctuation
    (?:\?[\w!?*'@();:&=+$/%#[\],.~|-]*[\w&=#/-])?             # query""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Entity:
    kind: str  # url, mention, hashtag
    text: str  # an address, a handle without its first @, a hashtag without its #
    start: int
    end: int


def handles(text: str) -> Iterator[tuple[str, str | None]]:
    """Everybody whom a text mentions, as username and domain."""
    for found in MENTION.finditer(text):
        yield found["username"], found["domain"]


def entities(text: str) -> list[Entity]:
    """In order and without overlaps: of two that overlap, the first stays."""
    found = sorted([*_urls(text), *_mentions(text), *_hashtags(text)], key=lambda entity: entity.start)
    apart: list[Entity] = []
    for entity in found:
        if not apart or apart[-1].end <= entity.start:
            apart.append(entity)
    return apart


def rewritten(text: str, rewrite: Callable[[Entity], str], plain: Callable[[str], str] = str) -> str:
    """A text with its entities and what is between them each rewritten."""
    pieces, end = [], 0
    for entity in entities(text):
        pieces += [plain(text[end : entity.start]), rewrite(entity)]
        end = entity.end
    return "".join([*pieces, plain(text[end:])])


def countable_length(text: str, spoiler_text: str = "") -> int:
    """Grapheme clusters, each address with a protocol as 23, each handle without its domain."""
    return int(grapheme.length(spoiler_text + rewritten(text, _counted)))


def _counted(entity: Entity) -> str:
    match entity.kind:
        case "url":
            return "x" * URL_LENGTH
        case "mention":
            return "@" + entity.text.split("@")[0]
        case _:
            return "#" + entity.text


def _urls(text: str) -> Iterator[Entity]:
    for found in _URL.finditer(text):
        if length := _host_length(found["host"]):
            end = found.start("host") + length
            is_whole = length == len(found["host"])
            path = _PATH.match(text, end) if is_whole else None
            end = path.end() if path else end
            yield Entity("url", text[found.start() : end], found.start(), end)


def _host_length(host: str) -> int:
    """How much of a host ends in a real top-level domain; 0 if nothing does."""
    labels = host.split(".")
    for count in range(len(labels), 1, -1):
        if _is_top_level(labels[count - 1]):
            return len(".".join(labels[:count]))
    return 0


def _is_top_level(label: str) -> bool:
    try:
        return label.encode("idna").decode().upper() in TLDS
    except UnicodeError:
        return False


def _mentions(text: str) -> Iterator[Entity]:
    for found in MENTION.finditer(text):
        if not _NO_MENTION.match(text, found.end()):
            yield Entity("mention", found[0][1:], found.start(), found.end())


def _hashtags(text: str) -> Iterator[Entity]:
    for found in _HASHTAG.finditer(text):
        yield Entity("hashtag", found["hashtag"], found.start(), found.end())
