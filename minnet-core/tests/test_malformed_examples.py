"""A class whose EXAMPLES are no examples is told, by every command that reads them, and stops no other."""

from __future__ import annotations

import pytest

from minnet_core import Example, Module, layers
from minnet_core.testing import cases_of, install_distribution

LAYER = """
from minnet_core import Example, Module

class {name}(Module):
    EXAMPLES = {examples}
    def updateOutput(self, input):
        self.output = input * input.dtype.type(2)
        return self.output
    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * input.dtype.type(2)
        return self.gradInput
"""


@pytest.mark.parametrize("examples", ["Example(input=(4, 3))", "[(4, 3)]", "5", "'abc'"])
def test_it_is_told_and_the_others_are_checked(site, run_minnet, examples, monkeypatch):
    source = LAYER.format(name="Wrong", examples=examples) + LAYER.format(
        name="Right", examples="(Example(input=(4, 3)),)"
    )
    points = {"minnet.layers": {"Wrong": "strange_a:Wrong", "Right": "strange_a:Right"}}
    install_distribution(site, "strange-a", {"strange_a": source}, entry_points=points)
    layers.refresh()
    told = "Wrong: expected EXAMPLES to be a tuple of Example, received "
    code, out, _ = run_minnet("check", "strange-a", "--check", "is_made", "--json")
    assert code == 1
    assert told in out
    assert '"case": "Right"' in out
    code, _, err = run_minnet("explain", "Wrong")
    assert code == 1
    assert told in err
    assert "strange-a:Wrong (strange-a 0.1.0, strange_a:Wrong) cannot be explained" in err


def test_a_class_says_so_itself():
    class Wrong(Module):
        EXAMPLES = Example(input=(4, 3))

    with pytest.raises(TypeError, match="Wrong: expected EXAMPLES to be a tuple of Example, received Example"):
        cases_of(Wrong)
