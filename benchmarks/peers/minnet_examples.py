"""minnet's components as their ``EXAMPLES`` make them."""

from __future__ import annotations

from typing import Any

from minnet_core.testing import is_floating, map_arrays

from ..evidence import Evidence, number
from ..job import Job
from ..sizing import draw_batch, draw_slopes, evidence_of, make_component
from ..workload import CriterionExample, LayerExample


class MinnetLayerExample(Job):
    """forward and backward."""

    def __init__(self, workload: LayerExample) -> None:
        self.layer = make_component(workload)
        self.input, _ = draw_batch(workload)
        self.gradOutput = draw_slopes(make_component(workload).forward(self.input))

    def step(self, index: int) -> None:
        self.layer.forward(self.input)
        self.layer.backward(self.input, self.gradOutput)

    def evidence(self) -> Evidence:
        self.step(0)
        # PyTorch has no gradient of integers, and here it is zeros.
        gradInput = map_arrays(lambda x, g: g if is_floating(x) else None, self.input, self.layer.gradInput)
        gradients = {f"gradient of {name}": its for name, its in self.layer.namedGradParameters().items()}
        return evidence_of({"output": self.layer.output, "gradInput": gradInput, **gradients})


class MinnetCriterionExample(Job):
    """forward and backward."""

    def __init__(self, workload: CriterionExample) -> None:
        self.criterion = make_component(workload)
        self.input, self.target = draw_batch(workload)

    def step(self, index: int) -> Any:
        self.criterion.forward(self.input, self.target)
        self.criterion.backward(self.input, self.target)

    def evidence(self) -> Evidence:
        self.step(0)
        return {"loss": number(self.criterion.output), **evidence_of({"gradInput": self.criterion.gradInput})}
