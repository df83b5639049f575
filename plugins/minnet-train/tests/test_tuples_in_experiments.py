"""A tuple in an experiment is an argument, and no component that would have to be installed."""

from minnet_core import layers
from minnet_train.experiment.build import unknown_names


def test_a_tuple_names_no_component():
    config = {"class": "Sequential", "modules": [{"class": "tuple", "items": [1, {"class": "ReLUU"}]}]}
    (problem,) = unknown_names(config, layers, ("model",))
    assert problem.path == ("model", "modules", 0, "items", 1, "class")
