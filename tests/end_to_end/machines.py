"""Two machines on one PostgreSQL, and what befalls the one that leads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import aiohttp

from tests.servers.echobot_process import BotAccount, EchobotProcess
from tests.servers.line import Line, line_to
from tests.servers.people import until
from tests.servers.ports import free_port
from tests.servers.postgresql import PostgreSQL

SEED = 20261125
PATIENCE = 120  # seconds
OFTEN = 0.1  # seconds


class Machine:
    """One of them, in a folder of its own; `line` is its way to the database, `more` are other settings."""

    def __init__(self, folder: Path, accounts: Sequence[BotAccount], url: str, line: Line, **more: Any) -> None:
        folder.mkdir()
        self.name, self.line, self._port = folder.name, line, free_port()
        own = {"machine": self.name, "state": str(folder / "state"), "health": {"port": self._port}}
        self.bot = EchobotProcess(folder, *accounts, store=url, **own, **more)

    async def told(self, page: str = "readyz") -> tuple[int, Any]:
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{self._port}/{page}") as answer:
            return answer.status, await answer.json() if page == "readyz" else await answer.text()

    async def leads(self) -> bool:
        """It says so, and the store answers it."""
        try:
            async with asyncio.timeout(1):
                _, told = await self.told()
        except (OSError, aiohttp.ClientError, TimeoutError):
            return False
        return bool(told["leads"])

    async def stands_by(self) -> bool:
        """It has said so last."""
        said = self.bot.log
        return said.rfind("standing by ") > said.rfind("this machine leads") and not await self.leads()


@asynccontextmanager
async def two_machines(
    folder: Path, cluster: PostgreSQL, database: str, accounts: Mapping[str, Sequence[BotAccount]], **more: Any
) -> AsyncIterator[list[Machine]]:
    """By the accounts of each; none of them runs yet."""
    async with AsyncExitStack() as lines:
        machines = []
        for name, own in accounts.items():
            line = await lines.enter_async_context(line_to(cluster.port))
            machines.append(Machine(folder / name, own, cluster.url(database, line.port), line, **more))
        yield machines
        await stopped(machines)


async def both_run(machines: Sequence[Machine]) -> None:
    """The first leads, the second stands by."""
    first, second = machines
    await first.bot.start()
    second.bot.launch()
    await until(second.stands_by, "the second machine to stand by")


async def stopped(machines: Sequence[Machine]) -> None:
    await asyncio.gather(*(machine.bot.stop() for machine in machines))


async def leader_and_other(machines: Sequence[Machine]) -> list[Machine]:
    """Once one leads and the other stands by."""
    one, other = machines

    async def one_of_each() -> list[list[Machine]]:
        return [each for each in ([one, other], [other, one]) if await each[0].leads() and await each[1].stands_by()]

    return (await until(one_of_each, "one to lead, the other to stand by", patience=PATIENCE, every=OFTEN))[0]


class Blow(Protocol):
    """What happens to the machine that leads."""

    async def strike(self, machine: Machine) -> None: ...

    async def mend(self, machine: Machine) -> None: ...


class Kill:
    """It loses its power, and is started again later."""

    async def strike(self, machine: Machine) -> None:
        machine.bot.kill()

    async def mend(self, machine: Machine) -> None:
        machine.bot.launch()


class Pause:
    """It is stopped in whatever it does, and goes on there later; not before so many seconds."""

    def __init__(self, at_least: float = 0) -> None:
        self._over: asyncio.Task[None] | None = None
        self._at_least = at_least

    async def strike(self, machine: Machine) -> None:
        machine.bot.pause()
        self._over = asyncio.create_task(asyncio.sleep(self._at_least))

    async def mend(self, machine: Machine) -> None:
        if self._over:
            await self._over
        machine.bot.wake()


class Cut:
    """Between it and the database nothing passes, and nobody is told."""

    async def strike(self, machine: Machine) -> None:
        machine.line.go_silent()

    async def mend(self, machine: Machine) -> None:
        machine.line.mend()


class Restart:
    """The database fails under both, and comes back by itself."""

    def __init__(self, cluster: PostgreSQL) -> None:
        self._cluster = cluster

    async def strike(self, machine: Machine) -> None:
        await asyncio.to_thread(self._cluster.stop, "immediate")
        await asyncio.to_thread(self._cluster.start)

    async def mend(self, machine: Machine) -> None:
        """Nothing is left to be done."""
