"""The look for secrets in the log finds them: a run in which they leak fails, and says what leaked and where."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
CONFTEST = "from tests.secrecy import WITNESS, nothing_secret_is_logged, pytest_configure\n"
LEAKS = """
import logging, subprocess, sys
import structlog
from tests.secrecy import WITNESS

TOKEN = WITNESS.token("the token of a bot", "syt_bm9ib2R5_secretsecret")

def test_by_our_own_log(): structlog.get_logger().warning("waiting", reason=f"refused {TOKEN}")
def test_by_what_a_logger_carries(): structlog.get_logger().bind(token=TOKEN).info("hello")
def test_by_the_log_of_a_library(): logging.getLogger("nio.client").info("GET /sync?access_token=%s", TOKEN)
def test_by_a_traceback():
    try:
        raise ValueError(TOKEN)
    except ValueError:
        logging.getLogger("asyncio").exception("unexpected")
def test_by_somebodys_words(): structlog.get_logger().error(WITNESS.text("my purple giraffe is ill"))
def test_by_a_process(tmp_path): (tmp_path / "echobot.log").write_text("one\\n" + TOKEN)
def test_by_a_command():
    script = f"import sys; 'echobot'; sys.stderr.write({TOKEN!r})"
    subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
def test_of_a_file_that_only_its_owner_reads(tmp_path):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "opener").write_text("0123456789abcdef0123456789abcdef")
    structlog.get_logger().info("opened", by="0123456789abcdef0123456789abcdef")
"""
HARMLESS = """
import logging
import structlog
from tests.secrecy import WITNESS

TOKEN = WITNESS.token("the token of a bot", "syt_bm9ib2R5_secretsecret")

def test_debug_is_for_who_asks_for_it(): structlog.get_logger().debug(TOKEN)
def test_what_was_said_in_an_earlier_test(): WITNESS.text("my purple giraffe is ill")
def test_is_no_secret_in_a_later_one(): structlog.get_logger().info("my purple giraffe is ill")
def test_other_lines_are_nobodys_business(): logging.getLogger("nio").warning("slow")
"""


def run(folder: Path, tests: str) -> tuple[int, str]:
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_scratch.py").write_text(tests)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "--rootdir",
        str(folder),
    ]
    ran = subprocess.run(
        [*command, str(folder)], cwd=folder, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return ran.returncode, ran.stdout


def test_a_planted_leak_fails_the_run_wherever_it_is_and_is_named(tmp_path):
    code, said = run(tmp_path, LEAKS)

    assert code == 1
    assert f"{LEAKS.count('def test_')} errors" in said
    for where in (
        "the token of a bot (syt_...) in the log (warning): waiting {'reason': 'refused [...]'}",
        "the token of a bot (syt_...) in the log (info): hello",
        "the token of a bot (syt_...) in the log of nio.client: GET /sync?access_token=[...]",
        "the token of a bot (syt_...) in the log of asyncio: unexpected",
        "somebody's words (my p...) in the log (error)",
        "the token of a bot (syt_...) in echobot.log",
        "the token of a bot (syt_...) in the standard error of a command",
        "what stands in opener (0123...) in the log (info): opened",
    ):
        assert where in said


def test_a_run_without_leaks_passes(tmp_path):
    code, said = run(tmp_path, HARMLESS)
    assert code == 0, said
