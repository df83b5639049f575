"""Bugs that only losses have."""

from __future__ import annotations

from strangers import (
    BCELoss,
    BCEWithLogitsLoss,
    CosineEmbeddingLoss,
    CrossEntropyLoss,
    HingeLoss,
    KLDivLoss,
    L1Loss,
    MultiMarginLoss,
    NotebookMSE,
    PoissonNLLLoss,
    SmoothL1Loss,
    WeightedNLLLoss,
)

from minnet_criterions import ClassNLLCriterion, ClassNLLCriterionUnstable, MSECriterion

from .mutant import Mutant

_MEAN = "loss_is_a_mean_over_the_batch"
_FINITE = "loss_is_one_finite_number"
_NUMBERS = "integer_targets_count_as_numbers"
_INDICES = "class_indices_of_any_integer_dtype_are_taken"
_DTYPE = "the_dtype_of_the_target_does_not_matter"
_ZERO = "a_probability_of_zero_counts_nothing_elsewhere"
_IGNORED = "ignored_targets_add_nothing"

CRITERIONS = (
    Mutant(
        ClassNLLCriterion,
        [
            (
                "chosen = chosen_classes(self, input, target)\n        total",
                "target = target % input.shape[1] if target.ndim == 1 else target\n"
                "        chosen = chosen_classes(self, input, target)\n        total",
            ),
            (
                "chosen = chosen_classes(self, input, target, is_backward=True)\n        if",
                "target = target % input.shape[1] if target.ndim == 1 else target\n"
                "        chosen = chosen_classes(self, input, target, is_backward=True)\n        if",
            ),
        ],
        "classes_out_of_range_are_refused",
        "a class of -1 is the last",
    ),
    Mutant(
        NotebookMSE,
        [
            (
                "np.power(input - target.astype(input.dtype), 2)) / input.shape[0])",
                "np.power(input - target.astype(input.dtype), 2)))",
            ),
            ("* 2 / input.shape[0]", "* 2"),
        ],
        _MEAN,
        "the loss is a sum",
    ),
    Mutant(
        MSECriterion,
        [
            (
                "float(np.vdot(difference, difference)) * share(self.mean, input.shape)",
                "float(np.vdot(difference, difference)) / input.shape[-1]",
            ),
            ("gradInput *= 2 * share(self.mean, input.shape)", "gradInput *= 2 / input.shape[-1]"),
        ],
        _MEAN,
        "the loss is divided by the number of features",
    ),
    Mutant(
        ClassNLLCriterion,
        [
            ("-total / len(input)", "-total / len(input) ** 2"),
            ("np.multiply(target, -1 / len(input),", "np.multiply(target, -1 / len(input) ** 2,"),
            ("[chosen] = -1 / len(input)", "[chosen] = -1 / len(input) ** 2"),
        ],
        _MEAN,
        "the loss is divided twice",
    ),
    Mutant(
        PoissonNLLLoss,
        [
            (
                "target.astype(input.dtype) * input) / len(input))",
                "target.astype(input.dtype) * input) / max(len(input) - 1, 1))",
            ),
            ("target.astype(input.dtype)) / len(input)", "target.astype(input.dtype)) / max(len(input) - 1, 1)"),
        ],
        _MEAN,
        "the loss is divided by one less than the number of samples",
    ),
    Mutant(
        MultiMarginLoss,
        [
            (
                "np.maximum(self._excess(input, target), 0).sum() / input.size)",
                "np.maximum(self._excess(input, target), 0).sum() / input.shape[1])",
            ),
            ("self.gradInput = gradient / input.size", "self.gradInput = gradient / input.shape[1]"),
        ],
        _MEAN,
        "the loss is divided by the number of classes alone",
    ),
    Mutant(
        KLDivLoss,
        (
            "possible = target > 0\n",
            "possible = target >= 0\n",
        ),
        _FINITE,
        "0 times the logarithm of 0",
    ),
    Mutant(
        HingeLoss,
        (
            "self.output = float(np.maximum(0, self._shortfall(input, target)).sum()) / len(input)",
            "self.output = int(np.maximum(0, self._shortfall(input, target)).sum() / len(input))",
        ),
        _FINITE,
        "the loss is an int",
    ),
    Mutant(
        L1Loss,
        (
            "float(np.abs(self._difference(input, target)).sum() / len(input))",
            "np.abs(self._difference(input, target)).sum(keepdims=True) / len(input)",
        ),
        "forward_runs",
        "the loss is an array with axes",
    ),
    Mutant(
        NotebookMSE,
        (
            "np.sum(np.power(input - target.astype(input.dtype), 2))",
            "np.sum(np.power(input.astype(target.dtype) - target, 2))",
        ),
        _NUMBERS,
        "the input is converted to the dtype of the target",
    ),
    Mutant(
        BCEWithLogitsLoss,
        (
            "losses = np.maximum(input, 0) - target.astype(input.dtype) * input + np.log1p(np.exp(-np.abs(input)))",
            "z = (2 * target - 1) * input\n        losses = np.maximum(-z, 0) + np.log1p(np.exp(-np.abs(z)))",
        ),
        _NUMBERS,
        "2 t - 1 wraps around",
    ),
    Mutant(
        SmoothL1Loss,
        (
            "difference = input - target.astype(input.dtype)",
            "difference = input - 1 - (target - 1).astype(input.dtype)",
        ),
        _NUMBERS,
        "1 is subtracted from the target as it is",
    ),
    Mutant(
        L1Loss,
        (
            'expect_shape(self, target, input.shape, "target")',
            'expect_shape(self, target, input.shape, "target")\n        if target.dtype.kind != "f":\n'
            '            raise TypeError(f"{self}: expected a floating target, received {target.dtype}")',
        ),
        _NUMBERS,
        "integers are refused",
    ),
    Mutant(
        MultiMarginLoss,
        ("target.astype(np.intp)[:, None]", "target.view(np.intp)[:, None]"),
        _INDICES,
        "the target is viewed rather than converted",
    ),
    Mutant(
        WeightedNLLLoss,
        ("classes = target.astype(np.intp)", "classes = target - len(self.weights)"),
        _INDICES,
        "classes are counted from the end",
    ),
    Mutant(
        ClassNLLCriterion,
        (
            "loss = -total",
            "if target.ndim == 1 and target.dtype != int:\n"
            '            raise TypeError(f"{self}: expected class indices of int64, received {target.dtype}")\n'
            "        loss = -total",
        ),
        _INDICES,
        "only int64 is taken",
    ),
    Mutant(
        CrossEntropyLoss,
        (
            "target = target.astype(np.intp)\n        counted = target != self.ignore_index",
            "counted = ~target != ~np.full_like(target, self.ignore_index)\n        target = target.astype(np.intp)",
        ),
        _INDICES,
        "the index to ignore does not fit a small dtype",
    ),
    Mutant(
        NotebookMSE,
        ("self.gradInput = (input - target.astype(input.dtype)) * 2", "self.gradInput = (input - target) * 2"),
        _DTYPE,
        "a float64 target makes the gradient float64",
    ),
    Mutant(
        MSECriterion,
        [
            ("np.subtract(input, target, dtype=accumulation_dtype(input))", "np.subtract(input, target)"),
            ("gradInput.astype(floating_dtype(input), copy=False)", "gradInput"),
        ],
        _DTYPE,
        "the difference has the wider dtype of the two",
    ),
    Mutant(
        CosineEmbeddingLoss,
        (
            "slope = np.where(target > 0, -1, cosine > self.margin).astype(cosine.dtype) / len(cosine)",
            "slope = np.where(target > 0, -target, cosine > self.margin) / len(cosine)",
        ),
        _DTYPE,
        "the slope has the dtype of the target",
    ),
    Mutant(
        KLDivLoss,
        ("target.astype(input.dtype) / -len(input)", "target / -len(input)"),
        _DTYPE,
        "the gradient has the dtype of the target",
    ),
    Mutant(
        CrossEntropyLoss,
        [
            ("float(losses[counted].sum()) / len(input)", "float(losses[counted].sum() / counted.sum())"),
            ("gradient /= len(input)", "gradient /= counted.sum()"),
        ],
        "a_batch_that_is_ignored_is_finite",
        "the mean over no sample at all is nan",
    ),
    Mutant(
        CrossEntropyLoss,
        [
            ("self.ignore_index = ignore_index", "self.padding = ignore_index"),
            ("target != self.ignore_index", "target != self.padding"),
            ("float(losses[counted].sum()) / len(input)", "float(losses[counted].sum() / counted.sum())"),
            ("gradient /= len(input)", "gradient /= counted.sum()"),
        ],
        "a_batch_that_is_ignored_is_finite",
        "the mean over padding alone is nan",
    ),
    Mutant(
        BCELoss,
        (
            "(np.log(np.maximum(p, self.FLOOR)) for p in (input, 1 - input))",
            "(np.log(p) for p in (np.maximum(input, self.FLOOR), 1 - np.minimum(input, 1 - self.FLOOR)))",
        ),
        "a_certain_and_right_answer_is_finite",
        "the bound below 1 is 1 in float32",
    ),
    Mutant(
        ClassNLLCriterion,
        ("weighted_sum(target, input)", "float((target * input).sum())"),
        _ZERO,
        "0 times minus infinity",
    ),
    Mutant(
        KLDivLoss,
        (
            "self.output = float((t * (np.log(t) - input[possible])).sum() / len(input))",
            "self.output = float(((t * np.log(t)).sum() - (target * input).sum()) / len(input))",
        ),
        _ZERO,
        "a target of 0 is multiplied by minus infinity",
    ),
    Mutant(
        ClassNLLCriterionUnstable,
        ("np.divide(target, self._clip(input),", "np.divide(target, input,"),
        _ZERO,
        "the gradient divides 0 by 0",
    ),
    Mutant(
        ClassNLLCriterionUnstable,
        ("weighted_sum(target, np.log(self._clip(input)))", "float((target * np.log(input)).sum())"),
        _ZERO,
        "the logarithm is not clipped",
    ),
    Mutant(
        CrossEntropyLoss,
        [
            ("losses[counted].sum()", "losses.sum()"),
            ("gradient[~counted] = 0\n        ", ""),
        ],
        _IGNORED,
        "ignored samples count as class 0",
    ),
    Mutant(
        CrossEntropyLoss,
        ("losses[counted].sum()) / len(input)", "losses[counted].sum()) / max(counted.sum(), 1)"),
        _IGNORED,
        "the loss, and not its gradient, is divided by the samples that count",
    ),
    Mutant(CrossEntropyLoss, ("gradient[~counted] = 0\n        ", ""), _IGNORED, "ignored samples have a gradient"),
    Mutant(
        ClassNLLCriterion,
        [
            ("weighted_sum(target, input)", "weighted_sum(target / target.sum(axis=1, keepdims=True), input)"),
            (
                "            self.gradInput = np.multiply(target,",
                "            self.gradInput = np.multiply(target / target.sum(axis=1, keepdims=True),",
            ),
        ],
        _IGNORED,
        "weights are divided by their sum, which may be 0",
    ),
)
