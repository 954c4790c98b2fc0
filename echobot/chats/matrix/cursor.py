"""How far was read, and by which device: the keys that were sent to another one meanwhile are still to be fetched."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cursor:
    """The homeserver's token; without a device it was made by this one, or by one that reads no encrypted rooms."""

    token: str
    device: str = ""

    @classmethod
    def read(cls, written: str) -> Cursor:
        """What `str` made of one."""
        token, _, device = written.partition(" ")  # no token has a space in it
        return cls(token, device)

    def __str__(self) -> str:
        return f"{self.token} {self.device}".rstrip()

    def is_of(self, device: str) -> bool:
        """Whether this device got all that was sent to it until then."""
        return self.device in {"", device}
