"""What a reply has to carry over from the question: how public it may be, and its content warning."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

_FROM_WIDEST = ("public", "unlisted", "private", "direct")


@dataclass(frozen=True, slots=True)
class Envelope:
    """Kept with the question, as JSON, until the reply is sent."""

    visibility: str = "direct"
    warning: str = ""

    @classmethod
    def read(cls, text: str) -> Envelope:
        return cls(**json.loads(text)) if text else cls()

    def written(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def narrower(one: str, other: str) -> str:
    """The visibility that fewer people see; one that Mastodon does not know ("local") is taken for the narrowest."""
    return max(one, other, key=narrowness) if {one, other} <= set(_FROM_WIDEST) else _FROM_WIDEST[-1]


def narrowness(visibility: str) -> int:
    """0 for public; the more, the fewer see it; -1 for what nobody knows, which may be wider than anything."""
    return _FROM_WIDEST.index(visibility) if visibility in _FROM_WIDEST else -1
