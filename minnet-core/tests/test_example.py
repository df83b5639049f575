from __future__ import annotations

import attrs
import numpy as np
import pytest

from minnet_core import Example, Reference, Sequential
from minnet_core.nn.traits import DOMAINS, TRAITS


def test_shape_is_drawn_reproducibly_in_the_dtype_asked_for():
    example = Example(input=(4, 3))
    first, second = example.draw_input(0), example.draw_input(np.random.default_rng(0))
    np.testing.assert_array_equal(first, second)
    assert first.dtype == np.float64
    assert example.draw_input(0, np.float32).dtype == np.float32
    assert not np.array_equal(first, example.draw_input(1))


def test_functions_draw_inputs_and_targets_for_a_shape():
    example = Example(
        input=[(2,), (5,)],
        draw=lambda rng, shape, dtype: (rng.random(shape).astype(dtype), "table"),
        target=lambda rng, shape, dtype: rng.integers(0, 3, shape),
    )
    assert example.draw_input(0, np.float32)[0].dtype == np.float32
    assert example.draw_input(0, shape=(5,))[0].shape == (5,)
    np.testing.assert_array_equal(example.draw_target(5), np.random.default_rng(5).integers(0, 3, 2))
    assert example.draw_target(5, shape=(5,)).shape == (5,)


def test_one_shape_a_table_and_several_shapes_are_told_apart():
    assert Example(input=(4, 3)).shapes == ((4, 3),)
    assert Example(input=((4, 3), (4, 2))).shapes == (((4, 3), (4, 2)),)
    assert Example(input=[(4, 3), (2, 5)]).shapes == ((4, 3), (2, 5))
    first, second = Example(input=((4, 3), (4, 2))).draw_input(0)
    assert (first.shape, second.shape) == ((4, 3), (4, 2))


@pytest.mark.parametrize("domain", sorted(DOMAINS))
def test_inputs_are_drawn_from_the_domain(domain):
    drawn = Example(input=(50, 4), traits={domain}).draw_input(0, np.float32)
    assert drawn.shape == (50, 4)
    if domain == "integer-input":
        assert drawn.dtype.kind == "i"
        assert set(drawn.ravel()) == {0, 1, 2, 3}
        return
    assert drawn.dtype == np.float32
    probabilities = np.exp(drawn) if domain == "log-probability-input" else drawn
    assert (probabilities > 0).all()
    if domain != "positive-input":
        assert (probabilities < 1).all()
    if domain in ("probability-input", "log-probability-input"):
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


def test_target_that_is_not_declared_is_an_error():
    with pytest.raises(TypeError, match="expected an example with a target"):
        Example(input=(2,)).draw_target(0)


def test_example_is_a_frozen_value():
    arguments, shapes = {"n": 3}, [(2,)]
    example = Example(arguments=arguments, input=shapes, traits=["kinks"], expected_failures={"check": "why"})
    arguments["n"] = 4
    shapes.append((3,))
    assert example.arguments == {"n": 3}
    assert example.shapes == ((2,),)
    assert example.traits == {"kinks"}
    assert example == Example(arguments={"n": 3}, input=[(2,)], traits={"kinks"}, expected_failures={"check": "why"})
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        example.input = (3,)
    with pytest.raises(TypeError):
        example.arguments["n"] = 5


def test_one_trait_may_be_given_as_it_is():
    assert Example(input=(2,), traits="kinks").traits == {"kinks"}


def test_unknown_trait_is_an_error():
    message = r"expected traits among \['batch-coupled', .*\], received 'kink'; did you mean 'kinks'\?"
    with pytest.raises(ValueError, match=message):
        Example(input=(2,), traits={"kink"})


def test_two_domains_are_an_error():
    with pytest.raises(ValueError, match=r"expected one domain .* received \['integer-input', 'positive-input'\]"):
        Example(input=(2,), traits={"positive-input", "integer-input"})


def test_every_trait_is_explained():
    assert all(TRAITS.values())
    assert set(TRAITS) >= DOMAINS


@pytest.mark.parametrize("value", [3, [4, 3], (0, 3), (-1,), (2.0,), None, [], [(2,), 3], lambda rng: None])
def test_input_is_a_shape_a_table_of_shapes_or_a_list_of_such(value):
    with pytest.raises(TypeError, match="expected input to be a shape, a tuple of shapes .* received"):
        Example(input=value)


def test_what_takes_no_input_says_none():
    assert (Example().input, Example().shapes, repr(Example(arguments={"n": 2}))) == (
        (),
        (),
        "Example(arguments={'n': 2})",
    )


@pytest.mark.parametrize("name", ["target", "draw"])
def test_draw_and_target_are_functions(name):
    with pytest.raises(TypeError):
        Example(input=(2,), **{name: (2,)})


def test_rejects_are_shapes_and_functions():
    assert len(Example(input=(2,), rejects=[(3, 4), len]).rejects) == 2
    with pytest.raises(TypeError, match="expected rejects to hold input shapes and functions .* received 3"):
        Example(input=(2,), rejects=[3])


def test_a_reference_names_a_framework():
    reference = Reference("torch.nn.Linear", {"in_features": 3}, {"W": "weight"})
    assert reference.framework == "torch"
    assert Example(input=(2,), reference=reference).reference == reference
    with pytest.raises(ValueError, match="name"):
        Reference("Linear")
    with pytest.raises(TypeError):
        Example(input=(2,), reference="torch.nn.Linear")


def test_examples_of_the_core_can_be_constructed_and_called():
    for example in Sequential.EXAMPLES:
        x = example.draw_input(0)
        assert Sequential(**example.arguments).forward(x).shape == x.shape


def test_repr_says_what_is_not_as_by_default():
    assert repr(Example(input=(4, 3))) == "Example(input=(4, 3))"
    assert repr(Example(arguments={"n": 2}, input=[(4, 3), (2,)], traits="kinks")) == (
        "Example(arguments={'n': 2}, input=[(4, 3), (2,)], traits=frozenset({'kinks'}))"
    )
