"""Whether a file is a picture that can be posted, which its first bytes tell; and which picture it is."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from echobot.content.patterns import Sentence
from echobot.content.sentences import probable

LARGEST = 10_000_000  # bytes; more than that is not taken by most servers

_BEGINNINGS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
_LONGEST_BEGINNING = 12
_ABSENT = ("is not there", "put the picture there, or mend the path")


def wrong_with(picture: Path, inside: Path) -> Sentence | None:
    """Why the picture cannot be posted: it has to be one, and in this folder or below."""
    try:
        return _wrong_with_place(picture, inside) or _wrong_with_file(picture)
    except OSError as error:
        return f"cannot be read ({error.strerror})", "put a readable picture there"
    except ValueError:  # no file can have this name
        return _ABSENT


def digest(picture: Path) -> str:
    """The same for the same picture, wherever it lies; empty for what cannot be posted anyway."""
    try:
        fits = picture.is_file() and picture.stat().st_size <= LARGEST
        return sha256(picture.read_bytes()).hexdigest() if fits else ""
    except (OSError, ValueError):
        return ""


def _wrong_with_place(picture: Path, inside: Path) -> Sentence | None:
    if Path(os.path.realpath(picture)).is_relative_to(os.path.realpath(inside)):
        return None
    instead = "put the picture inside, and write its path from the folder of this file"
    return "leads out of the knowledge base", instead


def _wrong_with_file(picture: Path) -> Sentence | None:
    if not picture.is_file():
        beside = [other.name for other in picture.parent.glob("*.*") if other.is_file()]
        return _ABSENT[0], probable(picture.name, beside) or _ABSENT[1]
    if picture.stat().st_size > LARGEST:
        return f"is larger than {LARGEST // 1_000_000} MB", "make it smaller"
    with picture.open("rb") as file:
        begins = file.read(_LONGEST_BEGINNING)
    if not (begins.startswith(_BEGINNINGS) or _is_webp(begins)):
        return "is not a picture in PNG, JPEG, WebP or GIF", "save it as one of these; another name is not enough"
    return None


def _is_webp(begins: bytes) -> bool:
    return begins[:4] == b"RIFF" and begins[8:] == b"WEBP"
