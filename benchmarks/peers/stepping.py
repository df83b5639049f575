"""Jobs in two halves: what every framework does alike, and what one of them does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..drawing import BATCHES
from ..evidence import Evidence, fingerprint, number
from ..job import Job

PROOF_STEPS = 6
"""Steps of training whose losses are compared: every batch once, and two of them after all have been trained on."""


class TrainingJob(Job):
    """Steps of training whose losses are the evidence; ``step`` returns the loss."""

    def evidence(self) -> Evidence:
        losses: list[Any] = [self.step(index) for index in range(PROOF_STEPS)]
        return {f"loss {index}": number(loss) for index, loss in enumerate(losses, start=1)}


class InferenceJob(Job):
    """Forward passes whose outputs are the evidence; ``step`` returns the output."""

    def evidence(self) -> Evidence:
        return {f"output {index + 1}": fingerprint(self.step(index)) for index in range(BATCHES)}


class PassesJob(Job):
    """Passes whose every result is the evidence."""

    def results(self) -> Sequence[Any]:
        """Do one step from the beginning; return output, gradInput, and the gradients of the parameters."""
        raise NotImplementedError

    def evidence(self) -> Evidence:
        output, gradInput, *gradients = self.results()
        named = {"output": output, "gradInput": gradInput}
        named.update((f"gradient {index}", gradient) for index, gradient in enumerate(gradients, start=1))
        return {name: fingerprint(result) for name, result in named.items()}


class OptimizerJob(Job):
    """Steps of an optimizer whose evidence is how far the parameters have gone after three of them."""

    def parameters(self) -> Iterable[Any]:
        """Return the parameters as they are, as arrays."""
        raise NotImplementedError

    def evidence(self) -> Evidence:
        import numpy as np

        before = [np.array(parameter, np.float64) for parameter in self.parameters()]
        for index in range(3):
            self.step(index)
        self.finish()
        pairs = zip(before, self.parameters(), strict=True)
        return {"change": fingerprint(np.concatenate([(np.asarray(now) - then).ravel() for then, now in pairs]))}
