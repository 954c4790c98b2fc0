"""A server that speaks Mastodon's API as Mastodon does, or as its relatives do; and misbehaves when told to."""

from tests.servers.fake_mastodon import troubles
from tests.servers.fake_mastodon.entities import Account, Asked, Notification, Status
from tests.servers.fake_mastodon.flavour import Flavour, Headers
from tests.servers.fake_mastodon.server import FakeMastodon, fake_mastodon

__all__ = [
    "Account",
    "Asked",
    "FakeMastodon",
    "Flavour",
    "Headers",
    "Notification",
    "Status",
    "fake_mastodon",
    "troubles",
]
