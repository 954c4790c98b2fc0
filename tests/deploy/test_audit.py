"""What `make audit` makes of pip-audit's answers."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

AUDIT = Path(__file__).parents[2] / "deploy" / "audit.py"
WELL = {"name": "aiohttp", "version": "3.14", "vulns": []}
HURT = {"name": "pillow", "version": "9.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["9.1"], "aliases": []}]}
LOST = {"name": "yarl", "skip_reason": "Dependency not found"}
ITSELF = {"name": "echobot", "skip_reason": "distribution marked as editable"}


@pytest.fixture
def audit(tmp_path):
    """Run it beside a program that answers as pip-audit does, for each service its own; without one it breaks off."""

    def run(**answers: list[dict]) -> tuple[int, str, str]:
        told = {service: json.dumps({"dependencies": found}) for service, found in answers.items()}
        program = tmp_path / "pip-audit"
        program.write_text(
            f"#!{sys.executable}\nimport sys\nservice = sys.argv[sys.argv.index('--vulnerability-service') + 1]\n"
            f"sys.stdout.write({told!r}[service])\n"
        )
        program.chmod(0o755)
        command = [sys.executable, str(AUDIT), str(program), str(tmp_path)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        return ran.returncode, ran.stdout, ran.stderr

    return run


def test_what_is_well_is_counted(audit):
    code, said, _ = audit(osv=[WELL, ITSELF], pypi=[WELL, ITSELF])
    assert (code, said) == (0, "No known vulnerability in the packages that are installed (1).\n")


def test_what_is_vulnerable_is_named_with_the_version_that_mends_it(audit):
    code, said, _ = audit(osv=[WELL, HURT], pypi=[WELL, LOST])
    assert (code, said) == (1, "pillow 9.0: PYSEC-1 (mended in 9.1)\n")


def test_one_service_that_is_away_is_no_matter(audit):
    assert audit(pypi=[WELL])[0] == 0


@pytest.mark.parametrize("answers", [{}, {"osv": [LOST], "pypi": [LOST]}, {"pypi": [LOST]}])
def test_without_anybody_to_ask_nothing_is_called_well(audit, answers):
    code, _, said = audit(**answers)
    assert (code, said) == (2, "audit: neither osv nor pypi could be asked, so nobody knows: try again\n")


def test_a_package_that_nobody_knows_is_not_called_well(audit):
    code, _, said = audit(osv=[WELL, LOST])
    assert (code, said) == (2, "audit: nothing is known of yarl\n")
