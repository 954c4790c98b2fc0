"""`echobot login`: letting the bot into one of its accounts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

login = typer.Typer(help="Let the bot into one of its accounts.", rich_markup_mode=None)

AccountsOption = Annotated[
    Path, typer.Option("--settings", metavar="FILE", help="The settings file that names the account.")
]
AccountOption = Annotated[
    str | None, typer.Option("--account", metavar="NAME", help="Which account, when the settings name several.")
]


@login.command("matrix")
def login_matrix(
    settings: AccountsOption,
    account: AccountOption = None,
) -> int:
    """Ask for homeserver, user and password, keep the token in the file that the settings name, and sign the device."""
    from echobot.access import log_in_to_matrix
    from echobot.content.settings_file import load_settings
    from echobot.places import KEYS, beside_store

    wanted = load_settings(settings)
    keys = beside_store(wanted.store, KEYS, wanted.state)
    print(log_in_to_matrix(wanted.accounts, account, _prompt, _password, keys))
    return 0


@login.command("mastodon")
def login_mastodon(
    settings: AccountsOption,
    account: AccountOption = None,
) -> int:
    """Print an address to open, take the code shown there, and keep the token in the file that the settings name."""
    from echobot.access import log_in_to_mastodon
    from echobot.content.settings_file import load_settings

    print(log_in_to_mastodon(load_settings(settings).accounts, account, _code))
    return 0


def _code(address: str) -> str:
    print(f"Log in as the bot in a browser, open this address and agree:\n\n  {address}\n")
    return str(typer.prompt("Code"))


def _prompt(text: str, default: str) -> str:
    return str(typer.prompt(text, default=default))


def _password(text: str) -> str:
    return str(typer.prompt(text, hide_input=True, default="", show_default=False))
