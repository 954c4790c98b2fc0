"""A store that is tidied stays as large as it is, however long the bot runs."""

from __future__ import annotations

import pytest

from echobot.stores.sql import SqlStore
from tests.stores.year import Life, pages

STEADY_FROM = 65  # days: ids are kept for 30, and what was asked in vain for 60


@pytest.fixture
def questions_and_days(request):
    return {"short": (20, 110), "full": (60, 365)}[request.config.getoption("--chaos")]


@pytest.mark.chaos
async def test_a_store_stops_growing_once_the_first_of_what_is_kept_has_gone(tmp_path, questions_and_days):
    questions, days = questions_and_days
    store = SqlStore.open(f"sqlite:///{tmp_path}/echobot.db")
    life, sizes = Life(store, questions), []
    for _ in range(days):
        await life.live_a_day()
        sizes.append(pages(store)[0])
    await store.close()

    half = (STEADY_FROM + days) // 2
    assert max(sizes[half:]) <= 1.1 * max(sizes[STEADY_FROM:half])
    assert sizes[-1] < 2.5 * sizes[30]
