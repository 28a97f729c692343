"""`python -m zoo.serve.prepare RUN`: makes the graphs of a run, in a process that ends afterwards."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    from zoo.serve.loading import prepare
    from zoo.tensorflow_messages import silence

    silence()
    prepare(sys.argv[1], trust="trust" in sys.argv[2:])
