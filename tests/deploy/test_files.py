"""What is handed to operators fits the program."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer
import yaml

from echobot.cli import app, main
from echobot.content.settings_file import load_settings, read_secret
from echobot.health.condition import Condition, Edition
from echobot.health.pages import show
from echobot.health.systemd import watchdog
from echobot.settings import HealthPages
from tests.fakes import NOON

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
GUIDE = (DEPLOY / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def unit() -> dict[str, list[str]]:
    """The unit's settings; some stand there twice."""
    found = defaultdict(list)
    for line in (DEPLOY / "echobot.service").read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found[key].append(value)
    return found


@pytest.fixture
def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def instruction(word: str, containerfile: Path = DEPLOY / "Containerfile") -> str:
    """The last instruction of that name, on one line."""
    lines = re.sub(r"\\\n", " ", containerfile.read_text(encoding="utf-8")).splitlines()
    return [line.split(maxsplit=1)[1] for line in lines if line.startswith(f"{word} ")][-1]


def is_understood(arguments: list[str], capsys) -> bool:
    """Whether only the settings file is missing, which is another machine's."""
    assert main(arguments) == 1
    return "/settings.yaml:1:1: " in capsys.readouterr().err


def test_the_program_understands_how_the_unit_starts_it(unit, capsys):
    (started,) = unit["ExecStart"]
    program, *arguments = started.split()

    assert program.endswith("/.venv/bin/echobot")
    assert is_understood(arguments, capsys)


def test_the_program_understands_how_the_container_starts_it(capsys):
    assert json.loads(instruction("ENTRYPOINT")) == ["echobot"]
    assert is_understood(json.loads(instruction("CMD")), capsys)


def test_the_program_finds_the_secrets_where_the_unit_puts_them(unit, tmp_path):
    (loaded,) = unit["LoadCredential"]
    name, _, folder = loaded.partition(":")
    (tmp_path / f"{name}_our-rooms").write_text("syt_abc\n")  # systemd.exec(5): the ID suffixed with "_$FILENAME"

    environment = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert read_secret(Path(folder) / "our-rooms", environment) == "syt_abc"


def test_the_bot_tells_the_watchdog_often_enough(unit):
    (minutes,) = re.fullmatch(r"(\d+)min", unit["WatchdogSec"][0]).groups()
    allowed = timedelta(minutes=int(minutes))

    assert watchdog({"WATCHDOG_USEC": str(allowed // timedelta(microseconds=1))}) <= allowed / 4


async def well() -> Condition:
    return Condition(NOON, datetime.now(UTC), "1.0", Edition("v", 1))


async def test_the_containers_health_is_the_bots(port):
    """The command of the image, on another port."""
    words = instruction("HEALTHCHECK").partition(" CMD ")[2]
    command = [sys.executable, *json.loads(words.replace(":8090/", f":{port}/"))[1:]]

    async def succeeds() -> bool:
        ran = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=False)
        return ran.returncode == 0

    assert not await succeeds()
    showing = asyncio.create_task(show(well, HealthPages(port)))
    async with asyncio.timeout(60):
        while not await succeeds():
            assert not showing.done()
    showing.cancel()
    await asyncio.gather(showing, return_exceptions=True)


def test_every_container_is_confined_and_built_from_a_file_that_is_there(compose):
    assert set(compose["services"]) == {"bot", "bot-on-postgresql", "database", "trial", "homeserver"}
    for service in [each for name, each in compose["services"].items() if name != "database"]:
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        containerfile = ROOT / service["build"]["dockerfile"]
        assert instruction("USER", containerfile) != "root"
        assert instruction("VOLUME", containerfile) == "/data"


def test_the_trial_is_for_this_machine_alone(compose):
    assert all(service.get("ports", []) in ([], ["127.0.0.1:8008:8008"]) for service in compose["services"].values())
    assert [name for name, each in compose["services"].items() if "profiles" not in each] == ["bot"]


def test_the_settings_of_the_trial_are_right_and_show_the_health_that_the_image_asks_for():
    trial = load_settings(DEPLOY / "trial" / "settings.yaml")

    assert trial.health == HealthPages(8090)
    assert str(trial.accounts["rooms"].token_file).startswith("/data/")
    assert trial.store.startswith("sqlite:////data/")


def test_the_image_holds_what_is_installed_from():
    kept = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"}

    assert {"constraints.txt", "echobot", "knowledge", "LICENSE", "pyproject.toml", "README.md"} <= kept
    assert all((ROOT / name).exists() for name in kept)


def test_the_guide_names_only_commands_that_exist():
    code = "\n".join(re.findall(r"```console\n.*?```|`[^`\n]+`", GUIDE, flags=re.DOTALL))
    used = set(re.findall(r"(?<!-u )\bechobot ([a-z]+)", code))

    assert {"backup", "restore", "check", "login", "status"} <= used
    assert used <= set(typer.main.get_command(app).commands)


@pytest.mark.parametrize("name", re.findall(r"deploy/[\w./-]+\w", GUIDE))
def test_the_guide_names_only_files_that_exist(name):
    assert (ROOT / name).exists()


def test_the_unit_asks_the_bot_to_read_its_settings_again_by_the_signal_that_it_knows(unit):
    assert unit["ExecReload"] == ["/bin/kill -HUP $MAINPID"]
    assert unit["Type"] == ["notify"]  # notify-reload is newer than the systemd of Debian 12
