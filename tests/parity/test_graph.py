"""Drawn graphs against PyTorch's automatic differentiation of the same formulas, in float64 to 1e-9."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch

from minnet_core import Graph
from minnet_layers import Linear
from minnet_test_support.graphs import Bounded, Plus, Times, Turns, drawn_graph


def computed(graph: Graph, inputs: dict[str, torch.Tensor], weights: dict[str, torch.Tensor]) -> list[torch.Tensor]:
    """Evaluate a graph in PyTorch."""
    values: dict[str, object] = dict(inputs)

    def value(name: str) -> torch.Tensor:
        stem, *path = name.split(".")
        if stem not in values:
            values[stem] = made(stem)
        found = values[stem]
        for step in path:
            found = found[int(step)]
        return found

    def made(name: str) -> object:
        taken = [value(source) for source in graph.sources[name]]
        match graph[name]:
            case Linear():
                return torch.nn.functional.linear(taken[0], weights[f"{name}.W"], weights[f"{name}.b"])
            case Bounded():
                return taken[0].tanh()
            case Plus():
                return torch.stack(taken).sum(0)
            case Times():
                return taken[0] * taken[1]
            case Turns():
                return taken[0].flip(1), (2 * taken[0],)

    return [value(name) for name in graph.outputs]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("inputs", "outputs"), [(("input",), 1), (("a", "b", "c"), 3)])
def test_outputs_and_all_gradients_of_drawn_graphs_are_those_of_autograd(seed, inputs, outputs):
    rng = np.random.default_rng(seed)
    graph = drawn_graph(rng, partial(Linear, dtype="float64", rng=seed), nodes=12, inputs=inputs, outputs=outputs)
    given = {name: rng.standard_normal((4, 3)) for name in inputs}
    ours = graph.forward(tuple(given.values()) if len(given) > 1 else given["input"])
    ours = ours if isinstance(ours, tuple) else (ours,)
    gradients = [rng.standard_normal(output.shape) for output in ours]

    tensors = {name: torch.tensor(array, requires_grad=True) for name, array in given.items()}
    weights = {name: torch.tensor(array, requires_grad=True) for name, array in graph.namedParameters().items()}
    theirs = computed(graph, tensors, weights)
    torch.autograd.backward(theirs, [torch.tensor(gradient) for gradient in gradients])

    back = graph.backward(
        tuple(given.values()) if len(given) > 1 else given["input"], tuple(gradients) if outputs > 1 else gradients[0]
    )
    for output, expected in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(output, expected.detach().numpy(), 1e-9, 1e-9)
    for gradient, tensor in zip(back if len(given) > 1 else (back,), tensors.values(), strict=True):
        expected = np.zeros((4, 3)) if tensor.grad is None else tensor.grad.numpy()  # of one that no output needs
        np.testing.assert_allclose(gradient, expected, 1e-9, 1e-9)
    for name, gradient in graph.namedGradParameters().items():
        expected = np.zeros(gradient.shape) if weights[name].grad is None else weights[name].grad.numpy()
        np.testing.assert_allclose(gradient, expected, 1e-9, 1e-9, err_msg=name)
