"""A data set by its address."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from zoo import UsageError, ZooError
from zoo_huggingface.address import SPLITS, Address

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict

NAMES = {
    "train": ("train", "training"),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test", "testing"),
}
FORMATS = ("arrow", "csv", "imagefolder", "json", "parquet", "text", "webdataset")


def load(address: Address) -> Dataset | DatasetDict:
    """Load what an address means: a folder that `save_to_disk` wrote, files in a format, or a data set of the hub.

    Raises:
        ZooError: it is not there, cannot be reached, or cannot be read.
    """
    import datasets

    options, folder = address.options, address.folder
    with reading_errors(str(address)):
        if folder is not None:
            if not folder.is_dir():
                raise ZooError(f"{address}: there is no such folder")
            if (folder / "dataset_dict.json").exists() or (folder / "state.json").exists():
                return datasets.load_from_disk(str(folder))
        elif address.name in FORMATS:
            if "files" not in options:
                raise UsageError(f"{address}: which files? Write {address},files=PATH")
        else:
            _reach(address)
        words = {"name": options.get("config"), "revision": options.get("revision")}
        files = options["files"].split(",") if "files" in options else None
        return datasets.load_dataset(str(folder or address.name), data_files=files, **words)


@contextmanager
def reading_errors(name: str) -> Iterator[None]:
    """Turn what pyarrow, Pillow and the readers of `datasets` raise over the content of a file into one line.

    Args:
        name: of the data set, and its row.

    Raises:
        ZooError: for any exception but a ZooError, which passes.
    """
    try:
        yield
    except ZooError:
        raise
    except MemoryError as error:
        raise ZooError(f"{name}: cannot be read: not enough memory") from error
    except Exception as error:
        raise ZooError(f"{name}: cannot be read: {_first_line(error)}") from error


def _reach(address: Address) -> None:
    """Say at once that the hub is out of reach and nothing is cached: its own client would try for half a minute."""
    import datasets
    from huggingface_hub import constants

    host = urlsplit(constants.ENDPOINT).hostname or ""
    try:
        socket.getaddrinfo(host, None)
    except OSError as error:
        cached = datasets.config.HF_DATASETS_CACHE
        if not any((cached / address.name.replace("/", "___")).glob("*")):
            raise ZooError(f"{address}: {host} cannot be reached, and there is no copy in {cached}") from error


def by_split(address: Address, loaded: Dataset | DatasetDict) -> dict[str, Dataset]:
    """Give each split of ours the one of the data set that has its name, or that the options name.

    Args:
        address: with the options `train`, `validation` and `test`.
        loaded: what `load` gave.

    Returns:
        Split -> what was loaded for it; `train` is there.

    Raises:
        UsageError: a split that is named is not there, or there is none to train on.
    """
    there = dict(loaded) if isinstance(loaded, Mapping) else {"train": loaded}
    found: dict[str, Dataset] = {}
    for split in SPLITS:
        asked = address.options.get(split)
        if asked and asked not in there:
            raise UsageError(f"{address}: {split}={asked} is not one of its splits: {', '.join(there)}")
        name = asked or next((name for name in NAMES[split] if name in there), "")
        if name:
            found[split] = there[name]
    if "train" not in found:
        raise UsageError(f"{address}: which split is for training? Add train=NAME; it has {', '.join(there)}")
    return found


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(": ") if lines else type(error).__name__
