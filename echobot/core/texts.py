"""Texts that exist in several languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NewType, TypeAlias

Language = NewType("Language", str)
""""fr", "en", …: the name of a folder in knowledge/languages, or a key in an entry."""

Texts: TypeAlias = Mapping[Language, str]
"""The same text in several languages."""
