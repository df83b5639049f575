"""The conformance kit for initializers: every check kills a mutant, and blames no initializer that is right."""

import numpy as np
import pytest

from minnet_core import Example, Initializer
from minnet_core.testing import cases_of, examine
from minnet_layers.conformance import CHECKS


class Right(Initializer):
    """Normal numbers, of two axes at least."""

    EXAMPLES = (Example(input=[(4, 3), (2, 3, 3)], rejects=[(4,)]),)

    def draw(self, shape, rng):
        if len(shape) < 2:
            raise ValueError("too few")
        return rng.standard_normal(shape)


class Fixed(Right):
    """No random numbers."""

    def draw(self, shape, rng):
        return np.zeros(super().draw(shape, np.random.default_rng(0)).shape)


class Transposed(Right):
    """The array of a transposed shape."""

    def __call__(self, shape, rng=None, dtype="float32"):
        return super().__call__(shape[::-1], rng, dtype)


class Infinite(Right):
    """Too large for float16, which is what it should say."""

    def draw(self, shape, rng):
        return super().draw(shape, rng) * 1e6


class Counting(Right):
    """Another array each time that it is called."""

    def __init__(self):
        self.calls = 0

    def draw(self, shape, rng):
        self.calls += 1
        return super().draw(shape, rng) + self.calls


class InDtype(Right):
    """Numbers that are drawn in the dtype."""

    def __call__(self, shape, rng=None, dtype="float32"):
        super().__call__(shape, 0, dtype)
        kind = np.float64 if np.dtype(dtype) == np.float64 else np.float32
        return np.random.default_rng(rng).standard_normal(shape, kind).astype(dtype)


class Global(Right):
    """Numbers of the global generator, seeded."""

    def draw(self, shape, rng):
        super().draw(shape, rng)
        np.random.seed(rng.integers(2**31))
        return np.random.standard_normal(shape)


class Kept(Right):
    """One array, drawn once for each seed and handed out again."""

    def __init__(self):
        self.known = {}

    def __call__(self, shape, rng=None, dtype="float32"):
        if not isinstance(rng, int):
            return super().__call__(shape, rng, dtype)
        return self.known.setdefault((shape, rng, str(dtype)), super().__call__(shape, rng, dtype))


class Anything(Right):
    """Takes every shape."""

    def draw(self, shape, rng):
        return rng.standard_normal(shape)


class OneSeed(Right):
    """The same numbers whatever the seed, of which it draws one to look random."""

    def draw(self, shape, rng):
        rng.random()
        return super().draw(shape, np.random.default_rng(0))


MUTANTS = {
    Transposed: "parameter_is_filled",
    Infinite: "parameter_is_filled",
    Counting: "a_seed_draws_the_same",
    InDtype: "dtypes_draw_the_same",
    Global: "draws_from_its_generator_alone",
    Kept: "arrays_are_new",
    Anything: "wrong_shapes_and_dtypes_are_refused",
    OneSeed: "seeds_differ",
}


def results_of(cls):
    return [result for case in cases_of(cls) for result in examine(case)]


@pytest.mark.parametrize("cls", [Right, Fixed])
def test_what_is_right_passes(cls):
    assert {result.status for result in results_of(cls)} <= {"passed", "skipped"}


@pytest.mark.filterwarnings("ignore:overflow encountered")
@pytest.mark.parametrize(("cls", "check"), MUTANTS.items(), ids=lambda each: getattr(each, "__name__", None))
def test_a_wrong_one_is_killed_by_the_check_that_is_meant_for_it(cls, check):
    failed = [result.check for result in results_of(cls) if result.status == "failed"]
    assert failed == [check]


def test_every_check_kills_one():
    assert {check.name for check in CHECKS} == set(MUTANTS.values())


def test_one_of_a_file_needs_no_examples(tmp_path):
    path = tmp_path / "signs.py"
    path.write_text(
        "from minnet_core import Initializer\n\n\nclass Signs(Initializer):\n"
        "    def draw(self, shape, rng):\n        return rng.choice([-1.0, 1.0], shape)\n"
    )
    (case,) = cases_of(str(path))
    assert case.shapes == ((4, 3),)
    passed = {result.check for result in examine(case) if result.status == "passed"}
    assert {"parameter_is_filled", "arrays_are_new"} <= passed
