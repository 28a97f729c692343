"""Parses the source after `hf:`: a name or path, and options, separated by commas."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from zoo import UsageError

OPTIONS = {
    "config": "which of the data set's configurations",
    "revision": "which version of it",
    "files": "files of your own, for hf:json, hf:csv, hf:text and hf:parquet",
    "train": "name of the split to train on",
    "validation": "name of the split to validate on",
    "test": "name of the split to test on",
    "source": "column of the sources",
    "target": "column of the targets",
    "pair": "languages of a column of translations, as en-fr",
}
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Address:
    """A data set.

    Args:
        name: on the hub (`owner/name`), a folder, or a format: `json`, `csv`, `text`, `parquet`, `imagefolder`.
        options: of those above.
    """

    name: str
    options: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path | None:
        """The folder that is meant; None for a name."""
        path = Path(os.path.expanduser(self.name))
        return path if os.path.isdir(path) or self.name.startswith((".", "/", "~")) else None

    def __str__(self) -> str:
        return f"hf:{self.name}"


def parse(text: str) -> Address:
    """Read an address.

    Args:
        text: `hf:NAME`, `hf:NAME,config=sst2,source=sentence`. What a word without `=` says belongs to the one before.

    Raises:
        UsageError: no name, or an unknown option.
    """
    name, *words = text.removeprefix("hf:").split(",")
    if not name:
        raise UsageError(f"data={text}: expected a name, as in data=hf:OWNER/NAME")
    options: dict[str, str] = {}
    last = ""
    for word in words:
        key, equals, value = word.partition("=")
        if equals:
            last = key.strip()
            if last not in OPTIONS:
                raise UsageError(f"data={text}: there is no option '{last}'; known: {', '.join(OPTIONS)}")
            options[last] = value.strip()
        elif last:
            options[last] += f",{word.strip()}"
        else:
            raise UsageError(f"data={text}: '{word}' is not an option; write OPTION=VALUE")
    return Address(name, options)
