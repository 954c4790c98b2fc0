"""A line between a program and a server on loopback that can be cut, go silent, or lose one answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

_MOST = 65536


class Line:
    """Everything passes, until somebody does something to it."""

    def __init__(self, port_behind: int) -> None:
        self.port = 0
        self._port_behind = port_behind
        self._passes = asyncio.Event()
        self._passes.set()
        self._is_cut = False
        self._lost_word: bytes | None = None  # its answer is lost, and with it the connection
        self._ends: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def go_silent(self) -> None:
        """Nothing passes any more, and nobody is told: a network that is cut."""
        self._passes.clear()

    def cut(self) -> None:
        """Every connection breaks, and new ones do too."""
        self._is_cut = True
        for end in self._ends:
            end.transport.abort()

    def mend(self) -> None:
        self._is_cut = False
        self._passes.set()

    def lose_the_answer_to(self, word: bytes) -> None:
        self._lost_word = word

    async def open(self) -> asyncio.Server:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def close(self) -> None:
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._ends.add(writer)
        try:
            with suppress(OSError):
                await self._passes.wait()
                if not self._is_cut:
                    await self._between(reader, writer)
        finally:
            self._ends.discard(writer)
            self._tasks.discard(task)
            writer.transport.abort()

    async def _between(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        their_reader, their_writer = await asyncio.open_connection("127.0.0.1", self._port_behind)
        self._ends.add(their_writer)
        is_lost = asyncio.Event()
        there = asyncio.create_task(self._ask(reader, their_writer, is_lost))
        back = asyncio.create_task(self._answer(their_reader, writer, is_lost))
        try:
            await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (there, back):
                task.cancel()
            await asyncio.gather(there, back, return_exceptions=True)
            self._ends.discard(their_writer)
            their_writer.transport.abort()

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_lost: asyncio.Event) -> None:
        while said := await reader.read(_MOST):
            await self._passes.wait()
            if self._lost_word and self._lost_word in said:
                self._lost_word = None
                is_lost.set()
            writer.write(said)
            await writer.drain()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_lost: asyncio.Event) -> None:
        while (said := await reader.read(_MOST)) and not is_lost.is_set():
            await self._passes.wait()
            writer.write(said)
            await writer.drain()


@asynccontextmanager
async def line_to(port: int) -> AsyncIterator[Line]:
    line = Line(port)
    server = await line.open()
    try:
        yield line
    finally:
        server.close()
        await line.close()
