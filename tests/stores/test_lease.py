"""Several machines on one database: one leads, and who led before can change nothing any more."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from echobot.errors import LeadershipLost
from echobot.ports import Filled, Settlement
from echobot.stores import lease, tables, upgrading
from echobot.stores.candidacy import Candidacy
from echobot.stores.transactions import KEYS_LIVE
from tests.fakes import ACCOUNT, NOON, message, reply
from tests.servers.line import line_to
from tests.servers.people import until
from tests.stores.test_ledger import LATER, POST, POSTING, SLOT

A_WEEK_AGO = NOON - timedelta(days=7)


class Machines:
    """By their names, on one database."""

    def __init__(self, cluster, database):
        self._cluster, self._database = cluster, database
        self._candidacies = []
        self._stores = []

    async def stand_by(self, name, port=None):
        url = self._cluster.url(self._database, port)
        candidacy = await asyncio.to_thread(Candidacy, url, name)
        self._candidacies.append(candidacy)
        return candidacy

    async def lead(self, candidacy):
        """The store, or None."""
        if store := await candidacy.lead(NOON):
            self._stores.append(store)
        return store

    def let_the_lease_run_out(self):
        self._cluster.ask("UPDATE lease SET until = now()", self._database)

    def form(self):
        return self._cluster.ask("SELECT version FROM echobot", self._database)

    async def stop(self, store):
        self._stores.remove(store)
        await store.close()

    async def go(self):
        for store in list(self._stores):
            await self.stop(store)
        for candidacy in self._candidacies:
            await candidacy.close()


@pytest.fixture
async def machines(cluster, database):
    machines = Machines(cluster, database)
    yield machines
    await machines.go()


async def taken_over(machines, *, by="south"):
    """A store whose machine does not know yet that another one leads, and that one's."""
    north, other = await machines.stand_by("north"), await machines.stand_by(by)
    old = await machines.lead(north)
    await old.keep(ACCOUNT, [message(1), message(2)], "c1", NOON)
    await old.settle(Settlement([message(1)], [reply(1), reply(3)]), NOON)
    await old.attempting([reply(1).key], NOON)
    machines.let_the_lease_run_out()
    return old, await machines.lead(other)


async def test_one_leads_and_the_others_know_who(machines):
    north, south = await machines.stand_by("north"), await machines.stand_by("south")
    assert await machines.lead(north)

    assert await machines.lead(south) is None
    assert (north.leader, south.leader, south.leads) == ("north", "north", False)


async def test_of_many_who_want_to_lead_at_once_one_does(machines):
    everybody = [await machines.stand_by(f"machine {number}") for number in range(5)]
    stores = await asyncio.gather(*(machines.lead(each) for each in everybody))

    assert sum(store is not None for store in stores) == 1


async def test_a_leader_that_stops_hands_over_at_once(machines):
    north, south = await machines.stand_by("north"), await machines.stand_by("south")
    store = await machines.lead(north)
    await machines.stop(store)

    assert await machines.lead(south)


WRITES = {
    "keep": lambda store: store.keep(ACCOUNT, [message(9)], "c9", NOON),
    "settle": lambda store: store.settle(Settlement([message(2)], [reply(2)]), NOON),
    "claim": lambda store: store.attempting([reply(3).key], NOON),
    "note as sent": lambda store: store.sent(reply(1).key, "$x", NOON),
    "postpone": lambda store: store.postpone(reply(1).key, LATER, "busy", None),
    "fill": lambda store: store.fill(Filled([SLOT], LATER, POSTING, POST), NOON),
    "read": lambda store: store.outbox(ACCOUNT, NOON, 10),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
async def test_who_led_before_can_change_nothing(machines, write):
    old, new = await taken_over(machines)
    with pytest.raises(LeadershipLost):
        await write(old)

    assert await new.cursor(ACCOUNT) == "c1"
    assert await new.waiting(ACCOUNT, 10) == [message(2)]
    assert (await new.ledger()).slots == {}
    assert [each.tries for each in await new.outbox(ACCOUNT, LATER, 10)] == [1, 0]


async def test_what_another_machine_tried_is_looked_for_before_it_is_sent(machines):
    _, new = await taken_over(machines)
    assert await new.outbox(ACCOUNT, NOON, 10) == [], "what is on its way has time to arrive, and is not overtaken"

    tried, untried = await new.outbox(ACCOUNT, LATER, 10)
    assert (tried.first_tried_at, untried.first_tried_at) == (NOON - KEYS_LIVE, None)


async def test_what_another_machine_tried_long_before_may_have_been_sent_then(machines):
    north, south = await machines.stand_by("north"), await machines.stand_by("south")
    old = await machines.lead(north)
    await old.settle(Settlement([], [reply(1)]), A_WEEK_AGO)
    await old.attempting([reply(1).key], A_WEEK_AGO)
    machines.let_the_lease_run_out()
    (tried,) = await (await machines.lead(south)).outbox(ACCOUNT, LATER, 10)

    assert tried.first_tried_at == A_WEEK_AGO


async def test_what_the_same_machine_tried_is_known_by_its_key(machines):
    _, new = await taken_over(machines, by="north")

    tried, _ = await new.outbox(ACCOUNT, NOON, 10)
    assert tried.first_tried_at == NOON


async def test_who_is_stopped_in_the_middle_of_a_transaction_holds_nobody_up(machines):
    north, south = await machines.stand_by("north"), await machines.stand_by("south")
    old = await machines.lead(north)
    connection = old._database.engine.connect()
    lease.begin(connection, old._database.lease.number, 99)  # and nothing more comes from it
    assert await until(lambda: machines.lead(south), "the other to lead")
    with pytest.raises(DBAPIError):
        connection.exec_driver_sql("SELECT 1")
    connection.invalidate()
    connection.close()


async def test_a_leader_is_told_that_it_leads_no_longer_and_may_not_send(machines):
    north, south = await machines.stand_by("north"), await machines.stand_by("south")
    await machines.lead(north)
    north.check()
    keeping = asyncio.create_task(north.keep())
    machines.let_the_lease_run_out()
    assert await machines.lead(south)

    async with asyncio.timeout(60):
        with pytest.raises(LeadershipLost):
            await keeping
    with pytest.raises(LeadershipLost):
        north.check()


async def test_a_leader_that_keeps_saying_that_it_lives_stays_one(machines):
    north, south = await machines.stand_by("north"), await machines.stand_by("south")
    store = await machines.lead(north)
    held = store._database.lease
    first = held.until
    keeping = asyncio.create_task(north.keep())
    await until(lambda: held.until > first, "a renewal")

    assert await machines.lead(south) is None
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def test_whoever_reaches_the_database_no_more_stops_by_its_own_clock(cluster, machines):
    async with line_to(cluster.port) as line:
        north = await machines.stand_by("north", line.port)
        await machines.lead(north)
        keeping = asyncio.create_task(north.keep())
        line.go_silent()
        async with asyncio.timeout(60):
            with pytest.raises(LeadershipLost):
                await keeping

        with pytest.raises(LeadershipLost):
            north.check()


async def test_a_newer_echobot_that_stands_by_leaves_the_leaders_form_alone(machines, monkeypatch):
    north = await machines.stand_by("north")
    await machines.lead(north)
    older = tables.VERSION
    monkeypatch.setattr(tables, "VERSION", older + 1)
    step = "ALTER TABLE inbox ADD COLUMN mood TEXT"
    monkeypatch.setitem(upgrading._STEPS, older, lambda connection: connection.exec_driver_sql(step))
    south = await machines.stand_by("south")
    assert await machines.lead(south) is None
    assert machines.form() == [(older,)]

    machines.let_the_lease_run_out()
    assert await machines.lead(south)
    assert machines.form() == [(older + 1,)]
