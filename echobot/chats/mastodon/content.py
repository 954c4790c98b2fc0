"""What was asked, from a status's HTML, without what belongs to the form: the bot's own name and quoted posts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from echobot.chats.mastodon.calling import CALL, without_calls
from echobot.chats.mastodon.people import People
from echobot.chats.mastodon.rendering import rendered

_MOST = 200_000  # characters; no server lets people write a tenth of it, and answers must not wait for who forges one


def asked(status: Mapping[str, Any], me: str) -> str:
    """The question to the account with the id `me`, as plain text: "" when nothing is said.

    It is what the content says. Where that says nothing, or only names whom it mentions, it is the content warning:
    some write the question there. Whatever the status holds there is a text, in time linear in its length.
    """
    people = People(status.get("mentions"))
    said = _said(_text(status.get("content")), people, me)
    only_names = all(word.startswith("@") for word in said.split())
    return (only_names and _uncalled(_text(status.get("spoiler_text")), people, me)) or said


def _said(content: str, people: People, me: str) -> str:
    shown = rendered(content, people, me)
    return without_calls(shown.text) if shown.called else _uncalled(shown.text, people, me)


def _uncalled(text: str, people: People, me: str) -> str:
    """Some servers send the bot's handle as plain text."""
    person = people.with_id(me)
    return without_calls(person.handle.sub(CALL, text) if person else text)


def _text(value: Any) -> str:
    return value[:_MOST].replace(CALL, "\ufffd") if isinstance(value, str) else ""
