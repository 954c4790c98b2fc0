"""From what a client sends to a status (app/services/post_status_service.rb and update_status_service.rb)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.servers.fake_mastodon.entities import Account, Attachment, Poll, Status
from tests.servers.fake_mastodon.ids import Order
from tests.servers.fake_mastodon.media import Media
from tests.servers.fake_mastodon.parameters import Parameters, listed, truth
from tests.servers.fake_mastodon.people import People
from tests.servers.fake_mastodon.refusal import Refusal, invalid
from tests.servers.fake_mastodon.rendering import rendered
from tests.servers.fake_mastodon.text import MENTION
from tests.servers.fake_mastodon.wire import Wire

VISIBILITIES = ("public", "unlisted", "private", "direct")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]+)?")


@dataclass(frozen=True, slots=True)
class Wording:
    """The parts of a status that an edit replaces."""

    text: str
    content: str
    spoiler_text: str
    sensitive: bool
    mentions: list[Account]
    media: list[Attachment]
    poll: Poll | None


class Composer:
    def __init__(self, people: People, media: Media, wire: Wire, ids: Order, clock: Callable[[], datetime]) -> None:
        self._people, self._media, self._wire, self._ids, self._clock = people, media, wire, ids, clock

    def new(self, account: Account, parameters: Parameters, parent: Status | None, application: str) -> Status:
        """A status that nobody has seen yet. Raises 422."""
        now = self._clock()
        wording = self.wording(account, parameters)
        status = Status(
            id=self._ids.next(now),
            account=account,
            text=wording.text,
            content=wording.content,
            created_at=now,
            visibility=_visibility(account, parameters),
            language=_language(parameters, account.language),
            spoiler_text=wording.spoiler_text,
            sensitive=wording.sensitive,
            mentions=wording.mentions,
            in_reply_to=parent,
            in_reply_to_account=answered(parent, account),
            media=wording.media,
            poll=wording.poll,
            application=application,
        )
        self._guard(status, parameters.get("allowed_mentions"))
        return status

    def wording(self, account: Account, parameters: Parameters, edited: Status | None = None) -> Wording:
        """What is left out is gone: text, content warning, media, poll. Raises 422."""
        media = self._media.attachable(account, parameters, edited)
        spoiler_text = str(parameters.get("spoiler_text") or "").strip()
        text, warning = str(parameters.get("status") or "").strip(), spoiler_text
        if not text:
            text, warning = spoiler_text, "" if edited is None else edited.spoiler_text
        text = self._with_known_handles(text)
        mentions = self._people.mentioned_in(text, account)
        content = rendered(text, mentions, account)
        sensitive = truth(parameters.get("sensitive")) or bool(spoiler_text)
        return Wording(text, content, warning, sensitive, mentions, media, self._poll(parameters.get("poll")))

    def language(self, parameters: Parameters, otherwise: str | None) -> str | None:
        return _language(parameters, otherwise)

    def _with_known_handles(self, text: str) -> str:
        """Every handle of a known account as the server knows it: without this server's domain, for one."""

        def known(found: re.Match[str]) -> str:
            account = self._people.find(found["username"], found["domain"])
            return f"@{account.acct}" if account else found[0]

        return MENTION.sub(known, text)

    def _guard(self, status: Status, allowed: Any) -> None:
        if allowed is None:
            return
        unexpected = [account for account in status.mentions if account.id not in listed(allowed)]
        if unexpected:
            accounts = [self._wire.account(account) for account in unexpected]
            raise Refusal(422, "Post would be sent to unexpected accounts", unexpected_accounts=accounts)

    def _poll(self, asked: Any) -> Poll | None:
        if not isinstance(asked, dict) or not asked:
            return None
        options, lasts = tuple(listed(asked.get("options"))), str(asked.get("expires_in") or "")
        if len(options) < 2:
            raise invalid("Options must have more than one item")
        ends = self._clock() + timedelta(seconds=int(lasts)) if lasts.isdigit() else None
        return Poll(self._ids.next(self._clock()), options, ends, truth(asked.get("multiple")))


def answered(parent: Status | None, account: Account) -> Account | None:
    """Who is answered; going on with an answer of one's own answers the same person."""
    if parent is None:
        return None
    goes_on = parent.account is account and parent.in_reply_to_account is not None
    return parent.in_reply_to_account if goes_on else parent.account


def _visibility(account: Account, parameters: Parameters) -> str:
    asked = parameters.get("visibility") or ("private" if account.locked else "public")
    if asked not in VISIBILITIES:
        raise Refusal(422, "Record invalid")
    return "unlisted" if asked == "public" and account.is_silenced else str(asked)


def _language(parameters: Parameters, otherwise: str | None) -> str | None:
    asked = str(parameters.get("language") or "")
    return asked if _LANGUAGE.fullmatch(asked) else otherwise
