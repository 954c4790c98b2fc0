"""Lets the bot into its accounts: a password or a code is asked for once, and a token kept in its place."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from echobot.chats.mastodon import login as mastodon
from echobot.chats.matrix import Device, vouch
from echobot.chats.matrix.login import login as log_in
from echobot.core.message import AccountName
from echobot.errors import ChatError, ChatRefused, SettingsError
from echobot.settings import Account, MastodonAccount, MatrixAccount

A = TypeVar("A", MatrixAccount, MastodonAccount)

_RECOVERY = "The account's recovery key (nothing if you have none)"
_NOTHING_TO_DO = "Nothing is left to do: the account says that it is a bot, and private mentions reach it."

Prompt = Callable[[str, str], str]  # the question and what is meant when nothing is typed


def log_in_to_matrix(
    accounts: Mapping[AccountName, Account],
    name: str | None,
    prompt: Prompt,
    password: Callable[[str], str],
    keys: Path,
) -> str:
    """Ask, log in, keep the token, sign the device; returns what to tell. Raises `SettingsError` and `ChatError`.

    `keys` is the folder with those of all accounts.
    """
    chosen, account = _chosen(accounts, name, MatrixAccount)
    homeserver = prompt("Homeserver", account.homeserver)
    user = prompt("User", account.user)
    secret = password("Password")
    token, device, full_name = asyncio.run(log_in(homeserver, user, secret, f"echobot on {socket.gethostname()}"))
    if full_name != account.user:
        raise ChatRefused(
            f"that account is {full_name}, and the settings name {account.user}; correct `user` in the settings"
        )
    _keep_secret(account.token_file, token)
    told = f"Logged in as {full_name} (device {device}); the token is in {account.token_file}."
    try:
        fresh = Device(homeserver, full_name, device, token)
        signed = asyncio.run(vouch(fresh, keys / chosen, secret, lambda: password(_RECOVERY)))
    except ChatError as error:
        signed = f"The device could not be signed by its account, which encrypted rooms may ask for: {error}"
    return f"{told}\n{signed}"


def log_in_to_mastodon(
    accounts: Mapping[AccountName, Account], name: str | None, code_for: Callable[[str], str]
) -> str:
    """Show where to agree, take the code, keep the token; returns what to tell. Raises as above."""
    _, account = _chosen(accounts, name, MastodonAccount)
    done = asyncio.run(mastodon.log_in(account.server.rstrip("/"), code_for))
    _keep_secret(account.token_file, done.token)
    told = f"Logged in as {done.account}; the token is in {account.token_file}."
    return "\n".join([told, *([f"Still to do: {advice}." for advice in done.advice] or [_NOTHING_TO_DO])])


def _chosen(accounts: Mapping[AccountName, Account], name: str | None, kind: type[A]) -> tuple[AccountName, A]:
    known = {each: account for each, account in accounts.items() if isinstance(account, kind)}
    if name is None and len(known) == 1:
        return next(iter(known.items()))
    if name is None or name not in known:
        listed = ", ".join(known) or "none"
        raise SettingsError(f"say which account with --account; of this network the settings name these: {listed}")
    return AccountName(name), known[AccountName(name)]


def _keep_secret(file: Path, secret: str) -> None:
    """Nobody else can read it, not even while it is written; what was there before stays until the new one is whole."""
    fresh = file.with_name(f".{file.name}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            opened.write(f"{secret}\n")
            opened.flush()
            os.fsync(opened.fileno())
        fresh.replace(file)
    except OSError as error:
        raise SettingsError(
            f"{file} cannot be written: {error.strerror}; the token was not kept, log in again"
        ) from error
