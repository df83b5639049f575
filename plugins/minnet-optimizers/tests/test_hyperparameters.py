from __future__ import annotations

import math

import numpy as np
import pytest

from minnet_optimizers import (
    LAMB,
    LBFGS,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Lion,
    NAdam,
    RAdam,
    RMSprop,
    Rprop,
)

NON_NEGATIVE = [
    (optimizer, name)
    for optimizer, names in [
        (SGD, ["lr", "momentum", "weight_decay"]),
        (Adam, ["lr", "eps", "weight_decay"]),
        (AdamW, ["lr", "eps", "weight_decay"]),
        (RMSprop, ["lr", "eps", "weight_decay", "momentum"]),
        (Adagrad, ["lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps"]),
        (NAdam, ["lr", "eps", "weight_decay", "momentum_decay"]),
        (RAdam, ["lr", "eps", "weight_decay"]),
        (Adamax, ["lr", "eps", "weight_decay"]),
        (Adadelta, ["lr", "eps", "weight_decay"]),
        (Rprop, ["lr"]),
        (Lion, ["lr", "weight_decay"]),
        (LAMB, ["lr", "eps", "weight_decay"]),
        (LBFGS, ["lr", "tolerance_grad", "tolerance_change"]),
    ]
    for name in names
]


@pytest.mark.parametrize(("optimizer", "name"), NON_NEGATIVE)
@pytest.mark.parametrize("value", [-1e-9, math.nan, math.inf, -math.inf])
def test_a_negative_or_infinite_number_is_refused(point, optimizer, name, value):
    message = rf"^{optimizer.__name__}: expected {name} to be a finite number of 0 or more, received {value!r}$"
    with pytest.raises(ValueError, match=message):
        optimizer(point(np.ones(1)), **{name: value})


@pytest.mark.parametrize(("optimizer", "name"), NON_NEGATIVE)
@pytest.mark.parametrize("value", [None, "0.1", [0.1], 1j, np.ones(2)])
def test_what_is_no_number_is_refused(point, optimizer, name, value):
    with pytest.raises(TypeError, match=rf"^{optimizer.__name__}: expected {name} to be a finite number"):
        optimizer(point(np.ones(1)), **{name: value})


@pytest.mark.parametrize(("optimizer", "name"), NON_NEGATIVE)
@pytest.mark.parametrize("value", [2, np.float32(0.5), np.float64(0.5), np.int64(2), np.array(0.5), np.ones(1)[0]])
def test_numbers_of_any_type_become_python_floats(point, optimizer, name, value):
    made = optimizer(point(np.ones(1)), **{name: value})
    assert type(getattr(made, name)) is float
    assert getattr(made, name) == value


@pytest.mark.parametrize("value", [-0.1, 1, 1.5, math.nan])
def test_alpha_is_a_fraction(point, value):
    with pytest.raises(ValueError, match=r"^RMSprop: expected alpha to be a number in \[0, 1\), received "):
        RMSprop(point(np.ones(1)), alpha=value)


@pytest.mark.parametrize("optimizer", [Adam, AdamW])
@pytest.mark.parametrize("value", [(0.9, 1.0), (1, 0.9), (-0.1, 0.9), (0.9,), (0.9, 0.9, 0.9), (math.nan, 0), ()])
def test_betas_are_two_fractions(point, optimizer, value):
    message = rf"^{optimizer.__name__}: expected betas to be two numbers in \[0, 1\), received \("
    with pytest.raises(ValueError, match=message):
        optimizer(point(np.ones(1)), betas=value)


@pytest.mark.parametrize("value", [0.9, None, "ab", ("0.9", "0.9")])
def test_betas_of_another_type_are_refused(point, value):
    with pytest.raises(TypeError, match=r"^Adam: expected betas to be two numbers"):
        Adam(point(np.ones(1)), betas=value)


def test_betas_become_two_python_floats(point):
    betas = Adam(point(np.ones(1)), betas=np.array([0.5, 0.25], np.float32)).betas
    assert betas == (0.5, 0.25)
    assert [type(beta) for beta in betas] == [float, float]


def test_a_refused_assignment_leaves_the_value_that_was(point):
    optimizer = SGD(point(np.ones(1)), lr=0.5)
    with pytest.raises(ValueError, match=r"^SGD: expected lr"):
        optimizer.lr = -1
    assert optimizer.lr == 0.5


def test_a_subclass_is_named_in_errors(point):
    class Mine(SGD):
        pass

    with pytest.raises(ValueError, match=r"^Mine: expected lr"):
        Mine(point(np.ones(1)), lr=-1)


def test_two_optimizers_have_hyperparameters_of_their_own(point):
    first, second = SGD(point(np.ones(1)), lr=1), SGD(point(np.ones(1)), lr=2)
    first.lr = 3
    assert (first.lr, second.lr) == (3.0, 2.0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("etas", (0.0, 1.2)),
        ("etas", (1.0, 1.2)),
        ("etas", (0.5, 1.0)),
        ("etas", (0.5, math.inf)),
        ("etas", (0.5,)),
        ("step_sizes", (1.0, 0.5)),
        ("step_sizes", (-1.0, 0.5)),
        ("step_sizes", (0.1, math.nan)),
    ],
)
def test_pairs_of_rprop_that_make_no_sense_are_refused(point, name, value):
    with pytest.raises(ValueError, match=rf"^Rprop: expected {name} to be two "):
        Rprop(point(np.ones(1)), **{name: value})


@pytest.mark.parametrize("name", ["max_iter", "max_eval", "history_size"])
def test_counts_of_lbfgs_are_whole_numbers(point, name):
    assert getattr(LBFGS(point(np.ones(1)), **{name: np.int64(3)}), name) == 3
    for value in (0, -1, 1.5, "3", True):
        with pytest.raises(
            (ValueError, TypeError), match=rf"^LBFGS: expected {name} to be a whole number of 1 or more"
        ):
            LBFGS(point(np.ones(1)), **{name: value})


def test_lbfgs_calls_its_function_five_quarters_of_its_iterations_unless_told_otherwise(point):
    assert LBFGS(point(np.ones(1)), max_iter=40).max_eval == 50
