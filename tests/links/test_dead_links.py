"""Which links of a knowledge base are told, and when."""

import asyncio
import random
from datetime import date, timedelta

import pytest
from aiohttp import web

from echobot.errors import EchobotError
from echobot.links import dead_links

TODAY = date(2026, 11, 25)
KNOWLEDGE = """
entries:
  - id: fediverse
    asked: {en: [what is the fediverse]}
    answer:
      en: |
        Servers that talk with each other.
        More: http://gone.example/page (in English), or http://fine.example/.
    sources: [http://moved.example/old, An article]
tools:
  - id: busy
    site: http://busy.example
"""


@pytest.fixture
def look(internet, tmp_path):
    folder = tmp_path / "knowledge"
    folder.mkdir()
    (folder / "entries.yaml").write_text(KNOWLEDGE)
    internet.page("http://fine.example/")
    internet.page("http://moved.example/old", 301, to="https://moved.example/new")
    internet.page("http://moved.example/old", 301, to="/new")
    internet.page("http://moved.example/new")
    internet.page("http://busy.example/", 503)

    async def looked(day=TODAY, **more):
        return [
            str(problem).removeprefix(f"{tmp_path}/")
            for problem in await dead_links([folder], day, tmp_path / "memory.json", internet.visitor(), **more)
        ]

    return looked


GONE = (
    "knowledge/entries.yaml:8:15: fediverse: http://gone.example/page is gone: its server answers 404"
    " — find where it is now, or take it out"
)
MOVED = (
    "knowledge/entries.yaml:9:15: fediverse: warning: http://moved.example/old has moved for good"
    " — write http://moved.example/new"
)


def busy(since):
    return (
        f"knowledge/entries.yaml:12:11: busy: warning: http://busy.example is answered with 503, since {since}"
        " — open it in a browser; if it shows what it should, all is well"
    )


async def test_each_is_told_with_its_line_and_what_to_do(look):
    assert await look() == [GONE, MOVED]


async def test_trouble_of_one_day_is_told_only_to_who_asks_for_everything(look):
    assert await look(everything=True) == [GONE, MOVED, busy(TODAY)]


async def test_trouble_that_lasts_for_a_week_is_told(look):
    await look()
    assert busy(TODAY) not in await look(TODAY + timedelta(days=6))
    assert busy(TODAY) in await look(TODAY + timedelta(days=7))


async def test_trouble_that_was_over_in_between_begins_anew(look, internet):
    await look()
    internet.page("http://busy.example/")
    await look(TODAY + timedelta(days=3))
    internet.page("http://busy.example/", 503)

    assert await look(TODAY + timedelta(days=8)) == [GONE, MOVED]


@pytest.mark.parametrize("told", ["", "{", "[]", '{"http://busy.example": 3}', '{"http://busy.example": "yes"}'])
async def test_a_memory_that_somebody_else_wrote_is_none(look, tmp_path, told):
    (tmp_path / "memory.json").write_text(told)
    assert await look() == [GONE, MOVED]


async def test_the_memory_is_nobody_elses_to_read(look, tmp_path):
    await look()
    assert (tmp_path / "memory.json").stat().st_mode & 0o777 == 0o600


async def test_a_machine_without_internet_accuses_nobody(look, internet):
    await internet.stop()
    with pytest.raises(EchobotError, match="connected to the internet"):
        await look()


async def test_a_host_is_asked_one_thing_at_a_time_and_others_meanwhile(internet, tmp_path):
    links = [f"http://{host}.example/{page}" for host in "abcd" for page in range(12)]
    random.Random(1).shuffle(links)
    (tmp_path / "a.yaml").write_text("".join(f"- {link}\n" for link in ["sources:", *links]).replace("- s", "s", 1))
    others_came, waiting = asyncio.Event(), set()

    async def page(request):
        waiting.add(request.host)
        if len(waiting) == 4:
            others_came.set()
        await asyncio.wait_for(others_came.wait(), 30)
        return web.Response()

    for link in links:
        internet.serve(link, page)
    assert await dead_links([tmp_path], TODAY, tmp_path / "memory.json", internet.visitor(seconds=60)) == []
    assert {internet.most_at_once[f"{host}.example"] for host in "abcd"} == {1}
    assert len(internet.asked) == len(links)


async def test_a_file_that_cannot_be_read_is_told_too(look, tmp_path):
    (tmp_path / "knowledge" / "broken.yaml").write_text("entries: [")
    assert any("broken.yaml" in problem for problem in await look())
