"""The ledger as it is now, kept in memory: nobody else writes into it while a bot runs."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from echobot.core.ledger import Ledger, Posting
from echobot.core.message import AccountName
from echobot.ports import Filled

_LATEST = 200  # postings of an account: more than any limit for a day


class Book:
    """What is known of announcements, and added to as the store agrees."""

    def __init__(self, ledger: Ledger) -> None:
        self.settled_until = ledger.settled_until
        self.slots = dict(ledger.slots)
        self.postings = dict(ledger.postings)
        self._by_account: dict[AccountName, list[Posting]] = defaultdict(list)
        for posting in sorted(self.postings.values(), key=lambda posting: posting.posted_at):
            self._by_account[posting.account].append(posting)

    def fill(self, filled: Filled) -> None:
        """Those slots are filled, whoever did it."""
        self.slots.update(dict.fromkeys(filled.slots, filled.posting.key if filled.posting else None))
        if filled.posting:
            self.postings[filled.posting.key] = filled.posting
            self._by_account[filled.posting.account].append(filled.posting)

    def note(self, posting: Posting) -> None:
        """This is what it has become."""
        self.postings[posting.key] = posting

    def posted_since(self, then: datetime, account: AccountName, visibility: str | None = None) -> int:
        """How often the account posted since then; so visibly, if that is said."""
        latest = [posting for posting in self._by_account[account][-_LATEST:] if posting.posted_at > then]
        return sum(visibility in {None, posting.visibility} for posting in latest)
