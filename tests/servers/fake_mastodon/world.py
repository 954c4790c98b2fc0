"""What happens around the bot: people come, speak, edit, delete, and the moderators act."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from tests.secrecy import WITNESS
from tests.servers.fake_mastodon.composing import answered
from tests.servers.fake_mastodon.entities import Account, Status
from tests.servers.fake_mastodon.flavour import Manners
from tests.servers.fake_mastodon.notices import Measure, Notices
from tests.servers.fake_mastodon.people import People
from tests.servers.fake_mastodon.posts import Posts
from tests.servers.fake_mastodon.rendering import rendered

HOME = "home.example.org"


class World:
    """Its parts are public, for tests to change as people and operators would."""

    def __init__(self, manners: Manners, clock: Callable[[], datetime]) -> None:
        self.clock, self.home = clock, HOME
        self.ids = manners.status_ids()
        self.people = People(HOME, clock)
        self.posts = Posts(self.people, manners.status_ids.rank)
        self.notices = Notices(self.people, manners.notification_ids(), clock, has_policy=manners.has_policy)

    @property
    def statuses(self) -> list[Status]:
        return self.posts.all

    def account(self, username: str, **more: Any) -> Account:
        """One of this server, or with `domain` of another; `more` as `People.add` takes it."""
        return self.people.add(username, **more)

    def suspend(self, account: Account) -> None:
        account.is_suspended = True

    def silence(self, account: Account) -> None:
        account.is_silenced = True

    def accept_private_mentions(self, account: Account) -> None:
        self.notices.policies[account]["for_private_mentions"] = Measure.ACCEPT

    def say(
        self,
        sender: Account,
        text: str,
        *,
        mentions: Sequence[Account] = (),
        visibility: str = "public",
        in_reply_to: Status | None = None,
        spoiler_text: str = "",
        language: str | None = None,
        created_at: datetime | None = None,
        raw_html: str | None = None,
    ) -> Status:
        """Somebody writes. With `raw_html` that is the content as it stands, and only `mentions` are mentioned."""
        found = [] if raw_html is not None else self.people.mentioned_in(text, sender)
        everybody = list(dict.fromkeys([*mentions, *found]))
        now = created_at or self.clock()
        status = Status(
            id=self.ids.next(now),
            account=sender,
            text=WITNESS.text(text),
            content=rendered(text, everybody, sender) if raw_html is None else raw_html,
            created_at=now,
            visibility=visibility,
            language=language,
            spoiler_text=spoiler_text,
            sensitive=bool(spoiler_text),
            mentions=everybody,
            in_reply_to=in_reply_to,
            in_reply_to_account=answered(in_reply_to, sender),
        )
        self.posts.add(status)
        return status

    def edit(
        self,
        status: Status,
        text: str,
        *,
        mentions: Sequence[Account] | None = None,
        spoiler_text: str | None = None,
        raw_html: str | None = None,
    ) -> None:
        """Its writer edits it; without `mentions`, those that there were stay."""
        found = [] if raw_html is not None else self.people.mentioned_in(text, status.account)
        named = status.mentions if mentions is None else mentions
        everybody = list(dict.fromkeys([*named, *found]))
        status.text, status.edited_at = text, self.clock()
        status.content = rendered(text, everybody, status.account) if raw_html is None else raw_html
        status.spoiler_text = status.spoiler_text if spoiler_text is None else spoiler_text
        self.posts.edited(status, everybody)

    def delete(self, status: Status) -> None:
        self.posts.delete(status)

    def hide(self, status: Status, from_account: Account) -> None:
        """For that account it is as if it weren't there."""
        status.hidden_from.append(from_account)

    def inbox(self, account: Account) -> list[Status]:
        """Everything that ever was delivered to an account, of this server or another."""
        return self.posts.inboxes[account]

    def posts_by(self, account: Account) -> list[Status]:
        """Oldest first."""
        return list(self.posts.written[account])
