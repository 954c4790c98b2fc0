"""What is posted: to whom it goes, what the server makes of it, and what its keys are good for."""

import asyncio
from datetime import timedelta

import pytest
from mastodon import MastodonAPIError, MastodonNotFoundError, MastodonServiceUnavailableError

from tests.servers.fake_mastodon import Flavour, troubles
from tests.servers.fake_mastodon.scene import Scene, scene, scene_of

__all__ = ["scene"]

POST = "POST /api/v1/statuses"


async def test_a_reply_reaches_whom_it_mentions_and_nobody_else(scene: Scene):
    carol = scene.server.account("carol", domain="far.example.net")
    question = scene.server.say(scene.alice, "what is PeerTube?", mentions=[scene.bot, carol], visibility="unlisted")
    sent = await asyncio.to_thread(
        scene.client("write:statuses").status_post,
        "@alice@far.example.net A video site.",
        in_reply_to_id=question.id,
        visibility="unlisted",
        language="en",
    )
    (status,) = scene.server.posts_by(scene.bot)
    assert scene.server.inbox(scene.alice) == [status]
    assert status not in scene.server.inbox(carol)
    assert (str(sent.id), sent.visibility, sent.language) == (status.id, "unlisted", "en")
    assert (str(sent.in_reply_to_id), str(sent.in_reply_to_account_id)) == (question.id, scene.alice.id)
    assert [mention.acct for mention in sent.mentions] == ["alice@far.example.net"]
    assert sent.application.name == "fake client"
    assert sent.uri == f"https://home.example.org/users/echobot/statuses/{status.id}"


async def test_every_handle_in_a_private_post_receives_it(scene: Scene):
    boss = scene.server.account("boss")
    await scene.post("@alice@far.example.net write to @boss.", visibility="direct")
    assert len(scene.server.inbox(scene.alice)) == len(scene.server.inbox(boss)) == 1


async def test_followers_receive_what_is_not_direct(scene: Scene):
    scene.server.people.follow(scene.alice, scene.bot)
    for visibility in ("public", "unlisted", "private", "direct"):
        await scene.post("hello", visibility=visibility)
    assert [status.visibility for status in scene.server.inbox(scene.alice)] == ["public", "unlisted", "private"]


async def test_the_server_writes_its_own_accounts_without_a_domain(scene: Scene):
    scene.server.account("boss")
    answer = await scene.post("@BOSS@home.example.org look")
    assert scene.server.statuses[0].text == "@boss look"
    assert [mention["acct"] for mention in answer.body["mentions"]] == ["boss"]


async def test_blocked_accounts_are_not_mentioned(scene: Scene):
    scene.server.people.block(scene.bot, scene.alice)
    answer = await scene.post("@alice@far.example.net hello")
    assert answer.body["mentions"] == []
    assert scene.server.inbox(scene.alice) == []


async def test_forms_and_json_say_the_same(scene: Scene):
    form = {"status": "hello", "visibility": "unlisted", "sensitive": "1", "spoiler_text": "greeting"}
    answers = [
        await scene.ask("POST", "/api/v1/statuses", data=form),
        await scene.ask("POST", "/api/v1/statuses", json={**form, "sensitive": True}),
    ]
    parts = [{name: one.body[name] for name in (*form.keys() - {"status"}, "content")} for one in answers]
    expected = {"visibility": "unlisted", "sensitive": True, "spoiler_text": "greeting", "content": "<p>hello</p>"}
    assert parts == [expected, expected]


async def test_a_content_warning_makes_a_post_sensitive(scene: Scene):
    assert (await scene.post(spoiler_text="long")).body["sensitive"] is True


async def test_without_a_visibility_a_locked_account_posts_to_its_followers(scene: Scene):
    assert (await scene.post()).body["visibility"] == "public"
    scene.bot.locked = True
    assert (await scene.post()).body["visibility"] == "private"


async def test_without_a_language_the_accounts_own_is_taken(scene: Scene):
    scene.bot.language = "hr"
    assert (await scene.post()).body["language"] == "hr"
    assert (await scene.post(language="fr")).body["language"] == "fr"


async def test_a_silenced_account_posts_unlisted_in_place_of_public(scene: Scene):
    scene.server.silence(scene.bot)
    assert (await scene.post(visibility="public")).body["visibility"] == "unlisted"
    assert (await scene.post(visibility="direct")).body["visibility"] == "direct"


@pytest.mark.parametrize("text", ["", "   ", "\n"])
async def test_an_empty_post_is_refused(scene: Scene, text: str):
    answer = await scene.post(text)
    assert (answer.status, answer.body) == (422, {"error": "Validation failed: Text can't be blank"})


async def test_a_post_over_the_limit_is_refused(scene: Scene):
    await asyncio.to_thread(scene.client().status_post, "x" * 500)
    with pytest.raises(MastodonAPIError) as refused:
        await asyncio.to_thread(scene.client().status_post, "x" * 501)
    wrong = "Validation failed: Text character limit of 500 exceeded"
    assert refused.value.args[1:] == (422, "Unprocessable Entity", wrong)


async def test_the_content_warning_counts_too(scene: Scene):
    assert (await scene.post("x" * 490, spoiler_text="y" * 11)).status == 422
    assert (await scene.post("x" * 490, spoiler_text="y" * 10)).status == 200


async def test_a_reply_to_what_is_not_there_is_not_found(scene: Scene):
    question = scene.server.say(scene.alice, "hello", mentions=[scene.bot])
    scene.server.delete(question)
    with pytest.raises(MastodonNotFoundError) as refused:
        await asyncio.to_thread(scene.client().status_post, "hello", in_reply_to_id=question.id)
    assert refused.value.args[3] == "The post you are trying to reply to does not appear to exist."


async def test_a_reply_to_what_is_hidden_is_not_found_either(scene: Scene):
    question = scene.server.say(scene.alice, "hello", mentions=[scene.bot])
    scene.server.hide(question, scene.bot)
    assert (await scene.post(in_reply_to_id=question.id)).status == 404


async def test_going_on_with_ones_own_answer_answers_the_same_person(scene: Scene):
    question = scene.server.say(scene.alice, "hello", mentions=[scene.bot])
    first = await scene.post("one", in_reply_to_id=question.id)
    second = await scene.post("two", in_reply_to_id=first.body["id"])
    assert second.body["in_reply_to_account_id"] == scene.alice.id


async def test_allowed_mentions_keep_a_post_from_others(scene: Scene):
    boss = scene.server.account("boss")
    answer = await scene.post("@alice@far.example.net ask @boss", allowed_mentions=[scene.alice.id])
    assert (answer.status, answer.body["error"]) == (422, "Post would be sent to unexpected accounts")
    assert [account["id"] for account in answer.body["unexpected_accounts"]] == [boss.id]
    assert scene.server.statuses == []
    assert (await scene.post("@boss hello", allowed_mentions=[boss.id])).status == 200


async def test_the_same_key_gives_the_same_post_whatever_the_text(scene: Scene):
    client = scene.client()
    first = await asyncio.to_thread(client.status_post, "hello", idempotency_key="a")
    second = await asyncio.to_thread(client.status_post, "changed", idempotency_key="a")
    other = await asyncio.to_thread(client.status_post, "hello", idempotency_key="b")
    assert first.id == second.id != other.id
    assert second.content == "<p>hello</p>"
    assert len(scene.server.statuses) == 2


async def test_a_key_is_the_accounts_own(scene: Scene):
    await scene.post(key="a")
    other = scene.server.token_for(scene.server.account("other"))
    await scene.ask("POST", "/api/v1/statuses", token=other, headers={"Idempotency-Key": "a"}, json={"status": "hi"})
    assert len(scene.server.statuses) == 2


async def test_a_key_is_forgotten_after_an_hour(scene: Scene):
    first = await scene.post(key="a")
    scene.clock.pass_by(timedelta(seconds=3_599))
    assert (await scene.post(key="a")).body["id"] == first.body["id"]
    scene.clock.pass_by(timedelta(seconds=1))
    assert (await scene.post(key="a")).body["id"] != first.body["id"]


async def test_a_refused_post_leaves_its_key_free(scene: Scene):
    await scene.post("", key="a")
    assert (await scene.post("hello", key="a")).status == 200


async def test_a_second_request_with_a_key_that_is_under_way_is_put_off(scene: Scene):
    scene.server.posting.may_go_on.clear()
    first = asyncio.create_task(scene.post(key="a"))
    while scene.server.count("POST", "/api/v1/statuses") == 0:  # noqa: ASYNC110 a fake has no bell
        await asyncio.sleep(0)
    with pytest.raises(MastodonServiceUnavailableError) as refused:
        await asyncio.to_thread(scene.client().status_post, "hello", idempotency_key="a")
    busy = "There was a temporary problem serving your request, please try again"
    assert refused.value.args[1:] == (503, "Service Unavailable", busy)
    scene.server.posting.may_go_on.set()
    assert (await first).body["id"] == (await scene.post(key="a")).body["id"]


async def test_a_key_whose_post_was_deleted_finds_nothing(scene: Scene):
    first = await scene.post(key="a")
    await scene.ask("DELETE", f"/api/v1/statuses/{first.body['id']}")
    answer = await scene.post(key="a")
    assert (answer.status, answer.body) == (404, {"error": "Record not found"})


async def test_a_key_does_not_help_once_the_parent_is_gone(scene: Scene):
    """The parent is looked for before the key: the reply is there, and the answer says 404."""
    question = scene.server.say(scene.alice, "hello", mentions=[scene.bot])
    await scene.post(key="a", in_reply_to_id=question.id)
    scene.server.delete(question)
    assert (await scene.post(key="a", in_reply_to_id=question.id)).status == 404
    assert len(scene.server.statuses) == 1


async def test_gotosocial_knows_no_keys():
    async with scene_of(Flavour.GOTOSOCIAL) as scene:
        first, second = await scene.post(key="a"), await scene.post(key="a")
        assert first.body["id"] != second.body["id"]


async def test_what_is_taken_for_spam_is_answered_but_never_there(scene: Scene):
    newcomer = scene.server.account("newcomer", created_at=scene.clock() - timedelta(days=1))
    scene.server.posting.spammy_texts.add("spam.example.com")
    client = scene.client(token=scene.server.token_for(newcomer))
    sent = await asyncio.to_thread(client.status_post, "@alice@far.example.net see spam.example.com")
    assert sent.content.endswith("see spam.example.com</p>")
    with pytest.raises(MastodonNotFoundError):
        await asyncio.to_thread(client.status, sent.id)
    assert scene.server.inbox(scene.alice) == []


async def test_older_accounts_and_followers_friends_are_no_spammers(scene: Scene):
    scene.server.posting.spammy_texts.add("spam.example.com")
    assert (await scene.post("see spam.example.com")).status == 200
    assert len(scene.server.statuses) == 1
    newcomer = scene.server.account("newcomer", created_at=scene.clock())
    scene.server.people.follow(scene.alice, newcomer)
    client = scene.client(token=scene.server.token_for(newcomer))
    await asyncio.to_thread(client.status_post, "@alice@far.example.net see spam.example.com")
    assert len(scene.server.statuses) == 2


async def test_any_post_can_be_dropped_silently(scene: Scene):
    scene.server.troubles[POST].append(troubles.silently_dropped)
    answer = await scene.post(key="a")
    assert (await scene.ask("GET", f"/api/v1/statuses/{answer.body['id']}")).status == 404
    again = await scene.post(key="a")
    assert again.body["id"] != answer.body["id"]
    assert len(scene.server.statuses) == 1


async def test_a_server_may_post_with_another_visibility(scene: Scene):
    scene.server.troubles[POST].append(troubles.posted_as("public"))
    assert (await scene.post(visibility="direct")).body["visibility"] == "public"
    assert scene.server.statuses[0].visibility == "public"


async def test_a_server_may_mention_more_than_the_text_does(scene: Scene):
    scene.server.troubles[POST].append(troubles.also_mentioning(scene.alice))
    answer = await scene.post("hello")
    assert [mention["acct"] for mention in answer.body["mentions"]] == ["alice@far.example.net"]
    assert len(scene.server.inbox(scene.alice)) == 1


async def test_a_post_planned_for_later_is_no_post(scene: Scene):
    later = (scene.clock() + timedelta(hours=1)).isoformat()
    answer = await scene.post("later", scheduled_at=later, key="a")
    assert answer.body["scheduled_at"] == "2026-11-23T13:00:00.000Z"
    assert answer.body["params"]["text"] == "later"
    await scene.post("later", scheduled_at=later, key="a")
    assert len(scene.server.posting.planned) == 2  # keys don't work here, as in Mastodon
    assert scene.server.statuses == []


async def test_a_post_planned_for_the_past_is_made_at_once(scene: Scene):
    await scene.post("now", scheduled_at=(scene.clock() - timedelta(hours=1)).isoformat())
    assert len(scene.server.statuses) == 1


async def test_a_post_planned_for_too_soon_is_refused(scene: Scene):
    assert (await scene.post("soon", scheduled_at=(scene.clock() + timedelta(minutes=4)).isoformat())).status == 422
