from __future__ import annotations

import numpy as np
import pytest

from minnet_train.metrics import count_confusions
from minnet_train.plots import PlotError, draw_confusion
from minnet_train.plots.figures import picture_bytes

pytest.importorskip("matplotlib")

COUNTS = np.array([[3, 1], [0, 4]])


def test_samples_are_counted_by_actual_row_and_predicted_column():
    actual, predicted = np.array([0, 0, 2, 1]), np.array([0, 1, 2, 1])
    np.testing.assert_array_equal(count_confusions(actual, predicted, 3), [[1, 1, 0], [0, 1, 0], [0, 0, 1]])


def test_the_counts_stand_in_their_cells():
    axes, _ = draw_confusion(COUNTS, ("no", "yes"), title="digits-1").axes
    texts = {text.get_position(): text.get_text() for text in axes.texts}
    assert texts == {(0, 0): "3", (1, 0): "1", (1, 1): "4"}
    assert axes.get_title() == "digits-1\n7 of 8 right, 87.50%"


def test_axes_and_colours_say_what_they_are():
    axes, bar = draw_confusion(COUNTS, ("no", "yes")).axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "actual class")
    assert [label.get_text() for label in axes.get_yticklabels()] == ["no", "yes"]
    assert bar.get_ylabel() == "part of the class (%)"
    np.testing.assert_allclose(axes.images[0].get_array(), [[75, 25], [0, 100]])


def test_a_class_without_samples_is_an_empty_row():
    axes, _ = draw_confusion(np.array([[2, 0], [0, 0]]), (0, 1)).axes
    np.testing.assert_allclose(axes.images[0].get_array(), [[100, 0], [0, 0]])


def test_cells_of_many_classes_have_no_number():
    axes, _ = draw_confusion(np.eye(100, dtype=int), range(100)).axes
    assert not axes.texts


def test_long_names_are_cut_and_leave_room_for_the_cells():
    figure = draw_confusion(COUNTS, ("x" * 80, "two\nlines"))
    picture_bytes(figure)  # matplotlib warns if there is no room
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["x" * 29 + "…", "two lines"]
    assert figure.axes[0].get_window_extent().width > 0.3 * figure.bbox.width


def test_a_dollar_is_no_formula():
    assert picture_bytes(draw_confusion(COUNTS, ("$1_^-$2^^", "$3-$4"), title="a$^^$b"))


def test_what_cannot_be_drawn_is_an_error():
    with pytest.raises(PlotError, match=r"expected counts \(3, 3\) of the classes, received \(2, 2\)"):
        draw_confusion(COUNTS, (0, 1, 2))
    with pytest.raises(PlotError, match="expected at least one sample to count, received none"):
        draw_confusion(np.zeros((2, 2), int), (0, 1))
