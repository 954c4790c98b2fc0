"""How long one `echobot ask` takes as a whole process, and how much memory, beside a bare Python."""

import os
import statistics
import subprocess
import sys
import time

RUNS = 15
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "python -c 'import numpy, pydantic, yaml, typer'": [sys.executable, "-c", "import numpy, pydantic, yaml, typer"],
    "echobot ask": [sys.executable, "-m", "echobot", "ask", "what can we use instead of google drive?"],
    "echobot check": [sys.executable, "-m", "echobot", "check"],
}


def measured(command: list[str]) -> tuple[float, float]:
    """Seconds and megabytes of one run."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, command
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def main() -> None:
    print(f"{'median of ' + str(RUNS):50s} {'s':>7s} {'worst':>7s} {'MB':>5s}")
    runs: dict[str, list[tuple[float, float]]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):  # in turn, so that a busy moment touches all alike
        for name, command in COMMANDS.items():
            runs[name].append(measured(command))
    for name, results in runs.items():
        seconds = [second for second, _ in results]
        memory = max(megabytes for _, megabytes in results)
        print(f"{name:50s} {statistics.median(seconds):7.3f} {max(seconds):7.3f} {memory:5.0f}")


if __name__ == "__main__":
    main()
