from __future__ import annotations

import re
import sys
from base64 import b64decode

import pytest

from minnet_train import EpochReport
from minnet_train.plots import history_html
from minnet_train.training.history import History

REPORTS = [{"epoch": n, "step": 10 * n, "loss": 1 / n, "validation_loss": None} for n in range(1, 31)]


@pytest.fixture
def without_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)


def test_the_curves_are_a_picture_in_the_page():
    pytest.importorskip("matplotlib")
    html = history_html(REPORTS)
    (content,) = re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    assert b64decode(content).startswith(b"\x89PNG")
    assert 'alt="30 epochs, loss 0.03333"' in html
    assert "<details><summary>30 epochs, loss 0.03333</summary>\n<table>" in html


def test_without_matplotlib_there_is_a_table_and_what_to_install(without_matplotlib):
    html = history_html(REPORTS[:2])
    assert "<img" not in html
    assert "<th>validation loss</th>" in html
    assert "<tr><td>2</td><td>20</td><td>0.5</td><td>-</td></tr>" in html
    assert "; pip install &#x27;minnet-train[plot]&#x27;" in html


def test_of_a_long_training_the_table_shows_some_epochs_the_first_and_the_last(without_matplotlib):
    html = history_html(REPORTS)
    epochs = [int(epoch) for epoch in re.findall(r"<tr><td>(\d+)</td>", html)]
    assert len(epochs) == 12
    assert (epochs[0], epochs[-1]) == (1, 30)
    assert epochs == sorted(set(epochs))


def test_a_training_that_has_not_begun_is_no_error():
    assert history_html([]) == "<p>No epoch has ended yet.</p>"


def test_names_are_text_and_no_markup(without_matplotlib):
    assert "<th>&lt;b&gt;</th>" in history_html([{"epoch": 1, "<b>": 1.0}])


def test_a_history_shows_itself(without_matplotlib):
    history = History([EpochReport(epoch=1, step=45, loss=0.5, metrics={"accuracy": 0.75})])
    html = history._repr_html_()
    assert "<th>accuracy</th>" in html
    assert "<td>0.75</td>" in html
    assert History()._repr_html_() == history_html([])
