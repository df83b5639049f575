"""Source files that a test writes and imports."""

import sys
from pathlib import Path

_SCALE = """
from minnet_core import Example, Module

class {name}(Module):
    EXAMPLES = {examples}
    def __init__(self, factor=2.0):
        super().__init__()
        self.factor = factor
    def updateOutput(self, input):
        self.output = self.factor * input
        return self.output
    def updateGradInput(self, input, gradOutput):
        self.gradInput = {slope} * gradOutput
        return self.gradInput
"""

TWO_EXAMPLES = "(Example(input=(4, 3)), Example(arguments={'factor': 3.0}, input=(2, 2)))"
"""Of the layer that `scale_source` writes."""


def scale_source(name: str = "Scale", *, examples: str = "()", slope: str = "self.factor") -> str:
    """Write a layer that multiplies by a number; with ``slope="2 * self.factor"`` it is a wrong one."""
    return _SCALE.format(name=name, examples=examples, slope=slope)


def forget_modules(folder: Path) -> None:
    """Forget the modules that were imported from a folder, so that another test can write others there."""
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None) or "").startswith(str(folder)):
            del sys.modules[name]
