"""How Sphinx builds the site of the pages that `zoo_docs.site_pages` gathers; `make docs` runs it."""

from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

project = "The sequence zoo"
author = copyright = "The seqzoo authors"

extensions = ["myst_parser"]
myst_heading_anchors = 3
exclude_patterns = ["**/.*"]

html_theme = "furo"
html_title = project
html_static_path = [str(Path(__file__).parent / "static")]
html_css_files = ["zoo.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
pygments_style = "friendly"
pygments_dark_style = "github-dark"


def setup(app: Sphinx) -> None:
    """Show tables of text as they are: Pygments has no lexer for them."""
    for name in ("csv", "tsv"):
        app.add_lexer(name, TextLexer)
