"""What a server remembers of Idempotency-Keys (app/services/post_status_service.rb)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from tests.servers.fake_mastodon.entities import Account
from tests.servers.fake_mastodon.refusal import busy

REMEMBERED_FOR = timedelta(seconds=3_600)

Key = tuple[Account, str]


class Keys:
    """Per account; the body is never compared."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._posted: dict[Key, tuple[str, datetime]] = {}
        self._under_way: set[Key] = set()

    @contextmanager
    def held(self, account: Account, key: str) -> Iterator[None]:
        """While one request is under way, a second with its key is refused with 503."""
        if (account, key) in self._under_way:
            raise busy()
        self._under_way.add((account, key))
        try:
            yield
        finally:
            self._under_way.discard((account, key))

    def posted(self, account: Account, key: str) -> str | None:
        """The id of what was posted with a key, perhaps deleted since."""
        status_id, forgotten_at = self._posted.get((account, key), ("", self._clock()))
        return status_id if self._clock() < forgotten_at else None

    def remember(self, account: Account, key: str, status_id: str) -> None:
        self._posted[account, key] = (status_id, self._clock() + REMEMBERED_FOR)
