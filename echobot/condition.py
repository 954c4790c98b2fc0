"""How the bot is, for the person who looks after it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from echobot.content.settings_file import read_secret
from echobot.errors import EchobotError
from echobot.ports import Backlog, Trouble
from echobot.settings import MatrixAccount, Settings
from echobot.stores.sql import SqlStore


def of_store(url: str) -> tuple[str, bool]:
    """What to tell, and whether all is well; a bot may be using the store. Raises `StoreError`."""
    troubles, backlog = asyncio.run(_read(url))
    return told(troubles, backlog), not troubles


def of_devices(settings: Settings) -> list[str]:
    """What everybody can see about the device of each Matrix account, asked now."""
    accounts = settings.accounts.items()
    return [_of_device(name, account) for name, account in accounts if isinstance(account, MatrixAccount)]


def told(troubles: Sequence[Trouble], backlog: Iterable[Backlog]) -> str:
    """Troubles first, each with since when."""
    wrong = [
        f"{trouble.about}, since {trouble.since:%Y-%m-%d %H:%M} UTC:\n{_indented(trouble.text)}" for trouble in troubles
    ]
    waiting = [f"{each.account}: {each.questions} to answer, {each.replies} to send" for each in backlog]
    return "\n".join([*(wrong or ["Nothing is wrong."]), *(waiting or ["Nothing waits."])])


def _of_device(name: str, account: MatrixAccount) -> str:
    from echobot.chats.matrix import standing  # noqa: PLC0415  (not for those who have no such account)

    try:
        token = read_secret(account.token_file)
        return f"{name}: {asyncio.run(standing(account.homeserver, account.user, token))}"
    except EchobotError as error:
        return f"{name}: whether its device is signed cannot be seen now: {error}"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


async def _read(url: str) -> tuple[list[Trouble], list[Backlog]]:
    store = SqlStore.open_to_read(url)
    try:
        return await store.troubles(), await store.backlog()
    finally:
        await store.close()
