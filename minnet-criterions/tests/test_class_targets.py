import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_criterions.class_targets import class_rows, draw_place_classes, draw_soft, kept_classes


@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 5), (2, 3, 4, 5)])
def test_a_row_holds_the_scores_of_a_place(shape):
    x = np.random.default_rng(0).standard_normal(shape)
    rows = class_rows(x, np.float32)
    assert rows.shape == (x.size // 3, 3)
    assert rows.dtype == np.float32
    assert rows.flags.c_contiguous
    for row, (sample, *place) in zip(rows, np.ndindex(shape[0], *shape[2:]), strict=True):
        np.testing.assert_array_equal(row, x[(sample, slice(None), *place)].astype(np.float32))


def test_rows_that_are_already_so_are_not_copied():
    x = np.zeros((4, 3))
    assert class_rows(x, np.float64).base is x or class_rows(x, np.float64) is x


def test_places_are_numbered_as_rows_are():
    target = np.array([[2, -1], [0, 1]])
    places, classes = kept_classes("Loss", np.zeros((2, 3, 2)), target, -1)
    assert (places.tolist(), classes.tolist()) == ([0, 2, 3], [2, 0, 1])
    assert kept_classes("Loss", np.zeros((2, 3, 2)), np.zeros((2, 3, 2), int), -1) is None


def test_an_unsigned_number_beyond_all_classes_is_refused_and_is_not_the_ignored_one():
    with pytest.raises(ValueError, match="received 18446744073709551516 at 0"):
        kept_classes("Loss", np.zeros((1, 3)), np.array([2**64 - 100], np.uint64), -100)


def test_no_samples_and_an_input_of_one_axis_are_refused():
    with pytest.raises(ShapeError, match="Loss: expected input of one sample or more"):
        kept_classes("Loss", np.zeros((0, 3)), np.zeros(0, int), -100)
    with pytest.raises(ShapeError, match=r"Loss: expected input \(batch, classes\), received \(3,\)"):
        kept_classes("Loss", np.zeros(3), np.zeros(3, int), -100)


def test_what_examples_draw_fits_the_input():
    rng = np.random.default_rng(0)
    assert draw_place_classes(rng, (2, 3, 4, 5), np.float32).shape == (2, 4, 5)
    soft = draw_soft(rng, (2, 3, 4), np.float32)
    assert (soft.shape, soft.dtype) == ((2, 3, 4), np.float32)
    np.testing.assert_allclose(soft.sum(1), 1, rtol=1e-6)
