"""Our translation model beside stock Keras and PyTorch: `zoo bench translation`, with the table kept in `results/`.

python benchmarks/translation.py kinds=feeding dtypes=float32
"""

from __future__ import annotations

import sys
from pathlib import Path

from zoo.cli import main

if __name__ == "__main__":
    out = Path(__file__).parent / "results" / "translation.md"
    sys.exit(main(["bench", "translation", f"--out={out}", *sys.argv[1:]]))
