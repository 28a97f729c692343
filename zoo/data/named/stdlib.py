"""The default text: the source code of the running Python's standard library."""

from __future__ import annotations

import sysconfig
from pathlib import Path

from zoo.codecs.document import Document
from zoo.data.splitting.split_hash import split_share
from zoo.data.splitting.splits import Splits
from zoo.errors import ZooError

# Generated for one machine; not part of the library.
_GENERATED = ("_sysconfigdata", "_sysconfig_vars", "sitecustomize", "usercustomize")

# Chosen so that the default shares also hold in bytes, in Python 3.11, 3.12 and 3.13.
_SALT = "stdlib-395"


def python_stdlib(validation: float = 0.05, test: float = 0.05) -> Splits:
    """Read the top-level modules of the standard library, about 4.7 MB of Python in some 160 files.

    Held-out modules are chosen by a hash of their names, so that all versions of Python hold out the same ones.

    Args:
        validation: share of the modules for validation.
        test: share of the modules for testing.

    Returns:
        Splits of examples `{"target": Document}`, one per module.

    Raises:
        ZooError: this Python was installed without its source.
    """
    folder = Path(sysconfig.get_path("stdlib"))
    train: list[dict[str, Document]] = []
    held_out: list[dict[str, Document]] = []
    tested: list[dict[str, Document]] = []
    for path in sorted(folder.glob("*.py")):
        if path.name.startswith(_GENERATED) or not path.is_file() or path.stat().st_size == 0:
            continue
        share = split_share(path.name, salt=_SALT)
        part = tested if share < test else held_out if share < test + validation else train
        part.append({"target": Document.of_file(path)})
    if not train:
        raise ZooError("this Python has no source of its standard library; data=PATH reads your own text")
    return Splits(train, held_out, tested)
