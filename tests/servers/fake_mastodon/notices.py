"""Notifications of mentions, and the policy that filters them (app/services/notify_service.rb)."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from tests.servers.fake_mastodon.entities import Account, Notification, Status
from tests.servers.fake_mastodon.ids import Order
from tests.servers.fake_mastodon.people import People

_NEW_ACCOUNT = timedelta(days=30)


class Measure(StrEnum):
    ACCEPT = "accept"
    FILTER = "filter"
    DROP = "drop"


_DEFAULTS = {
    "for_not_following": Measure.ACCEPT,
    "for_not_followers": Measure.ACCEPT,
    "for_new_accounts": Measure.ACCEPT,
    "for_private_mentions": Measure.FILTER,
    "for_limited_accounts": Measure.FILTER,
}


class Notices:
    """Hears of posts, and tells those of this server whom they mention."""

    def __init__(self, people: People, ids: Order, clock: Callable[[], datetime], *, has_policy: bool) -> None:
        self._people, self._ids, self._clock, self._has_policy = people, ids, clock, has_policy
        self._kept: list[Notification] = []
        self.policies: defaultdict[Account, dict[str, Measure]] = defaultdict(lambda: dict(_DEFAULTS))
        self.push: Callable[[Notification], None] = lambda _: None
        self.knows_types = True  # whether one kind can be asked for
        self._unwritten: list[Notification] = []
        self.is_slow = False  # ids are drawn, but nobody sees the rows before `write`

    def added(self, status: Status) -> None:
        self._tell(status, status.mentions)

    def edited(self, status: Status, newly_mentioned: list[Account]) -> None:
        self._tell(status, newly_mentioned)

    def deleted(self, status: Status) -> None:
        self._kept = [notification for notification in self._kept if notification.status is not status]

    def of(self, recipient: Account, *, with_filtered: bool = False) -> list[Notification]:
        """Newest first; nothing from suspended accounts."""
        return [
            one
            for one in reversed(self._kept)
            if one.recipient is recipient and not one.sender.is_suspended and (with_filtered or not one.is_filtered)
        ]

    def tell(self, recipient: Account, sender: Account, kind: str) -> None:
        """Of something else than a mention: a follower, or what no client knows yet."""
        now = self._clock()
        self._kept.append(Notification(self._ids.next(now), kind, now, recipient, sender, None, is_filtered=False))
        self._push(self._kept[-1])

    def write(self) -> None:
        """All whose ids are drawn are there, each in its place."""
        written, self._unwritten = self._unwritten, []
        self._kept = sorted([*self._kept, *written], key=lambda one: self._ids.rank(one.id))
        for notification in written:
            self._push(notification)

    def _push(self, notification: Notification) -> None:
        if not notification.is_filtered:
            self.push(notification)

    def _tell(self, status: Status, accounts: list[Account]) -> None:
        for recipient in accounts:
            if recipient.domain is None and recipient is not status.account:
                self._notify(recipient, status)

    def _notify(self, recipient: Account, status: Status) -> None:
        sender = status.account
        measure = self._measure(recipient, status)
        if measure is Measure.DROP or recipient.is_suspended or self._people.blocks(recipient, sender):
            return
        now = self._clock()
        is_filtered = measure is Measure.FILTER
        notification = Notification(self._ids.next(now), "mention", now, recipient, sender, status, is_filtered)
        if self.is_slow:
            self._unwritten.append(notification)
        else:
            self._kept.append(notification)
            self._push(notification)

    def _measure(self, recipient: Account, status: Status) -> Measure:
        """The strictest of those that apply."""
        if not self._has_policy:
            return Measure.ACCEPT
        policy = self.policies[recipient]
        measures = {policy[name] for name in self._reasons(recipient, status)}
        return next((measure for measure in (Measure.DROP, Measure.FILTER) if measure in measures), Measure.ACCEPT)

    def _reasons(self, recipient: Account, status: Status) -> list[str]:
        sender = status.account
        is_stranger = not self._people.follows(recipient, sender)
        is_private = status.visibility == "direct" and not _answers_private_mention(status, recipient)
        applies = {
            "for_not_following": is_stranger,
            "for_not_followers": not self._people.has_followed_a_while(sender, recipient),
            "for_new_accounts": is_stranger and sender.created_at > self._clock() - _NEW_ACCOUNT,
            "for_private_mentions": is_stranger and is_private,
            "for_limited_accounts": is_stranger and sender.is_silenced,
        }
        return [name for name, does in applies.items() if does]


def _answers_private_mention(status: Status, recipient: Account) -> bool:
    """Further up in the thread the recipient has written to the sender privately."""
    above = status.in_reply_to
    while above is not None:
        if above.account is recipient and above.visibility == "direct" and status.account in above.mentions:
            return True
        above = above.in_reply_to
    return False
