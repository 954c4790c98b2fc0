"""How large the store gets in a year of so many questions a day, with a clock that is moved.

    python -m benchmarks.year --questions 1000 --days 365

The same store and tidying as in the bot, once a day. Sizes at the end of each month, in the file and of what is
free in it; at the end how long the tidying and the check at the start take.
"""

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path

from echobot.running import forget
from echobot.settings import Settings
from echobot.stores.sql import SqlStore
from tests.stores.year import Life, pages


async def live(folder: Path, questions: int, days: int) -> None:
    url = f"sqlite:///{folder}/echobot.db"
    store = SqlStore.open(url)
    life = Life(store, questions)
    for day in range(1, days + 1):
        await life.live_a_day()
        if day % 30 == 0 or day == days:
            all_of_it, free = pages(store)
            megabytes = {"mb": round(all_of_it * 4096 / 1e6, 2), "free_mb": round(free * 4096 / 1e6, 2)}
            print(json.dumps({"day": day, **megabytes}), flush=True)
    began = time.perf_counter()
    await forget(store, Settings(), life.today)
    tidied = time.perf_counter()
    await store.close()
    closed = time.perf_counter()
    await SqlStore.open(url).close()
    opened = time.perf_counter()
    print(json.dumps({"tidying_s": round(tidied - began, 3), "check_at_start_s": round(opened - closed, 3)}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--folder", help="where the store is made; a file system in memory takes a third of the time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        asyncio.run(live(Path(name), options.questions, options.days))
