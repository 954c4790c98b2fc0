"""The accounts that a server knows, its own and others', and how they stand to each other."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from tests.servers.fake_mastodon.entities import Account
from tests.servers.fake_mastodon.ids import Serials
from tests.servers.fake_mastodon.text import handles

_NEW_FOLLOWER = timedelta(days=3)
_OLD = timedelta(days=400)  # accounts are no newcomers unless a test says so


class People:
    def __init__(self, home: str, clock: Callable[[], datetime]) -> None:
        self.home = home
        self._clock = clock
        self._ids = Serials()
        self._known: dict[str, Account] = {}
        self._follows: dict[tuple[Account, Account], datetime] = {}
        self._blocks: set[tuple[Account, Account]] = set()

    def add(
        self,
        username: str,
        *,
        domain: str | None = None,
        bot: bool = False,
        locked: bool = False,
        note: str = "",
        display_name: str | None = None,
        created_at: datetime | None = None,
    ) -> Account:
        made_at = created_at or self._clock() - _OLD
        name = username if display_name is None else display_name
        account = Account(self._ids.next(made_at), username, domain, self.home, name, note, bot, locked, made_at)
        assert self.find(username, domain) is None, f"there is an account {account.acct} already"
        self._known[account.id] = account
        return account

    def by_id(self, account_id: str) -> Account | None:
        return self._known.get(account_id)

    def find(self, username: str, domain: str | None) -> Account | None:
        """By its handle, in whatever case; without a domain, or with this server's, one of its own."""
        domain = None if domain is None or domain.lower() == self.home else domain.lower()
        wanted = (username.lower(), domain)
        return next((one for one in self._known.values() if (one.username.lower(), one.domain) == wanted), None)

    def mentioned_in(self, text: str, writer: Account) -> list[Account]:
        """Everybody whose handle stands in a text; one without a domain is of the writer's server."""
        found = (self.find(username, domain or writer.domain) for username, domain in handles(text))
        reachable = (one for one in found if one and not one.is_suspended and not self._is_between(one, writer))
        return list(dict.fromkeys(reachable))

    def follow(self, follower: Account, followed: Account) -> None:
        self._follows[follower, followed] = self._clock()

    def unfollow(self, follower: Account, followed: Account) -> None:
        self._follows.pop((follower, followed), None)

    def block(self, blocker: Account, blocked: Account) -> None:
        self._blocks.add((blocker, blocked))

    def follows(self, follower: Account, followed: Account) -> bool:
        return (follower, followed) in self._follows

    def has_followed_a_while(self, follower: Account, followed: Account) -> bool:
        since = self._follows.get((follower, followed))
        return since is not None and since <= self._clock() - _NEW_FOLLOWER

    def blocks(self, blocker: Account, blocked: Account) -> bool:
        return (blocker, blocked) in self._blocks

    def followers(self, followed: Account) -> Iterable[Account]:
        return [follower for follower, whom in self._follows if whom is followed]

    def followed_by(self, follower: Account) -> Iterable[Account]:
        return [whom for who, whom in self._follows if who is follower]

    def _is_between(self, one: Account, writer: Account) -> bool:
        return self.blocks(writer, one)
