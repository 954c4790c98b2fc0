"""Options and rules for the whole suite."""

import pytest


def pytest_addoption(parser):
    parser.addoption("--chaos", choices=["short", "full"], default="short", help="how often the chaos tests kill")


def pytest_terminal_summary(terminalreporter):
    if skipped := terminalreporter.stats.get("skipped"):
        terminalreporter.write_line(f"{len(skipped)} skipped: here that is a failure", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """A test that did not run proves nothing: a missing server is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
