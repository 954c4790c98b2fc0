"""Records as the JSON of the API (app/serializers/rest)."""

from datetime import datetime

from tests.servers.fake_mastodon.entities import Account, Attachment, Notification, Poll, Status, Token
from tests.servers.fake_mastodon.text import entities
from tests.servers.fake_mastodon.wire_accounts import AccountWire, Json


def moment(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03}Z"


class Wire(AccountWire):
    """All that the API tells."""

    def status(self, status: Status, asker: Account | None) -> Json:
        above, whom = status.in_reply_to, status.in_reply_to_account
        told: Json = {
            "id": status.id,
            "created_at": moment(status.created_at),
            "in_reply_to_id": above.id if above else None,
            "in_reply_to_account_id": whom.id if whom else None,
            "sensitive": status.sensitive,
            "spoiler_text": status.spoiler_text,
            "visibility": status.visibility,
            "language": status.language,
            "uri": status.uri,
            "url": status.url,
            "replies_count": len(self._posts.replies[status]),
            "reblogs_count": 0,
            "favourites_count": 0,
            "edited_at": moment(status.edited_at) if status.edited_at else None,
            "content": status.content,
            "reblog": None,
            "account": self.account(status.account),
            "media_attachments": [self.attachment(one) for one in status.media],
            "mentions": [mention(one) for one in status.mentions],
            "tags": _tags(status),
            "emojis": [],
            "card": None,
            "poll": self.poll(status.poll) if status.poll else None,
        }
        if status.application and asker is status.account:
            told["application"] = {"name": status.application, "website": None}
        return told | (_relation(status, asker) if asker else {})

    def deleted_status(self, status: Status) -> Json:
        """Its source in place of its HTML."""
        told = self.status(status, status.account)
        del told["content"]
        return told | {"text": status.text}

    def notification(self, notification: Notification) -> Json:
        return {
            "id": notification.id,
            "type": notification.kind,
            "created_at": moment(notification.created_at),
            "group_key": f"ungrouped-{notification.id}",
            "account": self.account(notification.sender),
            **({"status": self.status(notification.status, notification.recipient)} if notification.status else {}),
        } | ({"filtered": True} if notification.is_filtered else {})

    def attachment(self, attachment: Attachment) -> Json:
        url = f"https://{attachment.account.home}/media/{attachment.id}"
        return {
            "id": attachment.id,
            "type": attachment.kind,
            "url": None if attachment.answers_until_ready else url,
            "preview_url": None if attachment.answers_until_ready else f"{url}/small",
            "remote_url": None,
            "preview_remote_url": None,
            "text_url": None,
            "meta": {},
            "description": attachment.description,
            "blurhash": None,
        }

    def poll(self, poll: Poll) -> Json:
        return {
            "id": poll.id,
            "expires_at": moment(poll.expires_at) if poll.expires_at else None,
            "expired": False,
            "multiple": poll.is_multiple,
            "votes_count": 0,
            "voters_count": 0,
            "options": [{"title": option, "votes_count": 0} for option in poll.options],
            "emojis": [],
            "voted": True,
            "own_votes": [],
        }


def mention(account: Account) -> Json:
    return {"id": account.id, "username": account.username, "url": account.url, "acct": account.acct}


def application(token: Token) -> Json:
    return {"name": token.application, "website": None, "scopes": list(token.scopes), "vapid_key": "fake"}


def _tags(status: Status) -> list[Json]:
    names = dict.fromkeys(found.text.lower() for found in entities(status.text) if found.kind == "hashtag")
    return [{"name": name, "url": f"https://{status.account.home}/tags/{name}"} for name in names]


def _relation(status: Status, asker: Account) -> Json:
    told: Json = {"favourited": False, "reblogged": False, "muted": False, "bookmarked": False, "filtered": []}
    is_pinnable = asker is status.account and status.visibility != "direct"
    return told | ({"pinned": False} if is_pinnable else {})
