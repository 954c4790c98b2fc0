"""How the bot speaks each language and reads it: the files of languages/xx/ become language packs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import ValidationError

from echobot.content.patterns import LANGUAGE, PATTERNS
from echobot.content.places import BRACKETS, braced, places
from echobot.content.sentences import problems, quoted, suggestion
from echobot.content.shapes import CuesShape, LanguageShape, TalkShape, WordsShape
from echobot.content.yaml_tree import Tree
from echobot.core.knowledge import Intent, Language, LanguagePack, Talk
from echobot.core.problem import Problem, Severity
from echobot.core.text import fold
from echobot.core.text import words as split
from echobot.core.wording import PHRASES

_Parts: TypeAlias = dict[str, tuple[Any, Tree]]
"""What a language's files say under each of their keys, and where."""


_STANDS_IN = "en"
"""Its shipped phrases stand in where a folder's own are not complete: a new version may want more than those have."""


def language_of(file: Path, folder: Path) -> str | None:
    """The name of the folder in languages/ that holds the file; "" right in languages/, None elsewhere."""
    parts = file.relative_to(folder).parts
    if parts[0] != "languages":
        return None
    return parts[1] if len(parts) > 2 else ""


def read_packs(
    own: Iterable[tuple[str, Tree]], shipped: Iterable[tuple[str, Tree]]
) -> tuple[dict[Language, LanguagePack], list[Problem]]:
    """A pack for each language; what a folder has of its own takes the place of the same key of the shipped pack."""
    found: list[Problem] = []
    parts: dict[str, _Parts] = defaultdict(
        dict, {language: dict(said) for language, said in _parts(shipped, found).items()}
    )
    standing_in = {language: said["phrases"][0] for language, said in parts.items() if "phrases" in said}
    shipped_talk = {language: said["talk"][0] for language, said in parts.items() if "talk" in said}
    for language, said in _parts(own, found).items():
        parts[language].update(said)
    for language, said in parts.items():
        found.extend(_check(language, said))
        _complete(said, {**standing_in.get(_STANDS_IN, {}), **standing_in.get(language, {})})
        _complete_talk(said, shipped_talk.get(language))
    complete = {Language(language): _pack(language, said) for language, said in parts.items() if "phrases" in said}
    return complete, found


def _parts(trees: Iterable[tuple[str, Tree]], found: list[Problem]) -> Mapping[str, _Parts]:
    parts: dict[str, _Parts] = defaultdict(dict)
    for language, tree in trees:
        if not re.match(LANGUAGE, language):
            found.append(_misplaced(language, tree))
            continue
        try:
            shape = LanguageShape.model_validate(tree.root)
        except ValidationError as error:
            found.extend(problems(error, LanguageShape, tree))
            continue
        for key in shape.model_fields_set:
            if key in parts[language]:
                found.append(_twice(key, tree, parts[language][key][1]))
            parts[language][key] = getattr(shape, key), tree
    return parts


def _misplaced(language: str, tree: Tree) -> Problem:
    wrong = f"the folder {quoted(language)} {PATTERNS[LANGUAGE][0]}" if language else "this file is of no language"
    return tree.problem((), wrong, "put the file into a folder such as languages/fr/")


def _twice(key: str, tree: Tree, first: Tree) -> Problem:
    return tree.problem((key,), f"`{key}` is also in {first.file}", "keep one of the two", at_key=True)


def _complete(said: _Parts, standing_in: Mapping[str, str]) -> None:
    """The shipped phrases of the same language stand in first."""
    if "phrases" in said:
        phrases, tree = said["phrases"]
        said["phrases"] = {**standing_in, **phrases}, tree


def _complete_talk(said: _Parts, shipped: TalkShape | None) -> None:
    """Whoever asks to be forgotten is understood, also by a talk.yaml from before that could be asked."""
    if shipped and "talk" in said:
        talk, tree = said["talk"]
        lacking = {"forget", "privacy"} - talk.model_fields_set
        said["talk"] = talk.model_copy(update={key: getattr(shipped, key) for key in lacking}), tree


def _pack(language: str, said: _Parts) -> LanguagePack:
    cues = _cues(said)
    words: WordsShape = said["words"][0] if "words" in said else WordsShape.model_validate({})
    name = said["name"][0] if "name" in said else language
    phrases = said["phrases"][0]
    small, story = _folded(words.small), _folded(words.story)
    endings = tuple(map(fold, words.endings))
    return LanguagePack(Language(language), name, phrases, cues, small, story, endings, _talk(said))


_ORDINALS = ("first", "second", "third")


def _talk(said: _Parts) -> Talk:
    talk: TalkShape = said["talk"][0] if "talk" in said else TalkShape.model_validate({})
    ordinals = tuple(getattr(talk, key) for key in _ORDINALS)
    return Talk(ordinals=ordinals, **{key: texts for key, texts in talk if key not in _ORDINALS})


def _folded(texts: Iterable[str]) -> frozenset[str]:
    """As questions are compared: "vôtre" and "l'" as "votre" and "l"."""
    return frozenset(word for text in texts for word in split(text))


def _cues(said: _Parts) -> Mapping[Intent, tuple[str, ...]]:
    cues: CuesShape = said["cues"][0] if "cues" in said else CuesShape.model_validate({})
    return {Intent(key): texts for key, texts in cues.model_dump(by_alias=True).items()}


def _check(language: str, said: _Parts) -> Iterator[Problem]:
    anywhere = next(iter(said.values()))[1]
    if "phrases" in said:
        yield from _check_phrases(*said["phrases"])
    else:
        yield anywhere.problem(
            (), f"the bot's own `phrases` are missing in {language}", "copy a phrases.yaml and translate it"
        )
    if "name" not in said:
        yield _warning(
            said.get("phrases", (None, anywhere))[1], "`name` is missing", "write what the language calls itself"
        )
    for intent, texts in _cues(said).items():
        if not texts:
            wrong = f"there are no cues under `{intent}` in {language}"
            yield _warning(said.get("cues", (None, anywhere))[1], wrong, "write in cues.yaml what people say for it")
    if "words" not in said:
        yield _warning(
            anywhere, f"`words` are missing in {language}", "write the small words of the language in words.yaml"
        )


def _warning(tree: Tree, wrong: str, instead: str) -> Problem:
    return tree.problem((), wrong, instead, Severity.WARNING)


def _check_phrases(phrases: Mapping[str, str], tree: Tree) -> Iterator[Problem]:
    for name in [each for each in PHRASES if each not in phrases]:
        instead = f"add it{_with(PHRASES[name])}; until then it is said as it is shipped"
        yield tree.problem(("phrases",), f"the phrase `{name}` is missing", instead, Severity.WARNING, at_key=True)
    for name, phrase in phrases.items():
        if name in PHRASES:
            yield from _check_places(name, phrase, tree)
        else:
            wrong, instead = f"unknown phrase `{name}`", suggestion(name, PHRASES)
            yield tree.problem(("phrases", name), wrong, instead, Severity.WARNING, at_key=True)


def _check_places(name: str, phrase: str, tree: Tree) -> Iterator[Problem]:
    known = PHRASES[name]
    try:
        said = places(phrase)
    except ValueError:
        yield tree.problem(("phrases", name), f"a bracket in `{name}` is not closed or not opened", BRACKETS)
        return
    for place in sorted(said - known):
        instead = f"it may hold {braced(known)}" if known else "write it without { }"
        yield tree.problem(("phrases", name), f"`{name}` has no value for {{{place}}}", instead)
    missing = known - said
    if missing and said <= known:
        wrong = f"`{name}` does not say {braced(missing)}"
        yield tree.problem(("phrases", name), wrong, "put it where the value belongs", Severity.WARNING)


def _with(places: Iterable[str]) -> str:
    return f", with {braced(places)}" if places else ""
