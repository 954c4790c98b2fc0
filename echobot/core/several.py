"""Several questions in one message, taken apart."""

from __future__ import annotations

import re

_MOST = 4
_QUESTION = re.compile(r"[^?？؟\n.!]*(?:\.(?!\s)[^?？؟\n.!]*|!(?!\s)[^?？؟\n.!]*)*[?？؟]+")
_SHORTEST = 3  # letters: "?" and "ok?" ask nothing


def questions(text: str) -> list[str]:
    """The sentences that end with a question mark, or where there is none the lines; none when it is one question.

    What stands between them is told, not asked: "We use Zoom instead of phones. What is PeerTube?" asks once.
    """
    asked = _QUESTION.findall(text) or text.splitlines()
    apart = [part.strip() for part in asked if sum(map(str.isalpha, part)) >= _SHORTEST]
    return apart[:_MOST] if len(apart) > 1 else []
