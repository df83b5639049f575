"""A part of the parameters of every test, and of the conformance kit: ``pytest -p minnet_test_support.sampling``.

For an environment that asks whether everything works with other versions of what it needs, not whether it is right.
"""

from __future__ import annotations

from collections import Counter

import pytest

EVERY = 11
"""Of a test with parameters, the first of them and then one of so many is kept; a test without is kept.

So are the checks of a distribution's components. A component has 19, 56 or 95 of them, none of which this divides, so
that each check comes up, and some for each component, with all that they need.
"""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the others."""
    met: Counter[str] = Counter()
    kept, left_out = [], []
    for item in items:
        name, parameters, _ = item.nodeid.partition("[")
        is_check = not parameters and item.get_closest_marker("conformance") is not None
        if is_check and item.parent is not None:
            name = item.parent.nodeid
        (left_out if (parameters or is_check) and met[name] % EVERY else kept).append(item)
        met[name] += 1
    items[:] = kept
    config.hook.pytest_deselected(items=left_out)
