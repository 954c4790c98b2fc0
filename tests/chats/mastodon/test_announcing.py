"""What people see of a post: a thread with one language after the other, once, and nobody is mentioned in it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from echobot.core.message import AccountName, DeliveryKey, Place, Post, Wording
from echobot.errors import ChatRefused, ChatUnavailable, LoginRefused
from tests.chats.mastodon.test_sending import EVERY_KIND, LONG, POST, UNKNOWN, _fine
from tests.chats.posters import drawn
from tests.servers.fake_mastodon import Flavour, troubles
from tests.servers.fake_mastodon.world import HOME

UPLOAD = "POST /api/v2/media"
KEYLESS = pytest.mark.parametrize("flavour", [Flavour.GOTOSOCIAL, Flavour.PLEROMA], indirect=True)
ENGLISH = Wording("en", "We meet in Lisbon: https://example.org/visits/lisbon", alt="A yellow tram.")
FRENCH = Wording("fr", "On se voit à Lisbonne.\n\n- le 7 mai\n- à 18 h", warning="long")
BOTH = (ENGLISH, FRENCH)


def post(wordings=BOTH, key="lisbon", **more) -> Post:
    return Post(DeliveryKey(key), Place(AccountName("toots"), "public-fr"), wordings, **more)


@pytest.fixture
def poster(tmp_path: Path) -> str:
    return drawn(tmp_path / "lisbon.png")


@pytest.fixture(autouse=True)
async def _listening(bot):
    await bot.listen()


def seen(bot) -> list[str]:
    return [status.text for status in bot.posts]


async def test_a_post_is_a_thread_with_one_language_after_the_other(bot):
    ids = (await bot.chat.send(post(visibility="public"))).split()
    first, second = bot.posts

    assert [first.id, second.id] == ids
    assert [first.text, second.text] == [ENGLISH.text, FRENCH.text]
    assert [first.language, second.language] == ["en", "fr"]
    assert [first.spoiler_text, second.spoiler_text] == ["", "long"]
    assert (first.in_reply_to, second.in_reply_to) == (None, first)


@pytest.mark.parametrize(
    ("asked", "first", "others"),
    [("public", "public", "unlisted"), ("unlisted", "unlisted", "unlisted"), ("private", "private", "private"),
     ("", "unlisted", "unlisted"), ("local", "direct", "direct")],
)  # fmt: skip
async def test_only_what_begins_a_thread_is_public(bot, asked, first, others):
    await bot.chat.send(post(visibility=asked))

    assert [status.visibility for status in bot.posts] == [first, others]


async def test_a_language_with_much_to_say_has_several_posts(bot):
    ids = (await bot.chat.send(post((Wording("en", LONG), FRENCH)))).split()

    assert [status.id for status in bot.posts] == ids
    assert [status.language for status in bot.posts] == [*["en"] * (len(ids) - 1), "fr"]
    assert [status.text[-5:] for status in bot.posts[:-1]] == [f"({n}/{len(ids) - 1})" for n in range(1, len(ids))]


async def test_a_post_for_one_person_is_seen_by_them_alone(server, bot, bob):
    ana = server.account("ana")
    told = post((Wording("en", "The rooms are away, says @bob."),), visibility="direct", calls=f"ana@{HOME}")
    await bot.chat.send(told)
    (status,) = bot.posts

    assert (status.visibility, status.text) == ("direct", "@ana The rooms are away, says bob.")
    assert server.inbox(ana) == [status]
    assert server.inbox(bob) == []
    assert await bot.chat.find(told) == status.id


async def test_nobody_is_mentioned_whatever_the_text_says(server, bot, bob):
    ana = server.account("ana")
    await bot.chat.send(post((Wording("en", "With @ana and @bob@far.example.net; write to info@example.org."),)))

    assert server.inbox(ana) == server.inbox(bob) == []
    assert seen(bot) == ["With ana and bob@far.example.net; write to info@example.org."]


async def test_a_post_that_the_server_sent_to_somebody_is_taken_away_and_told(server, bot, bob):
    server.troubles[POST].append(troubles.also_mentioning(bob))
    with pytest.raises(ChatRefused, match="more than it was meant for"):
        await bot.chat.send(post())

    assert bot.posts == []


async def test_a_post_that_the_server_made_more_public_is_taken_away_and_told(server, bot):
    server.troubles[POST].append(troubles.posted_as("public"))
    with pytest.raises(ChatRefused, match="made it public and not private"):
        await bot.chat.send(post(visibility="private"))

    assert bot.posts == []


async def test_a_new_account_sees_that_its_post_was_thrown_away_as_spam(server, bot, clock):
    bot.account.created_at = clock() - timedelta(days=2)
    await bot.listen()
    server.troubles[POST].append(troubles.silently_dropped)
    with pytest.raises(ChatRefused, match="spam"):
        await bot.chat.send(post())


async def test_a_post_that_follows_another_answers_it_and_is_unlisted(bot):
    first = await bot.chat.send(post(visibility="public"))
    await bot.chat.send(post((Wording("en", "It is in Porto now."),), key="changed", to=first, visibility="public"))
    *_, note = bot.posts

    assert (note.in_reply_to.id, note.visibility) == (first.split()[0], "unlisted")


# The picture


@EVERY_KIND
async def test_the_picture_is_in_the_first_post_with_what_it_shows(bot, poster, flavour):
    await bot.chat.send(post(picture=poster))
    first, second = bot.posts

    assert [(one.kind, one.description) for one in first.media] == [("image", "A yellow tram.")]
    assert second.media == []


async def test_what_it_shows_is_said_in_the_first_language_that_says_it_as_long_as_the_server_lets(bot, poster):
    await bot.chat.send(post((replace(ENGLISH, alt=""), replace(FRENCH, alt="é" * 2000)), picture=poster))

    assert bot.posts[0].media[0].description == "é" * 1499 + "…"


async def test_nothing_is_posted_before_the_picture_is_processed(server, bot, poster):
    server.media.answers_until_ready = 3
    await bot.chat.send(post(picture=poster))

    assert len(bot.posts[0].media) == 1


async def test_a_server_that_takes_long_over_a_picture_is_asked_again_later_and_not_given_it_twice(server, bot, poster):
    server.media.answers_until_ready = 6
    with pytest.raises(ChatUnavailable, match="has not finished with the picture") as slow:
        await bot.chat.send(post(picture=poster))
    await bot.chat.send(post(picture=poster))

    assert slow.value.not_sent
    assert len(bot.posts[0].media) == 1
    assert server.count("POST", "/api/v2/media") == 1


async def test_a_picture_that_the_server_does_not_keep_any_more_is_uploaded_again(server, bot, poster):
    server.troubles[POST].append(troubles.page(502))
    with pytest.raises(ChatUnavailable):
        await bot.chat.send(post(picture=poster))
    server.media._kept.clear()
    await bot.chat.send(post(picture=poster))

    assert len(bot.posts[0].media) == 1


async def test_a_picture_that_could_not_be_uploaded_leaves_surely_nothing_posted(server, bot, poster):
    server.troubles[UPLOAD].append(troubles.page(502))
    with pytest.raises(ChatUnavailable) as away:
        await bot.chat.send(post(picture=poster))

    assert away.value.not_sent
    assert bot.posts == []


@pytest.mark.parametrize("answer", [troubles.refused(413, "Payload too large"), troubles.page(413)])
async def test_a_picture_too_large_for_the_server_is_refused(server, bot, poster, answer):
    server.troubles[UPLOAD].append(answer)
    with pytest.raises(ChatRefused, match="413"):
        await bot.chat.send(post(picture=poster))


async def test_a_picture_larger_than_the_server_says_is_not_even_sent(server, bot, poster):
    server.instance.most_bytes = 100
    await bot.listen()
    with pytest.raises(ChatRefused, match=r"lisbon\.png is larger than the 0\.0 MB that the server takes"):
        await bot.chat.send(post(picture=poster))

    assert server.count("POST", "/api/v2/media") == 0


async def test_a_missing_picture_is_told_and_nothing_is_posted(bot, tmp_path):
    with pytest.raises(ChatRefused, match="cannot be opened"):
        await bot.chat.send(post(picture=str(tmp_path / "lisbon.png")))

    assert bot.posts == []


async def test_a_token_from_before_there_were_posters_costs_the_post_and_not_the_account(server, bot, poster):
    bot.token = server.token_for(
        bot.account, ["read:accounts", "read:notifications", "read:statuses", "write:statuses"]
    )
    await bot.listen()
    with pytest.raises(ChatRefused, match=r"may not upload pictures .* `echobot login mastodon`") as refused:
        await bot.chat.send(post(picture=poster))

    assert not isinstance(refused.value, LoginRefused)


async def test_a_revoked_token_is_a_refused_login_also_when_a_picture_is_uploaded(server, bot, poster):
    server.troubles[UPLOAD].append(troubles.refused(401, "The access token was revoked"))
    with pytest.raises(LoginRefused):
        await bot.chat.send(post(picture=poster))


# Once


@EVERY_KIND
async def test_a_post_sent_twice_is_one_thread_where_the_server_remembers_keys_or_the_bot_can_look(
    bot, poster, flavour
):
    first = await bot.chat.send(post(picture=poster))
    again = await (bot.chat.send if bot.chat.key_lifetime else bot.chat.find)(post(picture=poster))

    assert first == again
    assert len(bot.posts) == 2


@pytest.mark.parametrize("trouble", UNKNOWN.values(), ids=UNKNOWN.keys())
async def test_when_nobody_knows_whether_it_was_posted_the_key_makes_one_post(server, bot, poster, trouble):
    server.troubles[POST].append(trouble)
    with pytest.raises(ChatUnavailable) as unknown:
        await bot.chat.send(post(picture=poster))
    await bot.chat.send(post(picture=poster))

    assert not unknown.value.not_sent
    assert seen(bot) == [ENGLISH.text, FRENCH.text]


@EVERY_KIND
async def test_a_thread_of_which_only_the_first_part_was_posted_is_found_and_completed(server, bot, poster, flavour):
    server.troubles[POST].extend([_fine, troubles.page(502)])
    with pytest.raises(ChatUnavailable, match="after a part of the post") as broken:
        await bot.chat.send(post(picture=poster))
    ids = (await bot.chat.find(post(picture=poster))).split()

    assert not broken.value.not_sent
    assert [status.id for status in bot.posts] == ids
    assert seen(bot) == [ENGLISH.text, FRENCH.text]
    assert len(bot.posts[0].media) == 1


@KEYLESS
async def test_a_part_whose_answer_was_lost_is_found(server, bot):
    server.troubles[POST].extend([_fine, troubles.done_then_dropped])
    with pytest.raises(ChatUnavailable):
        await bot.chat.send(post())
    await bot.chat.find(post())

    assert seen(bot) == [ENGLISH.text, FRENCH.text]


@EVERY_KIND
async def test_a_post_is_found_among_answers_to_people(server, bot, ana, flavour):
    server.limits.enforced = False
    sent = await bot.chat.send(post())
    question = server.say(ana, "@echobot what is PeerTube?")
    for number in range(60):
        server.say(bot.account, f"@ana {number}", in_reply_to=question)

    assert await bot.chat.find(post()) == sent


@EVERY_KIND
async def test_a_note_in_a_posts_thread_is_found_and_not_taken_for_a_part_of_it(bot, flavour):
    first = await bot.chat.send(post((ENGLISH,)))
    note = post((FRENCH,), key="changed", to=first)
    sent = await bot.chat.send(note)

    assert await bot.chat.find(note) == sent
    assert await bot.chat.find(post((ENGLISH,))) == first


async def test_what_was_never_posted_is_not_found(bot):
    first = await bot.chat.send(post((ENGLISH,)))

    assert await bot.chat.find(post((FRENCH,), key="other")) is None
    assert await bot.chat.find(post((FRENCH,), key="other", to=first)) is None


async def test_the_same_words_of_last_week_are_another_post(server, bot, clock):
    server.say(bot.account, ENGLISH.text, created_at=clock() - timedelta(days=7))

    assert await bot.chat.find(post((ENGLISH,))) is None


@KEYLESS
async def test_the_same_words_of_an_hour_ago_are_another_post_when_it_was_tried_since(server, bot, clock):
    server.say(bot.account, ENGLISH.text, visibility="unlisted", created_at=clock() - timedelta(hours=1))
    server.troubles[POST].append(troubles.page(502))
    with pytest.raises(ChatUnavailable):
        await bot.chat.send(post((ENGLISH,)))

    assert await bot.chat.find(post((ENGLISH,))) is None


async def test_a_found_post_that_is_too_public_is_taken_away(server, bot):
    server.say(bot.account, ENGLISH.text, visibility="public")
    with pytest.raises(ChatRefused, match="made it public"):
        await bot.chat.find(post((ENGLISH,), visibility="unlisted"))

    assert bot.posts == []


# Changed and taken away

NEW = (Wording("en", "We meet in Porto.", warning="long"), Wording("fr", "On se voit à Porto."))


@EVERY_KIND
async def test_an_edit_changes_each_language_and_keeps_language_picture_and_visibility(bot, poster, flavour):
    first = await bot.chat.send(post(picture=poster, visibility="public"))
    edited = await bot.chat.send(post(NEW, key="lisbon~2", instead_of=first, picture=poster))
    english, french = bot.posts

    assert edited == first
    assert [english.text, french.text] == [wording.text for wording in NEW]
    assert [english.spoiler_text, french.spoiler_text] == ["long", ""]
    assert [english.sensitive, french.sensitive] == [True, False]
    assert [english.language, french.language] == ["en", "fr"]
    assert [one.description for one in english.media] == ["A yellow tram."]
    assert english.visibility == "public"


@EVERY_KIND
async def test_another_picture_takes_the_place_of_the_one_in_the_first_post(bot, poster, tmp_path, flavour):
    first = await bot.chat.send(post(picture=poster))
    was = bot.posts[0].media[0].id
    other = drawn(tmp_path / "porto.png", (200, 100))
    words = (replace(ENGLISH, alt="A bridge."), FRENCH)
    edited = await bot.chat.send(post(words, "lisbon~2", instead_of=first, picture=other, changes_picture=True))
    english, french = bot.posts

    assert edited == first
    assert [one.description for one in english.media] == ["A bridge."]
    assert english.media[0].id != was
    assert french.media == []


@EVERY_KIND
async def test_a_picture_is_added_and_taken_away_by_an_edit(bot, poster, flavour):
    first = await bot.chat.send(post())
    await bot.chat.send(post(key="lisbon~2", instead_of=first, picture=poster, changes_picture=True))
    assert [len(status.media) for status in bot.posts] == [1, 0]

    await bot.chat.send(post(key="lisbon~3", instead_of=first, changes_picture=True))
    assert [len(status.media) for status in bot.posts] == [0, 0]
    assert seen(bot) == [ENGLISH.text, FRENCH.text]


async def test_another_picture_whose_edit_broke_off_is_there_once(server, bot, poster):
    first = await bot.chat.send(post())
    edit = post(key="lisbon~2", instead_of=first, picture=poster, changes_picture=True)
    server.troubles["PUT /api/v1/statuses/{id}"].append(troubles.done_then_dropped)
    with pytest.raises(ChatUnavailable):
        await bot.chat.send(edit)
    await bot.chat.send(edit)

    assert [[one.description for one in status.media] for status in bot.posts] == [["A yellow tram."], []]


async def test_a_picture_that_cannot_be_read_any_more_leaves_the_post_as_it_was(bot, poster, tmp_path):
    first = await bot.chat.send(post(picture=poster))
    gone = str(tmp_path / "gone.png")
    with pytest.raises(ChatRefused, match=r"gone\.png"):
        await bot.chat.send(post(NEW, "lisbon~2", instead_of=first, picture=gone, changes_picture=True))

    assert seen(bot) == [ENGLISH.text, FRENCH.text]
    assert [len(status.media) for status in bot.posts] == [1, 0]


@EVERY_KIND
async def test_a_language_that_is_added_goes_below_and_one_that_is_left_out_goes_away(bot, flavour):
    first = await bot.chat.send(post((FRENCH,), visibility="public"))
    both = await bot.chat.send(post((ENGLISH, FRENCH), key="lisbon~2", instead_of=first, visibility="public"))
    assert [status.id for status in bot.posts] == both.split()
    assert [status.visibility for status in bot.posts] == ["public", "unlisted"]
    assert [(status.language, status.text) for status in bot.posts] == [("fr", FRENCH.text), ("en", ENGLISH.text)]

    english = await bot.chat.send(post((ENGLISH,), key="lisbon~3", instead_of=both))
    assert english == both.split()[1]
    assert [status.id for status in bot.posts] == [english]


@EVERY_KIND
async def test_a_language_in_place_of_another_changes_its_post_and_says_so(bot, flavour):
    first = await bot.chat.send(post((FRENCH,)))
    edited = await bot.chat.send(post((ENGLISH,), key="lisbon~2", instead_of=first))

    assert edited == first
    assert [(status.language, status.text) for status in bot.posts] == [("en", ENGLISH.text)]


@EVERY_KIND
async def test_an_edit_whose_outcome_is_unknown_is_made_once_more_and_adds_nothing_twice(server, bot, flavour):
    first = await bot.chat.send(post((ENGLISH,)))
    longer = post(BOTH, key="lisbon~2", instead_of=first)
    server.troubles[POST].append(troubles.done_then_dropped)
    with pytest.raises(ChatUnavailable) as unknown:
        await bot.chat.send(longer)
    assert await bot.chat.find(longer) is None
    ids = (await bot.chat.send(longer)).split()

    assert not unknown.value.not_sent
    assert [status.id for status in bot.posts] == ids
    assert seen(bot) == [ENGLISH.text, FRENCH.text]


async def test_a_post_that_somebody_deleted_by_hand_is_not_made_anew_by_an_edit(server, bot):
    first = await bot.chat.send(post((ENGLISH,)))
    server.delete(bot.posts[0])
    with pytest.raises(ChatRefused, match="not there any more"):
        await bot.chat.send(post(NEW, key="lisbon~2", instead_of=first))

    assert bot.posts == []


@EVERY_KIND
async def test_what_is_taken_away_is_gone_and_taking_it_away_again_is_harmless(bot, poster, flavour):
    first = await bot.chat.send(post(picture=poster))
    for _ in range(2):
        assert await bot.chat.send(post((), key="withdrawn", instead_of=first)) == first

    assert bot.posts == []


async def test_a_post_without_words_that_takes_nothing_away_is_refused(bot):
    with pytest.raises(ChatRefused, match="without words"):
        await bot.chat.send(post(()))
