"""The checks of metrics: each kills the mutants that name it and nothing else does, and right metrics pass them all."""

import json

import numpy as np
import pytest

from minnet_core import Example
from minnet_core.nn import Reference
from minnet_core.testing import cases_of, check_component, checks_for, examine
from minnet_train.conformance import CHECKS, METRIC
from minnet_train.metrics import Metric, metrics


class Pinball(Metric):
    """The mean error of a quantile."""

    TASKS = ("regression",)
    STATE = ("total", "count")
    EXAMPLES = (
        Example(reference=Reference("sklearn.metrics.mean_pinball_loss", {"alpha": 0.9})),
        Example(arguments={"quantile": 0.5}, input=[(9, 1), (4, 3)], target="real"),
    )

    def __init__(self, quantile=0.9):
        self.quantile = quantile
        super().__init__()

    def reset(self):
        self.total, self.count = 0.0, 0

    def update(self, outputs, targets):
        error = np.subtract(targets, outputs, dtype=np.float64)
        self.total += float(np.maximum(self.quantile * error, (self.quantile - 1) * error).sum())
        self.count += error.size

    def compute(self):
        return self.total / self.count if self.count else float("nan")


class Median(Metric):
    """The median of the absolute errors, for which all are kept; a list, of one for each output."""

    TASKS = ("regression",)
    STATE = ("errors",)

    def reset(self):
        self.errors = np.zeros((0, 0))

    def update(self, outputs, targets):
        errors = np.abs(np.subtract(outputs, targets, dtype=np.float64))
        self.errors = np.concatenate([self.errors, errors]) if len(self.errors) else errors

    def compute(self):
        return np.median(self.errors, axis=0).tolist() if len(self.errors) else []


class Hits(Metric):
    """How often each class is right: a dict."""

    TASKS = ("classification",)
    STATE = ("right", "rows")

    def reset(self):
        self.right, self.rows = [], []

    def update(self, outputs, targets):
        classes = targets if targets.ndim == 1 else targets.argmax(axis=1)
        is_right = outputs.argmax(axis=1) == classes
        count = outputs.shape[1]
        before = (self.right or [0] * count, self.rows or [0] * count)
        self.right = [int(n + (is_right & (classes == k)).sum()) for k, n in enumerate(before[0])]
        self.rows = [int(n + (classes == k).sum()) for k, n in enumerate(before[1])]

    def compute(self):
        return {str(k): right / rows for k, (right, rows) in enumerate(zip(self.right, self.rows, strict=True)) if rows}


class Margin(Metric):
    """By how much the true class is ahead, on the average; takes class indices and one-hot rows."""

    TASKS = ("classification",)
    STATE = ("total", "rows")

    def reset(self):
        self.total, self.rows = 0.0, 0

    def update(self, outputs, targets):
        classes = targets if targets.ndim == 1 else targets.argmax(axis=1)
        others = outputs.astype(np.float64)
        own = others[np.arange(len(classes)), classes]
        others[np.arange(len(classes)), classes] = -np.inf
        self.total += float((own - others.max(axis=1)).sum())
        self.rows += len(classes)

    def compute(self):
        return self.total / self.rows if self.rows else float("nan")


RIGHT = (Pinball, Median, Hits, Margin)


class Plain(Pinball):
    """The same, with nothing said of it."""

    EXAMPLES = ()


class OfNumpy(Plain):
    def compute(self):
        return np.float32(super().compute())


class OfArrays(Median):
    def compute(self):
        return np.median(self.errors, axis=0)


class ForgetsALayerOfTasks(Plain):
    TASKS = ("classification",)

    def update(self, outputs, targets):
        raise KeyError("classes")


class MeanOfBatchMeans(Plain):
    def update(self, outputs, targets):
        error = np.subtract(targets, outputs, dtype=np.float64)
        self.total += float(np.maximum(self.quantile * error, (self.quantile - 1) * error).mean())
        self.count += 1


class AgainstTheFirst(Plain):
    STATE = ("total", "count", "first")

    def reset(self):
        super().reset()
        self.first = None

    def update(self, outputs, targets):
        self.first = float(targets.ravel()[0]) if self.first is None else self.first
        super().update(outputs, targets - self.first)


class KeepsItsTotal(Plain):
    total = 0.0

    def reset(self):
        self.count = 0


class ForgetsWhenAsked(Plain):
    def compute(self):
        value = super().compute()
        self.reset()
        return value


class DividesInPlace(Plain):
    def compute(self):
        self.total, self.count = (self.total / self.count, 1) if self.count else (self.total, 0)
        return self.total


class RemembersHalf(Plain):
    STATE = ("total",)


class StateIsItsOwn(Hits):
    def reset(self):
        self.right, self.rows = [0, 0, 0], [0, 0, 0]

    def update(self, outputs, targets):
        classes = targets if targets.ndim == 1 else targets.argmax(axis=1)
        for k, is_right in zip(classes, outputs.argmax(axis=1) == classes, strict=True):
            self.rows[k] += 1
            self.right[k] += bool(is_right)

    @property
    def state(self):
        return {"right": self.right, "rows": self.rows}

    @state.setter
    def state(self, state):
        self.right, self.rows = list(state["right"]), list(state["rows"])


class Subtracts(Plain):
    def update(self, outputs, targets):
        before = targets.copy()
        np.subtract(targets, outputs, out=targets)
        super().update(outputs, before)


class KeepsWhatItIsGiven(Median):
    STATE = ("parts",)

    def reset(self):
        self.parts = []

    @property
    def state(self):
        return {"parts": list(self.parts)}

    @state.setter
    def state(self, state):
        self.parts = list(state["parts"])

    def update(self, outputs, targets):
        self.parts.append((outputs, targets))

    def compute(self):
        outputs, targets = (np.concatenate(part) for part in zip(*self.parts, strict=True))
        return np.median(np.abs(np.subtract(outputs, targets, dtype=np.float64)), axis=0).tolist()


class TakesOneHotForNumbers(Margin):
    def update(self, outputs, targets):
        if targets.ndim == 2:
            targets = targets.argmin(axis=1)
        super().update(outputs, targets)


class SumsInSingle(Plain):
    def reset(self):
        self.total, self.count = np.float32(0), 0

    def update(self, outputs, targets):
        error = targets - outputs
        part = np.maximum(self.quantile * error, (self.quantile - 1) * error).sum()
        self.total = self.total + part if part.dtype == np.float64 else np.float32(self.total + part)
        self.count += error.size

    def compute(self):
        return float(self.total / self.count) if self.count else float("nan")


class OtherQuantile(Pinball):
    def compute(self):
        return 2 * super().compute()


class SharedCounter(Plain):
    """Counts in a list that all have."""

    STATE = ("counted",)
    shared = []

    def reset(self):
        self.counted = self.shared
        self.counted[:] = [0.0, 0]

    def update(self, outputs, targets):
        error = np.subtract(targets, outputs, dtype=np.float64)
        self.counted[0] += float(np.maximum(self.quantile * error, (self.quantile - 1) * error).sum())
        self.counted[1] += error.size

    def compute(self):
        return self.counted[0] / self.counted[1] if self.counted[1] else float("nan")

    @property
    def state(self):
        return {"counted": list(self.counted)}

    @state.setter
    def state(self, state):
        self.counted = list(state["counted"])


WRONG = [
    (OfNumpy, "metric_measures"),
    (OfArrays, "metric_measures"),
    (ForgetsALayerOfTasks, "metric_measures"),
    (MeanOfBatchMeans, "batches_do_not_matter"),
    (AgainstTheFirst, "order_does_not_matter"),
    (KeepsItsTotal, "reset_forgets_all_batches"),
    (ForgetsWhenAsked, "compute_changes_nothing"),
    (DividesInPlace, "compute_changes_nothing"),
    (RemembersHalf, "state_brings_all_back"),
    (StateIsItsOwn, "state_brings_all_back"),
    (SharedCounter, "metrics_share_nothing"),
    (Subtracts, "outputs_and_targets_are_not_kept"),
    (KeepsWhatItIsGiven, "outputs_and_targets_are_not_kept"),
    (TakesOneHotForNumbers, "one_hot_targets_are_those_of_their_classes"),
    (SumsInSingle, "sums_lose_no_digits"),
    (OtherQuantile, "value_is_that_of_the_reference"),
]


@pytest.mark.parametrize("cls", RIGHT)
@pytest.mark.parametrize("seed", range(5))
def test_a_right_metric_is_not_blamed(cls, seed):
    for report in check_component(cls, strict=True, seed=seed):
        assert report.count("passed") > 10


@pytest.mark.parametrize(("cls", "killer"), WRONG)
@pytest.mark.parametrize("seed", range(3))
def test_a_wrong_metric_is_killed_by_its_check_and_by_no_other(cls, killer, seed):
    if killer == "value_is_that_of_the_reference":
        pytest.importorskip("sklearn")
    failed = {result.check for case in cases_of(cls, seed=seed) for result in examine(case).failures}
    assert failed == {killer}


def test_every_check_of_metrics_kills_one():
    assert {check.name for check in CHECKS if METRIC.name in check.of} == {killer for _, killer in WRONG}


@pytest.mark.parametrize("name", list(metrics))
def test_ours_pass(name):
    for report in check_component(f"minnet-train:{name}", strict=True):
        assert report.count("passed") > 10, report


def test_a_metric_whose_reference_is_not_installed_is_not_blamed():
    class Elsewhere(Plain):
        EXAMPLES = (Example(reference=Reference("nobody_has_this.pinball")),)

    (report,) = check_component(Elsewhere)
    (result,) = [each for each in report if each.check == "value_is_that_of_the_reference"]
    assert result.status == "skipped"
    assert "nobody_has_this, which computes the reference, cannot be imported" in result.message


def test_an_input_without_a_target_is_told():
    class Half(Plain):
        EXAMPLES = (Example(input=(4, 2)),)

    (case,) = cases_of(Half)
    (failure, *_) = examine(case).failures
    assert "expected an example with a target, or without an input, received an input alone" in failure.message


def test_the_kit_checks_a_metric_by_the_checks_of_metrics():
    (case, _) = cases_of(Pinball)
    assert {check.family for check in checks_for(case)} == {"protocol", "config", "metrics"}
    assert json.loads(json.dumps(examine(case).to_dict()))["reference"] == "sklearn.metrics.mean_pinball_loss"
