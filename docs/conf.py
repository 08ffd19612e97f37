"""The documentation site: `make site` builds it into build/site.

The repository is Sphinx's source folder, so that the links between the pages are the same here as where the
repository is read.
"""

import arcade_usage

project = "arcade-usage"
project_copyright = "Arcade"
release = version = arcade_usage.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/**"]
source_suffix = {".md": "markdown"}

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
suppress_warnings = ["misc.highlighting_failure"]  # mermaid is shown as text: a diagram would need a script

html_theme = "furo"
html_title = "arcade-usage"
html_show_sphinx = False

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_class_signature = "separated"
