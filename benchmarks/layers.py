"""Our recurrent layers beside stock Keras and PyTorch: `zoo bench layers`, with the table kept in `results/`.

python benchmarks/layers.py cells=lstm shapes=128x50x50,512x64x128
"""

from __future__ import annotations

import sys
from pathlib import Path

from zoo.cli import main

if __name__ == "__main__":
    sys.exit(main(["bench", "layers", f"--out={Path(__file__).parent / 'results' / 'layers.md'}", *sys.argv[1:]]))
