"""`counterpart_of`: what follows for an instance is what its example declares, and computes what the instance does."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

import numpy as np
import pytest

from minnet_core import CounterpartError, MinnetError, counterpart_of, expect_counterpart
from minnet_core.counterparts import alignment_of, is_same
from minnet_core.nn import construct
from minnet_core.testing import OWN_KINDS, Batch, Trial, cases_of, every_case, expect_equal
from minnet_torch.lookup import find
from minnet_torch.pair import Pair

sys.path.insert(0, str(Path(__file__).parents[1] / "conformance"))

from strangers import STRANGERS  # which the line above makes importable

CASES = {
    f"{case.name}-{index}": case
    for index, case in enumerate([*every_case(kinds=OWN_KINDS), *cases_of(*STRANGERS)])
    if case.reference is not None and case.reference.framework == "torch"
}
REFUSED = {
    "ClassNLLCriterion": "do not tell which it is of torch.nn.KLDivLoss, torch.nn.NLLLoss",  # that is the target's
    "InstanceNorm": "num_features=2 of torch.nn.InstanceNorm1d is no argument of it",  # a stranger's, without a plugin
}
"""Components whose examples do not make their counterpart certain, with the reason."""


def ran(case):
    """A component of a case that has seen a batch."""
    trial = Trial(case, "counterparts")
    component = trial.fresh("train")
    batch = trial.batch("train")
    component.forward(batch.input) if trial.kind == "layer" else component.forward(batch.input, batch.second)
    return component


def with_defaults(reference):
    """The arguments of a counterpart, with PyTorch's defaults for the others."""
    found = find(reference.name)
    try:
        parameters = inspect.signature(found.__init__ if isinstance(found, type) else found).parameters.values()
    except ValueError:  # of a function in C, of which nothing is known
        return dict(reference.arguments)
    return {each.name: each.default for each in parameters if each.default is not each.empty} | reference.arguments


@pytest.mark.parametrize("name", CASES)
def test_of_an_example_it_is_what_the_example_declares(name):
    case, component = CASES[name], ran(CASES[name])
    cls = type(component).__name__
    if cls in REFUSED and counterpart_of(component) is None:
        with pytest.raises(CounterpartError) as caught:
            expect_counterpart(component)
        assert REFUSED[cls] in str(caught.value)
        return
    derived = expect_counterpart(component)
    assert derived.name == case.reference.name
    assert dict(derived.parameters) == dict(case.reference.parameters)
    expected, received = with_defaults(case.reference), with_defaults(derived)
    received["momentum"] = expected.get("momentum")  # of a batch normalization, which its examples do not declare
    differing = {key for key in expected if not is_same(expected[key], received.get(key, expected[key]))}
    assert not differing


def mutated(rng, value, seen):
    """Another value of an argument, like those that examples of the class give it."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + int(rng.integers(-1, 4))
    if isinstance(value, float):
        return float(rng.uniform(-1, 2)) if rng.random() < 0.5 else abs(value) * float(rng.uniform(0.1, 3))
    if isinstance(value, tuple):
        return tuple(mutated(rng, each, ()) for each in value)
    return seen[rng.integers(len(seen))] if seen else value


def refitted(shape, old, new):
    """A shape with the axes of a length that an argument has, but for the batch, of the length that it has now."""
    if shape and isinstance(shape[0], tuple):
        return tuple(refitted(part, old, new) for part in shape)
    return (shape[0], *(new if length == old else length for length in shape[1:]))


def variants(case, rng):
    """Instances of the class of a case with other arguments, and an input that they take."""
    cls = case.factory
    known = alignment_of(cls, "torch").known
    base = next(each for each in known if each.reference == case.reference)
    for _ in range(12):
        arguments, shape = dict(base.values), case.shapes[0]
        for name in rng.permutation(sorted(arguments))[: rng.integers(1, 3)]:
            seen = [each.values[name] for each in known if isinstance(each.values[name], (str, bool))]
            old, new = arguments[name], mutated(rng, arguments[name], seen)
            arguments[name] = new
            if type(old) is type(new) is int and new > 0:
                shape = refitted(shape, old, new)
        try:
            component = construct(
                cls, (), {"rng": 0, **arguments} if "rng" in cls.__signature__.parameters else arguments
            )
        except (MinnetError, TypeError, ValueError):
            continue
        if hasattr(component, "astype"):
            component.astype(np.float64)
        yield component, shape


PROVEN: dict[str, int] = {}


@pytest.mark.parametrize("name", CASES)
def test_with_other_arguments_it_computes_the_same(name):
    case = CASES[name]
    trial = Trial(case, "other arguments")
    if trial.kind != "layer" or type(ran(case)).__name__ in REFUSED:
        return
    rng = np.random.default_rng(len(name))
    for component, shape in variants(case, rng):
        component.evaluate()
        try:
            input = case.draw_input(rng, np.float64, shape)
            with np.errstate(all="raise"):
                output = component.forward(input)
        except (MinnetError, TypeError, ValueError, IndexError, FloatingPointError):
            continue
        derived = counterpart_of(component)
        if derived is None:
            continue
        second = trial.gradOutput(output)
        pair = Pair(component, derived, "evaluate", Batch(input, second))
        try:
            theirs = pair.theirs()
        except Exception as error:
            if "expected a counterpart that takes" in str(error) or "expected arguments that" in str(error):
                continue  # PyTorch refuses what minnet takes, in words
            raise
        ours = pair.ours()
        rtol = 1e-6 if derived.name == "torch.nn.CELU" else 1e-9  # whose 1 / alpha PyTorch rounds to float32
        where = f"{component!r} against {derived}"
        expect_equal({key: ours[key] for key in theirs if key in ours}, theirs, where, rtol=rtol)
        PROVEN[type(component).__name__] = PROVEN.get(type(component).__name__, 0) + 1


def test_enough_was_compared():
    assert len(PROVEN) >= 60 or not PROVEN  # none, where a single test is run
