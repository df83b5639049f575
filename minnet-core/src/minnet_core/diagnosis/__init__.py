"""What `minnet doctor` finds wrong with an installation, and what `minnet explain` says of a component."""

from .explanation import Explanation, explain
from .installation import Finding, inspect_installation

__all__ = ["Explanation", "Finding", "explain", "inspect_installation"]
