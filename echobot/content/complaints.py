"""What a shape finds wrong by itself, in words; of values that are wrong together, at the place of one of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from echobot.content.yaml_tree import Trail


class Complaint(NamedTuple):
    where: Trail  # from the shape that complains
    wrong: str
    instead: str


def told(wrong: str, instead: str) -> PydanticCustomError:
    """For a validator to raise; `content.sentences` passes it on."""
    return PydanticCustomError("told", "told", {"wrong": wrong, "instead": instead})


def refuse(complaints: Iterable[Complaint]) -> None:
    """Raises `ValidationError` with all of them, if there are any."""
    listed = [
        InitErrorDetails(type=told(wrong, instead), loc=where, input=None) for where, wrong, instead in complaints
    ]
    if listed:
        raise ValidationError.from_exception_data("complaints", listed)
