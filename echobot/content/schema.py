"""JSON Schema, with which an editor completes and checks the YAML files."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from echobot.content.knowledge_shape import KnowledgeShape
from echobot.content.questions import QuestionsShape
from echobot.content.settings_shapes import SettingsShape
from echobot.content.shapes import LanguageShape
from echobot.core.wording import PHRASES
from echobot.errors import EchobotError

KINDS: dict[str, type[BaseModel]] = {
    "knowledge": KnowledgeShape,
    "language": LanguageShape,
    "questions": QuestionsShape,
    "settings": SettingsShape,
}


def schema(kind: str) -> dict[str, Any]:
    """The schema of one kind of file."""
    if kind not in KINDS:
        raise EchobotError(f'there is no schema "{kind}"; there are {", ".join(KINDS)}')
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **KINDS[kind].model_json_schema(by_alias=True)}
    if kind == "language":
        made["properties"]["phrases"] = _phrases()
    return made


def _phrases() -> dict[str, Any]:
    return {
        "description": "The bot's own sentences, by their names",
        "type": "object",
        "properties": {name: {"type": "string", "description": _places(name)} for name in PHRASES},
        "required": list(PHRASES),
    }


def _places(name: str) -> str:
    places = ", ".join(f"{{{place}}}" for place in sorted(PHRASES[name]))
    return f"May hold {places}" if places else "Said as it is"
