"""Our search beside PyTorch and stock Keras: `zoo bench search`, with the table kept in `results/`.

python benchmarks/search.py searches=sample units=128
"""

from __future__ import annotations

import sys
from pathlib import Path

from zoo.cli import main

if __name__ == "__main__":
    sys.exit(main(["bench", "search", f"--out={Path(__file__).parent / 'results' / 'search.md'}", *sys.argv[1:]]))
