"""`Plus`: the sum of two inputs, in a file to copy to where an experiment names it."""

from minnet_core import Module


class Plus(Module):
    def updateOutput(self, input):
        self.output = input[0] + input[1]
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.copy(), gradOutput.copy()
        return self.gradInput
