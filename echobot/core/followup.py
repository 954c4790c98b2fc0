"""What a short message means after an answer or after choices: "2", "both", "yes", "why?", "and Gmail?"."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum, auto
from functools import lru_cache

from echobot.core.knowledge import EntryId, LanguagePack
from echobot.core.text import words


class Wanted(Enum):
    """What somebody wants of the bot besides answers."""

    SILENCE = auto()
    ANSWERS = auto()
    FORGETTING = auto()
    PRIVACY = auto()


_SHORT = 6  # words: longer ones are a question of their own


def picked(
    text: str, offered: Sequence[EntryId], pack: LanguagePack | None, title: Callable[[EntryId], str]
) -> EntryId | None:
    """The choice that is meant: by its number, by its place, by "yes" (the first), or by words of its title alone."""
    if not offered:
        return None
    if (place := _number(text)) is not None:
        return offered[place] if 0 <= place < len(offered) else None
    if pack is None or not (said := _short(text)):
        return None
    place = _numbered(said, pack)
    if place is None:
        place = _place(said, pack, len(offered))
    if place is not None and place < len(offered):
        return offered[place]
    return _by_title(said, offered, pack, title)


def takes_all(text: str, pack: LanguagePack | None) -> bool:
    """Whether somebody wants all of the choices: "both", and nothing beside it but what goes with numbers."""
    if pack is None or not (said := _short(text)):
        return False
    beside = _beside_numbers(pack)
    for both in map(words, pack.talk.both):
        for start in range(len(said) - len(both) + 1):
            end = start + len(both)
            if both and said[start:end] == both and beside.issuperset(said[:start] + said[end:]):
                return True
    return False


def declines(text: str, pack: LanguagePack | None) -> bool:
    """Whether somebody wants none of the choices."""
    return pack is not None and _is_one_of(text, pack.talk.no)


def asks_why(text: str, pack: LanguagePack | None) -> bool:
    """Whether somebody wants to know where the last answer came from."""
    return pack is not None and _is_one_of(text, pack.talk.why)


def wanted(text: str, packs: Iterable[LanguagePack]) -> Wanted | None:
    """Whether the whole message says one of these things, in any language: one word is enough."""
    said = _short(text)
    for talk in (pack.talk for pack in packs if said):
        wishes = {
            Wanted.SILENCE: talk.stop,
            Wanted.ANSWERS: talk.start,
            Wanted.FORGETTING: talk.forget,
            Wanted.PRIVACY: talk.privacy,
        }
        if wish := next((wish for wish, texts in wishes.items() if tuple(said) in _all_words(texts)), None):
            return wish
    return None


def goes_on(text: str, pack: LanguagePack | None) -> str | None:
    """What "and for …?" asks about; None when the message does not begin like that."""
    said = _short(text)
    for start in (tuple(words(also)) for also in (pack.talk.also if pack else ())):
        if 0 < len(start) < len(said) and tuple(said[: len(start)]) == start:
            return " ".join(said[len(start) :])
    return None


def _is_one_of(text: str, texts: tuple[str, ...]) -> bool:
    """Whether the whole message is one of these, whatever its accents, capitals and marks."""
    said = _short(text)
    return bool(said) and tuple(said) in _all_words(texts)


@lru_cache(maxsize=200)
def _all_words(texts: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    """Those of each text, read once: every message is compared with them, also those of somebody who floods."""
    return frozenset(tuple(words(text)) for text in texts)


def _number(text: str) -> int | None:
    """From 0: "2", "2.", "(2)", "#2", "2!" are 1."""
    number = text.strip().strip("#.()[]!?:;, \t")
    return int(number) - 1 if number.isascii() and number.isdigit() and len(number) < 3 else None


def _numbered(said: Sequence[str], pack: LanguagePack) -> int | None:
    """The same of "number 2" and "yes, 2 please": one number, and nothing beside it but what goes with numbers."""
    numbers = [word for word in said if word.isdecimal()]
    others = set(said) - set(numbers)
    if len(numbers) != 1 or len(numbers) == len(said) or not _beside_numbers(pack).issuperset(others):
        return None
    place = _number(numbers[0])
    return place if place is None or place >= 0 else None


def _beside_numbers(pack: LanguagePack) -> set[str]:
    return set(words(" ".join((*pack.talk.number, *pack.talk.yes))))


def _short(text: str) -> list[str]:
    said = words(text[:200])
    return said if len(said) <= _SHORT else []


def _place(said: Sequence[str], pack: LanguagePack, count: int) -> int | None:
    if _agrees(said, pack):
        return 0
    telling = [word for word in said if word not in pack.small_words]
    places = [place for place, forms in enumerate(pack.talk.ordinals) if _says(forms, said)]
    places += [count - 1] if _says(pack.talk.last, said) else []
    return places[0] if len(places) == 1 and len(telling) <= 2 else None


def _agrees(said: Sequence[str], pack: LanguagePack) -> bool:
    """One of the language's ways to agree, and at most one small word after it: "yes please"."""
    for agreed in map(words, pack.talk.yes):
        rest = said[len(agreed) :]
        if agreed and list(said[: len(agreed)]) == agreed and len(rest) < 2 and pack.small_words.issuperset(rest):
            return True
    return False


def _says(forms: Sequence[str], said: Sequence[str]) -> bool:
    return any(word in said for form in forms for word in words(form))


def _by_title(
    said: Sequence[str], offered: Sequence[EntryId], pack: LanguagePack, title: Callable[[EntryId], str]
) -> EntryId | None:
    telling = {word for word in said if word not in pack.small_words}
    meant = [entry for entry in offered if telling and telling <= set(words(title(entry)))]
    return meant[0] if len(meant) == 1 else None
