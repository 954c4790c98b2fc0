"""Statuses once they are there: who sees them, threads, edits, deletions."""

import asyncio
from datetime import timedelta

import pytest
from mastodon import MastodonNotFoundError

from tests.servers.fake_mastodon.scene import Scene, scene

__all__ = ["scene"]


async def seen(scene: Scene, status_id: str, token: str | None = "") -> int:
    return (await scene.ask("GET", f"/api/v1/statuses/{status_id}", token=token)).status


async def test_a_direct_post_is_seen_by_the_mentioned_and_its_writer_alone(scene: Scene):
    status = scene.server.say(scene.alice, "psst", mentions=[scene.bot], visibility="direct")
    other = scene.server.account("other")
    scene.server.people.follow(other, scene.alice)
    assert await seen(scene, status.id) == 200
    assert await seen(scene, status.id, scene.server.token_for(other)) == 404
    assert await seen(scene, status.id, None) == 404


async def test_a_private_post_is_seen_by_followers(scene: Scene):
    status = scene.server.say(scene.alice, "hello", visibility="private")
    assert await seen(scene, status.id) == 404
    scene.server.people.follow(scene.bot, scene.alice)
    assert await seen(scene, status.id) == 200


async def test_a_post_is_not_seen_by_whom_its_writer_blocks(scene: Scene):
    status = scene.server.say(scene.alice, "hello")
    scene.server.people.block(scene.alice, scene.bot)
    assert await seen(scene, status.id) == 404
    assert await seen(scene, status.id, None) == 200


async def test_a_hidden_post_is_hidden_from_that_account_alone(scene: Scene):
    status = scene.server.say(scene.alice, "hello")
    scene.server.hide(status, scene.bot)
    with pytest.raises(MastodonNotFoundError) as refused:
        await asyncio.to_thread(scene.client().status, status.id)
    assert refused.value.args[3] == "Record not found"
    assert await seen(scene, status.id, None) == 200


async def test_several_statuses_are_asked_for_at_once(scene: Scene):
    statuses = [scene.server.say(scene.alice, f"number {number}") for number in range(3)]
    scene.server.hide(statuses[1], scene.bot)
    found = await asyncio.to_thread(scene.client().statuses, [status.id for status in statuses])
    assert [str(status.id) for status in found] == [statuses[0].id, statuses[2].id]


async def test_more_than_twenty_statuses_at_once_are_refused(scene: Scene):
    answer = await scene.ask("GET", "/api/v1/statuses", params=[("id[]", str(number)) for number in range(21)])
    assert answer.status == 422


async def test_a_thread_is_told_from_its_root_down(scene: Scene):
    root = scene.server.say(scene.alice, "root")
    middle = scene.server.say(scene.bot, "middle", in_reply_to=root)
    low = scene.server.say(scene.alice, "low", in_reply_to=middle)
    beside = scene.server.say(scene.alice, "beside", in_reply_to=middle)
    lowest = scene.server.say(scene.bot, "lowest", in_reply_to=low)
    thread = await asyncio.to_thread(scene.client().status_context, middle.id)
    assert [str(status.id) for status in thread.ancestors] == [root.id]
    assert [str(status.id) for status in thread.descendants] == [low.id, lowest.id, beside.id]


async def test_a_thread_leaves_out_what_the_asker_may_not_see(scene: Scene):
    root = scene.server.say(scene.alice, "root", visibility="private")
    reply = scene.server.say(scene.alice, "reply", in_reply_to=root, mentions=[scene.bot])
    scene.server.say(scene.alice, "aside", in_reply_to=reply, visibility="direct")
    thread = await asyncio.to_thread(scene.client().status_context, reply.id)
    assert (thread.ancestors, thread.descendants) == ([], [])


async def test_a_reply_to_what_was_deleted_has_no_parent_any_more(scene: Scene):
    root = scene.server.say(scene.alice, "root")
    reply = scene.server.say(scene.bot, "reply", in_reply_to=root)
    scene.server.delete(root)
    told = (await scene.ask("GET", f"/api/v1/statuses/{reply.id}")).body
    assert (told["in_reply_to_id"], told["in_reply_to_account_id"]) == (None, scene.alice.id)


async def test_replies_are_counted_while_they_are_there(scene: Scene):
    root = scene.server.say(scene.alice, "root")
    reply = scene.server.say(scene.bot, "reply", in_reply_to=root)

    async def count() -> int:
        return (await scene.ask("GET", f"/api/v1/statuses/{root.id}")).body["replies_count"]

    assert await count() == 1
    scene.server.delete(reply)
    assert await count() == 0


async def test_replies_to_others_can_be_left_out_of_what_an_account_wrote(scene: Scene):
    question = scene.server.say(scene.alice, "hello")
    reply = scene.server.say(scene.bot, "good day", in_reply_to=question)
    news = scene.server.say(scene.bot, "news")
    more = scene.server.say(scene.bot, "more news", in_reply_to=news)
    path = f"/api/v1/accounts/{scene.bot.id}/statuses"
    found = [await scene.ask("GET", path, params=query) for query in ({}, {"exclude_replies": "true"})]
    assert [[one["id"] for one in page.body] for page in found] == [[more.id, news.id, reply.id], [more.id, news.id]]


async def test_an_account_lists_what_it_wrote_newest_first_with_its_private_posts(scene: Scene):
    ids = [(await scene.post("hello", visibility=visibility)).body["id"] for visibility in ("public", "direct")]
    found = await asyncio.to_thread(scene.client("read:statuses").account_statuses, scene.bot.id)
    assert [str(status.id) for status in found] == ids[::-1]
    other = scene.server.token_for(scene.server.account("other"))
    answer = await scene.ask("GET", f"/api/v1/accounts/{scene.bot.id}/statuses", token=other)
    assert [status["id"] for status in answer.body] == ids[:1]


async def test_what_an_account_wrote_comes_in_pages(scene: Scene):
    ids = [scene.server.say(scene.bot, f"number {number}").id for number in range(50)]
    path = f"/api/v1/accounts/{scene.bot.id}/statuses"

    async def listed(**query: object) -> list[str]:
        return [status["id"] for status in (await scene.ask("GET", path, params=query)).body]

    assert await listed() == ids[::-1][:20]
    assert await listed(limit=100) == ids[::-1][:40]
    assert await listed(min_id=ids[3], limit=2) == [ids[5], ids[4]]
    assert await listed(since_id=ids[3], limit=2) == [ids[49], ids[48]]
    assert await listed(max_id=ids[3], limit=2) == [ids[2], ids[1]]
    assert 'rel="next"' in (await scene.ask("GET", path)).headers["Link"]


async def test_an_edit_replaces_everything(scene: Scene):
    poll = {"options": ["yes", "no"], "expires_in": 3_600}
    first = (await scene.post("hello", spoiler_text="greeting", poll=poll, language="hr")).body
    assert [option["title"] for option in first["poll"]["options"]] == ["yes", "no"]
    scene.clock.pass_by(timedelta(minutes=5))
    edited = await asyncio.to_thread(scene.client("write:statuses").status_update, first["id"], "good day")
    assert (edited.content, edited.spoiler_text, edited.poll) == ("<p>good day</p>", "", None)
    assert (edited.edited_at, edited.language, edited.visibility) == (scene.clock(), "hr", "public")
    assert str(edited.id) == first["id"]


async def test_an_edit_that_changes_nothing_is_none(scene: Scene):
    first = (await scene.post("hello")).body
    answer = await scene.ask("PUT", f"/api/v1/statuses/{first['id']}", json={"status": "hello"})
    assert (answer.status, answer.body["edited_at"]) == (200, None)


async def test_an_edit_without_a_text_is_refused(scene: Scene):
    first = (await scene.post("hello")).body
    answer = await scene.ask("PUT", f"/api/v1/statuses/{first['id']}", json={})
    assert (answer.status, answer.body) == (422, {"error": "Validation failed: Text can't be blank"})


async def test_who_is_mentioned_no_more_may_go_on_reading(scene: Scene):
    carol = scene.server.account("carol")
    first = (await scene.post("@carol hello", visibility="direct")).body
    await scene.ask("PUT", f"/api/v1/statuses/{first['id']}", json={"status": "hello"})
    assert await seen(scene, first["id"], scene.server.token_for(carol)) == 200


async def test_a_status_of_somebody_else_is_neither_edited_nor_deleted(scene: Scene):
    status = scene.server.say(scene.alice, "hello")
    for method in ("PUT", "DELETE"):
        assert (await scene.ask(method, f"/api/v1/statuses/{status.id}", json={"status": "mine"})).status == 404


async def test_deleting_gives_back_the_source(scene: Scene):
    first = (await scene.post("hello <you>")).body
    gone = await asyncio.to_thread(scene.client("write:statuses").status_delete, first["id"])
    assert gone.text == "hello <you>"
    assert await seen(scene, first["id"]) == 404
    assert scene.server.statuses == []
