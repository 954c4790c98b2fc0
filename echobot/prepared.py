"""A knowledge base made ready for answering, and kept so: the next start takes a third of the time.

What is kept is a pickle in the user's own cache. It is only read when nobody else can have written it, and only used
for the very files, program and libraries that it was made from. Before it stands what the knowledge base learnt about
itself: that is used for other files as well, where they hardly differ, so that an edit needs no new rehearsal.
"""

from __future__ import annotations

import os
import pickle
import stat
import sys
from collections.abc import Container, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, NamedTuple

import numpy as np

from echobot.core.answering import Answerer
from echobot.core.matching import Trust
from echobot.shipped import shipped_folder

_READ = frozenset({".yaml", ".yml", ".png", ".jpg", ".jpeg", ".webp", ".gif"})
"""What a knowledge base is made of: posters too, because a post is mended when its picture changes."""

_MOST_KEPT = 8  # knowledge bases; a state of a followed repository is one


class _MadeFrom(NamedTuple):
    """Digests; the first line of a kept file."""

    program: str
    files: str


def answerer(folder: Path | None = None) -> Answerer:
    """Ready to answer from the folder; raises `ProblemsFound` with every error in it."""
    folder = folder or shipped_folder()
    file, made_from = _cache_file(folder), _made_from(folder)
    if (kept := _read(file, made_from)) is not None:
        return kept
    from echobot.content.knowledge_folder import load_or_refuse  # noqa: PLC0415 - what the cache is there to spare

    ready = Answerer(load_or_refuse(folder))
    trust = ready.matcher.rehearse(_earlier(file.parent, made_from))
    _write(file, made_from, trust, ready)
    return ready


def forget(folder: Path) -> None:
    """Nobody will answer from this folder any more."""
    with suppress(OSError):
        _cache_file(folder).unlink(missing_ok=True)


def _cache_file(folder: Path) -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "echobot" / f"{sha256(os.fsencode(folder.resolve())).hexdigest()[:16]}.pickle"


def _read(file: Path, made_from: _MadeFrom) -> Answerer | None:
    with suppress(Exception), _opened(file) as opened:  # whatever is wrong with it, it can be made again
        if _header(opened) == made_from:
            _, kept = pickle.load(opened), pickle.load(opened)  # noqa: S301 - written by this user's own echobot
            return kept if isinstance(kept, Answerer) else None
    return None


def _earlier(cache: Path, made_from: _MadeFrom) -> Iterator[Trust]:
    """What this program learnt from other files; each state of a followed repository has a folder of its own."""
    for file in _kept(cache):
        with suppress(Exception), _opened(file) as opened:
            if _header(opened).program == made_from.program and isinstance(trust := pickle.load(opened), Trust):  # noqa: S301
                yield trust


def _opened(file: Path) -> BinaryIO:
    """Raises `PermissionError` when others can have written it."""
    opened = file.open("rb")
    if _is_ours_alone(os.fstat(opened.fileno())) and _is_ours_alone(file.parent.stat()):
        return opened
    opened.close()
    raise PermissionError(f"others can write {file}")


def _header(opened: BinaryIO) -> _MadeFrom:
    return _MadeFrom(*opened.readline().decode().split())


def _kept(cache: Path) -> list[Path]:
    """The newest first."""
    return sorted(cache.glob("*.pickle"), key=_kept_at, reverse=True)


def _kept_at(file: Path) -> float:
    """When; what another process has thrown away meanwhile is the oldest."""
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _write(file: Path, made_from: _MadeFrom, trust: Trust, ready: Answerer) -> None:
    """Whole or not at all; a cache that cannot be written is done without."""
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=file.parent, delete=False) as fresh:
            try:
                fresh.write(f"{' '.join(made_from)}\n".encode())
                pickle.dump(trust, fresh, pickle.HIGHEST_PROTOCOL)
                pickle.dump(ready, fresh, pickle.HIGHEST_PROTOCOL)
                fresh.close()
                Path(fresh.name).replace(file)
            finally:  # a full disk is not filled any further
                Path(fresh.name).unlink(missing_ok=True)
        for old in _kept(file.parent)[_MOST_KEPT:]:
            old.unlink(missing_ok=True)


def _is_ours_alone(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _made_from(folder: Path) -> _MadeFrom:
    """Changes whenever a file of the knowledge, the program, or a library that the pickle holds values of changes."""
    program = [sys.version, np.__version__, *_stamps(Path(__file__).parent, {".py"})]
    files = [stamp for place in (folder, shipped_folder() / "languages") for stamp in stamps(place)]
    return _MadeFrom(*(sha256("\n".join(parts).encode()).hexdigest() for parts in (program, files)))


def stamps(folder: Path) -> list[str]:
    """Of the files of a knowledge base: others as soon as one of them is edited, comes or goes."""
    return list(_stamps(folder, _READ))


def _stamps(folder: Path, suffixes: Container[str]) -> Iterator[str]:
    for file in sorted(path for path in folder.rglob("*.*") if path.suffix.lower() in suffixes):
        with suppress(OSError):
            status = file.stat()
            yield f"{file}:{status.st_size}:{status.st_mtime_ns}:{status.st_ino}"
