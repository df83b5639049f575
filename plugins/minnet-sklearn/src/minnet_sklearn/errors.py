"""What is raised where scikit-learn is missing; all else are the errors of scikit-learn's contract, and of minnet."""

from __future__ import annotations

from minnet_core import MinnetError


class ScikitLearnError(MinnetError, ImportError):
    """Scikit-learn is not installed, or too old."""
