"""The whole bot on a Mastodon server: each mention gets one reply, whatever dies when, and nobody else hears of it."""

import asyncio
import random
from collections import Counter
from datetime import timedelta

import pytest

from tests.servers.echobot_process import EchobotProcess, on_mastodon
from tests.servers.fake_mastodon import Flavour, fake_mastodon, troubles
from tests.servers.people import until

SEED = 20261124
PATIENCE = 400  # seconds
NUMBERS = """
entries:
  - id: handles
    asked: {en: ["who can help me", "whom may I ask"]}
    answer: {en: "Ask @carl or @dora@far.example.net, or write to help@far.example.net."}
"""


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    return request.config.getoption("--chaos") == "full"


class Timeline:
    """A server with the bot's account on it, and what became of the questions."""

    def __init__(self, server, folder, **settings):
        self.server = server
        self.bot = server.account("echobot", bot=True)
        server.accept_private_mentions(self.bot)
        self.token = server.token_for(self.bot)
        account = on_mastodon(server.url, self.token, poll_every="10s")
        self.echobot = EchobotProcess(folder, account, **settings)
        self.questions = []

    def ask(self, sender, text="what is Mastodon?", **more):
        self.questions.append(self.server.say(sender, f"@echobot@{self.server.home} {text}", **more))
        return self.questions[-1]

    @property
    def replies(self):
        """To the questions, in the order of the replies; further parts of one count with it."""
        asked = {question.id for question in self.questions}
        own = self.server.posts_by(self.bot)
        return [post for post in own if post.in_reply_to and post.in_reply_to.id in asked]

    async def all_are_answered_once(self):
        async def nothing_is_missing():
            return {post.in_reply_to.id for post in self.replies} >= {question.id for question in self.questions}

        await until(nothing_is_missing, "a reply to each question", patience=PATIENCE, every=0.2)
        await self.echobot.stop()
        assert Counter(post.in_reply_to.id for post in self.replies) == Counter(q.id for q in self.questions)


@pytest.fixture
async def server(request):
    async with fake_mastodon(getattr(request, "param", Flavour.MASTODON)) as running:
        running.limits.lift()
        yield running


@pytest.fixture
async def timeline(server, tmp_path):
    timeline = Timeline(server, tmp_path)
    await timeline.echobot.start()
    yield timeline
    await timeline.echobot.stop()


@pytest.fixture
def ana(server):
    return server.account("ana")


@pytest.mark.parametrize("server", list(Flavour), ids=lambda flavour: flavour.name.lower(), indirect=True)
async def test_mentions_in_all_visibilities_are_answered_each_to_the_asker_alone(timeline, server, ana):
    others = [server.account("bob"), server.account("carl", domain="far.example.net")]
    followers = [server.account("dora"), server.account("emil", domain="far.example.net")]
    for follower in followers:
        server.people.follow(follower, timeline.bot)
    for visibility in ("public", "unlisted", "private", "direct"):
        timeline.ask(ana, visibility=visibility)
    await timeline.all_are_answered_once()

    assert {post.in_reply_to.visibility: post.visibility for post in timeline.replies} == {
        "public": "unlisted", "unlisted": "unlisted", "private": "private", "direct": "direct",
    }  # fmt: skip
    assert all("Mastodon" in post.text and post.mentions == [ana] for post in timeline.replies)
    assert [server.inbox(other) for other in others] == [[], []]
    for follower in followers:
        assert sorted(post.visibility for post in server.inbox(follower)) == ["private", "unlisted", "unlisted"]


async def test_handles_in_an_answer_tell_nobody(server, ana, tmp_path):
    carl, dora = server.account("carl"), server.account("dora", domain="far.example.net")
    knowledge = tmp_path / "knowledge"
    knowledge.mkdir()
    (knowledge / "entries.yaml").write_text(NUMBERS)
    timeline = Timeline(server, tmp_path, knowledge=str(knowledge))
    await timeline.echobot.start()
    timeline.ask(ana, "who can help me?", visibility="direct")
    await timeline.all_are_answered_once()
    (post,) = timeline.replies

    assert "carl" in post.text
    assert "help@far.example.net" in post.text
    assert server.inbox(carl) == server.inbox(dora) == []


async def test_a_choice_is_picked_by_a_reply_in_the_thread(timeline, server, ana):
    question = timeline.ask(ana, "google drive", visibility="direct")
    await until(lambda: timeline.replies, "choices", patience=PATIENCE)
    (choices,) = timeline.replies
    assert "1. " in choices.text
    timeline.ask(ana, "1", visibility="direct", in_reply_to=choices)
    await until(lambda: len(timeline.replies) == 2, "the answer", patience=PATIENCE)

    assert timeline.replies[1].text.startswith("@ana Instead of Google Drive:")
    assert question.id == choices.in_reply_to.id


@pytest.mark.parametrize("fate", ["revoked", "suspended"])
async def test_a_token_that_is_not_accepted_any_more_ends_the_bot_and_its_status_says_why(timeline, server, fate):
    assert await timeline.echobot.status() == (0, "Nothing is wrong.\nNothing waits.\n")
    server.revoke(timeline.token) if fate == "revoked" else server.suspend(timeline.bot)
    assert await timeline.echobot.outcome() == 1
    code, told = await timeline.echobot.status()

    assert (code, told.partition(",")[0]) == (1, "account-0")
    for text in (told, timeline.echobot.log):
        assert "The access token was revoked" in text or "Your login is currently disabled" in text
        assert "let the bot in again with `echobot login mastodon`" in text
        assert timeline.token not in text


async def test_an_account_that_is_logged_out_is_asked_for_no_more_and_leaves_the_other_answering(server, ana, tmp_path):
    bots = [server.account(name, bot=True) for name in ("one", "other")]
    tokens = [server.token_for(bot) for bot in bots]
    echobot = EchobotProcess(tmp_path, *(on_mastodon(server.url, token, poll_every="10s") for token in tokens))
    await echobot.start()
    await until(lambda: len(server.streams.open) == 2, "both streams")
    server.revoke(tokens[0])

    async def is_told():
        return (await echobot.status())[0]

    await until(is_told, "the status to tell", patience=PATIENCE)
    asked_in_vain = [asked for asked in server.requests if asked.headers.get("authorization", "").endswith(tokens[0])]
    server.say(ana, "@one what is Mastodon?")
    server.say(ana, "@other what is Mastodon?")
    await until(lambda: server.posts_by(bots[1]), "a reply of the other", patience=PATIENCE)
    await echobot.stop()

    assert server.posts_by(bots[0]) == []
    assert asked_in_vain == [
        asked for asked in server.requests if asked.headers.get("authorization", "").endswith(tokens[0])
    ]


async def test_what_people_write_is_in_no_log(timeline, ana):
    timeline.ask(ana, "a most private thing about my neighbour", visibility="direct")
    await timeline.all_are_answered_once()

    assert "neighbour" not in timeline.echobot.log


async def test_mentions_of_a_day_offline_are_answered_in_order_and_once(server, tmp_path):
    """Within the usual limits, for each counts for the minute in which it was asked."""
    timeline = Timeline(server, tmp_path, limits={"person_per_minute": 10})
    await timeline.echobot.start()
    await timeline.echobot.stop()
    people = [server.account(f"person{number}") for number in range(10)]
    count = 2000
    begun = server.clock() - timedelta(hours=24)
    for number in range(count):
        timeline.ask(people[number % 10], created_at=begun + number * timedelta(hours=24) / count)
    await timeline.echobot.start()
    await timeline.all_are_answered_once()

    assert [post.in_reply_to.id for post in timeline.replies] == [question.id for question in timeline.questions]


async def test_a_server_that_fails_in_every_way_gets_each_reply_once(timeline, server, ana):
    ways = [
        troubles.done_then_dropped, troubles.dropped, troubles.done_then_page(504), troubles.page(502),
        troubles.done_then_page(200), troubles.refused(500, "oops"), troubles.page(520), troubles.too_many(),
        troubles.done_then_headers(X_RateLimit_Reset="soon"),
    ]  # fmt: skip
    server.troubles["POST /api/v1/statuses"].extend(ways)
    for _ in range(12):
        timeline.ask(ana)
    await timeline.all_are_answered_once()


@pytest.mark.chaos
@pytest.mark.parametrize(
    "server", [Flavour.MASTODON, Flavour.GOTOSOCIAL], ids=["with keys", "without keys"], indirect=True
)
async def test_a_bot_killed_again_and_again_loses_and_doubles_nothing(timeline, server, full):
    kills, count = (30, 150) if full else (5, 50)
    dice = random.Random(SEED)
    print(f"seed {SEED}, {kills} kills")
    people = [server.account(f"person{number}") for number in range(10)]

    async def ask_now_and_then():
        for _ in range(count):
            timeline.ask(dice.choice(people), visibility=dice.choice(["public", "direct"]))
            await asyncio.sleep(kills / count)

    asking = asyncio.create_task(ask_now_and_then())
    for _ in range(kills):
        await asyncio.sleep(dice.uniform(0.1, 2))
        timeline.echobot.kill()
        timeline.echobot.launch()
    await asking
    await timeline.all_are_answered_once()
