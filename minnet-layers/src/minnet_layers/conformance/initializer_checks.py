"""What holds for every initializer: arrays of the shape and dtype asked for, drawn from one generator and nothing else.

The ``input`` of an example is the shape of a parameter; ``rejects`` are shapes that it is none for.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet_core import Array, Initializer, initializers
from minnet_core.nn import describe
from minnet_core.testing import Kind, Trial, check, fail, skip

INITIALIZER = Kind("initializer", initializers, lambda cls: issubclass(cls, Initializer), (4, 3))

DTYPES = ("float64", "float32", "float16")


@check("initializers", of=[INITIALIZER], needs=["can_be_copied"])
def parameter_is_filled(trial: Trial) -> None:
    """It returns an array of the shape and dtype that are asked for, of finite numbers, which can be written to."""
    for shape in trial.case.shapes:
        for dtype in DTYPES:
            drawn = trial.fresh()(shape, trial.case.seed, dtype)
            where = f"{shape} {dtype}"
            if not isinstance(drawn, np.ndarray) or (drawn.shape, drawn.dtype) != (shape, np.dtype(dtype)):
                fail(f"{where}: expected such an array, received {describe(drawn)}")
            if not (drawn.flags.c_contiguous and drawn.flags.writeable):
                fail(f"{where}: expected an array that is contiguous and can be written to, received another")
            if not np.isfinite(drawn).all():
                fail(f"{where}: expected finite numbers, received {drawn[~np.isfinite(drawn)][0]}")


@check("initializers", of=[INITIALIZER], needs=["parameter_is_filled"])
def a_seed_draws_the_same(trial: Trial) -> None:
    """A seed, or a generator in the same state, gives the same numbers, from this one and from another of its like."""
    for shape in trial.case.shapes:
        initializer, other = trial.fresh(), trial.case.build()
        first = initializer(shape, 3, "float64")
        initializer(shape, 4, "float64")
        _expect_equal(initializer(shape, 3, "float64"), first, f"{shape}, drawn again with the seed")
        _expect_equal(other(shape, 3, "float64"), first, f"{shape}, drawn with the seed by another {initializer!r}")
        generator = np.random.default_rng(3)
        _expect_equal(other(shape, generator, "float64"), first, f"{shape}, drawn by a generator of the seed")


@check("initializers", of=[INITIALIZER], needs=["parameter_is_filled"])
def dtypes_draw_the_same(trial: Trial) -> None:
    """In every dtype the numbers are those of float64, rounded, and as many are drawn for them."""
    for shape in trial.case.shapes:
        exact, after = _drawn_with_next(trial.fresh(), shape, "float64")
        for dtype in DTYPES[1:]:
            rounded, then = _drawn_with_next(trial.fresh(), shape, dtype)
            _expect_equal(rounded, exact.astype(dtype), f"{shape} {dtype}: the numbers of float64, rounded")
            if then != after:
                fail(f"{shape} {dtype}: expected as many random numbers to be drawn as in float64, it is another count")


@check("initializers", of=[INITIALIZER], needs=["a_seed_draws_the_same"])
def draws_from_its_generator_alone(trial: Trial) -> None:
    """It draws from ``rng``, and neither reads nor moves NumPy's global generator."""
    initializer, shape = trial.fresh(), trial.case.shapes[0]
    before = _global_state()
    drawn = initializer(shape, 5, "float64")
    if _global_state() != before:
        fail("expected NumPy's global generator to stay as it is, it has been moved")
    np.random.seed(trial.case.seed + 1)  # what it must not look at
    _expect_equal(initializer(shape, 5, "float64"), drawn, f"{shape}, after the global generator was moved")


@check("initializers", of=[INITIALIZER], needs=["a_seed_draws_the_same"])
def arrays_are_new(trial: Trial) -> None:
    """What it returned is the caller's: writing to it changes no array that it returns before or after."""
    initializer, shape = trial.fresh(), trial.case.shapes[0]
    for dtype in DTYPES:
        first = initializer(shape, 7, dtype)
        kept, second = first.copy(), initializer(shape, 7, dtype)
        if np.shares_memory(first, second):
            fail(f"{shape} {dtype}: expected a new array each time, received two that share memory")
        first.fill(9)
        _expect_equal(initializer(shape, 7, dtype), kept, f"{shape} {dtype}, after an earlier array was written to")


@check("initializers", of=[INITIALIZER], needs=["can_be_copied"])
def wrong_shapes_and_dtypes_are_refused(trial: Trial) -> None:
    """A dtype that is not floating, and the shapes that the case says must be refused, raise an error."""
    refused: list[tuple[Any, str]] = [(trial.case.shapes[0], "int64"), *((s, "float32") for s in trial.case.rejects)]
    for shape, dtype in refused:
        try:
            drawn = trial.fresh()(shape, 0, dtype)
        except (TypeError, ValueError):
            continue
        except Exception as error:
            fail(f"{shape} {dtype}: expected a TypeError or ValueError, received {type(error).__name__}: {error}")
        fail(f"{shape} {dtype}: expected an error, received {describe(drawn)}")


@check("initializers", level="weakness", of=[INITIALIZER], needs=["a_seed_draws_the_same"])
def seeds_differ(trial: Trial) -> None:
    """Of numbers that are random, two seeds draw others; all else is the same for any seed."""
    shape = max(trial.case.shapes, key=np.prod)
    initializer = trial.fresh()
    drawn = [initializer(shape, seed, "float64") for seed in range(4)]
    if np.array_equal(drawn[0], drawn[1]):
        generator = np.random.default_rng(0)
        initializer(shape, generator, "float64")
        if generator.random() == np.random.default_rng(0).random():
            skip("it draws no random numbers")
        fail(f"{shape}: expected other numbers from another seed, as random ones are drawn, received the same")
    if any(np.array_equal(drawn[0], other) for other in drawn[2:]):
        fail(f"{shape}: expected other numbers from another seed, received the same")


def _drawn_with_next(initializer: Any, shape: Any, dtype: str) -> tuple[Array, float]:
    """What is drawn, and the number that the generator gives after it."""
    generator = np.random.default_rng(11)
    return initializer(shape, generator, dtype), generator.random()


def _global_state() -> str:
    return repr(np.random.get_state(legacy=False))  # what is looked at


def _expect_equal(received: Array, expected: Array, what: str) -> None:
    if not np.array_equal(received, expected):
        index = np.unravel_index(np.argmax(received != expected), received.shape)
        fail(f"{what}: expected {expected[index]} at {tuple(map(int, index))}, received {received[index]}")
