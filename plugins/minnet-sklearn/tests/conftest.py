from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture(scope="session")
def blobs():
    """Three classes that a small network separates: features (90, 4), and the names of classes (90,)."""
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], 30)
    features = rng.normal(size=(90, 4)) + 3 * np.eye(4)[labels]
    order = rng.permutation(90)
    return features[order], np.array(["ant", "bee", "cat"])[labels][order]


@pytest.fixture(scope="session")
def waves():
    """A regression of two targets in other units than features: (120, 3) and (120, 2)."""
    rng = np.random.default_rng(1)
    features = rng.normal(size=(120, 3))
    values = np.stack([np.sin(features[:, 0]) + features[:, 1], features[:, 2] ** 2], axis=1)
    return features, 1000 + 50 * values
