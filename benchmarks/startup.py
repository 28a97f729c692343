"""How long `zoo --help` and `zoo list` take, alone and beside fifty plugins.

    python benchmarks/startup.py [runs]

Prints medians in seconds of wall time; a bare Python start stands beside them.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PLUGINS = 50


def write_plugins(root: Path) -> None:
    """Write distributions with a task each, as pip would have installed them."""
    for number in range(PLUGINS):
        info = root / f"zoo_fake_{number}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: zoo-fake-{number}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[zoo.tasks]\nfake{number} = zoo_fake_{number}\n")
        # Whoever imports this to list it has lost already.
        source = f'"""Fake task {number}."""\nZOO_API = 1\nimport time\ntime.sleep(1)\n'
        (root / f"zoo_fake_{number}.py").write_text(source)


def median_seconds(command: list[str], environment: dict[str, str], runs: int) -> float:
    """Median wall time of a command, after one run that warms the disk cache."""
    times = []
    for _ in range(runs + 1):
        begin = time.perf_counter()
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - begin)
    return statistics.median(times[1:])


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 11
    with tempfile.TemporaryDirectory() as folder:
        write_plugins(Path(folder))
        alone = dict(os.environ)
        path = os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH", "")]))
        crowded = {**alone, "PYTHONPATH": path}
        python = [sys.executable, "-c", "pass"]
        print(f"{'command':<20}{'plugins':>8}{'seconds':>9}   (median of {runs})")
        print(f"{'python -c pass':<20}{'':>8}{median_seconds(python, alone, runs):>9.3f}")
        for words in (["--help"], ["list"]):
            for environment, plugins in ((alone, 0), (crowded, PLUGINS)):
                seconds = median_seconds([sys.executable, "-m", "zoo", *words], environment, runs)
                print(f"{'zoo ' + ' '.join(words):<20}{plugins:>8}{seconds:>9.3f}")


if __name__ == "__main__":
    main()
