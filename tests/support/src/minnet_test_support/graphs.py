"""Graphs that are drawn, and layers that take or make tables, written as in a notebook."""

import numpy as np

from minnet_core import Graph, Module


class Plus(Module):
    """The sum of the arrays of a table."""

    def updateOutput(self, input):
        self.output = sum(input[1:], input[0].copy())
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = tuple(gradOutput.copy() for _ in input)
        return self.gradInput


class Times(Module):
    """The product of two arrays: each is the slope of the other."""

    def updateOutput(self, input):
        self.output = input[0] * input[1]
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * input[1], gradOutput * input[0]
        return self.gradInput


class Turns(Module):
    """A table of an array turned round, and a table of its double: ``turns.0`` and ``turns.1.0``."""

    def updateOutput(self, input):
        self.output = input[:, ::-1].copy(), (2 * input,)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput[0][:, ::-1] + 2 * gradOutput[1][0]
        return self.gradInput


class Bounded(Module):
    """The hyperbolic tangent."""

    def updateOutput(self, input):
        self.output = np.tanh(input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * (1 - self.output**2)
        return self.gradInput


def drawn_graph(rng, linear, *, width=3, nodes=8, inputs=("input",), outputs=1, tables=True, kinds=()):
    """Draw a graph whose arrays have ``width`` columns.

    Args:
        rng: a generator.
        linear: makes a linear layer of so many inputs and outputs.
        width: of all arrays.
        nodes: how many there are.
        inputs: the names of the inputs.
        outputs: how many there are: the last nodes, and now and then one before them.
        tables: whether some nodes make tables.
        kinds: functions that make further layers of one array.
    """
    arrays = list(inputs)  # what can be taken
    names = [f"n{index}" for index in range(nodes)]
    graph = Graph(inputs, [names[-1], *rng.choice(names[:-1], outputs - 1, replace=False)][::-1])
    makers = [lambda: linear(width, width), Bounded, *kinds]
    for name in names:
        fixed = name in graph.outputs
        kind = int(rng.integers(3 if fixed or not tables else 4))
        if kind == 0:
            graph.add(name, makers[int(rng.integers(len(makers)))](), [str(rng.choice(arrays[-4:]))])
        elif kind == 1:
            graph.add(name, Plus(), [str(each) for each in rng.choice(arrays, int(rng.integers(2, 4)))])
        elif kind == 2:
            graph.add(name, Times(), [str(each) for each in rng.choice(arrays, 2)])
        else:
            graph.add(name, Turns(), [str(rng.choice(arrays))])
            arrays += [f"{name}.0", f"{name}.1.0"]
            continue
        arrays.append(name)
    return graph
