"""`echobot login matrix`, as an operator meets it."""

import asyncio
import json
import os
import subprocess
import sys

import pytest

from echobot.access import log_in_to_matrix
from echobot.content.settings_file import load_settings
from echobot.errors import ChatRefused, SettingsError
from tests.servers.people import People
from tests.servers.synapse import Synapse

pytestmark = pytest.mark.server


@pytest.fixture
async def settings_file(tmp_path, synapse: Synapse, people: People):
    bot = await people.meet(synapse, "bot")
    account = {"kind": "matrix", "homeserver": synapse.url, "user": bot.user, "token_file": "secrets/bot"}
    file = tmp_path / "settings.yaml"
    file.write_text(json.dumps({"accounts": {"room-bot": account}}))
    return file


def typed(*answers):
    """Somebody who types these answers, and accepts what is proposed when one is empty."""
    remaining = list(answers)
    return lambda _, proposed: remaining.pop(0) or proposed


async def log_in(file, password="password", *answers, recovery_key="", keys="keys"):
    accounts = load_settings(file).accounts
    prompt = typed(*answers) if answers else lambda _, proposed: proposed

    def secret(asked):
        return recovery_key if "recovery key" in asked else password

    return await asyncio.to_thread(log_in_to_matrix, accounts, None, prompt, secret, file.parent / keys)


async def test_the_token_is_kept_where_the_settings_say_and_nobody_else_can_read_it(settings_file):
    said = await log_in(settings_file)

    token = settings_file.parent / "secrets" / "bot"
    assert said.startswith("Logged in as @")
    assert token.stat().st_mode & 0o777 == 0o600
    assert token.parent.stat().st_mode & 0o077 == 0
    assert token.read_text().strip() not in said


async def test_logging_in_again_replaces_the_token(settings_file):
    await log_in(settings_file)
    first = (settings_file.parent / "secrets" / "bot").read_text()
    await log_in(settings_file)

    assert (settings_file.parent / "secrets" / "bot").read_text() != first


async def test_a_wrong_password_is_told_and_nothing_is_kept(settings_file):
    with pytest.raises(ChatRefused, match="could not log in"):
        await log_in(settings_file, "not the password")

    assert not (settings_file.parent / "secrets" / "bot").exists()


async def test_another_account_than_the_settings_name_is_told(settings_file, synapse: Synapse, people: People):
    other = await people.meet(synapse, "other")

    with pytest.raises(ChatRefused, match="correct `user` in the settings"):
        await log_in(settings_file, "password", "", other.user)


def test_which_account_must_be_said_when_there_are_several(tmp_path):
    account = {"kind": "matrix", "homeserver": "http://127.0.0.1:9", "user": "@a:localhost", "token_file": "a"}
    (tmp_path / "settings.yaml").write_text(json.dumps({"accounts": {"one": account, "two": account}}))
    accounts = load_settings(tmp_path / "settings.yaml").accounts

    with pytest.raises(SettingsError, match="--account; of this network the settings name these: one, two"):
        log_in_to_matrix(accounts, None, lambda _, proposed: proposed, lambda _: "", tmp_path)


async def test_a_token_that_is_no_longer_accepted_ends_the_bot_with_a_sentence(settings_file):
    token = settings_file.parent / "secrets" / "bot"
    token.parent.mkdir(mode=0o700)
    os.close(os.open(token, os.O_CREAT | os.O_WRONLY, 0o600))
    token.write_text("no-such-token-7291")
    command = [sys.executable, "-m", "echobot", "run", "--settings", str(settings_file)]
    ran = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=120, check=False)

    assert ran.returncode == 1
    assert "echobot login matrix" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "no-such-token-7291" not in ran.stderr
