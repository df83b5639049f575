"""A kernel returns None, and changes nothing, for what it does not take."""

from __future__ import annotations

import numpy as np
import pytest

kernels = pytest.importorskip("minnet_fast.kernels")

X = np.ones((4, 6), np.float32)
ROW = np.ones(6, np.float32)
NOT_TAKEN = {
    "float64": X.astype(np.float64),
    "float16": X.astype(np.float16),
    "integers": X.astype(np.int32),
    "other byte order": X.astype(X.dtype.newbyteorder()),
    "every other column": np.ones((4, 12), np.float32)[:, ::2],
    "transposed": np.ones((6, 4), np.float32).T,
    "unaligned": np.frombuffer(bytearray(97), np.uint8)[1:].view(np.float32).reshape(4, 6),
    "empty": X[:0],
    "no axis": np.float32(1).reshape(()),
    "a subclass": X.view(np.recarray),
    "a list": X.tolist(),
    "None": None,
}
BY_KIND = pytest.mark.parametrize("kind", NOT_TAKEN)


@BY_KIND
def test_an_array_of_another_kind_is_not_taken(kind):
    array = NOT_TAKEN[kind]
    assert kernels.relu(array) is None
    assert kernels.soft_max(array) is None
    assert kernels.batch_norm(array, 1e-3) is None
    assert kernels.multiply(X, array) is None
    assert kernels.add_row(array, ROW) is None
    assert kernels.squared_error(array, X) is None
    assert kernels.product(array, X, False, True) is None
    assert kernels.product(X, array, False, True) is None


def test_a_matrix_is_what_operations_on_rows_take():
    for array in (np.ones(6, np.float32), np.ones((2, 2, 6), np.float32)):
        assert kernels.relu(array).shape == array.shape
        for operation in (kernels.soft_max, kernels.log_soft_max, kernels.column_sums):
            assert operation(array) is None
        assert kernels.add_row(array, ROW) is None


@pytest.mark.parametrize(
    "arguments",
    [
        (kernels.multiply, X, X[:3]),
        (kernels.multiply, X, X.reshape(6, 4)),
        (kernels.add_row, X, ROW[:5]),
        (kernels.add_row, X, ROW[np.newaxis]),
        (kernels.log_soft_max_back, X, np.ones(3, np.float32), X),
        (kernels.nll, X, np.zeros(3, int)),
        (kernels.nll, X, np.zeros(4, np.int32)),
        (kernels.nll, X, np.array([0, 1, 2, 6])),
        (kernels.nll, X, np.array([0, 1, 2, -1])),
        (kernels.nll_back, np.array([0, 1, 2, 24]), X),
        (kernels.draw_keep, np.random.default_rng(0), X, 0.5),
        (kernels.drop, X, X, 2.0),
        (kernels.sgd, X, 0.1, 0.0, X[:3].copy()),
        (kernels.cross_entropy, X, np.array([0, 1, 2, 6])),
        (kernels.cross_entropy_back, X, np.array([0, 1, -100, 5])),
        (kernels.add_rows, X, np.array([0, 4]), np.array([0, 1]), X.copy()),
        (kernels.add_rows, X, np.array([0, -1]), np.array([0, 1]), X.copy()),
        (kernels.add_rows, X, np.array([0, 1]), np.array([0, 3]), X[:3].copy()),
        (kernels.add_rows, X, np.array([0, 1]), np.array([0, -1]), X.copy()),
        (kernels.add_rows, X, np.array([0, 1]), np.array([0, 1, 2]), X.copy()),
        (kernels.add_rows, X, np.array([0, 1], np.int32), np.array([0, 1]), X.copy()),
        (kernels.add_rows, X, np.array([0, 1]), np.array([0, 1]), np.ones((4, 5), np.float32)),
        (kernels.add_rows, X, np.array([0, 1]), np.array([0, 1]), X.astype(float)),
        (kernels.transposed, ROW),
        (kernels.transposed, X, X.copy()),
        (kernels.transposed, X, np.empty((2, 3, 4), np.float32)),
        (kernels.product, X, X, False, False),
        (kernels.product, X, X, False, True, np.zeros((4, 5), np.float32)),
    ],
    ids=lambda arguments: arguments[0].__name__,
)
def test_shapes_dtypes_and_indices_that_do_not_fit_are_not_taken(arguments):
    function, *rest = arguments
    assert function(*rest) is None


def test_what_cannot_be_written_to_is_not_taken():
    fixed = X.copy()
    fixed.flags.writeable = False
    assert kernels.relu(X, fixed) is None
    assert kernels.sgd(X, 0.1, 0.0, fixed) is None
    assert kernels.product(X, X, False, True, fixed[:, :4]) is None
    np.testing.assert_array_equal(fixed, X)


def test_no_program_has_rows_whose_indices_or_shapes_are_known_when_they_are_called():
    places = np.array([0, 1])
    assert kernels.takes(("relu", (X, X.copy()), (), False, False))
    assert not kernels.takes(("add_rows", (X, places, places, X.copy()), (), False, False))
    assert not kernels.takes(("transposed", (X, np.empty((6, 4), np.float32)), (), False, False))


def test_nothing_is_added_where_nothing_is_looked_up():
    table, nothing = X.copy(), np.zeros(0, int)
    assert kernels.add_rows(X, nothing, nothing, table) is True
    np.testing.assert_array_equal(table, X)


def test_what_is_read_may_be_read_only():
    fixed = X.copy()
    fixed.flags.writeable = False
    assert kernels.relu(fixed) is not None


@pytest.mark.parametrize("arguments", [(), (X, X, X), (X, 0.5)])
def test_another_number_of_arguments_is_an_error(arguments):
    with pytest.raises(TypeError, match="relu: expected 1 arguments, received"):
        kernels.relu(*arguments) if len(arguments) != 2 else kernels.relu(*arguments, X)


def test_a_number_that_is_none_is_an_error():
    with pytest.raises(TypeError, match="must be real number"):
        kernels.elu(X, "one")


def test_an_unknown_variant_is_an_error():
    with pytest.raises(ValueError, match="expected a variant that this processor can execute, received 'v9'"):
        kernels.use("v9")


def test_products_are_those_of_numpy():
    rng = np.random.default_rng(0)
    for n, k, m in [(3, 4, 5), (1, 7, 3), (1, 1, 1), (20, 33, 1)]:
        a, b = rng.standard_normal((n, k)).astype(np.float32), rng.standard_normal((k, m)).astype(np.float32)
        expected = a.astype(float) @ b
        if not kernels.has_blas():
            assert kernels.product(a, b, False, False) is None
            continue
        for transpose_a in (False, True):
            for transpose_b in (False, True):
                left = np.ascontiguousarray(a.T) if transpose_a else a
                right = np.ascontiguousarray(b.T) if transpose_b else b
                c = kernels.product(left, right, transpose_a, transpose_b)
                np.testing.assert_allclose(c, expected, rtol=1e-4, atol=1e-5)
                assert kernels.product(left, right, transpose_a, transpose_b, c) is c
                np.testing.assert_allclose(c, 2 * expected, rtol=1e-4, atol=1e-5)


def test_calls_are_counted_that_a_kernel_computed():
    before = kernels.counts()
    kernels.relu(X)
    kernels.relu(X.astype(float))
    after = kernels.counts()
    assert after["relu"] == before["relu"] + 1
    assert {name for name in after if after[name] != before[name]} == {"relu"}
