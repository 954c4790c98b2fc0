"""Who may bring the bot into a room."""

from collections.abc import Callable

import pytest

from echobot.settings import Invites
from tests.chats.matrix.conftest import Bot
from tests.servers.people import People, Person, until
from tests.servers.synapse import Synapse

pytestmark = pytest.mark.server


async def membership(person: Person, room: str, user: str) -> str:
    state = await person.request("GET", f"rooms/{room}/state/m.room.member/{user}")
    return str(state["membership"])


async def becomes(person: Person, room: str, user: str, wanted: str) -> None:
    async def has_become() -> bool:
        return await membership(person, room, user) == wanted

    await until(has_become, f"membership {wanted}")


@pytest.fixture
async def account(synapse: Synapse, people: People) -> Person:
    return await people.meet(synapse, "echobot")


async def test_an_invitation_that_nobody_allowed_is_refused(alice: Person, account: Person, bots: Callable[..., Bot]):
    await bots(account, invites=Invites()).listen()
    room = await alice.create_room(account.user)

    await becomes(alice, room, account.user, "leave")


async def test_an_allowed_person_may_invite_the_bot_and_others_may_not(
    alice: Person, carol: Person, account: Person, bots: Callable[..., Bot]
):
    await bots(account, invites=Invites(users=(alice.user,))).listen()
    hers = await alice.create_room(account.user)
    other = await carol.create_room(account.user)

    await becomes(alice, hers, account.user, "join")
    await becomes(carol, other, account.user, "leave")


async def test_an_edit_of_the_settings_says_anew_who_may_invite_the_bot(
    alice: Person, carol: Person, account: Person, bots: Callable[..., Bot]
):
    office = await alice.create_room(account.user)
    bot = bots(account, invites=Invites(users=(alice.user,)))
    await bot.listen()
    await becomes(alice, office, account.user, "join")
    bot.change(invites=Invites(users=(carol.user,)))
    hers, other = await carol.create_room(account.user), await alice.create_room(account.user)
    await becomes(carol, hers, account.user, "join")
    await becomes(alice, other, account.user, "leave")

    bot.change(invites=Invites(admins=True), admin_room=office)
    room = await alice.create_room(account.user)
    await becomes(alice, room, account.user, "join")


async def test_people_of_an_allowed_server_may_invite_the_bot(alice: Person, account: Person, bots: Callable[..., Bot]):
    await bots(account, invites=Invites(servers=("localhost",))).listen()
    room = await alice.create_room(account.user)

    await becomes(alice, room, account.user, "join")


async def test_anybody_may_invite_the_bot_into_an_allowed_room(
    alice: Person, account: Person, bots: Callable[..., Bot]
):
    room = await alice.create_room()
    await bots(account, invites=Invites(rooms=(room,))).listen()
    await alice.invite(room, account.user)

    await becomes(alice, room, account.user, "join")


async def test_whoever_is_in_the_admin_room_may_invite_the_bot_where_the_settings_say_so(
    alice: Person, carol: Person, account: Person, bots: Callable[..., Bot]
):
    office = await alice.create_room(carol.user)
    await bots(account, invites=Invites(admins=True), admin_room=office).listen()
    await alice.invite(office, account.user)
    await becomes(alice, office, account.user, "join")
    hers = await alice.create_room(account.user)
    not_yet_in = await carol.create_room(account.user)
    await becomes(alice, hers, account.user, "join")
    await becomes(carol, not_yet_in, account.user, "leave")
    await carol.join(office)
    room = await carol.create_room(account.user)

    await becomes(carol, room, account.user, "join")


async def test_without_that_being_in_the_admin_room_does_not_help(
    alice: Person, account: Person, bots: Callable[..., Bot]
):
    office = await alice.create_room(account.user)
    await account.join(office)
    await bots(account, invites=Invites(), admin_room=office).listen()
    room = await alice.create_room(account.user)

    await becomes(alice, room, account.user, "leave")


async def test_members_of_an_admin_room_that_the_bot_is_not_in_are_not_let_in(
    alice: Person, account: Person, bots: Callable[..., Bot]
):
    office = await alice.create_room()
    await bots(account, invites=Invites(admins=True), admin_room=office).listen()
    room = await alice.create_room(account.user)

    await becomes(alice, room, account.user, "leave")


async def test_an_invitation_that_a_crash_left_unanswered_is_answered(
    alice: Person, account: Person, bots: Callable[..., Bot]
):
    bot = bots(account)
    room = await alice.create_room(account.user)
    bot.kept.cursor = (await account.request("GET", "sync"))["next_batch"]  # behind the invitation
    await bot.listen()

    await becomes(alice, room, account.user, "join")


async def test_the_first_question_after_the_invitation_is_heard(alice: Person, bot: Bot):
    await bot.listen()
    room = await alice.create_room(bot.user, is_direct=True)
    await becomes(alice, room, bot.user, "join")
    await alice.say(room, "what is Matrix?")

    await bot.kept.have(1)

    assert bot.kept.texts == ["what is Matrix?"]
