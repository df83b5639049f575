from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Module, ShapeError, expect_forward, expect_shape
from minnet_core.nn import axis_of
from minnet_core.nn.shape_checks import expect_tensor


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((4, 3), ("batch", 3)), ((4, 3), (4, 3)), ((4, 3), [4, 3]), ((0, 3), ("batch", 3)), ((), ()), ((7,), ("n",))],
)
def test_shape_that_fits_passes(shape, expected):
    expect_shape("Layer", np.empty(shape), expected)


@pytest.mark.parametrize(
    ("value", "expected", "message"),
    [
        (np.zeros((4, 2), "f4"), ("batch", 3), r"^Layer: expected input \(batch, 3\), received \(4, 2\) float32$"),
        (np.zeros(3), ("batch", 3), r"expected input \(batch, 3\), received \(3,\) float64$"),
        (np.zeros((1, 2, 3)), ("batch", 3), r"received \(1, 2, 3\) float64$"),
        (np.zeros(()), ("n",), r"expected input \(n,\), received \(\) float64$"),
        ([[1, 2, 3]], ("batch", 3), r"received list$"),
        (None, ("batch", 3), r"received NoneType$"),
        ((np.zeros((4, 3)),), ("batch", 3), r"received \(\(4, 3\) float64\)$"),
    ],
)
def test_shape_that_does_not_fit_is_named_beside_the_expected_one(value, expected, message):
    with pytest.raises(ShapeError, match=message) as caught:
        expect_shape("Layer", value, expected)
    assert isinstance(caught.value, ValueError)


def test_name_of_the_array_is_said():
    with pytest.raises(ShapeError, match="expected target"):
        expect_shape("Layer", np.zeros(2), (3,), "target")


@pytest.mark.parametrize(("axis", "place"), [(0, 0), (2, 2), (-1, 2), (-3, 0)])
def test_axes_are_counted_from_0(axis, place):
    assert axis_of("Layer", axis, np.zeros((2, 3, 4))) == place


@pytest.mark.parametrize(("axis", "array"), [(2, np.zeros((2, 3))), (-3, np.zeros((2, 3))), (0, np.zeros(()))])
def test_an_axis_that_there_is_not_is_an_error(axis, array):
    with pytest.raises(ShapeError, match=f"^Layer: expected gradOutput with an axis {axis}, received "):
        axis_of("Layer", axis, array, "gradOutput")


def test_backward_without_forward_is_an_error():
    module = Module()
    with pytest.raises(RuntimeError, match=r"Module: expected updateOutput\(input\) before updateGradInput"):
        expect_forward(module)
    module.output = np.zeros(2)
    expect_forward(module)


class Frame:
    """What a data frame is to NumPy."""

    def __array__(self, dtype=None, copy=None):
        return np.zeros((2, 3))


@pytest.mark.parametrize(
    ("value", "received"),
    [
        ([[1.0]], "list"),
        (([1.0], np.zeros(2)), "list"),
        (Frame(), r"Frame; np\.asarray\(input\) makes an array of it"),
        (np.zeros((1, 1)).view(np.matrix), "matrix"),
        (np.ma.masked_array([1.0], [True]), "MaskedArray"),
        ((np.zeros(2), (np.zeros(2), np.zeros((1, 1)).view(np.matrix))), "matrix"),
        (3.0, "float"),
        (None, "NoneType"),
        ("text", "str"),
    ],
)
def test_whatever_is_no_plain_array_is_refused(value, received):
    with pytest.raises(TypeError, match=rf"ReLU: expected an array, or a tuple of arrays, received {received}$"):
        expect_tensor("ReLU", value)


def test_arrays_tables_of_arrays_and_mapped_files_are_taken(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((2, 3)))
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    for value in (np.zeros(2), np.float32(1), mapped, (), (np.zeros(2), (mapped, None, 3))):
        expect_tensor("ReLU", value)
