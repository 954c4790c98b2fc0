"""What comes to the bot from a Mastodon server: every mention that is meant for it, once, in order."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from echobot.core.message import Address
from echobot.errors import ChatUnavailable, LoginRefused, StoreError
from tests.chats.mastodon.conftest import MONTH, RARE, Clock, reply_to
from tests.servers.fake_mastodon import Flavour, troubles
from tests.servers.people import until

EVERY_KIND = pytest.mark.parametrize("flavour", list(Flavour), ids=lambda flavour: flavour.name.lower(), indirect=True)


@EVERY_KIND
async def test_a_mention_becomes_a_message(server, bot, ana):
    await bot.listen()
    status = server.say(ana, "@echobot what is PeerTube?", language="en")
    (message,) = await bot.kept.have(1)

    assert (message.id, message.sender, message.text) == (status.id, "ana", "what is PeerTube?")
    assert (message.place.account, message.place.room) == ("toots", status.id)
    assert (message.language, message.address) == ("en", Address.NAMED)


async def test_somebody_of_another_server_is_known_by_the_whole_handle(server, bot, bob):
    await bot.listen()
    server.say(bob, f"@echobot@{server.home} hello")

    assert (await bot.kept.have(1))[0].sender == "bob@far.example.net"


async def test_a_private_mention_is_a_direct_message(server, bot, ana):
    await bot.listen()
    server.say(ana, "@echobot psst", visibility="direct")

    assert (await bot.kept.have(1))[0].address is Address.DIRECT


async def test_a_mention_without_any_handle_in_the_text_counts(server, bot, bob):
    await bot.listen()
    server.say(bob, "", raw_html="<p>what is PeerTube?</p>", mentions=[bot.account])

    assert (await bot.kept.have(1))[0].text == "what is PeerTube?"


@EVERY_KIND
async def test_the_first_start_begins_at_now(server, bot, ana):
    server.say(ana, "@echobot long ago")
    await bot.listen()
    server.say(ana, "@echobot today")
    await bot.kept.have(1)

    assert bot.kept.texts == ["today"]


@EVERY_KIND
async def test_the_first_start_of_an_account_that_nobody_ever_mentioned_begins_at_now(server, bot, ana):
    await bot.listen()
    await bot.stop()
    for number in range(50):
        server.say(ana, f"@echobot {number}")
    await bot.listen()

    assert [int(text) for text in bot.kept.texts] == [*range(50)]


@EVERY_KIND
async def test_what_was_said_while_it_was_away_comes_in_order_and_once(server, bot, ana):
    server.limits.enforced = False
    server.say(ana, "@echobot before")
    await bot.listen()
    await bot.stop()
    for number in range(300):
        server.say(ana, f"@echobot {number}")
    await bot.listen()
    await bot.kept.have(300)

    assert bot.kept.texts == [str(number) for number in range(300)]


async def test_the_cursor_moves_only_after_what_is_before_it_was_kept(server, bot, ana):
    await bot.listen()
    cursor = bot.kept.cursor
    bot.kept.failures = [StoreError("the disk is full")]
    server.say(ana, "@echobot hello")
    with pytest.raises(StoreError):
        await bot.outcome()
    assert bot.kept.cursor == cursor
    await bot.listen()

    assert bot.kept.texts == ["hello"]


@EVERY_KIND
async def test_what_the_server_shows_after_something_later_is_not_overlooked(server, bot, ana, clock):
    """Two mentions at once: the first has its id, but is not yet written when the second is seen."""
    server.streams.is_mute = True
    await bot.listen()
    server.notices.is_slow = True
    server.say(ana, "@echobot first")
    server.notices.is_slow = False
    server.say(ana, "@echobot second")
    await bot.kept.have(1)
    server.notices.write()
    clock.ahead = timedelta(seconds=10)
    server.say(ana, "@echobot third")
    await bot.kept.have(3)

    assert sorted(bot.kept.texts) == ["first", "second", "third"]


@EVERY_KIND
async def test_the_stream_says_when_to_look(server, bots, ana):
    bot = bots(RARE)
    await bot.listen()
    await until(lambda: server.streams.open, "a stream")
    await asyncio.sleep(0.1)  # let the look that an opened stream is worth pass
    server.say(ana, "@echobot what is PeerTube?")

    assert await bot.kept.have(1)


async def test_a_stream_at_another_address_is_found(clock, ana, server):
    from tests.chats.mastodon.conftest import Bot
    from tests.servers.fake_mastodon import fake_mastodon

    async with fake_mastodon(clock=clock, streams_elsewhere=True) as elsewhere:
        bot = Bot(elsewhere, clock, RARE)
        await bot.listen()
        await until(lambda: elsewhere.streams.open, "a stream")
        elsewhere.say(elsewhere.account("ana"), "@echobot hello")
        await bot.kept.have(1)
        await bot.stop()


@pytest.mark.parametrize("fault", ["mute", "frozen"])
async def test_a_stream_whose_heart_beats_but_tells_nothing_is_not_trusted(server, bot, ana, fault):
    server.streams.heartbeat_every = 0.05
    await bot.listen()
    await until(lambda: server.streams.open, "a stream")
    setattr(server.streams, f"is_{fault}", True)
    server.say(ana, "@echobot is anybody there?")

    assert await bot.kept.have(1)


@pytest.mark.parametrize("fault", ["end", "cut"])
async def test_a_stream_that_ends_is_opened_again(server, bots, ana, fault):
    bot = bots(RARE)
    await bot.listen()
    (first,) = await until(lambda: list(server.streams.open), "a stream")
    getattr(server.streams, fault)()
    await until(lambda: server.streams.open and first not in server.streams.open, "another stream")
    server.say(ana, "@echobot are you still there?")

    assert await bot.kept.have(1)


@pytest.mark.parametrize("flavour", [Flavour.MASTODON, Flavour.GOTOSOCIAL], ids=["events", "websocket"], indirect=True)
async def test_a_stream_in_which_nobody_lives_any_more_is_given_up_for_another(server, bots, ana):
    bot = bots(replace(RARE, silence=timedelta(seconds=0.4)))
    await bot.listen()
    (first,) = await until(lambda: list(server.streams.open), "a stream")
    server.streams.is_frozen = True
    await until(lambda: server.streams.open and first not in server.streams.open, "another stream")
    server.streams.is_frozen = False
    server.say(ana, "@echobot are you still there?")

    assert await bot.kept.have(1)


async def test_a_page_in_place_of_a_stream_is_none_and_the_websocket_is_tried(server, bots, ana):
    server.troubles["GET /api/v1/streaming/user/notification"].extend([troubles.page(200)] * 100_000)
    bot = bots(RARE)
    await bot.listen()
    await until(lambda: server.streams.open, "a stream")
    await asyncio.sleep(0.1)  # let the look that an opened stream is worth pass
    server.say(ana, "@echobot hello")

    assert await bot.kept.have(1)


async def test_strange_events_of_a_stream_are_at_most_a_reason_to_look(server, bot, ana):
    await bot.listen()
    await until(lambda: server.streams.open, "a stream")
    for name, payload in [("filters_changed", "undefined"), ("delete", "01JABC"), ("something_new", "{"), ("", "")]:
        server.streams.send(bot.account, name, payload)
    server.say(ana, "@echobot hello")

    assert await bot.kept.have(1)


# Who is not answered


async def test_bots_and_those_who_want_no_bots_are_left_out(server, bot, ana):
    await bot.listen()
    server.say(server.account("robot", bot=True), "@echobot what is PeerTube?")
    tag = '<a href="https://home.example.org/tags/nobot" class="mention hashtag">#<span>nobot</span></a>'
    server.say(server.account("quiet", note=f"<p>I like quiet. {tag}</p>"), "@echobot what is PeerTube?")
    server.say(ana, "@echobot hello")
    await bot.kept.have(1)

    assert bot.kept.texts == ["hello"]


async def test_what_is_no_mention_is_passed_over_where_the_server_cannot_leave_it_out(server, bot, ana, bob):
    server.notices.knows_types = False
    server.notices.tell(bot.account, bob, "follow")
    await bot.listen()
    for number in range(100):
        server.notices.tell(bot.account, bob, ("favourite", "something_new")[number % 2])
    server.say(ana, "@echobot hello")
    server.notices.tell(bot.account, bob, "follow")
    await bot.kept.have(1)

    assert bot.kept.texts == ["hello"]


async def test_its_own_words_are_left_out(server, bot, ana):
    await bot.listen()
    server.say(bot.account, "@echobot I talk to myself")
    server.say(ana, "@echobot hello")
    await bot.kept.have(1)

    assert bot.kept.texts == ["hello"]


async def test_a_thread_is_one_place_from_its_first_post_on(server, bot, ana):
    await bot.listen()
    first = server.say(ana, "@echobot google drive")
    answer = server.say(bot.account, "@ana 1. this 2. that", in_reply_to=first)
    server.say(ana, "@echobot 2", in_reply_to=answer)
    messages = await bot.kept.have(2)

    assert messages[0].place == messages[1].place


async def test_whoever_answers_somebody_else_in_a_thread_does_not_mean_the_bot(server, bot, ana, bob):
    await bot.listen()
    question = server.say(ana, "@echobot what is PeerTube?")
    server.say(bob, f"@ana@{server.home} @echobot@{server.home} I use it too!", in_reply_to=question)
    server.say(ana, "@echobot thanks", in_reply_to=server.say(bot.account, "@ana a video site", in_reply_to=question))
    await bot.kept.have(2)

    assert bot.kept.texts == ["what is PeerTube?", "thanks"]


async def test_whoever_calls_the_bot_under_somebody_elses_post_means_the_bot(server, bot, ana, bob):
    await bot.listen()
    post = server.say(bob, "I am looking for a video site.")
    server.say(ana, "@bob@far.example.net @echobot what is PeerTube?", in_reply_to=post)

    assert "what is PeerTube?" in (await bot.kept.have(1))[0].text


async def test_whoever_answers_the_bot_means_the_bot_also_in_somebody_elses_thread(server, bot, ana, bob):
    await bot.listen()
    question = server.say(ana, "@echobot what is PeerTube?")
    answer = server.say(bot.account, "@ana a video site", in_reply_to=question)
    server.say(bob, f"@echobot@{server.home} @ana@{server.home} and Mastodon?", in_reply_to=answer)
    messages = await bot.kept.have(2)

    assert messages[1].sender == "bob@far.example.net"


async def test_after_so_many_replies_in_a_thread_the_bot_has_said_enough(server, bots, ana):
    bot = bots(replies_in_thread=3)
    await bot.listen()
    status = server.say(ana, "@echobot 0")
    for number in range(1, 6):
        status = server.say(bot.account, "@ana well", in_reply_to=status)
        status = server.say(bot.account, "@ana (2/2)", in_reply_to=status)  # a part is no reply of its own
        status = server.say(ana, f"@echobot {number}", in_reply_to=status)
    server.say(ana, "@echobot elsewhere")
    await until(lambda: "elsewhere" in bot.kept.texts, "the last question")

    spent = [message.text for message in bot.kept.messages if message.address is Address.SPENT]
    assert spent == ["3", "4", "5"]
    assert bot.kept.texts == ["0", "1", "2", *spent, "elsewhere"]


# Edited questions


async def test_an_edited_question_comes_once_more_as_a_later_form_of_the_first(server, bot, ana):
    await bot.listen()
    status = server.say(ana, "@echobot what is PeerTub")
    await bot.kept.have(1)
    server.edit(status, "@echobot what is Mastodon?")
    first, again = await bot.kept.have(2)
    server.say(ana, "@echobot something else")
    await bot.kept.have(3)

    assert (again.text, again.revises, again.place) == ("what is Mastodon?", first.id, first.place)
    assert again.id not in {first.id, None}
    assert abs(again.sent_at - status.edited_at) < timedelta(milliseconds=1)
    assert bot.kept.texts == ["what is PeerTub", "what is Mastodon?", "something else"]


async def test_an_old_post_that_an_edit_makes_a_mention_was_said_when_it_was_edited(server, bot, ana, clock):
    await bot.listen()
    status = server.say(ana, "what is PeerTube?", created_at=clock() - MONTH)
    server.edit(status, "@echobot what is PeerTube?")
    message = (await bot.kept.have(1))[0]

    assert (message.text, message.revises) == ("what is PeerTube?", None)
    assert clock() - message.sent_at < timedelta(minutes=5)


async def test_two_edits_are_two_later_forms(server, bot, ana):
    await bot.listen()
    status = server.say(ana, "@echobot one")
    await bot.kept.have(1)
    for number, text in enumerate(["two", "three"], start=2):
        server.edit(status, f"@echobot {text}")
        await bot.kept.have(number)

    assert bot.kept.texts[0] == "one"
    assert bot.kept.texts[-1] == "three"
    assert len({message.id for message in bot.kept.messages}) == len(bot.kept.messages)


# When the server is in trouble


TROUBLES = {
    "a proxy's page": troubles.page(502),
    "an internal error": troubles.refused(500, "oops"),
    "a page in place of JSON": troubles.page(200),
    "no answer": troubles.dropped,
    "too many requests": troubles.too_many(),
    "too many requests, until a second from now": troubles.too_many({"X-RateLimit-Reset": "1"}),
    "a wall of a proxy": troubles.page(403),
    "unknown": troubles.page(520),
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES.keys())
@pytest.mark.parametrize("request_", ["GET /api/v1/notifications", "GET /api/v1/accounts/verify_credentials"])
async def test_the_server_is_waited_for(server, bot, ana, trouble, request_):
    server.troubles[request_].extend([trouble] * 3)
    await bot.listen()
    server.troubles["GET /api/v1/notifications"].extend([trouble] * 2)
    server.say(ana, "@echobot hello")

    assert (await bot.kept.have(1))[0].text == "hello"


async def test_an_answer_that_never_comes_is_not_waited_for_for_ever(server, bot, ana):
    bot.seconds = 0.3
    server.troubles["GET /api/v1/notifications"].append(troubles.stalled)
    await bot.listen()
    server.say(ana, "@echobot hello")

    assert await bot.kept.have(1)


@pytest.mark.parametrize("trouble", [troubles.dripping, troubles.huge])
async def test_an_answer_without_end_is_not_listened_to_for_ever(server, bot, ana, trouble):
    bot.seconds = 0.2
    server.troubles["GET /api/v1/notifications"].append(trouble)
    await bot.listen()
    server.say(ana, "@echobot hello")

    assert await bot.kept.have(1)


async def test_a_stream_without_end_is_left_and_what_is_said_comes_all_the_same(server, bot, ana):
    troubled = server.troubles["GET /api/v1/streaming/user/notification"]
    troubled.extend([troubles.event_without_end] * 3)
    await bot.listen()
    await until(lambda: not troubled, "the bot to have left each of them")
    server.say(ana, "@echobot hello")

    assert await bot.kept.have(1)


async def test_what_was_posted_before_an_answer_without_end_is_not_posted_again(server, bot, ana):
    await bot.listen()
    server.say(ana, "@echobot hello")
    reply = reply_to((await bot.kept.have(1))[0])
    server.troubles["POST /api/v1/statuses"].append(troubles.done_then_huge)
    with pytest.raises(ChatUnavailable, match="the server's answer is larger than 16 MB") as unknown:
        await bot.chat.send(reply)
    await bot.chat.send(reply)

    assert not unknown.value.not_sent
    assert len(bot.posts) == 1


async def test_a_failure_between_two_pages_gives_the_first_page_once(server, bot, ana):
    server.limits.enforced = False
    await bot.listen()
    await bot.stop()
    for number in range(200):
        server.say(ana, f"@echobot {number}")
    for _ in range(3):
        server.troubles["GET /api/v1/notifications"].extend([_fine, troubles.page(502)])
    await bot.listen()
    await bot.kept.have(200)

    assert bot.kept.texts == [str(number) for number in range(200)]


async def _fine(request, answer):
    return await answer(request)


@pytest.mark.parametrize("how", ["revoke", "suspend"])
async def test_a_token_that_is_no_longer_accepted_ends_listening_at_once_and_says_what_to_do(server, bot, how):
    await bot.listen()
    server.revoke(bot.token) if how == "revoke" else server.suspend(bot.account)
    with pytest.raises(LoginRefused, match="echobot login mastodon"):
        await bot.outcome()
    asked = len(server.requests)
    await asyncio.sleep(0.3)

    assert len([request for request in server.requests[asked:] if "streaming" not in request.path]) == 0


async def test_a_token_without_the_right_to_read_mentions_ends_listening(server, bot):
    bot.token = server.token_for(bot.account, ["read:accounts", "write:statuses"])
    bot.chat = bot._chat()
    with pytest.raises(LoginRefused, match="403"):
        await bot.chat.listen(None, bot.kept, bot.kept.note)


async def test_however_many_hints_there_are_it_looks_no_more_often_than_the_server_allows(server, bots):
    bot = bots(RARE)
    await bot.listen()
    await until(lambda: server.streams.open, "a stream")
    looks = server.count("GET", "/api/v1/notifications")
    for _ in range(400):
        server.streams.send(bot.account, "notification", "{}")
        await asyncio.sleep(0.005)

    assert server.count("GET", "/api/v1/notifications") - looks < 80


@pytest.mark.parametrize("days", [3, -3], ids=["ahead", "behind"])
async def test_times_are_the_bots_own_however_wrong_the_servers_clock_is(server, bots, ana, clock, days):
    """A question of now is of now."""
    clock.ahead = timedelta(days=days)
    bot = bots(clock=Clock())
    await bot.listen()
    status = server.say(ana, "@echobot hello")
    await bot.kept.have(1)
    server.edit(status, "@echobot hello, hello")
    first, again = await bot.kept.have(2)

    for message in (first, again):
        assert abs(message.sent_at - Clock()()) < timedelta(minutes=5)


@pytest.mark.parametrize(
    ("flagged", "accepts", "warned"),
    [(True, True, []), (False, True, ["not marked as a bot"]), (True, False, ["filtered away"])],
)
async def test_it_warns_of_an_account_that_is_not_set_up_well(server, bots, flagged, accepts, warned, caplog):
    from structlog.testing import capture_logs

    bot = bots()
    bot.account.bot = flagged
    if not accepts:
        server.notices.policies.pop(bot.account)
    with capture_logs() as lines:
        await bot.listen()
    warnings = [line["event"] for line in lines if line["log_level"] == "warning"]

    assert len(warnings) == len(warned)
    assert all(words in warning for words, warning in zip(warned, warnings, strict=True))
