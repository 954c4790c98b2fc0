"""Keeps what a chat gives, as a store would."""

from collections.abc import Sequence

from echobot.core.message import Message
from tests.servers.people import until


class Kept:
    """Remembers the cursor as well; told to, it fails, as a store on a full disk does."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.cursor: str | None = None
        self.failures: list[Exception] = []
        self.troubles: dict[str, str] = {}
        self.noted: list[str] = []  # what something was wrong with, also if it is over

    async def __call__(self, messages: Sequence[Message], cursor: str) -> None:
        if self.failures:
            raise self.failures.pop()
        self.messages += messages
        self.cursor = cursor

    async def note(self, about: str, trouble: str | None) -> None:
        if trouble is None:
            self.troubles.pop(about, None)
        elif self.troubles.get(about) != trouble:
            self.troubles[about] = trouble
            self.noted.append(about)

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]

    async def have(self, count: int) -> list[Message]:
        await until(lambda: len(self.messages) >= count, f"{count} messages, not {self.texts}")
        return self.messages
