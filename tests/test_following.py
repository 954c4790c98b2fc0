import asyncio
import gc
import weakref

import pytest
import structlog

from echobot.core.answer import Found
from echobot.errors import ProblemsFound
from echobot.following import Following, WatchedFolder
from tests.samples import ENTRY
from tests.servers.people import until

QUESTION = "what is the fediverse"


@pytest.fixture
def folder(small_knowledge):
    (small_knowledge / "entries.yaml").write_text(ENTRY.replace("ANSWER", "first"))
    return small_knowledge


@pytest.fixture
async def following(folder):
    knowledge = await Following.begin(WatchedFolder(folder))
    knowledge.told = []

    async def tell(problems):
        knowledge.told.append(problems)

    task = asyncio.create_task(knowledge.follow(tell))
    await asyncio.sleep(0.2)  # the watch begins in a thread that says nothing when it is ready; `edit` repeats itself
    yield knowledge
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def edit(folder, text, until):
    """Save the file again and again until the edit was noticed."""
    for _ in range(100):
        (folder / "entries.new").write_text(text)
        (folder / "entries.new").replace(folder / "entries.yaml")  # whole: a reader may be at work on the last one
        for _ in range(20):
            if until():
                return
            await asyncio.sleep(0.1)
    pytest.fail("the edit was not noticed")


async def test_an_edit_is_used_as_soon_as_it_is_saved(folder, following):
    await edit(folder, ENTRY.replace("ANSWER", "second"), lambda: following().answer(QUESTION).text == "second")


async def test_an_edit_while_the_bot_begins_is_used_without_another_one(folder):
    knowledge = await Following.begin(WatchedFolder(folder))
    (folder / "entries.yaml").write_text(ENTRY.replace("ANSWER", "second"))
    task = asyncio.create_task(knowledge.follow())
    await until(lambda: knowledge().answer(QUESTION).text == "second", "the edit", patience=60)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_an_edit_took_the_place_of_is_thrown_away_and_what_is_used_is_looked_at_no_more(folder, following):
    before = weakref.ref(following())
    await edit(folder, ENTRY.replace("ANSWER", "second"), lambda: following().answer(QUESTION).text == "second")

    assert before() is None
    assert all(found is not following() for found in gc.get_objects())


async def test_after_a_mistake_the_last_good_state_goes_on_until_it_is_mended(folder, following):
    with structlog.testing.capture_logs() as logs:
        await edit(folder, "entries: [{id: fediverse, awnser: 1}]\n", lambda: logs)

        assert following().answer(QUESTION).text == "first"
        assert "\nentries.yaml:1:27: fediverse: unknown key `awnser`" in logs[0]["problems"]
        assert following.problems == logs[0]["problems"] == following.told[-1]
    await edit(folder, ENTRY.replace("ANSWER", "third"), lambda: following().answer(QUESTION).text == "third")
    assert not following.problems
    assert following.told[0] == following.told[-1] == ""


async def test_questions_asked_during_edits_are_answered_from_one_state_or_the_other(folder, following):
    seen = []

    async def ask():
        while True:
            answered = following().answer(QUESTION)
            assert isinstance(answered.answer, Found)
            seen.append(answered.text)
            await asyncio.sleep(0.001)

    asking = asyncio.create_task(ask())
    await edit(folder, ENTRY.replace("ANSWER", "second"), lambda: "second" in seen)
    asking.cancel()

    assert set(seen) == {"first", "second"}


async def test_knowledge_that_never_was_good_is_refused(folder):
    (folder / "entries.yaml").write_text("entries: []\n")

    with pytest.raises(ProblemsFound):
        await Following.begin(WatchedFolder(folder))


async def test_the_same_words_have_the_same_version_wherever_they_lie_and_others_another(folder, tmp_path, following):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "entries.yaml").write_text((folder / "entries.yaml").read_text())
    first = following.version
    assert first == WatchedFolder(tmp_path / "elsewhere").version(tmp_path / "elsewhere")
    assert len(first) == 12
    await edit(folder, ENTRY.replace("ANSWER", "second"), lambda: following().answer(QUESTION).text == "second")

    assert following.version != first
