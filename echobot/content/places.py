"""The places in a text that are filled in: what stands between braces."""

from __future__ import annotations

from collections.abc import Iterable
from string import Formatter

BRACKETS = "write {{ for a { that is meant as such"
"""What to do about a text that is no form."""


def places(text: str) -> set[str]:
    """Their names, with any `!r` or `:>9`, which none may have; raises `ValueError` where a brace stands alone."""
    found = set()
    for _, name, form, conversion in Formatter().parse(text):
        if name is not None:
            found.add(name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else ""))
    return found


def braced(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))
