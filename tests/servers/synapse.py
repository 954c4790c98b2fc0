"""A real homeserver on loopback, with its data in a folder of its own: it starts in about a second."""

import base64
import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.ports import free_port

SECRET = "only for tests"
PLENTY = {"per_second": 10_000, "burst_count": 10_000}
NO_LIMITS = {
    "rc_message": PLENTY,
    "rc_registration": PLENTY,
    "rc_joins": {"local": PLENTY, "remote": PLENTY},
    "rc_joins_per_room": PLENTY,
    "rc_invites": {"per_room": PLENTY, "per_user": PLENTY, "per_issuer": PLENTY},
    "rc_login": {"address": PLENTY, "account": PLENTY, "failed_attempts": PLENTY},
    "rc_room_creation": PLENTY,
}


class Synapse:
    """A homeserver that can be killed and started again with the same data on the same port."""

    def __init__(self, folder: Path, limits: dict[str, Any]) -> None:
        self._folder = folder
        self._config = folder / "homeserver.yaml"
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        _write_config(folder, self.port, limits)

    def start(self) -> None:
        command = [sys.executable, "-m", "synapse.app.homeserver", "-c", str(self._config)]
        with (self._folder / "output.log").open("ab") as output:
            self._process = subprocess.Popen(command, stdout=output, stderr=output)
        give_up_at = time.monotonic() + 120  # a busy machine may take half a minute
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > give_up_at:
                pytest.fail("Synapse did not start:\n" + (self._folder / "output.log").read_text()[-3000:])
            time.sleep(0.05)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def register(self, name: str) -> tuple[str, str]:
        """A new account: its full name and its token."""
        address = f"{self.url}/_synapse/admin/v1/register"
        nonce = _json(address)["nonce"]
        mac = hmac.new(SECRET.encode(), f"{nonce}\0{name}\0password\0notadmin".encode(), hashlib.sha1).hexdigest()
        account = _json(address, {"nonce": nonce, "username": name, "password": "password", "mac": mac, "admin": False})
        return account["user_id"], account["access_token"]

    def _answers(self) -> bool:
        try:
            return "versions" in _json(f"{self.url}/_matrix/client/versions")
        except (urllib.error.URLError, ConnectionError):
            return False

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=60)
            self._process = None


@pytest.fixture(scope="session")
def synapse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    """A homeserver that takes messages as fast as it can."""
    yield from _running(tmp_path_factory.mktemp("synapse"), NO_LIMITS)


@pytest.fixture(scope="session")
def strict_synapse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    """A homeserver with Synapse's own limits: ten messages, then one in five seconds."""
    yield from _running(tmp_path_factory.mktemp("strict-synapse"), {})


def _running(folder: Path, limits: dict[str, Any]) -> Iterator[Synapse]:
    server = Synapse(folder, limits)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _write_config(folder: Path, port: int, limits: dict[str, Any]) -> None:
    seed = base64.b64encode(os.urandom(32)).decode().rstrip("=")
    (folder / "signing.key").write_text(f"ed25519 a_test {seed}\n")
    handler = {"class": "logging.FileHandler", "filename": str(folder / "synapse.log")}
    logs = {"version": 1, "handlers": {"file": handler}, "root": {"level": "WARNING", "handlers": ["file"]}}
    (folder / "logs.yaml").write_text(json.dumps(logs))
    listener = {"port": port, "type": "http", "bind_addresses": ["127.0.0.1"], "resources": [{"names": ["client"]}]}
    config = {
        "server_name": "localhost",
        "listeners": [listener],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
        "pid_file": str(folder / "homeserver.pid"),
        "log_config": str(folder / "logs.yaml"),
        "media_store_path": str(folder / "media"),
        "signing_key_path": str(folder / "signing.key"),
        "registration_shared_secret": SECRET,
        "macaroon_secret_key": "for tests",
        "form_secret": "for tests",
        "report_stats": False,
        "trusted_key_servers": [],
        "federation_domain_whitelist": [],
        "presence": {"enabled": False},
        "bcrypt_rounds": 4,
        "caches": {"sync_response_cache_duration": "0s"},  # else a first sync is repeated for two minutes
        **limits,
    }
    (folder / "homeserver.yaml").write_text(json.dumps(config))  # JSON is YAML


def _json(address: str, body: dict[str, Any] | None = None) -> Any:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)
