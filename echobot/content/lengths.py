"""Lengths of time as people write them: "90s", "2h", "14 days", "6 months"."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from echobot.content.patterns import DURATION, INTERVAL

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}


def _duration(value: Any) -> timedelta:
    if not isinstance(value, str) or not re.match(DURATION, value.strip()):
        raise PydanticCustomError("string_pattern_mismatch", "no duration", {"pattern": DURATION})
    number, unit = re.findall(r"\d+|[a-z]", value)[:2]
    return timedelta(**{_UNITS[unit]: int(number)})


def _interval(value: Any) -> timedelta:
    if not isinstance(value, str) or not re.match(INTERVAL, value.strip()):
        raise PydanticCustomError("string_pattern_mismatch", "no interval", {"pattern": INTERVAL})
    number, unit = re.findall(r"\d+|[a-z]+", value)
    return timedelta(days=int(number) * _DAYS[unit.rstrip("s")])


Duration = Annotated[timedelta, BeforeValidator(_duration), WithJsonSchema({"type": "string", "pattern": DURATION})]
Interval = Annotated[timedelta, BeforeValidator(_interval), WithJsonSchema({"type": "string", "pattern": INTERVAL})]
