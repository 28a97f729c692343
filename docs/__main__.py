"""Builds the documentation.

`python docs reference` writes the pages that code writes, `python docs site` builds the site in site/, and
`python docs gallery` trains a run of each task and writes their reports to site/gallery/.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
SOURCES = HERE.parent / "build" / "docs"
"""Pages as Sphinx reads them."""
SITE = HERE.parent / "site"


def reference() -> int:
    """Write what code writes into this folder."""
    from zoo_docs.references import references

    for place, text in references().items():
        (HERE / place).parent.mkdir(exist_ok=True)
        (HERE / place).write_text(text, encoding="utf-8")
    return 0


def site() -> int:
    """Build the site; a warning is an error."""
    from sphinx.cmd.build import main
    from zoo_docs.site_pages import gather

    gather(SOURCES)
    status = main(["-q", "-W", "--keep-going", "-E", "-b", "html", "-c", str(HERE), str(SOURCES), str(SITE)])
    if status == 0:
        print(f"{SITE / 'index.html'}")
    return status


def gallery() -> int:
    """Train the runs of the gallery, unless they are there, and write their reports."""
    from zoo_docs.gallery import make_gallery

    print(make_gallery(SITE / "gallery"))
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    commands = {"reference": reference, "site": site, "gallery": gallery}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit(f"usage: python docs {'|'.join(commands)}")
    sys.exit(commands[sys.argv[1]]())
