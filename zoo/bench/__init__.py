"""Measurements of speed, each beside the peers that users would take instead; `zoo bench NAME` runs one.

A benchmark is a module with a settings dataclass `Arguments`, whose docstring says what is measured, and a function
`run(arguments, say)` that returns a `Report` and tells `say` each line of it as soon as it is known.
"""

from __future__ import annotations

# Modules by name; a benchmark's module is imported when it runs, or shows its help.
BENCHMARKS = {
    "layers": ("zoo.bench.layers", "Recurrent layers, compared with Keras and PyTorch."),
    "search": ("zoo.bench.search", "Sampling and beam search, compared with the usual loops."),
    "translation": ("zoo.bench.translation", "Training a translation model, compared with Keras and PyTorch."),
}
