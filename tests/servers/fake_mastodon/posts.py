"""What is said: kept, delivered, edited, deleted; and who may see it (app/policies/status_policy.rb)."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, Protocol

from tests.servers.fake_mastodon.entities import Account, Status
from tests.servers.fake_mastodon.people import People
from tests.servers.fake_mastodon.refusal import not_found


class Heard(Protocol):
    """What hears of every change."""

    def added(self, status: Status) -> None: ...
    def edited(self, status: Status, newly_mentioned: list[Account]) -> None: ...
    def deleted(self, status: Status) -> None: ...


class Posts:
    def __init__(self, people: People, rank: Callable[[str], Any]) -> None:
        self._people = people
        self._rank = rank
        self._by_id: dict[str, Status] = {}
        self.written: defaultdict[Account, list[Status]] = defaultdict(list)  # in the order in which it came
        self.replies: defaultdict[Status, list[Status]] = defaultdict(list)
        self.inboxes: defaultdict[Account, list[Status]] = defaultdict(list)
        self.hearers: list[Heard] = []

    @property
    def all(self) -> list[Status]:
        """Everything that is still there, in the order in which it came."""
        return [status for status in self._by_id.values() if not status.is_deleted]

    def add(self, status: Status) -> None:
        self._by_id[status.id] = status
        self.written[status.account].append(status)
        if status.in_reply_to:
            self.replies[status.in_reply_to].append(status)
        for account in dict.fromkeys([*status.mentions, *self._readers(status)]):
            self.inboxes[account].append(status)
        for hearer in self.hearers:
            hearer.added(status)

    def edited(self, status: Status, mentions: list[Account]) -> None:
        """Whoever is mentioned no more may go on reading; only the newly mentioned are told."""
        before = [*status.mentions, *status.silent_mentions]
        newly = [account for account in mentions if account not in before]
        status.silent_mentions = [account for account in before if account not in mentions]
        status.mentions = mentions
        for account in newly:
            self.inboxes[account].append(status)
        for hearer in self.hearers:
            hearer.edited(status, newly)

    def delete(self, status: Status) -> None:
        status.is_deleted = True
        self.written[status.account].remove(status)
        if status.in_reply_to:
            self.replies[status.in_reply_to].remove(status)
        for reply in self.replies.pop(status, []):
            reply.in_reply_to = None  # `in_reply_to_account` stays, as in Mastodon
        for hearer in self.hearers:
            hearer.deleted(status)

    def find(self, status_id: str, asker: Account | None) -> Status:
        """Raises a 404 for what is not there and for what the asker may not see."""
        status = self._by_id.get(status_id)
        if status is None or not self.may_see(status, asker):
            raise not_found()
        return status

    def find_own(self, status_id: str, account: Account) -> Status:
        status = self._by_id.get(status_id)
        if status is None or status.is_deleted or status.account is not account:
            raise not_found()
        return status

    def may_see(self, status: Status, asker: Account | None) -> bool:
        if status.is_deleted or status.account.is_suspended or (asker and asker in status.hidden_from):
            return False
        if status.visibility in {"public", "unlisted"}:
            return asker is None or not self._people.blocks(status.account, asker)
        if asker is None:
            return False
        is_near = asker is status.account or asker in [*status.mentions, *status.silent_mentions]
        return is_near or (status.visibility == "private" and self._people.follows(asker, status.account))

    def by(self, account: Account) -> list[Status]:
        """Newest first."""
        return sorted(self.written[account], key=self._age, reverse=True)

    def ancestors(self, status: Status, asker: Account | None) -> list[Status]:
        """Root first."""
        chain: list[Status] = []
        above = status.in_reply_to
        while above is not None:
            chain.append(above)
            above = above.in_reply_to
        return [one for one in reversed(chain) if self.may_see(one, asker)]

    def descendants(self, status: Status, asker: Account | None) -> list[Status]:
        """Each reply followed by the replies to it."""
        tree: list[Status] = []
        for reply in sorted(self.replies[status], key=self._age):
            tree += [reply] if self.may_see(reply, asker) else []
            tree += self.descendants(reply, asker)
        return tree

    def _age(self, status: Status) -> Any:
        return self._rank(status.id)

    def _readers(self, status: Status) -> list[Account]:
        return [] if status.visibility == "direct" else list(self._people.followers(status.account))
