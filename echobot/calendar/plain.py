"""Texts out of somebody's file, made safe to print and to write into YAML."""

from __future__ import annotations

import json

_LONGEST_LINE = 120


def plain(text: str) -> str:
    """Without what no keyboard writes: control characters, and those that turn the direction of reading."""
    lines = ("".join(map(_visible, line)).strip() for line in text.splitlines())
    return "\n".join(lines).strip()


def one_line(text: str, longest: int = _LONGEST_LINE) -> str:
    """On one line, cut where it is too long."""
    return shortened(" ".join(plain(text).split()), longest)


def shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def quoted(text: str) -> str:
    """JSON's quotation marks are YAML's as well."""
    return json.dumps(text, ensure_ascii=False)


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    return character if character.isprintable() else ""
