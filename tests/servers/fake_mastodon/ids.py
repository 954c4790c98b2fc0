"""Ids as the servers make them: texts that only their own server can put in order."""

import re
from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import Any

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Order(ABC):
    """A series of ids; with a frozen clock, later ones still come later."""

    def __init__(self) -> None:
        self._made = 0

    def next(self, at: datetime) -> str:
        self._made += 1
        return self._id(round((at - EPOCH).total_seconds() * 1000), self._made)

    @abstractmethod
    def _id(self, milliseconds: int, number: int) -> str: ...

    @staticmethod
    def rank(text: str) -> Any:
        """What to compare ids by."""
        return text


class Serials(Order):
    """Mastodon's notifications: a counter; its first ids differ in length, so that comparing texts fails early."""

    def _id(self, milliseconds: int, number: int) -> str:
        return str(97 + number)

    @staticmethod
    def rank(text: str) -> Any:
        """What Rails makes of any text: its leading digits, or nothing."""
        digits = re.match(r"\d+", text)
        return int(digits[0]) if digits else 0


class Snowflakes(Serials):
    """Mastodon's statuses: milliseconds and a counter, in decimals."""

    def _id(self, milliseconds: int, number: int) -> str:
        return str((milliseconds << 16) + number % 65_536)


class Ulids(Order):
    """GoToSocial's: 26 letters that order as text."""

    def _id(self, milliseconds: int, number: int) -> str:
        return _in_digits(milliseconds, _CROCKFORD, 10) + _in_digits(number * 7_919, _CROCKFORD, 16)


class Flakes(Order):
    """Pleroma's statuses: 128 bits in letters and digits."""

    def _id(self, milliseconds: int, number: int) -> str:
        return _in_digits((milliseconds << 64) + number, _BASE62, 18)


def _in_digits(number: int, alphabet: str, length: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, len(alphabet))
        digits = alphabet[digit] + digits
    return digits.rjust(length, alphabet[0])
