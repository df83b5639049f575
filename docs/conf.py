"""Configuration of the Sphinx site."""

import sys
from pathlib import Path

import minnet_core

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "minnet"
author = "the minnet authors"
copyright = "2026, the minnet authors"
release = minnet_core.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "kit_figures", "mathml"]
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "_extensions", "requirements.txt"]

html_theme = "furo"
html_title = f"minnet {release}"
html_math_renderer = "mathml"

autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_default_options = {"members": True, "show-inheritance": True}
autodoc_type_aliases = {"Array": "Array", "Tensor": "Tensor"}
napoleon_google_docstring = True
napoleon_numpy_docstring = False
default_role = "any"
nitpicky = False
