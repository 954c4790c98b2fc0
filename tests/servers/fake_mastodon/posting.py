"""How a status comes to be: keys, limits, spam, plans (app/services/post_status_service.rb)."""

import asyncio
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from tests.servers.fake_mastodon.composing import Composer, Wording
from tests.servers.fake_mastodon.entities import Account, Status, Token
from tests.servers.fake_mastodon.idempotency import Keys
from tests.servers.fake_mastodon.limits import Limits
from tests.servers.fake_mastodon.marks import ALSO_MENTIONED, IS_SPAM, VISIBILITY
from tests.servers.fake_mastodon.media import Media
from tests.servers.fake_mastodon.parameters import Parameters
from tests.servers.fake_mastodon.people import People
from tests.servers.fake_mastodon.posts import Posts
from tests.servers.fake_mastodon.refusal import invalid
from tests.servers.fake_mastodon.wire import moment

_SOONEST = timedelta(minutes=5)
_NEWCOMER = timedelta(weeks=1)


class Posting:
    def __init__(
        self,
        people: People,
        posts: Posts,
        media: Media,
        composer: Composer,
        limits: Limits,
        keys: Keys | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._people, self._posts, self._media, self._composer = people, posts, media, composer
        self._limits, self._keys, self._clock = limits, keys, clock
        self.spammy_texts: set[str] = set()
        self.planned: list[dict[str, Any]] = []  # scheduled; nothing ever publishes them
        self.may_go_on = asyncio.Event()  # cleared: requests stay under way, with their keys held
        self.may_go_on.set()

    async def post(
        self, request: web.Request, token: Token, asked: Parameters, parent: Status | None
    ) -> Status | dict[str, Any]:
        """The status, or what was planned. Raises 404, 422, 503 and TooMany."""
        key = request.headers.get("Idempotency-Key", "").strip() if self._keys else ""
        with self._keys.held(token.account, key) if self._keys and key else nullcontext():
            await self.may_go_on.wait()
            known = self._keys.posted(token.account, key) if self._keys and key else None
            if known is not None:
                return self._posts.find_own(known, token.account)
            if planned_for := self._planned_for(asked):
                return self._plan(planned_for, asked)
            return self._publish(request, token, asked, parent, key)

    def edit(self, status: Status, asked: Parameters) -> None:
        """A full replacement; one that changes nothing is none. Raises 422 and TooMany."""
        wording = self._composer.wording(status.account, asked, status)
        language = self._composer.language(asked, status.language)
        self._media.describe(asked.get("media_attributes"), wording.media)
        self._validate(wording)
        before = (status.text, status.spoiler_text, status.sensitive, status.media, status.poll, status.language)
        after = (wording.text, wording.spoiler_text, wording.sensitive, wording.media, wording.poll, language)
        if before == after and not asked.get("media_attributes"):
            return
        self._limits.count_status(status.account)
        status.text, status.spoiler_text, status.sensitive, status.media, status.poll, status.language = after
        status.content, status.edited_at = wording.content, self._clock()
        for attachment in status.media:
            attachment.is_attached = True
        self._posts.edited(status, wording.mentions)

    def _publish(
        self, request: web.Request, token: Token, asked: Parameters, parent: Status | None, key: str
    ) -> Status:
        status = self._composer.new(token.account, asked, parent, token.application)
        status.visibility = request.get(VISIBILITY, status.visibility)
        status.mentions = list(dict.fromkeys([*status.mentions, *request.get(ALSO_MENTIONED, ())]))
        if request.get(IS_SPAM) or self._is_spam(status):
            return status  # neither kept nor delivered, and its key isn't remembered
        self._validate(status)
        self._limits.count_status(token.account)
        for attachment in status.media:
            attachment.is_attached = True
        self._posts.add(status)
        if self._keys and key:
            self._keys.remember(token.account, key, status.id)
        return status

    def _validate(self, wording: Wording | Status) -> None:
        if not wording.text and not wording.media:
            raise invalid("Text can't be blank")
        if self._limits.length(wording.text, wording.spoiler_text) > self._limits.longest_text:
            raise self._limits.too_long(wording.text, wording.spoiler_text)

    def _is_spam(self, status: Status) -> bool:
        """A listed text from a newcomer to somebody who doesn't follow them (app/lib/antispam.rb)."""
        is_newcomer = status.account.created_at >= self._clock() - _NEWCOMER
        is_listed = any(text in status.text for text in self.spammy_texts)
        return is_newcomer and is_listed and self._speaks_to_strangers(status)

    def _speaks_to_strangers(self, status: Status) -> bool:
        def is_follower(account: Account) -> bool:
            return self._people.follows(account, status.account)

        if status.in_reply_to and not is_follower(status.in_reply_to.account):
            return True
        return not any(is_follower(account) for account in status.mentions)

    def _planned_for(self, asked: Parameters) -> datetime | None:
        """The past is now."""
        if not asked.get("scheduled_at"):
            return None
        try:
            time = datetime.fromisoformat(str(asked["scheduled_at"]))
        except ValueError:
            raise invalid("Scheduled at is invalid") from None
        time = time if time.tzinfo else time.replace(tzinfo=UTC)
        return time if time > self._clock() else None

    def _plan(self, time: datetime, asked: Parameters) -> dict[str, Any]:
        if time < self._clock() + _SOONEST:
            raise invalid("Scheduled at date must be in the future")
        planned = {
            "id": str(len(self.planned) + 1),
            "scheduled_at": moment(time),
            "params": {**asked, "text": asked.get("status"), "idempotency": None, "scheduled_at": None},
            "media_attachments": [],
        }
        self.planned.append(planned)
        return planned
