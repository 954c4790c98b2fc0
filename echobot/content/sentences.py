"""Pydantic's errors, rewritten for somebody who edits a file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from echobot.content.patterns import PATTERNS, Sentence
from echobot.content.yaml_text import MOST
from echobot.content.yaml_tree import Trail, Tree
from echobot.core.problem import Problem

_SECRET = re.compile("password|passwd|secret|token|api_?key|credential", re.IGNORECASE)


def problems(error: ValidationError, shape: type[BaseModel], tree: Tree, start: Trail = ()) -> Iterator[Problem]:
    """Each of pydantic's errors as a problem in the file; `start` is where in the file the shape was looked for."""
    for detail in error.errors(include_url=False)[:MOST]:
        if not _only_seems_empty(detail):
            yield _problem((*start, *detail["loc"]), detail, shape, tree)


def _only_seems_empty(detail: ErrorDetails) -> bool:
    """Pydantic counts the right items of a list; what is wrong with the others is told anyway."""
    return detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]


def unknown_key(key: str, known: Iterable[str]) -> Sentence:
    if _SECRET.search(key) and not key.endswith("_file"):
        return (
            f"`{key}` would put a secret into this file",
            "keep it in a file of its own and name that in `token_file`",
        )
    return f"unknown key `{key}`", suggestion(key, known)


def suggestion(typed: str, known: Iterable[str]) -> str:
    """The name that was probably meant, or all that there is to choose from."""
    known = sorted(known)
    return probable(typed, known) or "write one of " + ", ".join(f"`{name}`" for name in known)


def probable(typed: str, known: Collection[str]) -> str | None:
    close = get_close_matches(typed, known, n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else None


def quoted(value: Any) -> str:
    """The start of a text, as the person wrote it."""
    text = str(value).replace("\n", " ")
    return f'"{text[:60]}…"' if len(text) > 60 else f'"{text}"'


def label(trail: Trail) -> str:
    """What a person would call the value: `answer.fr`, or item 3 of `asked.fr`."""
    first_item = next((place for place, step in enumerate(trail[:-1], 1) if isinstance(step, int)), 0)
    steps = trail[first_item:]
    if steps and isinstance(steps[-1], int):
        return f"item {steps[-1] + 1} of `{'.'.join(map(str, steps[:-1] or trail[:-1]))}`"
    return f"`{'.'.join(map(str, steps))}`"


def _problem(trail: Trail, detail: ErrorDetails, shape: type[BaseModel], tree: Tree) -> Problem:
    kind, steps = detail["type"], detail["loc"]
    data = _below(tree.root, trail[: len(trail) - len(steps)])
    if kind == "missing":
        return tree.problem(trail, f"`{trail[-1]}` is missing", f"add it: {_wanted(_field(shape, steps, data))}")
    if kind == "extra_forbidden":
        return tree.problem(trail, *unknown_key(str(trail[-1]), _keys(shape, steps[:-1], data)), at_key=True)
    if trail[-1] == "[key]":
        wrong, instead = _unfit(detail, None)
        return tree.problem(trail[:-1], f"{label(trail[:-2])}: {wrong}", instead, at_key=True)
    trail = tree.existing(trail)
    wrong, instead = _SENTENCES.get(kind, _other)(detail, _field(shape, steps, data))
    return tree.problem(trail, f"{label(trail)} {wrong}", instead)


def _text(detail: ErrorDetails, field: FieldInfo | None) -> Sentence:
    if detail["input"] is None or isinstance(detail["input"], str):
        or_none = "" if field and field.is_required() else ", or take the line out"
        return "is empty", f'write a text{or_none}; what begins with "#" goes between quotation marks'
    return f"should be a text, but there {_found(detail)}", "write a text, if need be between quotation marks"


def _list(detail: ErrorDetails, _: FieldInfo | None) -> Sentence:
    return f"should be a list, but there {_found(detail)}", 'write each item on a line of its own, after "- "'


def _mapping(detail: ErrorDetails, field: FieldInfo | None) -> Sentence:
    return f"should have keys below it, but there {_found(detail)}", f"write {_wanted(field)}"


def _empty(_: ErrorDetails, field: FieldInfo | None) -> Sentence:
    return "is empty", f"write {_wanted(field)}"


def _too_long(detail: ErrorDetails, _: FieldInfo | None) -> Sentence:
    return f"has more than {detail['ctx']['max_length']} characters", "write it shorter"


def _unfit(detail: ErrorDetails, _: FieldInfo | None) -> Sentence:
    wrong, instead = PATTERNS[detail["ctx"]["pattern"]]
    return f"{quoted(detail['input'])} {wrong}", instead


def _day(detail: ErrorDetails, _: FieldInfo | None) -> Sentence:
    return f"is {quoted(detail['input'])}, which is not a date", "write it as 2026-11-20"


def _number(detail: ErrorDetails, _: FieldInfo | None) -> Sentence:
    return f"is {quoted(detail['input'])}, which is not a number from 1 to a million", "write it in digits"


def _neither(detail: ErrorDetails, _: FieldInfo | None) -> Sentence:
    return f"is {quoted(detail['input'])}, which is neither true nor false", "write true or false"


def _not_known(detail: ErrorDetails, _: FieldInfo | None) -> Sentence:
    return f"is {quoted(detail['input'])}, which is not known here", f"write {detail['ctx']['expected']}"


def _password(_: ErrorDetails, __: FieldInfo | None) -> Sentence:
    return "holds a password", "take it out; name its file by ?password_file=, or set PGPASSWORD"


def _credentials(_: ErrorDetails, __: FieldInfo | None) -> Sentence:
    return "holds a password or a token", "take it out; git finds it in ~/.netrc or asks its credential helper"


def _too_often(_: ErrorDetails, __: FieldInfo | None) -> Sentence:
    return "is less than ten seconds", "write 10s or more, to spare the server"


def _other(detail: ErrorDetails, field: FieldInfo | None) -> Sentence:
    return f"cannot be used: {detail['msg'].lower()}", f"write {_wanted(field)}"


def _when(detail: ErrorDetails, _: FieldInfo | None) -> Sentence:
    return (
        f"is {quoted(detail['input'])}, which is not a time",
        'write it as 2027-03-14, or with an hour, "2027-03-14 10:00", or only the month, 2027-03',
    )


def _told(detail: ErrorDetails, _: FieldInfo | None) -> Sentence:
    """Whoever found it said what is wrong."""
    return f"cannot be used: {detail['ctx']['wrong']}", detail["ctx"]["instead"]


def _one_hour(_: ErrorDetails, __: FieldInfo | None) -> Sentence:
    return "has an hour at one end only", "write an hour in both `starts` and `ends`, or in neither"


def _one_month(_: ErrorDetails, __: FieldInfo | None) -> Sentence:
    return "has a month alone at one end only", "write the day in both `starts` and `ends`, or in neither"


def _backwards(_: ErrorDetails, __: FieldInfo | None) -> Sentence:
    return "ends before it starts", "mend `starts` or `ends`"


_SENTENCES: dict[str, Callable[[ErrorDetails, FieldInfo | None], Sentence]] = {
    "string_type": _text,
    "string_too_short": _text,
    "string_too_long": _too_long,
    "string_pattern_mismatch": _unfit,
    "tuple_type": _list,
    "dict_type": _mapping,
    "model_type": _mapping,
    "too_short": _empty,
    "day": _day,
    "int_parsing": _number,
    "int_type": _number,
    "greater_than_equal": _number,
    "less_than_equal": _number,
    "bool_parsing": _neither,
    "bool_type": _neither,
    "literal_error": _not_known,
    "password": _password,
    "credentials": _credentials,
    "too_often": _too_often,
    "when": _when,
    "told": _told,
    "one_hour": _one_hour,
    "one_month": _one_month,
    "backwards": _backwards,
}


def _found(detail: ErrorDetails) -> str:
    match detail["input"]:
        case None:
            return "is nothing"
        case str(text):
            return f"is the text {quoted(text)}"
        case list():
            return "is a list"
        case dict():
            return "are keys below it"
        case other:
            return f"is {other}"


def _wanted(field: FieldInfo | None) -> str:
    """What the field is for, and an example of it."""
    if field is None:
        return "it as knowledge/README.md shows"
    example = f", such as {json.dumps(field.examples[0], ensure_ascii=False)}" if field.examples else ""
    description = field.description or "what it should be"
    return description[:1].lower() + description[1:] + example


def _keys(shape: type[BaseModel], steps: Trail, data: Any) -> list[str]:
    inner, _ = _inner(shape, steps, data)
    return list(_fields(inner)) if _is_shape(inner) else []


def _field(shape: type[BaseModel], steps: Trail, data: Any) -> FieldInfo | None:
    return _inner(shape, steps, data)[1]


def _inner(shape: Any, steps: Trail, data: Any) -> tuple[Any, FieldInfo | None]:
    """The type that the steps lead to, and the last field on the way; of several types, the one of the data's kind."""
    field: FieldInfo | None = None
    for step in steps:
        data = _below(data, (step,))
        if _is_shape(shape):
            field = _fields(shape).get(str(step))
            shape = field.annotation if field else None
        else:
            shape = next(reversed([kind for kind in get_args(shape) if kind is not ...]), None)
        shape = _bare(shape, data)
    return shape, field


def _below(data: Any, trail: Trail) -> Any:
    """What the trail leads to in what was read; None where it leads nowhere."""
    for step in trail:
        try:
            data = data[step]
        except (LookupError, TypeError):
            return None
    return data


def _bare(annotation: Any, data: Any) -> Any:
    """The type inside `Annotated[…]` and `… | None`."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0], data)
    if get_origin(annotation) in {Union, UnionType}:
        kinds = get_args(annotation)
        return _bare(next((kind for kind in kinds if _is_of_kind(kind, data)), kinds[0]), data)
    return annotation


def _is_of_kind(annotation: Any, data: Any) -> bool:
    kind = _fields(annotation).get("kind") if _is_shape(annotation) else None
    return kind is not None and _below(data, ("kind",)) in get_args(kind.annotation)


def _is_shape(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _fields(shape: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in shape.model_fields.items()}
