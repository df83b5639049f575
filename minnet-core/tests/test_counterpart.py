"""`counterpart_of`: an instance's counterpart follows from examples only where they make it certain."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from minnet_core import (
    CounterpartError,
    Example,
    Module,
    Reference,
    Sequential,
    counterpart_of,
    expect_counterpart,
    layers,
)
from minnet_core.testing import install_distribution
from minnet_test_support.plugins import HEAD, install


def layer_class(*examples, constructor, **members):
    """A layer whose examples are ``(arguments, reference)``."""

    def init(self, *args, **kwargs):
        Module.__init__(self)
        constructor(self, *args, **kwargs)

    init.__signature__ = inspect.signature(constructor)
    made = tuple(
        Example(arguments=arguments, input=(4, 3), reference=Reference(*reference)) for arguments, reference in examples
    )
    return type("Layer", (Module,), {"__init__": init, "EXAMPLES": made, **members})


def slope_of(name="torch.nn.LeakyReLU"):
    def constructor(self, slope=0.01):
        self.slope = slope

    return layer_class(({"slope": 0.1}, (name, {"negative_slope": 0.1})), constructor=constructor)


def test_an_argument_has_the_value_of_the_instance():
    cls = slope_of()
    assert counterpart_of(cls(0.1)) == cls.EXAMPLES[0].reference
    assert counterpart_of(cls(0.3)) == Reference("torch.nn.LeakyReLU", {"negative_slope": 0.3})
    assert counterpart_of(cls()) == Reference("torch.nn.LeakyReLU", {"negative_slope": 0.01})


def test_an_argument_that_was_changed_since_has_the_value_of_now():
    layer = slope_of()(0.3)
    layer.slope = 0.4
    assert dict(counterpart_of(layer).arguments) == {"negative_slope": 0.4}


def test_an_attribute_that_only_has_the_name_of_an_argument_is_not_taken_for_it():
    def constructor(self, slope):
        self.slope = 2 * slope

    cls = layer_class(({"slope": 0.1}, ("torch.nn.LeakyReLU", {"negative_slope": 0.1})), constructor=constructor)
    assert dict(counterpart_of(cls(0.3)).arguments) == {"negative_slope": 0.3}


def test_what_follows_from_two_examples_is_put_together():
    def constructor(self, n_in, n_out, bias=True):
        self.W, self.gradW = np.ones((n_out, n_in)), np.ones((n_out, n_in))
        self.b, self.gradb = (np.ones(n_out), np.ones(n_out)) if bias else (None, None)

    both, names = {"in_features": 3, "out_features": 2}, {"W": "weight", "b": "bias"}
    cls = layer_class(
        ({"n_in": 3, "n_out": 2}, ("torch.nn.Linear", both, names)),
        ({"n_in": 5, "n_out": 4, "bias": False},
         ("torch.nn.Linear", {"in_features": 5, "out_features": 4, "bias": False}, {"W": "weight"})),
        constructor=constructor,
        PARAMETERS={"W": "gradW", "b": "gradb"},
    )  # fmt: skip
    assert counterpart_of(cls(7, 8)) == Reference("torch.nn.Linear", {"in_features": 7, "out_features": 8}, names)
    assert counterpart_of(cls(7, 8, False)) == Reference(
        "torch.nn.Linear", {"in_features": 7, "out_features": 8, "bias": False}, {"W": "weight"}
    )


def of_two(one, other, reference):
    def constructor(self, first, second):
        pass

    return layer_class(({"first": one, "second": other}, reference), constructor=constructor)


@pytest.mark.parametrize(
    ("cls", "made", "reason"),
    [
        # Both arguments are 2 in the only example: which is dim?
        (of_two(2.5, 2.5, ("torch.f", {"dim": 2.5})), (2.5, 4.5), "follows from second"),
        # An argument of which the counterpart tells nothing.
        (of_two(1.5, 2.5, ("torch.f", {"dim": 1.5})), (1.5, 4.5), "follows from second"),
        # A number that may follow from what differs: padding = kernel // 2, say.
        (of_two(5, "x", ("torch.f", {"kernel": 5, "padding": 2})), (9, "x"), "padding=2 .* does not follow from first"),
        # A number that may be the length of an axis of the input, even with the arguments of the example.
        (of_two(0.5, 0.7, ("torch.f", {"num_features": 3})), (0.5, 0.7), "length of an axis"),
        # True is not 1.
        (of_two(True, "x", ("torch.f", {"groups": 1})), (False, "x"), "follows from first"),
    ],
)
def test_what_examples_do_not_make_certain_is_refused(cls, made, reason):
    assert counterpart_of(cls(*made)) is None
    with pytest.raises(CounterpartError, match=rf"^Layer: .*{reason}"):
        expect_counterpart(cls(*made))


def test_an_argument_that_differs_where_the_counterpart_has_its_default_is_not_its_source():
    def constructor(self, slope):
        pass

    said, silent = ("torch.f", {"cut": 2.5}), ("torch.f",)
    cls = layer_class(({"slope": 2.5}, said), ({"slope": 3.5}, silent), constructor=constructor)
    assert dict(counterpart_of(cls(4.5)).arguments) == {"cut": 4.5}
    cls = layer_class(
        ({"slope": 2.5}, said), ({"slope": 3.5}, silent), ({"slope": 5.5}, silent), constructor=constructor
    )
    with pytest.raises(CounterpartError, match="follows from slope"):
        expect_counterpart(cls(4.5))


def two_names(first, second):
    def constructor(self, slope, kind="a"):
        pass

    return layer_class((first, ("torch.nn.A", {"slope": 1.5})), (second, ("torch.nn.B", {"slope": 2.5})),
                       constructor=constructor)  # fmt: skip


def test_examples_that_name_two_counterparts_do_not_tell_which_another_instance_is():
    cls = two_names({"slope": 1.5}, {"slope": 2.5})
    assert counterpart_of(cls(2.5)).name == "torch.nn.B"
    with pytest.raises(CounterpartError, match=r"do not tell which it is of torch\.nn\.A, torch\.nn\.B"):
        expect_counterpart(cls(3.5))


def test_but_an_argument_that_chooses_between_them_does():
    cls = two_names({"slope": 1.5}, {"slope": 2.5, "kind": "b"})
    assert counterpart_of(cls(3.5)) == Reference("torch.nn.A", {"slope": 3.5})
    assert counterpart_of(cls(3.5, "b")) == Reference("torch.nn.B", {"slope": 3.5})


def test_a_name_that_another_argument_explains_does_not_follow_from_what_differs():
    def constructor(self, delta=1.0, mean="batch"):
        pass

    cls = layer_class(
        ({}, ("torch.nn.HuberLoss", {"reduction": "sum"})),
        ({"delta": 0.5, "mean": "elements"}, ("torch.nn.HuberLoss", {"delta": 0.5})),
        constructor=constructor,
    )
    assert dict(counterpart_of(cls(2.0)).arguments) == {"reduction": "sum", "delta": 2.0}
    assert dict(counterpart_of(cls(2.0, "elements")).arguments) == {"delta": 2.0}
    assert dict(counterpart_of(cls(mean="elements")).arguments) == {"delta": 1.0}
    assert counterpart_of(cls(mean="sometimes")) is None


def test_the_same_arguments_with_two_counterparts_depend_on_the_data():
    def constructor(self):
        pass

    cls = layer_class(({}, ("torch.nn.NLLLoss",)), ({}, ("torch.nn.KLDivLoss",)), constructor=constructor)
    with pytest.raises(CounterpartError, match="do not tell which"):
        expect_counterpart(cls())


def test_a_subclass_does_not_inherit_the_counterpart():
    cls = type("Steeper", (slope_of(),), {})
    with pytest.raises(CounterpartError, match=r"Steeper: .*found none; those of a base class are not"):
        expect_counterpart(cls(0.1))


def test_a_class_that_stands_for_another_has_its_counterpart():
    base = slope_of()
    fast = type("Fast", (base,), {"STANDS_FOR": base})
    assert counterpart_of(fast(0.5)) == counterpart_of(base(0.5))


def test_a_parameter_that_no_example_maps_is_refused():
    def constructor(self, n):
        self.W, self.gradW, self.c, self.gradc = (np.ones(n) for _ in range(4))

    cls = layer_class(({"n": 3}, ("torch.nn.Scale", {"n": 3}, {"W": "weight"})), constructor=constructor,
                      PARAMETERS={"W": "gradW", "c": "gradc"})  # fmt: skip
    with pytest.raises(CounterpartError, match=r"no example names what c is in torch\.nn\.Scale"):
        expect_counterpart(cls(5))


def test_another_framework_is_asked_for_by_name():
    layer = slope_of("jax.nn.leaky_relu")(0.5)
    assert counterpart_of(layer) is None
    assert counterpart_of(layer, "jax") == Reference("jax.nn.leaky_relu", {"negative_slope": 0.5})


ANSWERS = """
from minnet_core import Reference
@hookimpl
def minnet_counterpart(component):
    return RETURNED
"""


def test_a_plugin_says_nothing_of_what_another_distribution_tells_itself(site):
    install(site, "strange-a", ANSWERS.replace("RETURNED", 'Reference("torch.nn.Wrong")'))
    assert counterpart_of(slope_of()(0.5)) == Reference("torch.nn.LeakyReLU", {"negative_slope": 0.5})
    assert counterpart_of(Sequential()) == Reference("torch.nn.Wrong")  # of which the core tells nothing


def test_a_plugin_comes_before_the_examples_of_its_own_distribution(site):
    own = (
        "from minnet_core import *\nclass Own(Module):\n"
        "    EXAMPLES = (Example(input=(4, 3), reference=Reference('torch.nn.ReLU')),)\n"
    )
    plugin = HEAD + ANSWERS.replace("RETURNED", 'Reference("torch.f")')
    points = {"minnet": {"it": "strange_b.plugin"}, "minnet.layers": {"Own": "strange_b:Own"}}
    install_distribution(site, "strange-b", {"strange_b": own, "strange_b.plugin": plugin}, entry_points=points)
    layers.refresh()
    assert counterpart_of(layers["Own"]()) == Reference("torch.f")


def test_a_plugin_that_answers_something_else_is_as_if_it_did_not(site):
    install(site, "strange-a", ANSWERS.replace("RETURNED", "'torch.nn.Wrong'"))
    assert counterpart_of(Sequential()) is None
