"""The shape of the knowledge files; whatever else stands in them is a problem."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from echobot.content.complaints import told
from echobot.content.lengths import Interval
from echobot.content.patterns import ID, LANGUAGE, LINK


def one_or_several(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def filled(value: Any) -> Any:
    """A key that may be left out is not left empty."""
    if value is None:
        raise told("there is nothing below it", "write what belongs there, or take the line out")
    return value


def each_once(values: tuple[str, ...]) -> tuple[str, ...]:
    """Nothing in it is written twice."""
    if twice := next((value for value in values if values.count(value) > 1), ""):
        raise told(f"`{twice}` is written twice", "take one of the two out")
    return values


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else _no_day()
    except (TypeError, ValueError):
        return _no_day()


def _no_day() -> date:
    raise PydanticCustomError("day", "not a date")


def _whole_link(source: str) -> str:
    if re.match(r"\w+://|www\.", source) and not re.match(LINK, source):
        raise PydanticCustomError("string_pattern_mismatch", "not a link", {"pattern": LINK})
    return source


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Id = Annotated[str, StringConstraints(pattern=ID, max_length=80)]
LanguageCode = Annotated[str, StringConstraints(pattern=LANGUAGE)]
Link = Annotated[str, StringConstraints(strip_whitespace=True, pattern=LINK, max_length=1000)]
Source = Annotated[Text, AfterValidator(_whole_link)]
Number = Annotated[int, Field(ge=1, le=1_000_000)]
Day = Annotated[date, BeforeValidator(_day)]
SomeTexts = Annotated[
    Annotated[tuple[Text, ...], Field(min_length=1)],
    BeforeValidator(one_or_several, json_schema_input_type=Text | list[Text]),
]
ByLanguage: TypeAlias = dict[LanguageCode, Text]
NoTexts: TypeAlias = tuple[Text, ...]

_SOURCES = "Where it comes from: a link, or an article's name"
_REVIEWED = "The day on which somebody last read it and found it right"
_REVIEW_EVERY = "How long after that somebody should read it again"
_VALID_UNTIL = "The last day on which it is true"


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ItemShape(Shape):
    """What entries, tools, needs and services have in common."""

    id: Id = Field(description="Its name inside the knowledge base: lower-case letters, digits and hyphens")
    sources: tuple[Source, ...] = Field((), description=_SOURCES, examples=[["https://example.org/article"]])
    reviewed: Day | None = Field(None, description=_REVIEWED, examples=["2026-11-20"])
    owner: Text = Field("", description="Who looks after it", examples=["Ada, Framasoft"])
    review_every: Interval | None = Field(None, description=_REVIEW_EVERY, examples=["6 months"])
    valid_until: Day | None = Field(None, description=_VALID_UNTIL, examples=["2027-06-30"])


class EntryShape(ItemShape):
    asked: dict[LanguageCode, SomeTexts] = Field(
        min_length=1, description="How people ask, by language; several a language", examples=[{"en": ["what is this"]}]
    )
    answer: ByLanguage = Field(
        min_length=1, description="What the bot answers, by language", examples=[{"en": "This is …"}]
    )
    title: ByLanguage = Field(
        {}, description="What to call it among choices, by language", examples=[{"en": "The fediverse"}]
    )
    lists: Literal["visits", "workshops"] | None = Field(
        None, description="What is to come of these is the answer, and `answer` when nothing is", examples=["visits"]
    )


class ToolShape(ItemShape):
    name: Text = Field(description="What it is called")
    other_names: NoTexts = Field((), description="Other spellings of its name", examples=[["next cloud"]])
    site: Link = Field(description="Its address", examples=["https://nextcloud.com"])
    licence: Text = Field(description="Its licence", examples=["AGPL-3.0-or-later"])
    sentence: ByLanguage = Field(
        min_length=1, description="What it is for, in one plain sentence, by language", examples=[{"en": "keeps files"}]
    )
    hosted: tuple[Link, ...] = Field(
        (), description="Where to use it without installing it", examples=[["https://framapad.org"]]
    )
    caution: ByLanguage = Field({}, description="An honest warning, by language", examples=[{"en": "It is new."}])


class NeedShape(ItemShape):
    name: ByLanguage = Field(
        min_length=1, description="A verb and its object, by language", examples=[{"en": "share files"}]
    )
    asked: dict[LanguageCode, SomeTexts] = Field(
        min_length=1, description="How people ask for it, by language", examples=[{"en": ["how can we share files"]}]
    )
    tools: tuple[Id, ...] = Field(min_length=1, description="Ids of tools, best first", examples=[["nextcloud"]])
    advice: ByLanguage = Field({}, description="How to choose, by language", examples=[{"en": "Ask who hosts it."}])


class ServiceShape(ItemShape):
    name: Text = Field(description="What it is called")
    other_names: NoTexts = Field((), description="Its name as people write it", examples=[["gdrive"]])
    needs: tuple[Id, ...] = Field(min_length=1, description="Ids of the needs it serves", examples=[["share-files"]])
    tools: tuple[Id, ...] = Field(min_length=1, description="Ids of tools, best first", examples=[["nextcloud"]])
    caution: ByLanguage = Field({}, description="An honest warning, by language", examples=[{"en": "It takes time."}])
    experience: ByLanguage = Field(
        {},
        description="What an association or a town made of it, by language",
        examples=[{"en": "Lyon moved in 2025."}],
    )


class CuesShape(Shape):
    replace: NoTexts = Field((), description="Words that ask for something else instead", examples=[["instead of"]])
    what: NoTexts = Field((), description="Words that ask what something is", examples=[["what is"]])
    try_: NoTexts = Field((), alias="try", description="Words that ask where to try it", examples=[["where can I try"]])
    elsewhere: NoTexts = Field((), description="Words that ask what nothing here answers", examples=[["price", "down"]])


class WordsShape(Shape):
    small: NoTexts = Field((), description="Words that say nothing by themselves", examples=[["the", "please"]])
    story: NoTexts = Field((), description="Words that may stand around a need", examples=[["our", "association"]])
    endings: NoTexts = Field((), description="What the language adds to a name", examples=[["a", "om", "u"]])


class TalkShape(Shape):
    yes: NoTexts = Field((), description="Words that take the first choice", examples=[["yes", "ok"]])
    no: NoTexts = Field((), description="Messages that take none of the choices", examples=[["no", "none of these"]])
    why: NoTexts = Field((), description="Messages that ask where the last answer came from", examples=[["why"]])
    also: NoTexts = Field((), description="How a message begins that goes on", examples=[["and for", "what about"]])
    first: NoTexts = Field((), description="Words for the first of the choices", examples=[["first"]])
    second: NoTexts = Field((), description="Words for the second", examples=[["second"]])
    third: NoTexts = Field((), description="Words for the third", examples=[["third"]])
    last: NoTexts = Field((), description="Words for the last", examples=[["last"]])
    both: NoTexts = Field((), description="Words that take all of the choices", examples=[["both", "all of them"]])
    number: NoTexts = Field((), description="What may stand beside its number", examples=[["number", "please"]])
    stop: NoTexts = Field((), description="Messages of somebody who wants no more answers", examples=[["stop"]])
    start: NoTexts = Field((), description="Messages of somebody who wants answers again", examples=[["start"]])
    forget: NoTexts = Field((), description="Messages of somebody to be forgotten", examples=[["forget me"]])
    privacy: NoTexts = Field((), description="Messages that ask what is kept about people", examples=[["privacy"]])


class LanguageShape(Shape):
    """A file of languages/xx/: any of these keys."""

    name: Text | None = Field(None, description="The language's name, in the language itself", examples=["français"])
    phrases: dict[str, Text] | None = Field(None, description="The bot's own sentences, by their names")
    cues: CuesShape | None = Field(None, description="Words that show what somebody wants of a name")
    words: WordsShape | None = Field(None, description="Words that say little")
    talk: TalkShape | None = Field(None, description="What people say to go on with a conversation")
