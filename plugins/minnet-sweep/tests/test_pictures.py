"""What is drawn of a sweep, read from the figures themselves."""

import pytest

from minnet_sweep import Worker
from minnet_sweep.reports import draw

pytest.importorskip("matplotlib")

SWEEP = """\
experiment = "base.toml"
trials = 5
sampler = "random"

[space]
optimizer = { choices = [{ class = "Adam", lr = 0.1, betas = [0.9, 0.99], eps = 1e-9 }, { class = "SGD", lr = 0.1 }] }
batch_size = { low = 16, high = 19 }
"optimizer.lr" = { low = 0.02, high = 0.05, log = true }
"""


def test_labels_are_texts_that_can_be_read_side_by_side(place):
    """No formulas, which matplotlib makes of the labels between powers of ten, and no longer than there is room."""
    folder = place.begin(SWEEP)
    Worker(folder).work()
    figure = draw("slices", folder, folder.study())
    figure.draw_without_rendering()
    by_name = {}
    for axes in figure.axes:
        labels = [*axes.get_xticklabels(), *axes.get_xticklabels(minor=True)]
        by_name[axes.get_xlabel()] = [label for label in labels if label.get_text()]
    found = {name: [label.get_text() for label in labels] for name, labels in by_name.items()}
    assert found["optimizer"] == ["Adam(lr=0.1, betas=[0.9…", "SGD(lr=0.1)"]
    assert {label.get_rotation() for label in by_name["optimizer"]} == {90}
    rates = [float(text.replace("\N{MINUS SIGN}", "-")) for text in found["optimizer.lr"]]
    assert any(0.02 < rate < 0.05 for rate in rates)
    assert all(text.isdigit() for text in found["batch_size"]), found["batch_size"]
    parallel = draw("parallel", folder, folder.study())
    assert "Adam(lr=0.1, betas=[0.9…" in [text.get_text() for text in parallel.axes[0].texts]
