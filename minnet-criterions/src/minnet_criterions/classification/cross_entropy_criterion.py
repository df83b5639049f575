"""`CrossEntropyCriterion`: negative log-likelihood of scores, which it makes log-probabilities of by itself."""

from __future__ import annotations

import operator

import numpy as np
import numpy.typing as npt

from minnet_core import Array, Criterion, Example, Reference, expect_shape
from minnet_core.nn import accumulation_dtype, axis_maxima, axis_sums, floating_dtype, fraction

from ..arguments import weight_vector
from ..class_targets import class_rows, draw_place_classes, draw_soft, kept_classes
from ..targets import Chosen, draw_one_hot, weighted_sums


class CrossEntropyCriterion(Criterion):
    r"""Cross-entropy of the target with the softmax of scores; input ``(batch, classes)`` or ``(batch, classes, ...)``.

    The target is class indices, ``(batch, ...)`` of integers, or probabilities of the shape of the input, one-hot or
    soft, of any dtype. With places :math:`i` (each sample, or each pixel of it), scores :math:`x_{ij}`, the weight
    :math:`w_j` of class :math:`j`, smoothing :math:`\epsilon` over :math:`C` classes, and :math:`t_{ij}` the target,
    for class :math:`c_i` 1 at :math:`j = c_i` and else 0:

    .. math:: L = \frac1D \sum_{ij} q_{ij} \bigl(\log\sum_k e^{x_{ik}} - x_{ij}\bigr), \qquad
              q_{ij} = w_j \Bigl((1 - \epsilon)\,t_{ij} + \frac\epsilon C\Bigr)

    For class indices :math:`D = \sum_i w_{c_i}`, and places of the class ``ignore_index`` are left out of all sums; for
    probabilities :math:`D` is the number of places. A batch that is ignored altogether has the loss 0.

    Backward, with :math:`p` the softmax, from :math:`\partial\log\sum_k e^{x_{ik}}/\partial x_{ij} = p_{ij}`:

    .. math:: \frac{\partial L}{\partial x_{ij}} = \frac1D \Bigl(p_{ij} \sum_k q_{ik} - q_{ij}\Bigr)

    It is `ClassNLLCriterion` after `LogSoftMax` in one, for networks whose last layer gives scores.

    PyTorch: ``torch.nn.CrossEntropyLoss(weights, ignore_index=..., label_smoothing=...)``, which gives nan for a batch
    that is ignored altogether.

    Paper: Szegedy and others, 2015, arXiv:1512.00567 (smoothing).

    Args:
        weights: of the classes, 0 or more; all 1 by default.
        label_smoothing: :math:`\epsilon`, from 0 to 1: which share of the target all classes share, the true one too.
        ignore_index: the class index of places that do not count.

    >>> import numpy as np
    >>> from minnet_criterions import CrossEntropyCriterion
    >>> round(CrossEntropyCriterion().forward(np.log([[0.5, 1.5], [0.25, 0.75]]), np.array([0, -100])), 3)
    1.386
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (2, 5)],
            target=draw_place_classes,
            traits={"integer-target"},
            rejects=[(4,)],
            rejected_arguments=[{"label_smoothing": 1.5}, {"weights": [1.0, -1.0]}, {"ignore_index": 0.5}],
            reference=Reference("torch.nn.CrossEntropyLoss"),
        ),
        Example(input=[(4, 3), (2, 3, 2)], target=draw_soft, reference=Reference("torch.nn.CrossEntropyLoss")),
        Example(input=(4, 3), target=draw_one_hot, reference=Reference("torch.nn.CrossEntropyLoss")),
        Example(
            arguments={"label_smoothing": 0.1, "ignore_index": 1},
            input=[(5, 3), (2, 3, 4)],
            target=draw_place_classes,
            traits={"integer-target"},
            reference=Reference("torch.nn.CrossEntropyLoss", {"label_smoothing": 0.1, "ignore_index": 1}),
        ),
    )

    def __init__(
        self, weights: npt.ArrayLike | None = None, label_smoothing: float = 0.0, ignore_index: int = -100
    ) -> None:
        super().__init__()
        self.weights = weight_vector("CrossEntropyCriterion", "weights", weights)
        self.label_smoothing = fraction("CrossEntropyCriterion", "label_smoothing", label_smoothing)
        self.ignore_index = operator.index(ignore_index)

    def updateOutput(self, input: Array, target: Array) -> float:
        losses, divisor = self._losses(input, target)
        loss = _sum(losses) / divisor
        self.output = loss
        return loss

    def updateGradInput(self, input: Array, target: Array) -> Array:
        x, chosen = self._read(input, target)
        gradient = np.exp(x - axis_maxima(x))
        gradient /= axis_sums(gradient)
        if chosen is None:
            q = self._smoothed(class_rows(target, x.dtype)) / len(x)
            gradient *= axis_sums(q)
            gradient -= q
        else:
            (places, classes), w = chosen, self._class_weights(input)
            divisor = _sum(w[classes]) or 1.0
            own, spread = (1 - self.label_smoothing) / divisor * w[classes], self.label_smoothing / divisor / w.size * w
            gradient *= (own + spread.sum())[:, np.newaxis]
            gradient -= spread
            gradient[np.arange(len(x)), classes] -= own
            gradient = _scattered(gradient, places, input.size // w.size)
        shape = (len(input), *input.shape[2:], input.shape[1])
        self.gradInput = np.moveaxis(gradient.reshape(shape), -1, 1).astype(floating_dtype(input), copy=False)
        return self.gradInput

    def losses(self, input: Array, target: Array) -> Array:
        """Compute the share of each sample in the loss, of which the loss is the mean."""
        losses, divisor = self._losses(input, target)
        shares: Array = losses.reshape(len(input), -1).sum(axis=1) * losses.dtype.type(len(input) / divisor)
        return shares

    def put_weights(self, input: Array, target: Array, q: Array) -> None:
        r"""Write into ``q`` what the loss is :math:`\frac1N\sum q_{ij}(\log\sum_k e^{x_{ik}} - x_{ij})` with."""
        chosen = kept_classes(self, input, target, self.ignore_index)
        if chosen is None:
            q[...] = self._smoothed(target.astype(q.dtype, copy=False))
            return
        (places, classes), w = chosen, self._class_weights(input)
        factor = len(q) / (_sum(w[classes]) or 1.0)
        q.fill(0)
        q[places] = self.label_smoothing * factor / w.size * w
        q[places, classes] += (1 - self.label_smoothing) * factor * w[classes]

    def _losses(self, input: Array, target: Array) -> tuple[Array, float]:
        """The loss of each place, and what their sum is divided by."""
        x, chosen = self._read(input, target)
        x = x - axis_maxima(x)
        logarithms = np.log(axis_sums(np.exp(x)))
        if chosen is None:
            return weighted_sums(self._smoothed(class_rows(target, x.dtype)), logarithms - x), float(len(x))
        (places, classes), w = chosen, self._class_weights(input)
        losses = (1 - self.label_smoothing) * w[classes] * (logarithms[:, 0] - x[np.arange(len(x)), classes])
        if self.label_smoothing:
            losses += self.label_smoothing / w.size * (w.sum() * logarithms[:, 0] - np.dot(x, w))
        return _scattered(losses, places, input.size // w.size), _sum(w[classes]) or 1.0

    def _read(self, input: Array, target: Array) -> tuple[Array, Chosen | None]:
        """The scores of the places that count, in rows, and which places of which classes these are."""
        chosen = kept_classes(self, input, target, self.ignore_index)
        x = class_rows(input, accumulation_dtype(input))
        return (x if chosen is None or len(chosen[0]) == len(x) else x[chosen[0]]), chosen

    def _smoothed(self, target: Array) -> Array:
        """The weight of each class at each place, of a target that is probabilities."""
        smoothed = target
        if self.label_smoothing:
            smoothed = target * (1 - self.label_smoothing) + self.label_smoothing / target.shape[1]
        return smoothed if self.weights is None else smoothed * self._class_weights(target)

    def _class_weights(self, input: Array) -> Array:
        if self.weights is None:
            return np.ones(input.shape[1], accumulation_dtype(input))
        expect_shape(self, self.weights, input.shape[1:2], "weights")
        return self.weights.astype(accumulation_dtype(input))


def _sum(weights: Array) -> float:
    return float(weights.sum(dtype=np.float64))


def _scattered(rows: Array, places: Array, count: int) -> Array:
    """The rows in their places, among zeros."""
    if len(places) == count:
        return rows
    scattered = np.zeros((count, *rows.shape[1:]), rows.dtype)
    scattered[places] = rows
    return scattered
