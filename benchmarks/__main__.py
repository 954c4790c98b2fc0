"""`make bench`: every benchmark that needs nothing but this repository, one after the other.

`python -m benchmarks.clinc FOLDER` is the one that needs data of others.
"""

import runpy
import sys

for name in ("cold_start", "matcher_speed", "rebuild", "announcements", "matrix_latency", "mastodon_latency", "rooms"):
    print(f"\n== {name} ==", flush=True)
    sys.argv = [name]
    runpy.run_module(f"benchmarks.{name}", run_name="__main__")
