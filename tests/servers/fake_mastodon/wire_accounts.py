"""Accounts as the JSON of the API (app/serializers/rest/account_serializer.rb)."""

from typing import Any

from tests.servers.fake_mastodon.entities import Account
from tests.servers.fake_mastodon.people import People
from tests.servers.fake_mastodon.posts import Posts

Json = dict[str, Any]


class AccountWire:
    def __init__(self, people: People, posts: Posts) -> None:
        self._people, self._posts = people, posts

    def account(self, account: Account) -> Json:
        picture = f"https://{account.domain or account.home}/avatars/original/missing.png"
        written = self._posts.written[account]
        last = written[-1].created_at if written else None
        told = {
            "id": account.id,
            "username": account.username,
            "acct": account.acct,
            "display_name": account.display_name,
            "locked": account.locked,
            "bot": account.bot,
            "discoverable": True,
            "indexable": False,
            "group": False,
            "created_at": f"{account.created_at:%Y-%m-%d}T00:00:00.000Z",
            "note": account.note,
            "url": account.url,
            "uri": account.uri,
            "avatar": picture,
            "avatar_static": picture,
            "header": picture,
            "header_static": picture,
            "followers_count": len(list(self._people.followers(account))),
            "following_count": len(list(self._people.followed_by(account))),
            "statuses_count": len(written),
            "last_status_at": f"{last:%Y-%m-%d}" if last else None,
            "hide_collections": None,
            "emojis": [],
            "fields": [],
        }
        told |= {"roles": [], "noindex": False} if account.domain is None else {}
        told |= {"limited": True} if account.is_silenced else {}
        return told | ({"suspended": True} if account.is_suspended else {})

    def own_account(self, account: Account) -> Json:
        source: Json = {
            "privacy": "private" if account.locked else "public",
            "sensitive": False,
            "language": account.language,
            "note": account.note,
            "fields": [],
            "follow_requests_count": 0,
        }
        role = {"id": "-99", "name": "", "permissions": "0", "color": "", "highlighted": False}
        return self.account(account) | {"source": source, "role": role}
