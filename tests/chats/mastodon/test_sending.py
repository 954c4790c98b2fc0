"""What the bot posts: one reply to each question, to nobody but the asker, never more public than the question."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from echobot.chats.mastodon.envelope import Envelope
from echobot.errors import ChatRefused, ChatUnavailable, LoginRefused, NotAsMeant
from tests.chats.mastodon.conftest import Clock, reply_to, reply_to_status
from tests.servers.fake_mastodon import Flavour, troubles

EVERY_KIND = pytest.mark.parametrize("flavour", list(Flavour), ids=lambda flavour: flavour.name.lower(), indirect=True)
LONG = "\n\n".join(
    f"Paragraph {number} says something about PeerTube. " + "It goes on and on. " * 10 for number in range(4)
)
POST = "POST /api/v1/statuses"


@pytest.fixture
async def asked(server, bot, ana):
    """A question that the bot has read."""

    async def ask(text="@echobot what is PeerTube?", sender=ana, **more):
        count = len(bot.kept.messages)
        server.say(sender, text, **more)
        return (await bot.kept.have(count + 1))[-1]

    await bot.listen()
    return ask


async def test_a_reply_answers_the_status_and_mentions_the_asker(server, bot, ana, asked):
    question = await asked()
    remote_id = await bot.chat.send(reply_to(question))
    (post,) = bot.posts

    assert post.id == remote_id
    assert post.text == "@ana PeerTube is a video site."
    assert (post.in_reply_to.id, post.mentions, post.language) == (question.id, [ana], "en")


async def test_an_asker_of_another_server_is_told(server, bot, bob, asked):
    question = await asked(f"@echobot@{server.home} what is PeerTube?", sender=bob)
    await bot.chat.send(reply_to(question))

    assert server.inbox(bob)[-1].text.startswith("@bob@far.example.net ")


@EVERY_KIND
@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct"])
async def test_a_reply_is_never_more_public_than_the_question(server, bot, ana, asked, visibility):
    question = await asked(visibility=visibility)
    await bot.chat.send(reply_to(question))

    assert bot.posts[0].visibility == {"public": "unlisted"}.get(visibility, visibility)
    assert server.inbox(ana)[-1] is bot.posts[0]


@pytest.mark.parametrize(
    ("configured", "question", "reply"),
    [("public", "public", "public"), ("public", "direct", "direct"), ("direct", "public", "direct"),
     ("private", "unlisted", "private")],
)  # fmt: skip
async def test_the_settings_may_make_it_less_public_or_as_public_as_the_question(
    server, bots, ana, configured, question, reply
):
    bot = bots(visibility=configured)
    await bot.listen()
    server.say(ana, "@echobot what is PeerTube?", visibility=question)
    await bot.chat.send(reply_to((await bot.kept.have(1))[0]))

    assert bot.posts[0].visibility == reply


async def test_a_visibility_that_mastodon_does_not_know_is_answered_to_the_asker_alone(bot, asked):
    question = replace(await asked(), envelope=Envelope("local").written())
    await bot.chat.send(reply_to(question))

    assert bot.posts[0].visibility == "direct"


async def test_a_content_warning_is_carried_over(bot, asked):
    question = await asked(spoiler_text="politics")
    await bot.chat.send(reply_to(question))

    assert (bot.posts[0].spoiler_text, bot.posts[0].sensitive) == ("politics", True)


async def test_a_handle_in_an_answer_tells_nobody(server, bot, bob, asked):
    carl = server.account("carl")
    question = await asked(visibility="direct")
    await bot.chat.send(
        reply_to(question, "Ask @carl or @bob@far.example.net (@carl), see https://home.example.org/@carl")
    )

    assert server.inbox(carl) == server.inbox(bob) == []
    assert [account.acct for account in bot.posts[0].mentions] == ["ana"]


@pytest.mark.parametrize("flavour", [Flavour.MASTODON], indirect=True)
async def test_a_long_reply_is_a_thread_of_marked_parts(server, bot, ana, asked):
    question = await asked(visibility="direct")
    ids = (await bot.chat.send(reply_to(question, LONG))).split()
    posts = bot.posts

    assert [post.id for post in posts] == ids
    assert [post.in_reply_to.id for post in posts] == [question.id, *ids[:-1]]
    assert all(post.visibility == "direct" and post.mentions == [ana] for post in posts)
    assert [post.text[-5:] for post in posts] == [f"({number}/{len(ids)})" for number in range(1, len(ids) + 1)]


@pytest.mark.parametrize("flavour", [Flavour.GOTOSOCIAL], indirect=True)
async def test_a_server_with_room_for_more_gets_it_in_one_piece(bot, asked):
    await bot.chat.send(reply_to(await asked(), LONG))

    assert len(bot.posts) == 1


@EVERY_KIND
async def test_a_server_with_little_room_gets_parts_that_it_takes_however_it_counts(server, bot, ana):
    server.limits.longest_text = 200
    await bot.listen()
    server.say(ana, "@echobot hello", spoiler_text="👨‍👩‍👧‍👦" * 3)
    text = "Look at https://joinpeertube.org/a/long/way/to/somewhere?and=more 👨‍👩‍👧‍👦, e\u0301. " * 12
    await bot.chat.send(reply_to((await bot.kept.have(1))[0], text))

    assert len(bot.posts) > 1
    assert sum(post.text.count("https://joinpeertube.org/a/long/way/to/somewhere?and=more") for post in bot.posts) > 5


# Once


@EVERY_KIND
async def test_a_reply_sent_twice_is_one_post_where_the_server_remembers_keys_or_the_bot_can_look(bot, asked, flavour):
    reply = reply_to(await asked(), LONG)
    first = await bot.chat.send(reply)
    again = await bot.chat.send(reply) if bot.chat.key_lifetime else await bot.chat.find(reply)

    assert first == again
    assert len(bot.posts) == len(first.split())


async def test_a_server_that_is_surely_mastodon_is_trusted_with_keys_for_less_than_an_hour(bot, asked):
    assert timedelta(minutes=30) < bot.chat.key_lifetime < timedelta(hours=1)


@pytest.mark.parametrize("flavour", [Flavour.GOTOSOCIAL, Flavour.PLEROMA], indirect=True)
async def test_another_server_is_looked_through_at_once(bot, asked):
    assert bot.chat.key_lifetime == timedelta(0)


@EVERY_KIND
async def test_what_was_never_posted_is_not_found(bot, asked):
    first, second = await asked(), await asked("@echobot and now?")
    await bot.chat.send(reply_to(first))

    assert await bot.chat.find(reply_to(second)) is None


@EVERY_KIND
async def test_a_thread_of_which_only_the_first_part_was_posted_is_completed(server, bot, asked, flavour):
    question = await asked()
    text = LONG * 12 if flavour in {Flavour.GOTOSOCIAL, Flavour.PLEROMA} else LONG
    server.troubles[POST].extend([_fine, troubles.page(502)])
    with pytest.raises(ChatUnavailable):
        await bot.chat.send(reply_to(question, text))
    assert len(bot.posts) == 1
    ids = (await bot.chat.find(reply_to(question, text))).split()

    assert [post.id for post in bot.posts] == ids
    assert len(ids) > 1


async def test_a_reply_is_found_among_many_later_ones(server, bot, asked, ana):
    server.limits.enforced = False
    question = await asked()
    remote_id = await bot.chat.send(reply_to(question))
    for number in range(100):
        server.say(bot.account, f"@ana {number}")

    assert await bot.chat.find(reply_to(question)) == remote_id


async def _fine(request, answer):
    return await answer(request)


UNKNOWN = {
    "the connection broke": troubles.done_then_dropped,
    "a proxy gave up": troubles.done_then_page(504),
    "a page in place of JSON": troubles.done_then_page(200),
}


@pytest.mark.parametrize("trouble", UNKNOWN.values(), ids=UNKNOWN.keys())
async def test_when_nobody_knows_whether_it_was_posted_the_key_makes_one_post_of_two_requests(
    server, bot, asked, trouble
):
    reply = reply_to(await asked())
    server.troubles[POST].append(trouble)
    with pytest.raises(ChatUnavailable) as unknown:
        await bot.chat.send(reply)
    await bot.chat.send(reply)

    assert not unknown.value.not_sent
    assert len(bot.posts) == 1


async def test_an_answer_that_does_not_come_in_time_is_an_unknown_outcome(server, bot, ana):
    bot.seconds = 0.5
    await bot.listen()
    server.say(ana, "@echobot hello")
    reply = reply_to((await bot.kept.have(1))[0])
    server.troubles[POST].append(troubles.done_then_stalled)
    with pytest.raises(ChatUnavailable) as unknown:
        await bot.chat.send(reply)
    await bot.chat.send(reply)

    assert not unknown.value.not_sent
    assert len(bot.posts) == 1


async def test_a_limit_that_cannot_be_read_does_not_hide_that_it_was_posted(server, bot, asked):
    server.troubles[POST].append(troubles.done_then_headers(X_RateLimit_Reset="soon", X_RateLimit_Remaining="few"))
    await bot.chat.send(reply_to(await asked()))

    assert len(bot.posts) == 1


async def test_a_request_that_is_still_under_way_is_asked_about_again_later(server, bot, asked):
    server.troubles[POST].append(
        troubles.refused(503, "There was a temporary problem serving your request, please try again")
    )
    with pytest.raises(ChatUnavailable):
        await bot.chat.send(reply_to(await asked()))


async def test_a_server_that_cannot_be_reached_has_surely_nothing_posted(server, bot, asked):
    question = await asked()
    bot.chat._server._client.api_base_url = "http://127.0.0.1:9"
    with pytest.raises(ChatUnavailable) as away:
        await bot.chat.send(reply_to(question))

    assert away.value.not_sent


async def test_before_the_server_was_reached_at_all_a_reply_has_to_wait(bots, server, ana):
    status = server.say(ana, "@echobot hello")
    with pytest.raises(ChatUnavailable) as early:
        await bots().chat.send(reply_to_status(status))

    assert early.value.not_sent


# Limits


@pytest.mark.parametrize("written", ["{:%Y-%m-%dT%H:%M:%S.%fZ}", "{:%Y-%m-%dT%H:%M:%SZ}", "{:%s}"])
async def test_too_many_requests_say_how_long_to_wait_in_whatever_form(server, bot, asked, clock, written):
    reply = reply_to(await asked())
    reset = (
        written.format(clock() + timedelta(minutes=3))
        if "%s" not in written
        else str(int((clock() + timedelta(minutes=3)).timestamp()))
    )
    server.troubles[POST].append(troubles.too_many({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}))
    with pytest.raises(ChatUnavailable) as limited:
        await bot.chat.send(reply)

    assert limited.value.not_sent
    assert timedelta(minutes=2) < limited.value.retry_after < timedelta(minutes=4)


async def test_until_then_nothing_is_asked_at_all_and_reading_goes_on(server, bot, asked, clock):
    reply = reply_to(await asked())
    reset = f"{clock() + timedelta(minutes=3):%Y-%m-%dT%H:%M:%S.%fZ}"
    server.troubles[POST].append(troubles.too_many({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}))
    for _ in range(5):
        with pytest.raises(ChatUnavailable):
            await bot.chat.send(reply)
    assert server.count("POST", "/api/v1/statuses") == 1
    assert (await asked("@echobot still there?")).text == "still there?"

    clock.ahead = timedelta(minutes=4)
    await bot.chat.send(reply)
    assert len(bot.posts) == 1


@pytest.mark.parametrize("hours", [5, -5], ids=["ahead", "behind"])
async def test_how_long_to_wait_is_reckoned_by_the_servers_clock_however_wrong_it_is(server, bots, ana, clock, hours):
    clock.ahead = timedelta(hours=hours)
    bot = bots(clock=Clock())
    await bot.listen()
    server.say(ana, "@echobot hello")
    reply = reply_to((await bot.kept.have(1))[0])
    server.limits.buckets["statuses"].most = 0
    with pytest.raises(ChatUnavailable) as limited:
        await bot.chat.send(reply)

    assert limited.value.not_sent
    assert timedelta(0) < limited.value.retry_after <= timedelta(hours=3)
    assert abs(limited.value.retry_after - _left_of_three_hours(clock())) < timedelta(seconds=10)


def _left_of_three_hours(now):
    """Mastodon counts posts in fixed windows."""
    window = timedelta(hours=3)
    return window - (now - datetime.fromtimestamp(0, UTC)) % window


@pytest.mark.parametrize(("wait", "seconds"), [("120", 120), ("soon", None)])
async def test_a_proxy_that_says_how_long_to_wait_is_obeyed(server, bot, asked, wait, seconds):
    server.troubles[POST].append(troubles.too_many({"Retry-After": wait}))
    with pytest.raises(ChatUnavailable) as limited:
        await bot.chat.send(reply_to(await asked()))

    retry_after = limited.value.retry_after
    assert (retry_after and round(retry_after.total_seconds(), -1)) == seconds


async def test_too_many_requests_without_a_word_about_when_are_tried_later(server, bot, asked):
    server.troubles[POST].append(troubles.too_many())
    with pytest.raises(ChatUnavailable) as limited:
        await bot.chat.send(reply_to(await asked()))

    assert (limited.value.not_sent, limited.value.retry_after) == (True, None)


async def test_after_the_last_post_that_is_allowed_it_waits_by_itself(server, bot, asked, ana):
    server.limits.buckets["statuses"].most = 2
    for number in range(2):
        await bot.chat.send(reply_to(await asked(f"@echobot {number}")))
    with pytest.raises(ChatUnavailable) as limited:
        await bot.chat.send(reply_to(await asked("@echobot once more")))

    assert limited.value.not_sent
    assert server.count("POST", "/api/v1/statuses") == 2


# What is refused


@pytest.mark.parametrize("fate", ["deleted", "hidden"])
async def test_a_reply_to_what_is_not_there_for_the_bot_any_more_is_dropped(server, bot, asked, fate):
    question = await asked()
    status = server.statuses[-1]
    server.delete(status) if fate == "deleted" else server.hide(status, bot.account)
    with pytest.raises(ChatRefused, match="404, The post you are trying to reply to does not appear to exist"):
        await bot.chat.send(reply_to(question))

    assert bot.posts == []


async def test_a_revoked_token_is_a_refused_login(server, bot, asked):
    question = await asked()
    await bot.stop()
    server.revoke(bot.token)
    bot.chat = bot._chat()
    bot.chat._posting = None
    with pytest.raises(LoginRefused):
        await bot.chat.listen(bot.kept.cursor, bot.kept, bot.kept.note)
    assert question.id


async def test_a_token_that_may_not_write_is_a_refused_login(server, bot, ana):
    bot.token = server.token_for(bot.account, ["read:accounts", "read:notifications", "read:statuses"])
    await bot.listen()
    server.say(ana, "@echobot hello")
    with pytest.raises(LoginRefused, match="403"):
        await bot.chat.send(reply_to((await bot.kept.have(1))[0]))


async def test_one_reply_that_is_not_allowed_is_refused_and_the_account_goes_on(server, bot, asked):
    server.troubles[POST].append(troubles.refused(403, "This action is not allowed"))
    with pytest.raises(ChatRefused) as refused:
        await bot.chat.send(reply_to(await asked()))

    assert not isinstance(refused.value, LoginRefused)


# What the server makes of it is looked at


async def test_a_reply_that_the_server_made_more_public_is_taken_away_and_told(server, bot, asked):
    server.troubles[POST].append(troubles.posted_as("public"))
    with capture_logs() as lines, pytest.raises(NotAsMeant, match="made it public and not direct"):
        await bot.chat.send(reply_to(await asked(visibility="direct")))

    assert bot.posts == []
    assert any(line["log_level"] == "error" and "taken away" in line["event"] for line in lines)


async def test_a_reply_that_the_server_sent_to_somebody_else_as_well_is_taken_away_and_told(server, bot, bob, asked):
    server.troubles[POST].append(troubles.also_mentioning(bob))
    with pytest.raises(NotAsMeant, match="more than it was meant for"):
        await bot.chat.send(reply_to(await asked(visibility="direct")))

    assert bot.posts == []


async def test_a_server_that_is_slow_to_delete_is_asked_again(server, bot, asked):
    server.troubles[POST].append(troubles.posted_as("public"))
    server.troubles["DELETE /api/v1/statuses/{id}"].extend([troubles.page(502)] * 2)
    with pytest.raises(ChatRefused):
        await bot.chat.send(reply_to(await asked(visibility="direct")))

    assert bot.posts == []


@pytest.mark.parametrize("status", [403, 405, 501])
async def test_a_post_that_the_server_does_not_let_go_is_not_taken_for_gone(server, bot, asked, status):
    server.troubles[POST].append(troubles.posted_as("public"))
    server.troubles["DELETE /api/v1/statuses/{id}"].extend([troubles.refused(status, "This action is not allowed")] * 3)
    with pytest.raises(ChatUnavailable, match="made it public and not direct, and it could not be deleted yet"):
        await bot.chat.send(reply_to(await asked(visibility="direct")))

    assert len(bot.posts) == 1


async def test_a_reply_of_which_the_asker_is_not_told_stays_and_is_told_of(server, bot, ana, asked):
    question = await asked()
    server.people.block(bot.account, ana)  # then Mastodon leaves the handle unlinked
    with capture_logs() as lines:
        await bot.chat.send(reply_to(question))

    assert [post.mentions for post in bot.posts] == [[]]
    assert [line["event"] for line in lines if line["log_level"] == "warning"] == [
        "the server did not tell the asker of a reply"
    ]


async def test_a_server_that_makes_it_less_public_may(server, bot, asked, bots):
    server.troubles[POST].append(troubles.posted_as("private"))
    await bot.chat.send(reply_to(await asked()))

    assert len(bot.posts) == 1


async def test_a_new_account_sees_that_its_reply_was_thrown_away_as_spam(server, bot, ana, clock):
    bot.account.created_at = clock() - timedelta(days=2)
    await bot.listen()
    server.say(ana, "@echobot hello")
    server.troubles[POST].append(troubles.silently_dropped)
    with pytest.raises(NotAsMeant, match="spam"):
        await bot.chat.send(reply_to((await bot.kept.have(1))[0]))


# Edited questions


async def test_a_revised_reply_changes_the_post_and_makes_no_other(server, bot, asked):
    question = await asked(spoiler_text="politics")
    post = await bot.chat.send(reply_to(question))
    again = await bot.chat.send(replace(reply_to(question, "Mastodon is a network."), instead_of=post))
    (status,) = bot.posts

    assert again == post
    assert status.text == "@ana Mastodon is a network."
    assert (status.spoiler_text, status.sensitive, status.visibility) == ("politics", True, "unlisted")


async def test_a_revised_reply_in_another_language_is_marked_as_such(bot, asked):
    question = await asked()
    post = await bot.chat.send(reply_to(question))
    german = replace(reply_to(question, "Mastodon ist ein Netz."), language="de", instead_of=post)
    await bot.chat.send(german)

    assert [status.language for status in bot.posts] == ["de"]


async def test_a_longer_revised_reply_gets_more_parts_and_a_shorter_one_fewer(server, bot, asked):
    question = await asked()
    post = await bot.chat.send(reply_to(question))
    longer = await bot.chat.send(replace(reply_to(question, LONG), instead_of=post))
    assert longer.split()[0] == post
    assert len(bot.posts) == len(longer.split()) > 1

    shorter = await bot.chat.send(replace(reply_to(question, "Short."), instead_of=longer))
    assert shorter == post
    assert [status.text for status in bot.posts] == ["@ana Short."]


async def test_a_revised_reply_whose_outcome_is_unknown_is_completed(server, bot, asked):
    question = await asked()
    post = await bot.chat.send(reply_to(question))
    server.troubles[POST].append(troubles.done_then_dropped)
    longer = replace(reply_to(question, LONG), instead_of=post)
    with pytest.raises(ChatUnavailable):
        await bot.chat.send(longer)
    ids = (await bot.chat.find(longer)).split()

    assert [status.id for status in bot.posts] == ids
