"""Hugging Face: data=hf:NAME reads data sets of the hub and files in its formats; hf://OWNER/NAME stores models."""

from __future__ import annotations

from typing import TYPE_CHECKING

import zoo

if TYPE_CHECKING:
    from zoo.data import Splits
    from zoo.settings import DataSettings

ZOO_API = 1
PREFIX = "hf:"


def read(settings: DataSettings, topology: str) -> Splits:
    """Read a data set of the Hugging Face hub for a topology.

    Args:
        settings: of the data; `source` is `hf:NAME` with options (see `zoo_huggingface.address`).
        topology: name of the task's topology.

    Returns:
        `zoo.data.Splits`.

    Raises:
        ZooError: it cannot be reached or read, or has no columns for this topology.
    """
    try:
        import datasets  # noqa: F401
    except ImportError as error:
        raise zoo.ZooError(f"data={settings.source} needs the package datasets: pip install zoo-huggingface") from error
    from zoo_huggingface.reading import read_splits

    return read_splits(settings, topology)


@zoo.hookimpl
def zoo_data():
    """Give the prefix: `data=hf:NAME` of any task."""
    return {PREFIX: read}


@zoo.hookimpl
def zoo_hubs():
    """Give the scheme: `zoo push RUN hf://OWNER/NAME`, `zoo pull hf://OWNER/NAME`."""
    from zoo_huggingface.model_hub import HuggingFaceHub

    return {"hf": HuggingFaceHub}
