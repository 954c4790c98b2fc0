"""`echobot login mastodon`: the least rights, a code, a token that nobody else can read."""

import asyncio
import json
import sys
from urllib.parse import parse_qs, urlsplit

import pytest

from echobot.access import log_in_to_mastodon
from echobot.content.settings_file import load_settings
from echobot.errors import ChatRefused, ChatUnavailable, SettingsError
from tests.servers.fake_mastodon import Flavour, troubles

EVERY_KIND = pytest.mark.parametrize("flavour", list(Flavour), ids=lambda flavour: flavour.name.lower(), indirect=True)


@pytest.fixture
def settings_file(tmp_path, server):
    account = {"kind": "mastodon", "server": server.url, "token_file": "secrets/toots"}
    file = tmp_path / "settings.yaml"
    file.write_text(json.dumps({"accounts": {"toots": account}}))
    return file


@pytest.fixture
def log_in(server, settings_file):
    """Somebody opens the address that is shown, agrees as this account, and types the code."""

    async def log_in(account, granted=None, code=None, name=None):
        shown = []

        def agree(address):
            shown.append(address)
            query = {key: value for key, (value,) in parse_qs(urlsplit(address).query).items()}
            scopes = granted or query["scope"].split()
            return code or f" {server.authorize(query['client_id'], account, scopes, query['redirect_uri'])} "

        accounts = load_settings(settings_file).accounts
        return await asyncio.to_thread(log_in_to_mastodon, accounts, name, agree), shown

    return log_in


@EVERY_KIND
async def test_the_token_is_kept_with_the_least_rights_and_nobody_else_can_read_it(
    server, settings_file, log_in, flavour
):
    bot = server.account("echobot", bot=True)
    server.accept_private_mentions(bot)
    told, (address,) = await log_in(bot)
    token = settings_file.parent / "secrets" / "toots"
    word = token.read_text().strip()

    assert told.startswith("Logged in as @echobot@127.0.0.1; the token is in ")
    assert told.endswith("\nNothing is left to do: the account says that it is a bot, and private mentions reach it.")
    assert address.startswith(f"{server.url}/oauth/authorize?")
    assert (token.stat().st_mode & 0o777, word in told) == (0o600, False)
    who = "profile" if flavour is Flavour.MASTODON else "read:accounts"
    scopes = {who, "read:notifications", "read:statuses", "write:statuses", "write:media"}
    assert set(server.gate.named(word).scopes) == scopes


async def test_the_address_makes_people_log_in_as_the_bot_whoever_the_browser_knows(server, log_in):
    _, (address,) = await log_in(server.account("echobot"))
    asked = parse_qs(urlsplit(address).query)

    assert asked["force_login"] == ["True"]
    assert "None" not in address


async def test_it_says_what_is_still_to_do_about_the_account_and_how(server, log_in):
    told, _ = await log_in(server.account("echobot"))

    assert "This is an automated account" in told
    assert "Unsolicited private mentions to Accept" in told
    assert "Nothing is left to do" not in told


async def test_a_wrong_code_is_told_and_nothing_is_kept(server, settings_file, log_in):
    with pytest.raises(ChatRefused, match="did not accept the code"):
        await log_in(server.account("echobot"), code="wrong")

    assert not (settings_file.parent / "secrets").exists()


async def test_a_server_that_cannot_be_reached_is_told(server, settings_file, log_in):
    settings_file.write_text(settings_file.read_text().replace(server.url, "http://127.0.0.1:9"))
    with pytest.raises(ChatUnavailable, match=r"http://127.0.0.1:9: the server cannot be reached; .*correct `server`"):
        await log_in(server.account("echobot"))


async def test_a_server_that_answers_nonsense_is_told(server, log_in):
    server.troubles["POST /api/v1/apps"].append(troubles.page(200))
    with pytest.raises(ChatUnavailable, match=rf"{server.url}: the server's answer cannot be read; .*correct `server`"):
        await log_in(server.account("echobot"))


async def test_an_account_that_the_settings_do_not_name_is_told(server, log_in):
    with pytest.raises(
        SettingsError, match="say which account with --account; of this network the settings name these: toots"
    ):
        await log_in(server.account("echobot"), name="tootz")


async def test_at_the_command_line_the_address_is_shown_and_the_code_is_asked_for(server, settings_file):
    bot = server.account("echobot", bot=True)
    command = (sys.executable, "-m", "echobot", "login", "mastodon", "--settings", str(settings_file))
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe)
    shown = b""
    async with asyncio.timeout(60):
        while b"Code: " not in shown:
            shown += await process.stdout.read(1000)
        address = next(line.strip() for line in shown.decode().splitlines() if "/oauth/authorize" in line)
        query = {key: value for key, (value,) in parse_qs(urlsplit(address).query).items()}
        code = server.authorize(query["client_id"], bot, query["scope"].split(), query["redirect_uri"])
        told, complaint = await process.communicate(f"{code}\n".encode())

    assert (process.returncode, complaint) == (0, b"")
    assert b"Logged in as @echobot@127.0.0.1" in told
    assert b"Still to do: private mentions" in told
