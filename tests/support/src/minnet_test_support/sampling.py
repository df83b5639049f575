"""A part of the parameters of every test: ``pytest -p minnet_test_support.sampling``.

For an environment that asks whether everything works with other versions of what it needs, not whether it is right.
"""

from __future__ import annotations

from collections import Counter

import pytest

EVERY = 5
"""Of a test with parameters, the first of them and then one of so many is kept; a test without is kept."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the others."""
    met: Counter[str] = Counter()
    kept, left_out = [], []
    for item in items:
        name, parameters, _ = item.nodeid.partition("[")
        (left_out if parameters and met[name] % EVERY else kept).append(item)
        met[name] += 1
    items[:] = kept
    config.hook.pytest_deselected(items=left_out)
