"""The shape of what is different in one room of a Matrix account."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from echobot.content.complaints import Complaint, refuse
from echobot.content.patterns import CLOCK, ROOM_OR_ADDRESS
from echobot.content.shapes import LanguageCode, Shape, Text
from echobot.content.times import Zone


def _time(value: Any) -> time:
    try:
        return time.fromisoformat(value) if len(value) == len("22:00") else _no_time()
    except (TypeError, ValueError):
        return _no_time()


def _no_time() -> time:
    raise PydanticCustomError("string_pattern_mismatch", "no time of day", {"pattern": CLOCK})


TimeOfDay = Annotated[time, BeforeValidator(_time), WithJsonSchema({"type": "string", "pattern": CLOCK})]
RoomName = Annotated[str, StringConstraints(pattern=ROOM_OR_ADDRESS)]


class HoursShape(Shape):
    start: TimeOfDay = Field(alias="from", description="When they begin", examples=["22:00"])
    end: TimeOfDay = Field(alias="to", description="When they end, if need be on the next day", examples=["08:00"])
    zone: Zone = Field(description="On the clocks of which zone", examples=["Europe/Paris"])

    @model_validator(mode="after")
    def _end(self) -> Self:
        if self.start == self.end:
            refuse([Complaint(("to",), "the hours end when they begin", "write another time")])
        return self


class RoomShape(Shape):
    language: LanguageCode | None = Field(
        None, description="What to answer in there when the question does not tell", examples=["fr"]
    )
    prefix: Text | None = Field(None, description="What calls the bot there", examples=["!bot"])
    threads_only: bool = Field(False, description="Whether to answer each question in a thread", examples=["true"])
    quiet: HoursShape | None = Field(
        None,
        description="Hours in which nothing is answered there",
        examples=[{"from": "22:00", "to": "08:00", "zone": "Europe/Paris"}],
    )
