"""The servers that speak Mastodon's API, and in what they differ for a bot."""

from dataclasses import dataclass
from enum import Enum

from tests.servers.fake_mastodon.ids import Flakes, Order, Serials, Snowflakes, Ulids

_BOTH = "accounts blocks bookmarks favourites filters follows lists mutes notifications statuses"
_READ = {"read", *(f"read:{what}" for what in f"{_BOTH} search".split())}
_WRITE = {"write", *(f"write:{what}" for what in f"{_BOTH} conversations media reports".split())}
_SCOPES = frozenset(_READ | _WRITE | {"follow", "push"})


class Headers(Enum):
    """How the rate limits are told."""

    ISO = "2026-11-24T10:05:00.000000Z"  # Mastodon's
    MILLISECONDS = "2026-11-24T10:05:00.000Z"  # GoToSocial's
    EPOCH = "1795514700"
    BROKEN = "soon"
    NONE = ""


class Limiting(Enum):
    """Whose requests are counted."""

    ACCOUNTS = "Mastodon's many limits"
    ADDRESSES = "GoToSocial's one limit"
    NOBODYS = "Pleroma's, which ordinary clients don't meet"


class Counting(Enum):
    """What a text's length is."""

    MASTODONS = "grapheme clusters, with links and handles cut short"
    CLUSTERS = "Pleroma's: grapheme clusters, everything in full"
    CODE_POINTS = "GoToSocial's: code points, everything in full, whatever it says that it reserves for links"


@dataclass(frozen=True, slots=True)
class Manners:
    """What one kind of server does; the defaults are today's Mastodon's."""

    version: str = "4.5.2"
    api_version: int | None = 7  # `api_versions.mastodon`
    has_instance_v2: bool = True
    has_metadata: bool = True  # /.well-known/oauth-authorization-server
    has_policy: bool = True  # filtered notifications
    has_event_stream: bool = True
    has_idempotency: bool = True
    limiting: Limiting = Limiting.ACCOUNTS
    told_limits: Headers = Headers.ISO
    too_many: str = "Too many requests"
    status_ids: type[Order] = Snowflakes
    notification_ids: type[Order] = Serials
    longest_text: int = 500
    counting: Counting = Counting.MASTODONS
    reserved_per_link: int | None = 23  # as the instance's page says
    notifications_page: int = 40
    heartbeat: bytes = b":thump\n\n"
    scopes: frozenset[str] = _SCOPES | {"profile"}


class Flavour(Enum):
    MASTODON = Manners()
    OLD_MASTODON = Manners(
        version="3.5.19",
        api_version=None,
        has_instance_v2=False,
        has_metadata=False,
        has_policy=False,
        notifications_page=15,
        heartbeat=b":thump\n",
        scopes=_SCOPES,
    )
    GOTOSOCIAL = Manners(
        version="0.17.3+git-8d0a4d4",
        api_version=None,
        has_metadata=False,
        has_policy=False,
        has_event_stream=False,
        has_idempotency=False,
        limiting=Limiting.ADDRESSES,
        told_limits=Headers.MILLISECONDS,
        too_many="rate limit reached",
        status_ids=Ulids,
        notification_ids=Ulids,
        longest_text=5000,
        counting=Counting.CODE_POINTS,
        reserved_per_link=25,
        scopes=_SCOPES,
    )
    PLEROMA = Manners(
        version="2.7.2 (compatible; Pleroma 2.9.1)",
        api_version=None,
        has_metadata=False,
        has_policy=False,
        has_event_stream=False,
        limiting=Limiting.NOBODYS,
        told_limits=Headers.NONE,
        status_ids=Flakes,
        longest_text=5000,
        counting=Counting.CLUSTERS,
        reserved_per_link=None,
        scopes=_SCOPES,
    )
