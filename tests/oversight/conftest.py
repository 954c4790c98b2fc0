"""An admin room and a public one, with the real bot, desk and store; only the clock is in the test's hands."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from echobot.core.announcement import DestinationName
from echobot.core.knowledge import Language
from echobot.core.message import AccountName, Place
from echobot.health.condition import Edition
from echobot.health.watch import Watch
from echobot.oversight.desk import Desk, Office
from echobot.oversight.views import Views
from echobot.settings import Destination, MastodonAccount, MatrixAccount, Settings
from tests.dialogue import Dialogue
from tests.samples import knowledge

ROOMS = AccountName("rooms")
TOOTS = AccountName("toots")
ON_MATRIX = MatrixAccount("https://example.org", "@echobot:example.org", Path("unused"))
ON_MASTODON = MastodonAccount("https://social.example.org", Path("unused"))
OFFICE = Place(ROOMS, "!office:example.org")
ADA, EVE = "@ada:example.org", "@eve:example.org"
VISITS = Destination(ROOMS, (Language("en"), Language("fr")), "#visits:example.org")


class Followed:
    """The knowledge as somebody left it; looking again finds what `next` says."""

    def __init__(self, answerer):
        self._answerer = answerer
        self.version, self.problems, self.next, self.folder = "abc123", "", "", "knowledge"

    def __call__(self):
        return self._answerer

    async def again(self, tell):
        self.problems = self.next
        await tell(self.problems)


class Scene(Dialogue):
    """A dialogue through the desk, as the running bot has it."""

    def __init__(self):
        super().__init__(knowledge(), contacts={"en": "help@example.org"})
        self.talker, self.noted = self.bot, []
        self.knowledge = Followed(self.answerer)
        self.settings = Settings(
            accounts={ROOMS: ON_MATRIX, TOOTS: ON_MASTODON}, destinations={DestinationName("visits"): VISITS}
        )
        self.power = 0
        watch = Watch(lambda: Edition("abc123", 3), lambda: self.now)
        watch.begin([], self.store, lambda: None)
        self.views = Views(
            lambda: self.settings,
            self.store,
            self.knowledge,
            watch.look,
            note=self._note,
            dead_links=self._dead_links,
            clock=lambda: self.now,
        )
        self.open({ROOMS: Office(OFFICE, frozenset([ADA]))})

    def open(self, offices):
        """The admin rooms from now on; what is done to them counts at once."""
        self.bot = Desk(self.talker, self.store, lambda: offices, self.views, lambda: self.now)
        return offices

    async def order(self, text, by=ADA, power=0):
        """What is answered in the admin room."""
        self.power = power
        return await self.say(text, by=by, room=OFFICE.room)

    async def outbox(self):
        """What waits to be sent besides replies: where to, and what."""
        waiting = [each.outgoing for each in await self.store.outbox(ROOMS, self.now, 100)]
        return [(each.place.room, each.text) for each in waiting if not hasattr(each, "meaning")]

    def pass_by(self, time: timedelta):
        self.now += time

    async def _dead_links(self, folder):
        return [f"{folder}/tools.yaml:3: https://gone.example.org is gone"]

    async def _note(self, problems):
        self.noted.append(problems)

    async def _settle(self, message):
        return await super()._settle(replace(message, power=self.power))


@pytest.fixture
async def scene():
    scene = Scene()
    yield scene
    await scene.store.close()
