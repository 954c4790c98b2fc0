"""Posts that would be longer than the server they go to takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import TypeAlias

from echobot.content.announced import Announced
from echobot.core.agenda import phase_of
from echobot.core.heralding import Herald
from echobot.core.problem import Problem
from echobot.settings import Destination, MastodonAccount, Settings

Length: TypeAlias = Callable[[str, str], int]
"""How long a text is with the warning above it, as the server counts."""


def too_long(
    announced: Announced, herald: Herald, settings: Settings, today: date, length: Length
) -> Iterator[Problem]:
    """The longest post in each language at each destination on Mastodon; what is over is not posted any more."""
    value = announced.value
    if value.event and value.event.is_over(today):
        return
    about = "`about`, or write a short `text`" if value.event and not value.text else "`text`"
    for index, name in enumerate(value.to):
        destination = settings.destinations.get(name)
        if destination and isinstance(settings.accounts.get(destination.account), MastodonAccount):
            for language, size in _sizes(announced, herald, destination, length).items():
                most = destination.characters
                wrong = f"its post in {language} for `{name}` has {size} characters, and at most {most} fit there"
                if size > most:
                    yield announced.problem((*announced.below, "to", index), wrong, f"shorten {about}")


def _sizes(announced: Announced, herald: Herald, destination: Destination, length: Length) -> dict[str, int]:
    """By language, of the longest."""
    sizes: dict[str, int] = {}
    for phase in {phase_of(timing.rule) for timing in announced.value.timings}:
        for wording in herald.wordings(phase, [announced.value], destination.audience):
            size = length(wording.text, wording.warning)
            sizes[wording.language] = max(size, sizes.get(wording.language, 0))
    return sizes
