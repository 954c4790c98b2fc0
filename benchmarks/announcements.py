"""What 10,000 announcements cost: reading the agenda, the first look after a start, a tick when nothing is due.

    python -m benchmarks.announcements [10000]

Half of them are visits with four times each, half recur every week; each goes to two destinations. "restart" is the
first look of a process on a store in which a quarter of the visits' slots is filled. Medians; memory is what the looks
added at the most.
"""

from __future__ import annotations

import asyncio
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from echobot.core.agenda import Agenda
from echobot.core.heralding import Herald
from echobot.core.knowledge import Entry
from echobot.core.ledger import Phase, Posting, Slot
from echobot.core.message import DeliveryKey, Place, Post, Wording
from echobot.ports import Filled
from tests.announcing.office import NOON, PUBLIC, ROOM_BOT, VISITS, ZAGREB, Office, free, visit

ROUNDS = 7


def made_up(count: int) -> list[object]:
    start = datetime(2027, 2, 1, 10, tzinfo=ZAGREB)
    names = {f"visit-{n}": start + timedelta(hours=n) for n in range(count // 2)}
    visits = [visit(name, at, to=(VISITS, PUBLIC), name=name.title()) for name, at in names.items()]
    days = ("monday", "tuesday", "wednesday", "thursday", "friday")
    again = [free(f"free-{n}", f"every {days[n % 5]} at 18:{n % 60:02}", (VISITS, PUBLIC)) for n in range(count // 2)]
    return [*visits, *again]


async def fill(office: Office, visits: Iterable[Entry]) -> None:
    """As if every visit had been announced as new."""
    until, herald = NOON + timedelta(days=400), Herald(office.knowledge)
    for each in visits:
        slots = [Slot(each.id, "at publication", name) for name in (VISITS, PUBLIC)]
        key, announcement = DeliveryKey(f"post:{each.id}"), each.announcement
        shown, facts = {each.id: herald.shown(Phase.NEWS, announcement)}, {each.id: herald.facts(announcement)}
        posting = Posting(key, ROOM_BOT, VISITS, Phase.NEWS, NOON - timedelta(days=2), shown=shown, facts=facts)
        post = Post(key, Place(ROOM_BOT, "!r"), (Wording("en", "New"),))
        await office.store.fill(Filled(slots, until, posting, post), NOON)
        await office.store.sent(key, f"${each.id}", NOON)


async def seconds(work: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started


async def measured(count: int, folder: Path) -> dict[str, list[float]]:
    office = Office(f"sqlite:///{folder}/echobot.db", most_a_day=1)
    things = made_up(count)
    office.publish(*things)
    await fill(office, (thing for thing in things if isinstance(thing, Entry)))
    await office.store.settled(NOON)
    times: dict[str, list[float]] = {"agenda": [], "restart": [], "tick": []}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(ROUNDS):
        announced = list(office.knowledge.announced())
        started = time.perf_counter()
        Agenda(announced)
        times["agenda"].append(time.perf_counter() - started)
        office.restart()
        times["restart"].append(await seconds(office.announcer.look))
        office.clock.now += timedelta(seconds=30)
        await office.announcer.look()
        for _ in range(20):
            office.clock.now += timedelta(seconds=30)
            times["tick"].append(await seconds(office.announcer.look))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"memory: {(after - before) / 1024:.0f} MB more at the most")
    await office.stop()
    return times


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    print(f"{count} announcements at {datetime.now(UTC):%Y-%m-%d}, {ROUNDS} rounds")
    with tempfile.TemporaryDirectory() as folder:
        times = asyncio.run(measured(count, Path(folder)))
    for name, taken in times.items():
        print(f"{name}: median {statistics.median(taken) * 1000:.1f} ms, longest {max(taken) * 1000:.1f} ms")


if __name__ == "__main__":
    main()
