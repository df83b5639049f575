"""Losses that are negative log-likelihoods: summed over the features, averaged over the batch."""

import numpy as np

from minnet_core import Criterion, Example, Reference, expect_shape


def _draw_counts(rng, shape, dtype):
    return rng.poisson(2, shape).astype(dtype)


def _draw_classes(rng, shape, dtype):
    return rng.integers(0, shape[-1], shape[:-1])


def _draw_classes_and_one_to_ignore(rng, shape, dtype):
    classes = _draw_classes(rng, shape, dtype)
    classes[0] = 1
    return classes


def _draw_distributions(rng, shape, dtype):
    return rng.dirichlet(np.ones(shape[-1]), shape[:-1]).astype(dtype)


def _draw_one_hot(rng, shape, dtype):
    return np.eye(shape[-1], dtype=dtype)[_draw_classes(rng, shape, dtype)]


class PoissonNLLLoss(Criterion):
    """Σ (exp(x) - t x)/N for counts t, of which x is the logarithm of the expected value."""

    EXAMPLES = (
        Example(input=(4, 3), target=_draw_counts),
        Example(input=(5,), target=_draw_counts, reference=Reference("torch.nn.PoissonNLLLoss")),
    )

    def updateOutput(self, input, target):
        self.output = float(np.sum(np.exp(input) - target.astype(input.dtype) * input) / len(input))
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = (np.exp(input) - target.astype(input.dtype)) / len(input)
        return self.gradInput


class KLDivLoss(Criterion):
    """Σ t (log t - x)/N for log-probabilities x and probabilities t.

    What has the probability 0 counts 0: neither its own logarithm nor an x of -inf is looked at. dx = -t/N.
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (2, 2, 3)],
            target=_draw_distributions,
            traits={"log-probability-input"},
            reference=Reference("torch.nn.KLDivLoss", {"reduction": "batchmean"}),
        ),
        Example(input=(3, 4), target=_draw_one_hot, traits={"log-probability-input"}),
    )

    def updateOutput(self, input, target):
        possible = target > 0
        t = target[possible].astype(input.dtype)
        self.output = float((t * (np.log(t) - input[possible])).sum() / len(input))
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = target.astype(input.dtype) / -len(input)
        return self.gradInput


def _draw_log_distributions(rng, shape, dtype):
    return np.log(_draw_distributions(rng, shape, np.float64)).astype(dtype)


class LogKLDivLoss(Criterion):
    """Σ exp(t) (t - x)/N for log-probabilities x and t: a target of 0 is certainty, and ignores no sample."""

    EXAMPLES = (
        Example(
            input=(4, 3),
            target=_draw_log_distributions,
            traits={"log-probability-input"},
            reference=Reference("torch.nn.KLDivLoss", {"reduction": "batchmean", "log_target": True}),
        ),
    )

    def updateOutput(self, input, target):
        t = target.astype(input.dtype)
        self.output = float((np.exp(t) * (t - input)).sum() / len(input))
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = np.exp(target.astype(input.dtype)) / -len(input)
        return self.gradInput


class CrossEntropyLoss(Criterion):
    """Σ_s (log Σ_j exp x_j - x_t)/N for class indices t; dx = (softmax(x) - one-hot(t))/N.

    Samples of the class ``ignore_index`` have neither loss nor gradient, but N counts them.
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (2, 5)],
            target=_draw_classes,
            traits={"integer-target"},
            rejects=[(4,), (4, 3, 2)],
            reference=Reference("torch.nn.CrossEntropyLoss"),
        ),
        Example(
            arguments={"ignore_index": 1},
            input=(4, 3),
            target=_draw_classes_and_one_to_ignore,
            traits={"integer-target"},
        ),
    )

    def __init__(self, ignore_index=-100):
        super().__init__()
        self.ignore_index = ignore_index

    def updateOutput(self, input, target):
        _, log_total, shifted, counted, column = self._terms(input, target)
        losses = log_total - np.take_along_axis(shifted, column, axis=1)
        self.output = float(losses[counted].sum()) / len(input)
        return self.output

    def updateGradInput(self, input, target):
        gradient, _, _, counted, column = self._terms(input, target)
        np.put_along_axis(gradient, column, np.take_along_axis(gradient, column, axis=1) - 1, axis=1)
        gradient[~counted] = 0
        gradient /= len(input)
        self.gradInput = gradient
        return self.gradInput

    def _terms(self, input, target):
        """Softmax, the logarithm of its denominator, the scores less the largest, which samples count, and classes."""
        expect_shape(self, input, ("batch", "classes"))
        expect_shape(self, target, input.shape[:1], "target")
        target = target.astype(np.intp)
        counted = target != self.ignore_index
        column = np.where(counted, target, 0)[:, None]
        if not 0 <= column.min() <= column.max() < input.shape[1]:
            raise ValueError(f"{self}: expected classes below {input.shape[1]}, received {target}")
        shifted = input - input.max(axis=1, keepdims=True)
        softmax = np.exp(shifted)
        total = softmax.sum(axis=1, keepdims=True)
        return softmax / total, np.log(total), shifted, counted, column


class WeightedNLLLoss(Criterion):
    """-Σ_s w_t x_{s,t}/N for log-probabilities x and class indices t, with a weight for each class."""

    EXAMPLES = (
        Example(
            arguments={"weights": (1.0, 0.5, 2.0)},
            input=(4, 3),
            target=_draw_classes,
            traits={"log-probability-input", "integer-target"},
            rejects=[(4, 2)],
            rejected_arguments=[{"weights": (1.0, -1.0, 1.0)}],
        ),
    )

    def __init__(self, weights):
        super().__init__()
        self.weights = np.array(weights, dtype=np.float64)
        if (self.weights < 0).any():
            raise ValueError(f"WeightedNLLLoss: expected no negative weight, received {weights!r}")

    def updateOutput(self, input, target):
        chosen, picked = self._pick(input, target)
        counted = picked > 0  # a class of weight 0 counts 0, even where its probability is
        self.output = -float((picked[counted] * input[chosen][counted]).sum()) / len(input)
        return self.output

    def updateGradInput(self, input, target):
        chosen, picked = self._pick(input, target)
        self.gradInput = np.zeros(input.shape, input.dtype)
        self.gradInput[chosen] = picked / -len(input)
        return self.gradInput

    def _pick(self, input, target):
        expect_shape(self, input, ("batch", len(self.weights)))
        if (target < 0).any():  # NumPy refuses those that are too large
            raise IndexError(f"{self}: expected classes from 0 to {len(self.weights) - 1}, received {target}")
        classes = target.astype(np.intp)
        return (np.arange(len(input)), classes), self.weights[classes].astype(input.dtype)


class WeightedMeanNLL(WeightedNLLLoss):
    """-Σ_s w_t x_{s,t}/Σ_s w_t: the mean is over the weights of the targets, as that of ``torch.nn.NLLLoss``."""

    EXAMPLES = (
        Example(
            arguments={"weights": (1.0, 0.5, 2.0)},
            input=(4, 3),
            target=_draw_classes,
            traits={"log-probability-input", "integer-target"},
        ),
    )

    def updateOutput(self, input, target):
        chosen, picked = self._pick(input, target)
        self.output = -float((picked * input[chosen]).sum() / picked.sum())
        return self.output

    def updateGradInput(self, input, target):
        chosen, picked = self._pick(input, target)
        self.gradInput = np.zeros(input.shape, input.dtype)
        self.gradInput[chosen] = -picked / picked.sum()
        return self.gradInput
