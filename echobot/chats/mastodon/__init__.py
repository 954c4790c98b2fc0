"""Mastodon, and servers that speak its language."""

from echobot.chats.mastodon.chat import MastodonChat

__all__ = ["MastodonChat"]
