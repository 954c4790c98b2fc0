"""Asks whether anything that is installed has a known vulnerability, and says so when nobody could be asked.

    $ make audit

pip-audit calls it a success when it could look up nothing. Here 0 means that every package was looked up and is well,
1 that something is vulnerable, and 2 that nobody knows.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

SERVICES = ("osv", "pypi")
PATIENCE = 900  # seconds


@dataclass(frozen=True)
class Found:
    """By one service: what it knows of each package, or why it knows nothing."""

    well: Sequence[str] = ()
    vulnerable: Mapping[str, str] = field(default_factory=dict)
    unknown: Sequence[str] = ()


def main(arguments: Sequence[str]) -> int:
    pip_audit, packages = arguments
    answers = [found for service in SERVICES if (found := asked(service, pip_audit, packages)) and found.well]
    if not answers:
        print(f"audit: neither {' nor '.join(SERVICES)} could be asked, so nobody knows: try again", file=sys.stderr)
        return 2
    vulnerable = {package: why for found in answers for package, why in found.vulnerable.items()}
    for package, why in sorted(vulnerable.items()):
        print(f"{package}: {why}")
    unknown = set.intersection(*(set(found.unknown) for found in answers)) - vulnerable.keys()
    if unknown:
        print(f"audit: nothing is known of {', '.join(sorted(unknown))}", file=sys.stderr)
    if not vulnerable and not unknown:
        print(f"No known vulnerability in the packages that are installed ({len(answers[0].well)}).")
    return 1 if vulnerable else 2 if unknown else 0


def asked(service: str, pip_audit: str, packages: str) -> Found | None:
    """None when the service could not be reached."""
    command = [pip_audit, "--path", packages, "--vulnerability-service", service, "--format", "json"]
    quietly = ["--progress-spinner", "off", "--skip-editable"]
    try:
        done = subprocess.run([*command, *quietly], check=False, capture_output=True, text=True, timeout=PATIENCE)
        return read(json.loads(done.stdout)["dependencies"])
    except (ValueError, LookupError, TypeError, subprocess.TimeoutExpired):  # a traceback, or half an answer
        return None


def read(dependencies: Sequence[Mapping[str, Any]]) -> Found:
    known = [each for each in dependencies if "skip_reason" not in each]
    unknown = [each["name"] for each in dependencies if "skip_reason" in each and each["name"] != "echobot"]
    return Found(
        [each["name"] for each in known if not each["vulns"]],
        {f"{each['name']} {each['version']}": _sentence(each["vulns"]) for each in known if each["vulns"]},
        unknown,
    )


def _sentence(vulnerabilities: Sequence[Mapping[str, Any]]) -> str:
    told = [f"{one['id']} (mended in {', '.join(one['fix_versions']) or 'no version yet'})" for one in vulnerabilities]
    return "; ".join(told)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
