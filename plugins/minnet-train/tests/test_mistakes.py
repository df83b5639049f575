from __future__ import annotations

import numpy as np
import pytest

from minnet_train.plots import PlotError, draw_mistakes

pytest.importorskip("matplotlib")

FEATURES = np.arange(16.0).reshape(4, 4)
ACTUAL = np.array([0, 1, 0, 1])
PREDICTED = np.array([0, 0, 1, 0])


def pictures(figure):
    return [(axes.get_title(), axes.images[0].get_array()) for axes in figure.axes if axes.images]


def test_misclassified_samples_are_drawn_as_images():
    figure = draw_mistakes(FEATURES, ACTUAL, PREDICTED, ("no", "yes"), title="test samples")
    drawn = pictures(figure)
    assert [title for title, _ in drawn] == ["yes taken for no", "no taken for yes", "yes taken for no"]
    np.testing.assert_array_equal(drawn[0][1], [[4, 5], [6, 7]])
    assert figure.get_suptitle() == "test samples\n3 of 4 misclassified; in the order of the data"


def test_the_most_certain_mistakes_come_first():
    figure = draw_mistakes(FEATURES, ACTUAL, PREDICTED, (0, 1), scores=np.array([1, 0.6, 0.9, 0.7]), count=2)
    drawn = pictures(figure)
    assert [title for title, _ in drawn] == ["0 taken for 1\n90% certain", "1 taken for 0\n70% certain"]
    np.testing.assert_array_equal(drawn[0][1], [[8, 9], [10, 11]])
    assert figure.get_suptitle() == "3 of 4 misclassified; 2 of them, the most certain first"


def test_names_that_are_wider_than_an_image_are_on_lines_of_their_own():
    drawn = pictures(draw_mistakes(FEATURES, ACTUAL, PREDICTED, ("a very long name of a class", "short")))
    assert drawn[0][0] == "short\ntaken for\na very long nam…"


def test_features_that_are_no_square_image_are_refused():
    with pytest.raises(
        PlotError, match=r"expected a square number of features, such as 1 or 4, to draw them as images, received 2"
    ):
        draw_mistakes(FEATURES[:, :2], ACTUAL, PREDICTED, (0, 1))


def test_a_model_without_mistakes_has_none_to_draw():
    with pytest.raises(PlotError, match="expected misclassified samples to draw, received none: all 4 are right"):
        draw_mistakes(FEATURES, ACTUAL, ACTUAL, (0, 1))
