"""What the people in a room see of a post."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from echobot.chats.matrix import lookback
from echobot.chats.matrix.rooms import is_creator, may_call_everybody
from echobot.chats.matrix.writing import marked
from echobot.core.message import AccountName, DeliveryKey, Place, Post, Wording
from echobot.errors import ChatRefused, ChatUnavailable
from tests.chats.matrix.test_sending import reply_to
from tests.chats.posters import drawn
from tests.servers.people import People, Person

pytestmark = pytest.mark.server

LISBON = (Wording("en", "We meet in Lisbon.", alt="A yellow tram."), Wording("fr", "On se voit à Lisbonne."))


def post_in(room: str, wordings: tuple[Wording, ...] = LISBON, key: str = "lisbon", **more) -> Post:
    return Post(DeliveryKey(key), Place(AccountName("room-bot"), room), wordings, **more)


@pytest.fixture
def poster(tmp_path: Path) -> str:
    return drawn(tmp_path / "lisbon.png")


def contents(file: str) -> bytes:
    return Path(file).read_bytes()


@pytest.fixture
def said(alice: Person, room: str) -> Callable:
    """What the bot said in the room: the contents of its events, with their ids."""

    async def said() -> dict[str, dict]:
        return {event["event_id"]: event["content"] for event in await alice.messages(room)}

    return said


async def test_a_post_is_one_notice_with_its_languages_one_under_the_other_and_mentions_nobody(bot, room, said):
    sent = await bot.chat.send(post_in(room))
    ((event, content),) = (await said()).items()

    assert event == sent
    assert content["msgtype"] == "m.notice"
    assert content["body"] == "We meet in Lisbon.\n\nOn se voit à Lisbonne."
    assert content["formatted_body"] == "<p>We meet in Lisbon.</p>\n<p>On se voit à Lisbonne.</p>"
    assert content["m.mentions"] == {}
    assert "m.relates_to" not in content


async def test_a_warning_stands_above_the_text(bot, room, said):
    await bot.chat.send(post_in(room, (Wording("en", "We meet in Lisbon.", warning="Long"),)))

    assert next(iter((await said()).values()))["body"] == "Long\n\nWe meet in Lisbon."


async def test_a_poster_follows_the_notice_with_its_description_its_size_and_a_thumbnail(
    bot, room, said, poster, alice
):
    notice, image = (await bot.chat.send(post_in(room, picture=poster))).split()
    events = await said()
    content = events[image]
    kind, data = await alice.download(content["url"])
    thumbnail = content["info"]["thumbnail_info"]
    small_kind, small = await alice.download(content["info"]["thumbnail_url"])

    assert list(events) == [notice, image]
    assert (content["msgtype"], content["body"], content["filename"]) == ("m.image", "A yellow tram.", "lisbon.png")
    assert (kind, data) == ("image/png", contents(poster))
    assert (content["info"]["w"], content["info"]["h"], content["info"]["size"]) == (1000, 500, len(data))
    assert (thumbnail["w"], thumbnail["h"], thumbnail["size"]) == (800, 400, len(small))
    assert thumbnail["mimetype"] == small_kind == "image/jpeg"
    assert content["m.mentions"] == {}


async def test_a_poster_that_nobody_described_bears_its_files_name(bot, room, said, poster):
    _, image = (await bot.chat.send(post_in(room, (Wording("en", "Lisbon."),), picture=poster))).split()

    assert (await said())[image]["body"] == "lisbon.png"


async def test_the_same_poster_is_brought_to_the_server_once(bot, room, said, poster):
    for key in ("announced", "reminder"):
        await bot.chat.send(post_in(room, key=key, picture=poster))
    addresses = [content["url"] for content in (await said()).values() if "url" in content]

    assert len(addresses) == 2
    assert len(set(addresses)) == 1


async def test_a_post_whose_poster_is_missing_is_refused_and_nothing_is_said(bot, room, said, tmp_path):
    with pytest.raises(ChatRefused, match="lisbon"):
        await bot.chat.send(post_in(room, picture=str(tmp_path / "lisbon.png")))

    assert await said() == {}


async def test_posting_again_after_a_restart_adds_neither_notice_nor_poster(bot, room, said, poster):
    first = await bot.chat.send(post_in(room, picture=poster))
    await bot.listen()
    again = await bot.chat.send(post_in(room, picture=poster))

    assert first == again
    assert len(await said()) == 2


async def test_a_post_that_follows_another_stands_in_its_thread(bot, room, said, poster):
    first = await bot.chat.send(post_in(room, picture=poster))
    later = await bot.chat.send(post_in(room, key="changed", to=first, picture=poster))
    events, root = await said(), first.split()[0]
    relation = {"rel_type": "m.thread", "event_id": root, "is_falling_back": True}

    assert all(events[id_]["m.relates_to"] == relation | {"m.in_reply_to": {"event_id": root}} for id_ in later.split())


async def test_an_edit_changes_the_notice_calls_nobody_and_leaves_the_poster_alone(bot, room, said, poster):
    first = await bot.chat.send(post_in(room, picture=poster))
    new = (Wording("en", "We meet in Porto."),)
    edited = await bot.chat.send(
        post_in(room, new, key="lisbon~2", instead_of=first, picture=poster, calls_everybody=True)
    )
    *_, content = (await said()).values()

    assert edited == first
    assert len(await said()) == 3
    assert content["m.relates_to"] == {"rel_type": "m.replace", "event_id": first.split()[0]}
    assert content["m.new_content"]["body"] == "We meet in Porto."
    assert content["m.new_content"]["m.mentions"] == content["m.mentions"] == {}


async def test_another_poster_takes_the_place_of_the_one_that_is_there(bot, room, said, poster, tmp_path, alice):
    first = await bot.chat.send(post_in(room, picture=poster))
    other = drawn(tmp_path / "porto.png", (200, 100))
    words = (Wording("en", "We meet in Porto.", alt="A bridge."),)
    edit = post_in(room, words, key="lisbon~2", instead_of=first, picture=other, changes_picture=True)
    edited = await bot.chat.send(edit)
    *_, content = (await said()).values()
    new = content["m.new_content"]

    assert edited == first
    assert content["m.relates_to"] == {"rel_type": "m.replace", "event_id": first.split()[1]}
    assert (new["msgtype"], new["body"], new["filename"]) == ("m.image", "A bridge.", "porto.png")
    assert await alice.download(new["url"]) == ("image/png", contents(other))


async def test_a_poster_that_comes_with_an_edit_is_added_once_and_goes_with_another(bot, room, said, poster):
    notice = await bot.chat.send(post_in(room))
    edit = post_in(room, key="lisbon~2", instead_of=notice, picture=poster, changes_picture=True)
    both = await bot.chat.send(edit)
    await bot.listen()
    again = await bot.chat.send(edit)
    images = [id_ for id_, content in (await said()).items() if content.get("msgtype") == "m.image"]
    assert both == again == f"{notice} {images[0]}"
    assert len(images) == 1

    left = await bot.chat.send(post_in(room, key="lisbon~3", instead_of=both, changes_picture=True))
    assert left == notice
    assert (await said())[images[0]] == {}


async def test_what_is_taken_away_leaves_neither_notice_nor_poster(bot, room, said, poster):
    first = await bot.chat.send(post_in(room, picture=poster))
    for _ in range(2):
        await bot.chat.send(post_in(room, (), key="withdrawn", instead_of=first))

    assert [content for content in (await said()).values() if content] == []


# The room


@pytest.fixture
async def public_room(alice: Person) -> tuple[str, str]:
    """A room that anybody may join, and its address."""
    name = alice.user[1:].partition(":")[0]
    return await alice.create_room(preset="public_chat", room_alias_name=name), f"#{name}:localhost"


async def test_a_public_room_is_joined_by_its_address(bot, alice, public_room):
    room, address = public_room
    await bot.chat.send(post_in(address))

    assert bot.user in await alice.members(room)
    assert len(await alice.messages(room)) == 1


async def test_a_room_that_the_bot_is_in_is_not_joined_again(bot, alice, public_room):
    room, address = public_room
    await bot.person.join(room)
    await bot.listen()
    await bot.chat.send(post_in(address))

    assert [event["content"]["body"] for event in await alice.messages(room)] == [post_in(address).text]


async def test_an_address_that_leads_nowhere_is_told(bot):
    with pytest.raises(ChatRefused, match=r"there is no room #nowhere:localhost .* `destinations` in the settings"):
        await bot.chat.send(post_in("#nowhere:localhost"))


async def test_a_room_that_the_bot_may_not_join_is_told(bot, alice):
    with pytest.raises(ChatRefused, match="invite it there"):
        await bot.chat.send(post_in(await alice.create_room()))


async def test_a_post_whose_room_stands_in_the_settings_no_more_is_told(bot):
    with pytest.raises(ChatRefused, match="which room the post is in"):
        await bot.chat.send(post_in("", (), instead_of="$event"))


# Calling everybody


async def levels(person: Person, room: str, change: dict) -> None:
    there = await person.request("GET", f"rooms/{room}/state/m.room.power_levels")
    await person.set_state(room, "m.room.power_levels", there | change)


async def test_everybody_is_called_where_the_room_lets_the_bot(bot, room, said, alice):
    await levels(alice, room, {"users": {bot.user: 50}})
    await bot.chat.send(post_in(room, calls_everybody=True))
    (content,) = (await said()).values()

    assert content["m.mentions"] == {"room": True}
    assert content["body"].startswith("@room We meet in Lisbon.")


@pytest.mark.parametrize("version", ["11", "12"])
async def test_everybody_is_called_in_a_room_that_the_bot_made(bot, alice, version):
    room = await bot.person.create_room(alice.user, room_version=version)
    await alice.join(room)
    await bot.chat.send(post_in(room, calls_everybody=True))

    assert (await alice.messages(room))[0]["content"]["m.mentions"] == {"room": True}


async def test_nobody_is_called_where_the_room_does_not_and_the_operator_is_told(bot, room, said):
    with capture_logs() as lines:
        await bot.chat.send(post_in(room, calls_everybody=True))
    (content,) = (await said()).values()

    assert content["m.mentions"] == {}
    assert "@room" not in content["body"]
    assert any(line["log_level"] == "warning" and "may not call everybody" in line["event"] for line in lines)


@pytest.mark.parametrize(
    ("content", "may"),
    [
        ({}, False),
        ({"users": {"@bot:example.org": 50}}, True),
        ({"users": {"@bot:example.org": 49}}, False),
        ({"users_default": 50}, True),
        ({"users_default": 50, "users": {"@bot:example.org": 0}}, False),
        ({"notifications": {"room": 0}}, True),
        ({"notifications": {"room": 100}, "users": {"@bot:example.org": 50}}, False),
        ({"notifications": None, "users": ["@bot:example.org"], "users_default": "100"}, False),
    ],
)
def test_a_room_says_who_may_call_everybody_and_fifty_where_it_does_not(content, may):
    assert may_call_everybody(content, "@bot:example.org") is may


@pytest.mark.parametrize(
    ("version", "more", "is_one"),
    [("12", {}, True), ("11", {}, False), ("12", {"sender": "@ana:example.org"}, False), (None, {}, False),
     ("12", {"sender": "@ana:example.org", "others": ["@bot:example.org"]}, True),
     ("12", {"sender": "@ana:example.org", "others": "@bot:example.org"}, False)],
)  # fmt: skip
def test_who_made_a_room_may_do_everything_since_version_twelve(version, more, is_one):
    content = {"additional_creators": more.get("others")} | ({"room_version": version} if version else {})

    assert (
        is_creator({"sender": more.get("sender", "@bot:example.org"), "content": content}, "@bot:example.org") is is_one
    )


# What may have been sent before


async def test_a_post_whose_poster_did_not_follow_is_found_and_completed(bot, room, said, poster):
    notice = await bot.chat.send(post_in(room))
    found = await bot.chat.find(post_in(room, picture=poster))

    assert found.split()[0] == notice
    assert list(await said()) == found.split()


async def test_a_whole_post_is_found_with_its_poster(bot, room, said, poster):
    sent = await bot.chat.send(post_in(room, picture=poster))

    assert await bot.chat.find(post_in(room, picture=poster)) == sent
    assert len(await said()) == 2


async def test_what_was_never_sent_is_known_not_to_be_there(bot, room, alice):
    question = await alice.say(room, "!echo hello")

    assert await bot.chat.find(post_in(room)) is None
    assert await bot.chat.find(reply_to(question, room, alice.user)) is None


async def test_a_reply_is_found_among_what_others_said(bot, room, alice):
    question = await alice.say(room, "!echo hello")
    sent = await bot.chat.send(reply_to(question, room, alice.user))
    for number in range(150):
        await alice.say(room, f"something else {number}")

    assert await bot.chat.find(reply_to(question, room, alice.user)) == sent


async def test_nobody_elses_mark_counts(bot, room, alice):
    await alice.say(room, **marked({"body": "I am the bot."}, DeliveryKey("lisbon")))

    assert await bot.chat.find(post_in(room)) is None


async def test_after_a_hundred_events_of_its_own_it_is_still_found_and_after_thousands_nobody_knows(
    bot, room, alice, monkeypatch
):
    question = await alice.say(room, "!echo hello")
    sent = await bot.chat.send(post_in(room))
    for number in range(101):
        await bot.person.say(room, f"later {number}")
    found = await bot.chat.find(post_in(room))
    monkeypatch.setattr(lookback, "MOST_PAGES", 1)
    with pytest.raises(ChatRefused, match="might double it"):
        await bot.chat.find(post_in(room))

    assert found == sent
    untold = reply_to(question, room, alice.user)
    assert await bot.chat.find(untold, datetime.now(UTC) + timedelta(hours=2)) is None, "all of that was said before it"


async def test_a_room_that_cannot_be_looked_up_now_has_surely_nothing_sent(people: People, synapse, bots):
    bot = bots(await people.meet(synapse, "echobot"))
    bot.chat._client.homeserver = "http://127.0.0.1:1"
    with pytest.raises(ChatUnavailable) as away:
        await bot.chat.send(post_in("#visits:localhost"))

    assert away.value.not_sent
