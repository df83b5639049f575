"""The source of a right layer, for distributions in which something else is wrong."""

LAYER = """
from minnet_core import Example, Module


class {name}(Module):
    '''Multiplies by {factor}.'''

    EXAMPLES = (Example(input=(4, 3)),)

    def updateOutput(self, input):
        self.output = input * input.dtype.type({factor})
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * gradOutput.dtype.type({factor})
        return self.gradInput
"""


def layer_source(name: str, factor: float = 2.0) -> str:
    """Return the source of a module with one layer."""
    return LAYER.format(name=name, factor=factor)
