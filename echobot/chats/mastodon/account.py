"""What is to be known about the bot's own account before it speaks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from mastodon import Mastodon

from echobot.chats.mastodon.reading import moment
from echobot.chats.mastodon.server import Server

_YOUNG = timedelta(days=8)  # servers distrust accounts for a week

NOT_A_BOT = (
    "the account is not marked as a bot: turn on Preferences > Public profile > This is an automated account,"
    " so that other bots leave it alone and people know what it is"
)
FILTERED = (
    "private mentions from people whom the account does not follow are filtered away: on the server's website open"
    " Notifications, then the settings at the top right, and set Unsolicited private mentions to Accept, or nobody can"
    " ask in private"
)


def own_account(client: Mastodon) -> Any:
    """What the server says of the token's owner; raises LookupError when it names nobody."""
    me: Any = client.account_verify_credentials()
    if not (me["id"] and me["acct"]):
        raise LookupError("an account without a name")
    return me


def is_young(account: Any, now: datetime) -> bool:
    """Whether the server may still drop its posts silently."""
    created_at = moment(account.get("created_at"))
    return created_at is None or now - created_at < _YOUNG


async def advice_for(server: Server, account: Any) -> list[str]:
    """What its owner should change, each with how to."""
    advice = [] if account.get("bot") else [NOT_A_BOT]
    return [*advice, FILTERED] if await _filters_private_mentions(server) else advice


async def _filters_private_mentions(server: Server) -> bool:
    """Servers without such a policy filter nothing."""
    policy: Any = await server.ask_if_there(Mastodon.notifications_policy)
    return policy is not None and policy.get("for_private_mentions") in {"filter", "drop"}
