"""What a run was made with: its folder, versions, machine and times."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from markupsafe import Markup

from zoo.report.rendering import render

if TYPE_CHECKING:
    from zoo.runs.run import Run


def versions(runs: Sequence[Run], labels: Sequence[str]) -> Markup:
    """List where runs came from, and where this report was made."""
    columns = []
    for run in runs:
        manifest = run.folder.manifest()
        facts = {
            "folder": str(run.folder.path),
            "task": manifest.task + (f" ({manifest.file})" if manifest.file else ""),
        }
        facts |= {"started": manifest.started or "unknown", "trained on": manifest.machine or "unknown"}
        facts |= dict(manifest.versions)
        facts |= {f"{split} data": fingerprint[:16] for split, fingerprint in manifest.data.items()}
        columns.append(facts)
    names = list(dict.fromkeys(name for facts in columns for name in facts))
    rows = [(name, [facts.get(name, "") for facts in columns]) for name in names]
    now = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
    made = f"This report was made on {now} with Python {platform.python_version()} on {platform.platform(terse=True)}."
    return render("versions.html", rows=rows, labels=labels, made=made)
