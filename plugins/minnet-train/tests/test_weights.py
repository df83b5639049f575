from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Sequential, layers
from minnet_train.plots import PlotError, draw_weights, first_weights

pytest.importorskip("matplotlib")


def images(figure):
    return [axes.images[0] for axes in figure.axes if axes.images]


def test_the_first_matrix_of_a_model_is_found():
    model = Sequential(
        layers["BatchNormalization"](), layers["ChannelwiseScaling"](4), layers["Linear"](4, 3), layers["Linear"](3, 2)
    )
    name, weights = first_weights(model)
    assert name == "2.W"
    assert weights is model.namedParameters()["2.W"]


def test_a_model_without_a_matrix_is_refused():
    with pytest.raises(PlotError, match=r"expected a layer with a matrix of weights .*'0.gamma': \(4,\)"):
        first_weights(Sequential(layers["ChannelwiseScaling"](4)))


def test_square_inputs_are_an_image_for_each_unit():
    weights = np.arange(12.0).reshape(3, 4)
    drawn = images(draw_weights(weights, title="0.W"))
    np.testing.assert_array_equal([image.get_array() for image in drawn], weights.reshape(3, 2, 2))


def test_zero_is_white_on_every_image_and_the_bar_says_what_is_drawn():
    figure = draw_weights(np.array([[0.0, 1, 2, 3], [0, 0, 0, -4]]))
    assert {image.get_clim() for image in images(figure)} == {(-4, 4)}
    assert "weight" in [axes.get_ylabel() for axes in figure.axes]


def test_of_many_units_the_first_are_drawn():
    figure = draw_weights(np.ones((100, 4)), count=9, title="0.W")
    assert len(images(figure)) == 9
    assert figure.get_suptitle() == "0.W: the first 9 of 100"


def test_other_inputs_are_one_matrix_with_the_names_of_the_inputs():
    axes, bar = draw_weights(np.arange(6.0).reshape(2, 3), columns=("a", "b", "c"), title="0.W").axes
    assert (axes.get_xlabel(), axes.get_ylabel(), bar.get_ylabel()) == ("input", "unit", "weight")
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "b", "c"]
    assert axes.get_title() == "0.W"


def test_kernels_are_an_image_for_each_channel():
    assert len(images(draw_weights(np.ones((3, 2, 5, 5))))) == 6


def test_weights_that_are_all_zero_can_be_drawn():
    assert images(draw_weights(np.zeros((2, 4))))[0].get_clim() == (-1, 1)


def test_other_shapes_are_refused():
    with pytest.raises(PlotError, match=r"expected weights \(units, inputs\) or .*, received \(3,\)"):
        draw_weights(np.ones(3))
