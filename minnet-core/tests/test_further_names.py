"""One class under two names of a distribution: it is found by both, checked once, and saved under its own."""

import numpy as np
import pytest

from minnet_core import Sequential, build, layers, load, save, to_config
from minnet_core.compilation import operations_of
from minnet_core.testing import cases_of, every_case, install_distribution

SOURCE = """
import numpy as np
from minnet_core import Example, Module

class Bump(Module):
    EXAMPLES = (Example(input=(2, 3)),)

    def updateOutput(self, input):
        self.output = np.exp(-input * input)
        return self.output

class Other(Bump):
    pass

def operations(table, layer, x):
    raise NotImplementedError
"""


@pytest.fixture
def named_twice(site):
    points = {
        "ABump": "bumps:Bump",
        "Bump": "bumps:Bump",
        "Zbump": "bumps:Bump",
        "Two": "bumps:Other",
        "One": "bumps:Other",
    }
    declared = {"minnet.layers": points, "minnet.operations": {"Bump": "bumps:operations"}}
    install_distribution(site, "minnet-bumps", {"bumps": SOURCE}, entry_points=declared, version="1.2")
    layers.refresh()


@pytest.mark.usefixtures("named_twice")
def test_every_name_finds_the_class_and_is_listed():
    assert layers["ABump"] is layers["Bump"] is layers["minnet-bumps:Zbump"]
    assert {"ABump", "Bump", "Zbump", "One", "Two"} <= set(layers)
    assert len(layers) == len(list(layers))


@pytest.mark.usefixtures("named_twice")
def test_components_are_listed_once_by_the_name_of_the_class_or_else_the_first():
    listed = [each.name for each in layers.components() if each.distribution == "minnet-bumps"]
    assert listed == ["Bump", "One"]
    classes = [(each.distribution, each.target) for each in layers.components()]
    assert classes == list(dict.fromkeys((each.distribution, each.target) for each in layers.components()))
    assert set(classes) == {(each.distribution, each.target) for each in layers.declarations()}


@pytest.mark.usefixtures("named_twice")
def test_all_of_a_distribution_and_of_all_distributions_is_checked_once():
    for cases in (cases_of("minnet-bumps"), every_case()):
        found = [case.command for case in cases if case.name in ("Bump", "Other")]
        assert found == ["minnet check minnet-bumps:Bump", "minnet check minnet-bumps:One"]
    (case,) = cases_of("ABump")  # what is asked for by another name is checked all the same
    assert case.factory is layers["Bump"]
    with pytest.raises(ValueError, match="did you mean ABump"):
        cases_of("ABumpp")


@pytest.mark.usefixtures("named_twice")
def test_it_is_saved_under_its_own_name_whichever_it_was_found_by(tmp_path):
    layer = layers["ABump"]()
    assert to_config(layer) == {"class": "minnet-bumps:Bump"}
    assert type(build({"class": "Zbump"})) is type(layer)
    again = load(save(Sequential(layer), tmp_path / "model.safetensors"))
    np.testing.assert_array_equal(again.forward(np.zeros(2)), [1, 1])


@pytest.mark.usefixtures("named_twice")
def test_operations_that_are_declared_for_its_own_name_are_those_of_the_class():
    assert operations_of(layers["ABump"]()).__name__ == "operations"
