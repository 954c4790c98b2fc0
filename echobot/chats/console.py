"""A conversation in the terminal: the smallest chat, and the example for the others."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from echobot.core.message import AccountName, Address, Message, MessageId, Outgoing, Place, Reply
from echobot.ports import Keep, Note

HELP = """\
Ask a question in your own words: "what can we use instead of Google Drive?"
After numbered choices, type a number. /help shows this; Ctrl-D leaves."""

_PATIENCE = 5.0  # seconds until the prompt comes back when the bot stays silent


class ConsoleChat:
    """Reads questions from the standard input and writes replies to the standard output."""

    key_lifetime = timedelta.max
    contact_every = timedelta.max
    unreadable = 0

    def __init__(
        self,
        account: AccountName,
        clock: Callable[[], datetime],
        history: Path | None = None,
        read: Callable[[str], str] = input,
        write: Callable[[str], None] = print,
    ) -> None:
        self.account = account
        self._clock = clock
        self._history = history
        self._read = read
        self._write = write
        self._replied = asyncio.Event()

    @property
    def last_contact_at(self) -> datetime:
        """Now: who reads this is there."""
        return self._clock()

    async def listen(self, cursor: str | None, keep: Keep, note: Note) -> None:  # noqa: ARG002
        """Ask for lines until the input ends. Nothing was missed while nobody looked, so the cursor says nothing."""
        del cursor
        lines: asyncio.Queue[str | None] = asyncio.Queue()
        answered = threading.Semaphore(1)
        loop = asyncio.get_running_loop()
        terminal = _terminal_settings()
        self._write(HELP)
        # Not an executor's thread: nobody can interrupt input(), and the program must be able to end while it waits.
        threading.Thread(target=self._read_lines, args=(loop, lines, answered), daemon=True).start()
        try:
            while (line := await lines.get()) is not None:
                if line == "/help":
                    self._write(HELP)
                elif line:
                    await self._ask(line, keep)
                answered.release()
        finally:
            _restore_terminal(terminal)

    async def send(self, outgoing: Outgoing) -> str:
        """Print the words. Each key comes here once: what was printed before a crash was seen, and stays there."""
        if outgoing.text:
            self._write(f"\n{outgoing.text}\n")
        if isinstance(outgoing, Reply):
            self._replied.set()
        return str(outgoing.key)

    def expect(self, replies: Sequence[Reply]) -> None:
        """Nothing to show: who looks at a terminal sees that it is busy."""

    async def find(self, outgoing: Outgoing, since: datetime | None = None) -> str | None:  # noqa: ARG002
        """Nothing: a terminal keeps no record."""
        return None

    async def close(self) -> None:
        """Nothing to let go of."""

    async def _ask(self, line: str, keep: Keep) -> None:
        self._replied.clear()
        place = Place(self.account, "terminal")
        said = Message(MessageId(uuid.uuid4().hex), place, "you", line, self._clock(), Address.DIRECT)
        await keep([said], said.id)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await self._replied.wait()

    def _read_lines(
        self, loop: asyncio.AbstractEventLoop, lines: asyncio.Queue[str | None], answered: threading.Semaphore
    ) -> None:
        history = _History(self._history)
        line: str | None = ""
        while line is not None:
            answered.acquire()
            try:
                line = self._read("> ").strip()
                history.save()
            except (EOFError, KeyboardInterrupt):
                line = None
            except UnicodeDecodeError:
                line = ""
            with contextlib.suppress(RuntimeError):  # the loop is gone: so is the conversation
                loop.call_soon_threadsafe(lines.put_nowait, line)


class _History:
    """Earlier questions on the arrow keys, where the terminal has readline."""

    def __init__(self, file: Path | None) -> None:
        self._file = file if sys.stdin.isatty() else None
        if self._file:
            with contextlib.suppress(ImportError, OSError):
                import readline  # noqa: PLC0415 - importing it is what turns it on

                readline.read_history_file(self._file)

    def save(self) -> None:
        if self._file:
            with contextlib.suppress(ImportError, OSError):
                import readline  # noqa: PLC0415 - as above

                readline.set_history_length(500)
                readline.write_history_file(self._file)
                self._file.chmod(0o600)


def _terminal_settings() -> list[object] | None:
    if not sys.stdin.isatty():
        return None
    try:
        import termios  # noqa: PLC0415 - not on every system
    except ImportError:
        return None
    return termios.tcgetattr(sys.stdin)


def _restore_terminal(settings: list[object] | None) -> None:
    """Readline changes the terminal while it waits; a thread that is left waiting cannot put it back."""
    if settings is not None:
        import termios  # noqa: PLC0415 - as above

        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, settings)  # type: ignore[arg-type]  # a list of ints and bytes
