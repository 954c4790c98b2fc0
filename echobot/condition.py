"""How the bot is, for the person who looks after it: told by itself when it runs, else read from its store."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import closing
from http.client import HTTPConnection, HTTPException

from echobot.content.settings_file import read_secret
from echobot.errors import EchobotError, StoreError
from echobot.health import condition
from echobot.ports import Backlog, Trouble
from echobot.settings import HealthPages, MatrixAccount, Settings
from echobot.stores.disk import trouble_with_disk
from echobot.stores.sql import SqlStore

_PATIENCE = 10.0  # seconds
_WELL, _NOT_WELL = 200, 503
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what it listens on, and where it is then found


def of_bot(settings: Settings) -> tuple[str, bool]:
    """What to tell, and whether all is well. Raises `StoreError` when neither the bot nor its store can be asked."""
    if settings.health is None:
        return of_store(settings.store)
    if (answer := _asked(settings.health)) is not None:
        return answer
    where = f"{settings.health.address}, port {settings.health.port}"
    silent = f"The bot does not answer at {where}: start it, or look at its log. Its store says:"
    return f"{silent}\n{of_store(settings.store)[0]}", False


def of_store(url: str) -> tuple[str, bool]:
    """The same of what is remembered only, and of its disk; a bot may be using the store. Raises `StoreError`."""
    disk = [trouble] if (trouble := trouble_with_disk(url)) else []
    try:
        troubles, backlog, leader = asyncio.run(_read(url))
    except StoreError as error:
        if not disk:
            raise
        return "\n".join([*disk, str(error)]), False
    leads = [f"{leader} leads."] if leader else []
    told = [*(disk + condition.told(troubles) or ["Nothing is wrong."]), *_waiting(backlog), *leads]
    return "\n".join(told), not disk and all(trouble.is_in_a_room for trouble in troubles)


def of_devices(settings: Settings) -> list[str]:
    """What everybody can see about the device of each Matrix account, asked now."""
    accounts = settings.accounts.items()
    return [_of_device(name, account) for name, account in accounts if isinstance(account, MatrixAccount)]


def _waiting(backlog: Iterable[Backlog]) -> list[str]:
    waiting = [f"{each.account}: {each.questions} to answer, {each.replies} to send" for each in backlog]
    return waiting or ["Nothing waits."]


def _asked(pages: HealthPages) -> tuple[str, bool] | None:
    """Its own words; None when nobody answers there, or somebody else."""
    with closing(HTTPConnection(_ANY.get(pages.address, pages.address), pages.port, timeout=_PATIENCE)) as connection:
        try:
            connection.request("GET", "/readyz", headers={"Accept": "text/plain"})
            answer = connection.getresponse()
            said = answer.read().decode(errors="replace").rstrip("\n")
        except (OSError, HTTPException):
            return None
    return (said, answer.status == _WELL) if answer.status in {_WELL, _NOT_WELL} else None


def _of_device(name: str, account: MatrixAccount) -> str:
    from echobot.chats.matrix import standing  # noqa: PLC0415  (not for those who have no such account)

    try:
        token = read_secret(account.token_file)
        return f"{name}: {asyncio.run(standing(account.homeserver, account.user, token))}"
    except EchobotError as error:
        return f"{name}: whether its device is signed cannot be seen now: {error}"


async def _read(url: str) -> tuple[list[Trouble], list[Backlog], str | None]:
    store = SqlStore.open_to_read(url)
    try:
        return await store.troubles(), await store.backlog(), await store.leader()
    finally:
        await store.close()
