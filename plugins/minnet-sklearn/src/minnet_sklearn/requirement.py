"""The version of scikit-learn that the estimators need."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from packaging.version import InvalidVersion, Version

from .errors import ScikitLearnError

OLDEST = "1.6"
"""The first that has ``__sklearn_tags__`` and ``validate_data``."""


def expect_scikit_learn() -> None:
    """Check that scikit-learn is installed, without importing it.

    Raises:
        ScikitLearnError: if it is missing, or older than `OLDEST`.
    """
    try:
        found = version("scikit-learn")
        is_old = Version(found) < Version(OLDEST)
    except PackageNotFoundError:
        found, is_old = "none", True
    except InvalidVersion:  # of a build of somebody's own, who knows
        return
    if is_old:
        raise ScikitLearnError(
            f"minnet-sklearn: expected scikit-learn {OLDEST} or later, received {found}; "
            f"pip install 'scikit-learn>={OLDEST}'"
        )
