"""The shape of `health:` in the settings."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from echobot.content.patterns import IP_ADDRESS, PORT
from echobot.content.shapes import Shape


def _port(value: Any) -> int:
    if not re.match(PORT, str(value).strip()):
        raise PydanticCustomError("string_pattern_mismatch", "no port", {"pattern": PORT})
    return int(value)


def _own_address(value: Any) -> str:
    try:
        return str(ip_address(value))
    except ValueError:
        raise PydanticCustomError("string_pattern_mismatch", "no address", {"pattern": IP_ADDRESS}) from None


Port = Annotated[int, BeforeValidator(_port), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 65535})]
IpAddress = Annotated[str, BeforeValidator(_own_address)]


class HealthShape(Shape):
    port: Port = Field(description="The port of the pages /healthz, /readyz and /metrics", examples=[8090])
    address: IpAddress = Field(
        "127.0.0.1", description="On which of the machine's addresses; else only on itself", examples=["127.0.0.1"]
    )
