"""What is noted on a request, on its way from a trouble to the endpoint and back."""

from aiohttp import web

from tests.servers.fake_mastodon.entities import Account

LIMITED = web.RequestKey("limited", Account)  # whose limit of statuses the answer tells
VISIBILITY = web.RequestKey("visibility", str)  # another than the one asked for
ALSO_MENTIONED = web.RequestKey("also_mentioned", tuple[Account, ...])
IS_SPAM = web.RequestKey("is_spam", bool)
