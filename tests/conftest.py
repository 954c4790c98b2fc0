"""Options and rules for the whole suite."""

import asyncio
import os
import shutil
import tempfile

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests import secrecy
from tests.fakes import FakeChat, FakeClock
from tests.samples import ENTRY
from tests.secrecy import nothing_secret_is_logged
from tests.servers.people import people
from tests.servers.ports import free_port
from tests.servers.postgresql import cluster, database
from tests.servers.synapse import strict_synapse, synapse

# A fixture of the session is one for each place that imports it: those that start servers are imported here alone.
__all__ = ["cluster", "database", "nothing_secret_is_logged", "people", "strict_synapse", "synapse"]

settings.register_profile(
    "echobot",
    derandomize=True,  # the same examples each time: what fails on one machine fails on all
    deadline=None,  # and a busy machine is no failure
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("echobot")


def pytest_addoption(parser):
    parser.addoption(
        "--chaos", choices=["short", "full", "most"], default="short", help="how often the chaos tests kill"
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers():
    """More than there are cores: whoever waits for a server, or for the moment of a kill, leaves its core to others."""
    return (os.cpu_count() or 1) + 2


def pytest_collection_modifyitems(items):
    """What takes longest begins first, so that in the end nobody waits for it."""
    items.sort(key=lambda item: (item.get_closest_marker("chaos") is None, "end_to_end" not in item.nodeid))


def pytest_configure():
    """Nothing of the person's own is touched; the workers share what the first of them has prepared."""
    secrecy.pytest_configure()
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="echobot-tests-")
        os.environ["XDG_STATE_HOME"] = os.environ["XDG_CACHE_HOME"]


def pytest_unconfigure():
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(os.environ["XDG_CACHE_HOME"], ignore_errors=True)


@pytest.fixture
def run_in_a_thread():
    """A command has an event loop of its own, and the test has one already."""
    return asyncio.to_thread


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def chat(clock):
    return FakeChat(clock)


@pytest.fixture
def port() -> int:
    """A port that nobody uses."""
    return free_port()


@pytest.fixture
def small_knowledge(tmp_path, monkeypatch):
    """A folder with one entry, and a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "knowledge"
    folder.mkdir()
    (folder / "entries.yaml").write_text(ENTRY)
    return folder


@pytest.fixture(autouse=True)
def logs_as_they_were():
    """A command that was run in a test has set up logging for a standard error that is gone afterwards."""
    yield
    structlog.reset_defaults()


def pytest_terminal_summary(terminalreporter):
    if skipped := terminalreporter.stats.get("skipped"):
        terminalreporter.write_line(f"{len(skipped)} skipped: here that is a failure", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """A test that did not run proves nothing: a missing server is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
