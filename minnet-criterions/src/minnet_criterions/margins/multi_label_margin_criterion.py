"""`MultiLabelMarginCriterion`: the hinge loss of the scores of labels, of which a sample has any number."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from minnet_core import Array, Criterion, Example, Reference, expect_shape
from minnet_core.nn import accumulation_dtype, axis_sums, describe, floating_dtype, positive_mask, positive_part

from ..batch import batch_size, mean_loss


def _draw_labels(rng: np.random.Generator, shape: tuple[int, ...], _: npt.DTypeLike) -> Array:
    """Draw for each sample some labels in any order, then -1, then what does not count."""
    labels = rng.permuted(np.tile(np.arange(shape[1]), (shape[0], 1)), axis=1)
    labels[np.arange(shape[0]), rng.integers(0, shape[1], shape[0])] = -1
    return labels


class MultiLabelMarginCriterion(Criterion):
    r"""How far the scores of a sample's labels are from leading those of all others by 1; input ``(batch, labels)``.

    The target is label indices, of the same shape, of integers: in each row the labels of a sample in any order, then
    -1, if there are fewer than all; what comes after it does not count. With the labels :math:`y_s` that are listed,
    :math:`C` in all:

    .. math:: L = \frac1{NC} \sum_s \sum_{i \in y_s} \sum_{j \notin y_s} \max(0,\, 1 - x_{si} + x_{sj})

    Backward, of every term that is above 0 one share to each of its two scores:

    .. math:: \frac{\partial L}{\partial x_{sj}} = \frac1{NC} \begin{cases}
              \phantom{-}\#\{i \in y_s : 1 - x_{si} + x_{sj} > 0\} & j \notin y_s \\
              -\#\{i \notin y_s : 1 - x_{sj} + x_{si} > 0\} & j \in y_s \end{cases}

    The time grows with the largest number of labels that a sample has.

    PyTorch: ``torch.nn.MultiLabelMarginLoss()``. A label that is listed twice counts twice. A target of another shape
    is an error, and so are an empty batch and a label that there is not, be it after the -1.

    >>> import numpy as np
    >>> from minnet_criterions import MultiLabelMarginCriterion
    >>> x, target = np.array([[0.1, 0.2, 0.4, 0.8]]), np.array([[3, 0, -1, 1]])
    >>> round(MultiLabelMarginCriterion().forward(x, target), 6)
    0.85
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (2, 5)],
            target=_draw_labels,
            traits={"integer-target", "kinks"},
            rejects=[(4,), (4, 3, 2)],
            reference=Reference("torch.nn.MultiLabelMarginLoss"),
        ),
    )

    def updateOutput(self, input: Array, target: Array) -> float:
        loss = mean_loss(self.losses(input, target), "batch", input.shape)
        self.output = loss
        return loss

    def updateGradInput(self, input: Array, target: Array) -> Array:
        x = self._read(input, target)
        gradient = np.zeros_like(x)
        for samples, labels, short in self._leads(x, target):
            slopes = positive_mask(short)
            gradient[samples] += slopes
            gradient[samples, labels] -= axis_sums(slopes)[:, 0]
        gradient *= 1 / x.size
        self.gradInput = gradient.astype(floating_dtype(input), copy=False)
        return self.gradInput

    def losses(self, input: Array, target: Array) -> Array:
        """Compute the loss of each sample, of which the loss is the mean."""
        x = self._read(input, target)
        losses = np.zeros(len(x), x.dtype)
        for samples, _, short in self._leads(x, target):
            losses[samples] += axis_sums(positive_part(short))[:, 0]
        losses /= x.shape[1]
        return losses

    def _leads(self, x: Array, target: Array) -> Iterator[tuple[Array, Array, Array]]:
        """Yield, of the first label of each sample, then of the second, what its lead over each other is short of 1.

        With the samples that have so many, and their labels; -inf stands where the other is a label of the sample, too.
        """
        is_listed = np.logical_and.accumulate(target >= 0, axis=1)
        counts = is_listed.sum(axis=1)
        others = x + 1
        samples, places = np.nonzero(is_listed)
        others[samples, target[samples, places].astype(np.intp)] = -np.inf
        for place in range(int(counts.max())):
            samples = np.flatnonzero(counts > place)
            labels = target[samples, place].astype(np.intp)
            yield samples, labels, others[samples] - x[samples, labels][:, np.newaxis]

    def _read(self, input: Array, target: Array) -> Array:
        batch_size(self, input)
        expect_shape(self, input, ("batch", "labels"))
        expect_shape(self, target, input.shape, "target")
        if target.dtype.kind not in "iu":
            raise TypeError(f"{self}: expected label indices of an integer dtype, received {describe(target)}")
        labels = input.shape[1]
        if target.min() < -1 or target.max() >= labels:
            sample, place = map(int, np.argwhere((target < -1) | (target >= labels))[0])
            raise ValueError(
                f"{self}: expected label indices from 0 to {labels - 1}, and -1 after them, received "
                f"{target[sample, place]} at {sample, place}"
            )
        return input.astype(accumulation_dtype(input), copy=False)
