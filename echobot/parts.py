"""The one place that chooses real parts: chats, a store, the source of the knowledge, as the settings say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast

from echobot.announcing import Announcer
from echobot.bot import Manners
from echobot.core.knowledge import Knowledge, Language
from echobot.core.message import AccountName, Place
from echobot.following import Following, Source, WatchedFolder
from echobot.oversight.desk import Office
from echobot.oversight.reporter import Ear
from echobot.places import KEYS, beside_store
from echobot.ports import Chat, Store
from echobot.repository import FollowedBranch
from echobot.settings import MastodonAccount, MatrixAccount, Repository, Settings
from echobot.shipped import shipped_folder


def newest_knowledge(settings: Settings) -> Knowledge:
    """What `serve` would start with; raises `EchobotError`."""
    return asyncio.run(Following.begin(source_of(settings)))().knowledge


def chat_of(name: AccountName, in_force: Callable[[], Settings], may_send: Callable[[], None] | None = None) -> Chat:
    """The network's own part of the program is only loaded where it is used: half a second and 30 MB each."""
    from echobot.content.settings_file import read_secret  # noqa: PLC0415 - lazy on purpose

    settings = in_force()
    account = settings.accounts[name]
    token = read_secret(account.token_file)
    if isinstance(account, MatrixAccount):
        from echobot.chats.matrix import MatrixChat  # noqa: PLC0415

        keys = beside_store(settings.store, KEYS, settings.state) / name
        return MatrixChat(
            name,
            lambda: cast("MatrixAccount", in_force().accounts[name]),  # whose kind stays
            token,
            settings.answer_within,
            now,
            keys=keys,
            may_send=may_send,
        )
    from echobot.chats.mastodon import MastodonChat  # noqa: PLC0415

    return MastodonChat(name, account, token, now)


def load_networks(settings: Settings) -> None:
    """For who stands by: nobody waits for that when it takes over."""
    for account in settings.accounts.values():
        if isinstance(account, MatrixAccount):
            from echobot.chats.matrix import MatrixChat  # noqa: F401, PLC0415 - as above
        else:
            from echobot.chats.mastodon import MastodonChat  # noqa: F401, PLC0415 - as above


def source_of(settings: Settings) -> Source:
    """A repository is kept beside the store."""
    if not isinstance(settings.knowledge, Repository):
        return WatchedFolder(settings.knowledge or shipped_folder())
    return FollowedBranch(settings.knowledge, beside_store(settings.store, "knowledge", settings.state))


def open_store(url: str) -> Store:
    """Whoever uses it waits while the disk is full."""
    from echobot.stores.patient import patient  # noqa: PLC0415 - as above
    from echobot.stores.sql import SqlStore  # noqa: PLC0415

    return patient(SqlStore.open(url), now)


def announcer_of(in_force: Callable[[], Settings], knowledge: Callable[[], Knowledge], store: Store) -> Announcer:
    return Announcer(
        knowledge,
        lambda: in_force().destinations,
        store,
        clock=now,
        most_a_day=lambda: in_force().most_posts_a_day,
    )


def manners_of(settings: Settings) -> Manners:
    accounts = settings.accounts.items()
    patience = {name: getattr(account, "answer_within", settings.answer_within) for name, account in accounts}
    languages = {name: Language(account.language) for name, account in accounts if account.language}
    rooms = {name: account.rooms for name, account in accounts if isinstance(account, MatrixAccount)}
    return Manners(patience, languages, rooms, settings.keep_messages_for, settings.keep_gaps_for)


def offices_of(settings: Settings) -> dict[AccountName, Office]:
    """The admin rooms that the settings name."""
    accounts = [(name, each) for name, each in settings.accounts.items() if isinstance(each, MatrixAccount)]
    return {
        name: Office(Place(name, each.admin_room), frozenset(each.admins)) for name, each in accounts if each.admin_room
    }


def ears_of(settings: Settings) -> list[Ear]:
    """Who is told what is wrong: admin rooms first, then people on Mastodon, privately."""
    rooms = [Ear(office.place) for office in offices_of(settings).values()]
    accounts = [(name, each) for name, each in settings.accounts.items() if isinstance(each, MastodonAccount)]
    return [*rooms, *(Ear(Place(name, ""), each.operator) for name, each in accounts if each.operator)]


def now() -> datetime:
    return datetime.now(UTC)
