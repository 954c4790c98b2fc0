"""What ids, languages, addresses and durations look like, and what to say of those that don't."""

from __future__ import annotations

from typing import TypeAlias

Sentence: TypeAlias = tuple[str, str]
"""What is wrong, and what to write instead."""

ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"
LANGUAGE = r"^[a-z]{2,3}$"
LINK = r"^https?://[^\s/.]+(\.[^\s/.]+)+(/\S*)?$"
DURATION = r"^\d{1,6} ?(s|seconds?|m|min|minutes?|h|hours?|d|days?|w|weeks?)$"
INTERVAL = r"^[1-9]\d{0,3} ?(days?|weeks?|months?|years?)$"
SERVER_ADDRESS = r"^https?://[^\s/]+/?$"
SERVER_NAME = r"^[A-Za-z0-9.\-]+(:\d+)?$"
USER = r"^@[^\s:]+:\S+$"
HANDLE = r"^[^\s@]+@[^\s@]+\.[^\s@]+$"
ROOM = r"^!\S+$"
ROOM_OR_ADDRESS = r"^(!\S+|#[^\s:]+:\S+)$"
STORE = r"^(sqlite(\+\w+)?|postgresql)://.*$"
REPOSITORY = r"^((https|ssh)://[^\s/]+/\S+|[\w.\-]+@[\w.\-]+:\S+|file:///\S+|(/|\./|\.\./|~/)\S.*)$"
GIT_BRANCH = r"^\w[\w./\-]*$"
PORT = r"^([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])$"
IP_ADDRESS = r"^[\d.]+$|^[\da-fA-F:.]*:[\da-fA-F:.]*$"
CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"
INSIDE = r"^[^\s./][^/]*(/[^./][^/]*)*/?$"

PATTERNS: dict[str, Sentence] = {
    ID: ("is not an id", "write lower-case letters, digits and hyphens, such as share-files"),
    LANGUAGE: ("is not a language", "write its two or three letters, such as fr or en"),
    LINK: ("is not a link", "write the whole address, such as https://example.org"),
    DURATION: ("is not a length of time", "write it as 90s, 30m, 2h or 14 days"),
    INTERVAL: ("is not a length of time", "write it as 180 days, 6 months or 1 year"),
    SERVER_ADDRESS: ("is not the address of a server", "write it as https://example.org"),
    SERVER_NAME: ("is not the name of a server", "write it as example.org"),
    USER: ("is not a Matrix user", 'write it as "@echobot:example.org"'),
    HANDLE: ("is not somebody on Mastodon", 'write the name and the server: "ada@social.example.org"'),
    ROOM: ("is not the id of a room", 'write it as "!abc:example.org"; the settings of a room show it'),
    ROOM_OR_ADDRESS: (
        "is neither the id of a room nor its address",
        'write it as "!abc:example.org" or "#visits:example.org"',
    ),
    REPOSITORY: ("is not the address of a git repository", "write it as https://example.org/knowledge.git"),
    GIT_BRANCH: ("is not the name of a branch", "write it as main"),
    INSIDE: ("is not a folder inside the repository", "write its path from the top, such as knowledge"),
    PORT: ("is not a port", "write a number from 1 to 65535 that no other program uses, such as 8090"),
    IP_ADDRESS: ("is not an address of this machine", "write 127.0.0.1 for itself alone, 0.0.0.0 for all of them"),
    CLOCK: ("is not a time of day", 'write it as "22:00"'),
    STORE: (
        "is not the address of a store",
        "write it as sqlite:///echobot.db or postgresql://echobot@db.example.org/echobot",
    ),
}
