from __future__ import annotations

import functools

import numpy as np
import pytest

from minnet_core import Example, Module
from minnet_core.testing import Case
from minnet_core.testing.cases import from_example
from minnet_core.testing.kinds import Weights
from minnet_test_support.components import Down


class Keeps(Module):
    """Keeps what it was made with."""

    def __init__(self, numbers=(), rng=None):
        super().__init__()
        self.numbers, self.rng = numbers, rng


def test_every_build_gets_a_copy_of_the_arguments():
    numbers = [1, [2]]
    subject = Case(Keeps, arguments={"numbers": numbers}, input=(4, 3))
    made = subject.build()
    made.numbers[1].append(3)
    assert numbers == [1, [2]]
    assert subject.build().numbers == [1, [2]]


def test_the_seed_of_the_case_is_given_to_a_factory_that_takes_rng():
    subject = Case(Keeps, input=(4, 3), seed=5)
    assert subject.takes_rng
    assert subject.build().rng == 5
    assert subject.build(rng=7).rng == 7
    assert subject.build(rng=0).rng == 0


def test_rng_that_the_case_gives_counts_unless_another_is_asked_for():
    subject = Case(Keeps, arguments={"rng": 3}, input=(4, 3), seed=5)
    assert subject.takes_rng
    assert subject.build().rng == 3
    assert subject.build(rng=7).rng == 7
    assert Case(Keeps, arguments={"rng": None}, input=(4, 3), seed=5).build().rng == 5


@pytest.mark.parametrize("arguments", [{}, {"rng": 3}])
def test_a_component_can_be_made_without_a_seed(arguments):
    made = Case(Keeps, arguments={"numbers": [1], **arguments}, input=(4, 3), seed=5).build_with({"rng": None})
    assert (made.numbers, made.rng) == ([1], None)


def test_a_factory_that_takes_no_rng_is_given_none(Linear):
    subject = Case(functools.partial(Linear, 3, 2), input=(4, 3))
    assert subject.takes_rng
    assert not Case(lambda: Linear(3, 2), input=(4, 3)).takes_rng
    assert isinstance(Case(lambda: Linear(3, 2), input=(4, 3)).build(rng=1), Linear)
    np.testing.assert_array_equal(subject.build(rng=1).W, Linear(3, 2, rng=1).W)


def test_a_callable_without_a_signature_takes_no_rng():
    class Unreadable:
        __signature__ = "none"

        def __call__(self):
            return Keeps()

    assert not Case(Unreadable(), input=(4, 3)).takes_rng
    assert Case(Unreadable(), input=(4, 3)).name == "Unreadable"
    assert isinstance(Case(Unreadable(), input=(4, 3)).build(), Keeps)


def test_arguments_can_be_changed_for_one_build(Linear):
    subject = Case(Linear, arguments={"n_in": 3, "n_out": 2}, input=(4, 3))
    assert subject.build_with({"n_out": 5}).W.shape == (5, 3)
    assert subject.build().W.shape == (2, 3)


def test_an_optimizer_is_given_something_to_train():
    made = Case(Down, arguments={"rate": 0.5}, input=(6, 2), seed=3).build()
    assert made.rate == 0.5
    assert isinstance(made.module, Weights)
    np.testing.assert_array_equal(made.module.x, Weights((6, 2), 3).x)
    assert not np.array_equal(made.module.x, Case(Down, input=(6, 2), seed=4).build().module.x)


@pytest.mark.parametrize("made", [3, None, Keeps, np.zeros(2)])
def test_anything_else_than_a_component_is_an_error(made):
    message = r"thing: expected a layer, criterion or optimizer to be made, received "
    with pytest.raises(TypeError, match=message):
        Case(lambda: made, input=(4, 3), name="thing").build()


def test_the_name_says_the_factory_and_the_arguments():
    assert Case(Keeps, input=(4, 3)).name == "Keeps"
    assert Case(Keeps, arguments={"numbers": [1], "rng": "a"}, input=(4, 3)).name == "Keeps(numbers=[1],rng='a')"
    assert Case(Keeps, arguments={"rng": 1}, input=(4, 3), name="mine").name == "mine"
    assert Case(functools.partial(Keeps), input=(4, 3)).name == "partial"


@pytest.mark.parametrize(("seed", "error"), [(-1, ValueError), (1.0, TypeError), (None, TypeError), ("1", TypeError)])
def test_a_seed_is_a_natural_number(seed, error):
    with pytest.raises(error, match="seed"):
        Case(Keeps, input=(4, 3), seed=seed)
    assert Case(Keeps, input=(4, 3)).seed == 0


@pytest.mark.parametrize("factory", ["Keeps", None, 3])
def test_a_factory_is_callable(factory):
    with pytest.raises(TypeError, match="callable"):
        Case(factory, input=(4, 3))


def test_a_case_is_validated_as_an_example_is():
    with pytest.raises(ValueError, match="did you mean 'kinks'"):
        Case(Keeps, input=(4, 3), traits={"kink"})
    with pytest.raises(TypeError, match="expected input to be a shape"):
        Case(Keeps, input=3)


def test_the_case_of_an_example_has_all_that_the_example_says():
    def draw(rng, shape, dtype):
        return np.ones(shape, dtype)

    example = Example(
        arguments={"numbers": (1,)},
        input=[(4, 3), (2, 3)],
        draw=draw,
        target=draw,
        traits={"kinks"},
        rejects=[(4, 2)],
        rejected_arguments=[{"numbers": 3}],
        expected_failures={"is_made": "why"},
    )
    made = from_example(Keeps, example, seed=2, command="minnet check Keeps")
    assert (made.factory, made.seed, made.command, made.infers) == (Keeps, 2, "minnet check Keeps", False)
    names = [name for name in Example.__slots__ if not name.startswith("_")]
    assert "rejected_arguments" in names
    for name in names:
        assert getattr(made, name) == getattr(example, name)
    assert made.name == "Keeps(numbers=(1,))"


@pytest.mark.parametrize(
    ("shape", "second"), [((4, 3), (2, 3)), ((5,), (2,)), ((1, 2), (1, 2)), ((6, 2, 2), (3, 2, 2))]
)
def test_weights_are_two_parameters_with_gradients_of_zero(shape, second):
    module = Weights(shape)
    assert {name: array.shape for name, array in module.namedParameters().items()} == {"x": shape, "y": second}
    assert {array.dtype for array in module.getParameters()} == {np.dtype(np.float32)}
    assert not any(array.any() for array in module.getGradParameters())
    assert [array.shape for array in module.getGradParameters()] == [shape, second]


def test_a_seed_draws_the_same_weights_and_another_does_not():
    np.testing.assert_array_equal(Weights((4, 3), 1).y, Weights((4, 3), 1).y)
    assert not np.array_equal(Weights((4, 3), 1).y, Weights((4, 3), 2).y)
