"""What a bot is told of, in which pages, and what the policy keeps from it."""

import asyncio
from datetime import timedelta

import pytest

from tests.servers.fake_mastodon import Flavour
from tests.servers.fake_mastodon.scene import Scene, scene, scene_of

__all__ = ["scene"]


async def mentioned(scene: Scene, count: int) -> list[str]:
    """The ids of so many notifications, oldest first."""
    for number in range(count):
        scene.server.say(scene.alice, f"question {number}", mentions=[scene.bot])
    return [one.id for one in reversed(scene.server.notices.of(scene.bot))]


async def listed(scene: Scene, **query: object) -> list[str]:
    answer = await scene.ask("GET", "/api/v1/notifications", params=query)
    return [one["id"] for one in answer.body]


async def test_a_mention_arrives_as_mastodon_py_reads_it(scene: Scene):
    status = scene.server.say(scene.alice, "@echobot what is PeerTube?", mentions=[scene.bot], language="en")
    (notification,) = await asyncio.to_thread(scene.client().notifications, types=["mention"])
    assert (notification.type, notification.account.acct) == ("mention", "alice@far.example.net")
    assert str(notification.status.id) == status.id
    assert (notification.status.visibility, notification.status.language) == ("public", "en")
    assert notification.status.uri == f"https://far.example.net/users/alice/statuses/{status.id}"
    (mention,) = notification.status.mentions
    assert (mention.acct, mention.id, mention.url) == ("echobot", scene.bot.id, "https://home.example.org/@echobot")


async def test_a_mention_needs_no_handle_in_the_text(scene: Scene):
    scene.server.say(scene.alice, "", mentions=[scene.bot], raw_html="<p>what is PeerTube?</p>")
    (notification,) = await asyncio.to_thread(scene.client().notifications)
    assert notification.status.content == "<p>what is PeerTube?</p>"
    assert [mention.acct for mention in notification.status.mentions] == ["echobot"]


async def test_a_handle_in_raw_html_mentions_nobody(scene: Scene):
    scene.server.say(scene.alice, "", raw_html="<p>@echobot@home.example.org</p>")
    assert await listed(scene) == []


async def test_notifications_come_newest_first_with_ids_that_are_no_status_ids(scene: Scene):
    ids = await mentioned(scene, 3)
    assert await listed(scene) == ids[::-1] == ["100", "99", "98"]


@pytest.mark.parametrize(("query", "count"), [({}, 40), ({"limit": 7}, 7), ({"limit": 500}, 80)])
async def test_a_page_has_forty_and_never_more_than_eighty(scene: Scene, query: dict[str, int], count: int):
    ids = await mentioned(scene, 90)
    assert await listed(scene, **query) == ids[::-1][:count]


async def test_min_id_gives_the_page_right_above_it(scene: Scene):
    ids = await mentioned(scene, 6)
    assert await listed(scene, min_id=ids[0], limit=2) == [ids[2], ids[1]]


async def test_since_id_skips_what_lies_between(scene: Scene):
    ids = await mentioned(scene, 6)
    assert await listed(scene, since_id=ids[0], limit=2) == [ids[5], ids[4]]


async def test_max_id_gives_the_page_right_below_it(scene: Scene):
    ids = await mentioned(scene, 6)
    assert await listed(scene, max_id=ids[4], limit=2) == [ids[3], ids[2]]


async def test_cursors_go_together(scene: Scene):
    ids = await mentioned(scene, 6)
    assert await listed(scene, min_id=ids[0], max_id=ids[3]) == [ids[2], ids[1]]


@pytest.mark.parametrize("foreign", ["01JDEXAMPLE", "nonsense"])
async def test_a_foreign_min_id_gives_the_oldest_page(scene: Scene, foreign: str):
    ids = await mentioned(scene, 6)
    assert await listed(scene, min_id=foreign, limit=2) == [ids[1], ids[0]]


async def test_links_lead_to_the_older_and_the_newer_page(scene: Scene):
    ids = await mentioned(scene, 5)
    answer = await scene.ask("GET", "/api/v1/notifications", params={"limit": 2, "types[]": "mention"})
    root = f"{scene.server.url}/api/v1/notifications?limit=2&types%5B%5D=mention"
    assert answer.headers["Link"] == f'<{root}&max_id={ids[3]}>; rel="next", <{root}&min_id={ids[4]}>; rel="prev"'


async def test_an_empty_page_has_no_links(scene: Scene):
    assert "Link" not in (await scene.ask("GET", "/api/v1/notifications")).headers


async def test_mastodon_py_pages_back_by_the_links(scene: Scene):
    ids = await mentioned(scene, 5)
    client = scene.client()
    first = await asyncio.to_thread(client.notifications, limit=3)
    second = await asyncio.to_thread(client.fetch_next, first)
    assert [one.id for one in [*first, *second]] == ids[::-1]
    assert await asyncio.to_thread(client.fetch_next, second) in ([], None)


async def test_types_can_be_asked_for_and_left_out(scene: Scene):
    ids = await mentioned(scene, 1)
    assert await listed(scene, **{"types[]": "favourite"}) == []
    assert await listed(scene, **{"exclude_types[]": "mention"}) == []
    assert await listed(scene, account_id=scene.alice.id) == ids
    assert await listed(scene, account_id=scene.bot.id) == []


async def test_other_kinds_have_no_status_and_can_be_left_out_where_the_server_knows_how(scene: Scene):
    scene.server.notices.tell(scene.bot, scene.alice, "follow")
    scene.server.notices.tell(scene.bot, scene.alice, "something_new")
    told = (await scene.ask("GET", "/api/v1/notifications")).body
    assert [(one["type"], "status" in one) for one in told] == [("something_new", False), ("follow", False)]
    mentions = {"params": {"types[]": "mention"}}
    assert (await scene.ask("GET", "/api/v1/notifications", **mentions)).body == []
    scene.server.notices.knows_types = False
    assert len((await scene.ask("GET", "/api/v1/notifications", **mentions)).body) == 2


async def test_nobody_is_told_of_their_own_posts_or_those_of_the_blocked(scene: Scene):
    scene.server.say(scene.bot, "I am @echobot")
    scene.server.people.block(scene.bot, scene.alice)
    scene.server.say(scene.alice, "hello", mentions=[scene.bot])
    assert await listed(scene) == []


async def test_a_private_mention_from_a_stranger_is_filtered(scene: Scene):
    scene.server.say(scene.alice, "psst", mentions=[scene.bot], visibility="direct")
    assert await asyncio.to_thread(scene.client().notifications) == []
    answer = await scene.ask("GET", "/api/v1/notifications", params={"include_filtered": "true"})
    assert [(one["type"], one["filtered"]) for one in answer.body] == [("mention", True)]


async def test_a_private_mention_from_somebody_followed_is_not_filtered(scene: Scene):
    scene.server.people.follow(scene.bot, scene.alice)
    scene.server.say(scene.alice, "psst", mentions=[scene.bot], visibility="direct")
    assert len(await listed(scene)) == 1


async def test_a_private_answer_to_a_private_mention_is_not_filtered(scene: Scene):
    question = scene.server.say(scene.bot, "which one?", mentions=[scene.alice], visibility="direct")
    scene.server.say(scene.alice, "that one", mentions=[scene.bot], visibility="direct", in_reply_to=question)
    assert len(await listed(scene)) == 1


async def test_a_private_answer_to_a_public_post_is_filtered(scene: Scene):
    post = scene.server.say(scene.bot, "hello", mentions=[scene.alice])
    scene.server.say(scene.alice, "psst", mentions=[scene.bot], visibility="direct", in_reply_to=post)
    assert await listed(scene) == []


async def test_the_policy_tells_what_waits_and_can_be_changed(scene: Scene):
    scene.server.say(scene.alice, "psst", mentions=[scene.bot], visibility="direct")
    client = scene.client()
    policy = await asyncio.to_thread(client.notifications_policy)
    assert (policy.for_private_mentions, policy.for_limited_accounts) == ("filter", "filter")
    assert (policy.for_not_following, policy.for_new_accounts) == ("accept", "accept")
    assert policy.summary.pending_requests_count == 1
    changed = await asyncio.to_thread(client.update_notifications_policy, for_private_mentions="accept")
    assert changed.for_private_mentions == "accept"
    scene.server.say(scene.alice, "psst again", mentions=[scene.bot], visibility="direct")
    (notification,) = await asyncio.to_thread(client.notifications)
    assert notification.status.content == "<p>psst again</p>"


async def test_private_mentions_can_be_accepted_from_outside(scene: Scene):
    scene.server.accept_private_mentions(scene.bot)
    scene.server.say(scene.alice, "psst", mentions=[scene.bot], visibility="direct")
    assert len(await listed(scene)) == 1


@pytest.mark.parametrize("name", ["for_not_following", "for_not_followers", "for_new_accounts"])
async def test_other_measures_keep_strangers_away(scene: Scene, name: str):
    await scene.ask("PATCH", "/api/v2/notifications/policy", json={name: "drop"})
    newcomer = scene.server.account("new", created_at=scene.clock() - timedelta(days=1))
    scene.server.say(newcomer, "hello", mentions=[scene.bot])
    assert await listed(scene, include_filtered="true") == []


async def test_what_a_silenced_stranger_says_is_filtered(scene: Scene):
    scene.server.silence(scene.alice)
    scene.server.say(scene.alice, "hello", mentions=[scene.bot])
    assert await listed(scene) == []


async def test_what_a_suspended_account_said_is_gone(scene: Scene):
    status = scene.server.say(scene.alice, "hello", mentions=[scene.bot])
    scene.server.suspend(scene.alice)
    assert await listed(scene) == []
    assert (await scene.ask("GET", f"/api/v1/statuses/{status.id}")).status == 404


async def test_a_deleted_post_takes_its_notification_with_it(scene: Scene):
    status = scene.server.say(scene.alice, "hello", mentions=[scene.bot])
    scene.server.delete(status)
    assert await listed(scene, include_filtered="true") == []


async def test_an_edit_tells_only_those_who_were_not_mentioned_before(scene: Scene):
    carol = scene.server.account("carol")
    status = scene.server.say(scene.alice, "hello", mentions=[scene.bot])
    scene.clock.pass_by(timedelta(minutes=1))
    scene.server.edit(status, "hello you two", mentions=[scene.bot, carol])
    assert len(await listed(scene)) == 1
    assert len(scene.server.notices.of(carol)) == 1
    seen = await asyncio.to_thread(scene.client().status, status.id)
    assert (seen.content, seen.edited_at) == ("<p>hello you two</p>", scene.clock())


async def test_who_was_mentioned_once_is_not_told_again_by_a_later_edit(scene: Scene):
    status = scene.server.say(scene.alice, "hello", mentions=[scene.bot])
    scene.server.edit(status, "never mind", mentions=[])
    scene.server.edit(status, "hello after all", mentions=[scene.bot])
    assert len(await listed(scene)) == 1


async def test_mentions_in_texts_are_found_from_where_the_writer_is(scene: Scene):
    """A handle without a domain means an account of the writer's own server."""
    scene.server.say(scene.alice, "@echobot hello")
    assert await listed(scene) == []
    status = scene.server.say(scene.alice, "@echobot@home.example.org hello")
    assert len(await listed(scene)) == 1
    assert scene.server.inbox(scene.bot) == [status]


@pytest.mark.parametrize("flavour", [Flavour.GOTOSOCIAL, Flavour.PLEROMA, Flavour.OLD_MASTODON])
async def test_other_servers_filter_nothing_and_have_no_policy(flavour: Flavour):
    async with scene_of(flavour) as scene:
        scene.server.say(scene.alice, "psst", mentions=[scene.bot], visibility="direct")
        assert len(await listed(scene)) == 1
        assert (await scene.ask("GET", "/api/v2/notifications/policy")).status == 404
