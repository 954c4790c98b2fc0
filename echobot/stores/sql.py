"""The store on SQLAlchemy Core: one thread of its own, one transaction a call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from echobot.core.conversation import Conversation
from echobot.core.gap import Gap
from echobot.core.ledger import Ledger
from echobot.core.message import AccountName, Delivery, DeliveryKey, Message, MessageId, Place, Post
from echobot.core.oversight import Deed, Draft, Use
from echobot.core.reaction import Votes
from echobot.ports import Backlog, Filled, Revision, Settlement, Trouble
from echobot.stores import announcing, oversight, transactions
from echobot.stores.database import Database
from echobot.stores.opening import open_beside, open_copy, open_database, open_to_read

P = ParamSpec("P")
T = TypeVar("T")


class SqlStore:
    """Satisfies `ports.Store`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    @classmethod
    def open(cls, url: str) -> SqlStore:
        """Open "sqlite:///path", or "sqlite://" for a store in memory; raises `StoreError`."""
        return cls(open_database(url))

    @classmethod
    def open_to_read(cls, url: str) -> SqlStore:
        """Look into a store, also while a bot is using it; writing to it raises `StoreError`, as opening may."""
        return cls(open_to_read(url))

    @classmethod
    def open_beside(cls, url: str) -> SqlStore:
        """Leave a wish in a store, also while a bot is using it; raises `StoreError`."""
        return cls(open_beside(url))

    @classmethod
    def open_copy(cls, url: str) -> SqlStore:
        """A copy in memory of a store that may be used meanwhile, or not be there yet; raises `StoreError`."""
        return cls(open_copy(url))

    async def cursor(self, account: AccountName) -> str | None:
        return await self._look(transactions.cursor, account)

    async def keep(
        self,
        account: AccountName,
        messages: Sequence[Message],
        cursor: str,
        now: datetime,
        settled: Sequence[Message] = (),
    ) -> None:
        do = self._do if messages else self._do_lightly
        await do(transactions.keep, account, messages, cursor, now, settled)

    async def waiting(self, account: AccountName, limit: int) -> list[Message]:
        return await self._look(transactions.waiting, account, limit)

    async def settle(self, settlement: Settlement, now: datetime) -> None:
        await self._do_lightly(_settle, settlement, now)

    async def outbox(self, account: AccountName, now: datetime, limit: int) -> list[Delivery]:
        return await self._look(transactions.due, account, now, limit)

    async def attempting(self, keys: Sequence[DeliveryKey], now: datetime) -> None:
        await self._do(transactions.attempting, keys, now)

    async def sent(self, key: DeliveryKey, remote_id: str, now: datetime) -> None:
        await self._do_lightly(transactions.sent, key, remote_id, now)

    async def postpone(self, key: DeliveryKey, until: datetime, reason: str, unknown_since: datetime | None) -> None:
        await self._do(transactions.postpone, key, until, reason, unknown_since)

    async def give_up(self, key: DeliveryKey, reason: str, now: datetime) -> None:
        await self._do(transactions.give_up, key, reason, now)

    async def conversation(self, place: Place, person: str) -> Conversation | None:
        return await self._look(transactions.conversation, place, person)

    async def meaning(self, key: DeliveryKey) -> str | None:
        return await self._look(transactions.meaning, key)

    async def meaning_of(self, account: AccountName, remote_id: str) -> str | None:
        return await self._look(transactions.meaning_of, account, remote_id)

    async def is_silenced(self, account: AccountName, person: str) -> bool:
        return await self._look(transactions.is_silenced, account, person)

    async def note_trouble(self, about: str, trouble: str | None, now: datetime) -> None:
        await self._do(transactions.note_trouble, about, trouble, now)

    async def troubles(self) -> list[Trouble]:
        return await self._look(transactions.troubles_now)

    async def backlog(self) -> list[Backlog]:
        return await self._look(transactions.backlog)

    async def gaps(self) -> list[Gap]:
        return await self._look(transactions.gaps)

    async def votes(self) -> list[Votes]:
        return await self._look(transactions.votes)

    async def told(self) -> dict[str, str]:
        return await self._look(oversight.told)

    async def report(self, told: Mapping[str, str | None], posts: Sequence[Post], now: datetime) -> None:
        await self._do(oversight.report, told, posts, now)

    async def draft(self, id_: MessageId) -> Draft | None:
        return await self._look(oversight.draft, id_)

    async def is_hushed(self, account: AccountName, room: str, now: datetime) -> bool:
        return await self._look(oversight.is_hushed, account, room, now)

    async def deeds(self, limit: int) -> list[Deed]:
        return await self._look(oversight.deeds, limit)

    async def uses(self, since: date, before: date) -> list[Use]:
        return await self._look(transactions.uses, since, before)

    async def forget(
        self, ids_before: datetime, conversations_before: datetime, gaps_before: datetime, deeds_before: datetime
    ) -> None:
        await self._do(_forget, ids_before, conversations_before, gaps_before, deeds_before)
        await self._on_the_thread(self._database.empty_the_log)

    async def ledger(self) -> Ledger:
        return await self._look(announcing.ledger)

    async def fill(self, filled: Filled, now: datetime) -> bool:
        return await self._do(announcing.fill, filled, now)

    async def revise(self, revision: Revision, now: datetime) -> bool:
        return await self._do(announcing.revise, revision, now)

    async def settled(self, until: datetime) -> None:
        await self._do(announcing.settled, until)

    async def to_withdraw(self) -> list[str]:
        return await self._look(announcing.to_withdraw)

    async def withdraw(self, announcement: str) -> None:
        await self._do(announcing.withdraw, announcement)

    async def withdrawn(self, announcement: str) -> None:
        await self._do(announcing.withdrawn, announcement)

    async def forget_slots(self, until_before: datetime) -> None:
        await self._do(announcing.forget_slots, until_before)

    async def leader(self) -> str | None:
        """The machine that leads, where several share the store and one does."""
        return await self._look(self._database.leader)

    async def close(self) -> None:
        await self._on_the_thread(self._database.close)
        self._thread.shutdown()

    async def _do(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        transact = self._database.transact
        return await self._on_the_thread(partial(transact, lambda connection: work(connection, *args, **kwargs)))

    async def _do_lightly(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """A transaction that does not wait for the disk: what a power cut undoes of it is done again."""
        transact = partial(self._database.transact, lasting=False)
        return await self._on_the_thread(partial(transact, lambda connection: work(connection, *args, **kwargs)))

    async def _look(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """A transaction that changes nothing."""
        transact = partial(self._database.transact, only_reads=True)
        return await self._on_the_thread(partial(transact, lambda connection: work(connection, *args, **kwargs)))

    async def _on_the_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _settle(connection: Connection, settlement: Settlement, now: datetime) -> None:
    transactions.settle(connection, settlement, now)
    oversight.carry_out(connection, settlement, now)


def _forget(
    connection: Connection,
    ids_before: datetime,
    conversations_before: datetime,
    gaps_before: datetime,
    deeds_before: datetime,
) -> None:
    transactions.forget(connection, ids_before, conversations_before, gaps_before)
    oversight.forget(connection, conversations_before, deeds_before)
