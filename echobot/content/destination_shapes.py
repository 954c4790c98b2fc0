"""The shape of the places that announcements go to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from echobot.content.patterns import ROOM_OR_ADDRESS
from echobot.content.sentences import suggestion
from echobot.content.shapes import Id, LanguageCode, Number, Shape, each_once
from echobot.content.times import Zone

RoomOrAddress = Annotated[str, StringConstraints(pattern=ROOM_OR_ADDRESS)]
Languages = Annotated[tuple[LanguageCode, ...], Field(min_length=1), AfterValidator(each_once)]
Zones = Annotated[tuple[Zone, ...], AfterValidator(each_once)]

_OF_MATRIX = ("room", "mention_room")
_OF_MASTODON = ("visibility", "characters")


class DestinationShape(Shape):
    account: Id = Field(description="Which of the accounts posts there", examples=["room-bot"])
    languages: Languages = Field(description="In which languages, in this order", examples=[["en", "fr"]])
    room: RoomOrAddress = Field(
        "", description="On Matrix: the room's id or its address", examples=["#visits:example.org"]
    )
    mention_room: bool = Field(False, description="On Matrix: call everybody in the room", examples=["true"])
    visibility: Literal["public", "unlisted", "private"] = Field(
        "public", description="On Mastodon: who may see the first post; what follows is unlisted", examples=["public"]
    )
    characters: Number = Field(500, description="On Mastodon: how long a post may be there", examples=[500])
    zones: Zones = Field((), description="Whose local time is added where it differs", examples=[["Europe/Lisbon"]])


def unfit(destination: DestinationShape, accounts: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """What does not fit the networks that the accounts are on: the key, what is wrong, what to write instead."""
    name = destination.account
    match accounts.get(name):
        case None:
            instead = suggestion(name, accounts) if accounts else "describe it below `accounts:`"
            yield "account", f"there is no account `{name}`", instead
        case "matrix":
            if not destination.room:
                yield "account", f"`{name}` is on Matrix, and no room is named", 'add `room: "#visits:example.org"`'
            yield from _strange(destination, _OF_MASTODON, f"`{name}` is on Matrix")
        case _:
            yield from _strange(destination, _OF_MATRIX, f"`{name}` is on Mastodon")


def _strange(destination: DestinationShape, keys: Iterable[str], where: str) -> Iterator[tuple[str, str, str]]:
    for key in keys:
        if key in destination.model_fields_set:
            yield key, f"{where}, where there is no such thing", "take the line out, or name another account"
