"""Module, Sequential and Criterion of the notebook."""
# ruff: noqa: D101, UP004, UP008

from typing import Any


class Module(object):
    def __init__(self) -> None:
        self.output: Any = None
        self.gradInput: Any = None
        self.training = True

    def forward(self, input: Any) -> Any:
        return self.updateOutput(input)

    def backward(self, input: Any, gradOutput: Any) -> Any:
        self.updateGradInput(input, gradOutput)
        self.accGradParameters(input, gradOutput)
        return self.gradInput

    def updateOutput(self, input: Any) -> Any:
        pass

    def updateGradInput(self, input: Any, gradOutput: Any) -> Any:
        pass

    def accGradParameters(self, input: Any, gradOutput: Any) -> Any:
        pass

    def zeroGradParameters(self) -> None:
        pass

    def getParameters(self) -> list[Any]:
        return []

    def getGradParameters(self) -> list[Any]:
        return []

    def train(self) -> None:
        self.training = True

    def evaluate(self) -> None:
        self.training = False


class Sequential(Module):
    def __init__(self) -> None:
        super(Sequential, self).__init__()
        self.modules: list[Module] = []

    def add(self, module: Module) -> None:
        self.modules.append(module)

    def updateOutput(self, input: Any) -> Any:
        current_input = input
        for module in self.modules:
            current_input = module.forward(current_input)
        self.output = current_input
        return self.output

    def backward(self, input: Any, gradOutput: Any) -> Any:
        current_gradOutput = gradOutput
        gradInputs: list[Any] = []
        for i in range(len(self.modules) - 1, -1, -1):
            module = self.modules[i]
            if i == 0:
                gradInput = module.backward(input, current_gradOutput)
            else:
                gradInput = module.backward(self.modules[i - 1].output, current_gradOutput)
            current_gradOutput = gradInput
            gradInputs.insert(0, gradInput)
        self.gradInput = gradInputs[0]
        return self.gradInput

    def zeroGradParameters(self) -> None:
        for module in self.modules:
            module.zeroGradParameters()

    def getParameters(self) -> list[Any]:
        return [x.getParameters() for x in self.modules]

    def getGradParameters(self) -> list[Any]:
        return [x.getGradParameters() for x in self.modules]

    def train(self) -> None:
        self.training = True
        for module in self.modules:
            module.train()

    def evaluate(self) -> None:
        self.training = False
        for module in self.modules:
            module.evaluate()


class Criterion(object):
    def __init__(self) -> None:
        self.output: Any = None
        self.gradInput: Any = None

    def forward(self, input: Any, target: Any) -> Any:
        return self.updateOutput(input, target)

    def backward(self, input: Any, target: Any) -> Any:
        return self.updateGradInput(input, target)

    def updateOutput(self, input: Any, target: Any) -> Any:
        return self.output

    def updateGradInput(self, input: Any, target: Any) -> Any:
        return self.gradInput
