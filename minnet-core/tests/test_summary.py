from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Module, Sequential


class Shape(Module):
    """Records what it is given."""

    def updateOutput(self, input):
        self.output = (input.copy(), input[:1].copy())
        return self.output

    def __repr__(self):
        return "<Shape & more>"


def test_rows_are_the_modules_in_order(Linear):
    model = Sequential(Linear(3, 2), Sequential(Linear(2, 4, bias=False)))
    rows = model.summary((5, 3)).rows
    assert [(row.name, row.layer, row.output, row.parameters, row.bytes) for row in rows] == [
        ("", "Sequential", "(5, 4) float32", 0, 0),
        ("0", "Linear 3 -> 2", "(5, 2) float32", 8, 32),
        ("1", "Sequential", "(5, 4) float32", 0, 0),
        ("1.0", "Linear 2 -> 4", "(5, 4) float32", 8, 32),
    ]


def test_text_is_a_table_with_totals(Linear):
    assert str(Sequential(Linear(30, 50)).summary()) == (
        "name   layer           output  parameters  bytes\n"
        "       Sequential      -                0      0\n"
        "0      Linear 30 -> 50 -            1,550  6,200\n"
        "total                               1,550  6,200"
    ).replace("50 -  ", "50  -  ").replace("layer           output", "layer            output").replace(
        "Sequential      -", "Sequential       -"
    ).replace("total                   ", "total                    ")


def test_shared_parameter_counts_once_in_the_total(Linear):
    first = Linear(3, 3)
    summary = Sequential(first, first.clone().share(first)).summary()
    assert [row.parameters for row in summary.rows] == [0, 12, 12]
    assert (summary.parameters, summary.bytes) == (12, 48)


def test_model_is_not_touched(Linear):
    model = Sequential(Linear(3, 2), Shape())
    summary = model.summary((5, 3))
    assert summary.rows[-1].output == "((5, 2) float32, (1, 2) float32)"
    assert model.output is model[0].output is None
    assert model.training


def test_outputs_of_the_last_forward_pass_are_shown_without_an_input(Linear):
    model = Sequential(Linear(3, 2))
    assert [row.output for row in model.summary().rows] == ["-", "-"]
    model.forward(np.zeros((7, 3), np.float64))
    assert model.summary().rows[1].output == "(7, 2) float64"


def test_input_may_be_an_array_or_a_shape_in_the_dtype_of_the_parameters(Linear):
    model = Sequential(Linear(3, 2, dtype=np.float64))
    assert model.summary((4, 3)).rows[0].output == "(4, 2) float64"
    assert model.summary(np.zeros((6, 3), np.float32)).rows[0].output == "(6, 2) float64"


def test_html_is_escaped():
    html = Sequential(Shape())._repr_html_()
    assert "&lt;Shape &amp; more&gt;" in html
    assert "<Shape" not in html
    assert html.count("<tr>") == 4


def test_wrong_input_says_where_it_failed(Linear):
    with pytest.raises(ValueError, match="matmul") as caught:
        Sequential(Linear(3, 2)).summary((4, 5))
    assert caught.value.__notes__ == ["in Sequential[0]: Linear 3 -> 2, input (4, 5) float32"]
