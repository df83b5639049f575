"""Every metric is that of scikit-learn, on hundreds of drawn cases, in batches and in any order."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_train.metrics import (
    F1,
    MAE,
    MAPE,
    MSE,
    PRAUC,
    R2,
    RMSE,
    ROCAUC,
    Accuracy,
    BalancedAccuracy,
    Brier,
    CalibrationError,
    LogLoss,
    Matthews,
    Precision,
    Recall,
    TopK,
    metrics,
)

theirs = pytest.importorskip("sklearn.metrics")
CASES = range(100)

pytestmark = pytest.mark.filterwarnings("ignore:.*:UserWarning:sklearn", "ignore:.*:RuntimeWarning")


def drawn(seed: int, classes: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Draw probabilities, coarse ones with ties in every second case, and labels that may lack a class."""
    rng = np.random.default_rng(seed)
    classes = classes or int(rng.integers(2, 6))
    rows = int(rng.integers(1, 60))
    probabilities = rng.dirichlet(np.full(classes, rng.choice([0.3, 1.0, 3.0])), rows)
    if seed % 2:
        probabilities = rng.multinomial(4, probabilities) / 4
    present = rng.permutation(classes)[: rng.integers(1, classes + 1)]
    labels = rng.choice(present, rows)
    if seed % 3:
        labels = np.where(rng.random(rows) < 0.5, probabilities.argmax(axis=1), labels)
    return probabilities, labels


def in_batches(metric, outputs: np.ndarray, targets: np.ndarray, seed: int):
    """Compute a metric of batches of drawn sizes, in another order of the rows."""
    rng = np.random.default_rng([seed, 1])
    order = rng.permutation(len(outputs))
    cuts = np.sort(rng.integers(0, len(outputs) + 1, 3))
    for part in np.split(order, cuts):
        if len(part):
            metric.update(outputs[part], targets[part])
    return metric.compute()


def expect_equal(make, expected: float, seed: int, outputs, targets):
    """Expect a metric of outputs; of a classification also of their logarithms, and of one-hot targets."""
    close = pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)
    assert in_batches(make(), outputs, targets, seed) == close
    if targets.ndim == 1:
        with np.errstate(divide="ignore"):
            assert in_batches(make(), np.log(outputs), targets, seed) == close
        assert in_batches(make(), outputs, np.eye(outputs.shape[1], dtype=np.float32)[targets], seed) == close


@pytest.mark.parametrize("average", ["macro", "weighted", "micro"])
@pytest.mark.parametrize(("cls", "name"), [(Precision, "precision"), (Recall, "recall"), (F1, "f1")])
def test_precision_recall_and_f1_of_any_number_of_classes(cls, name, average):
    score = getattr(theirs, f"{name}_score")
    for seed in CASES:
        outputs, labels = drawn(seed)
        predicted = outputs.argmax(axis=1)
        expect_equal(lambda: cls(average), score(labels, predicted, average=average), seed, outputs, labels)


@pytest.mark.parametrize("pos_label", [0, 1])
@pytest.mark.parametrize(("cls", "name"), [(Precision, "precision"), (Recall, "recall"), (F1, "f1")])
def test_precision_recall_and_f1_of_one_class_of_two(cls, name, pos_label):
    score = getattr(theirs, f"{name}_score")
    for seed in CASES:
        outputs, labels = drawn(seed, classes=2)
        predicted = outputs.argmax(axis=1)
        if not (labels == pos_label).any() and not (predicted == pos_label).any():
            continue  # scikit-learn does not know of the class
        expected = score(labels, predicted, pos_label=pos_label)
        expect_equal(lambda: cls(pos_label=pos_label), expected, seed, outputs, labels)


OF_CLASSES = {
    Accuracy: theirs.accuracy_score,
    BalancedAccuracy: theirs.balanced_accuracy_score,
    Matthews: theirs.matthews_corrcoef,
}


@pytest.mark.parametrize("cls", OF_CLASSES)
def test_what_follows_from_predicted_classes(cls):
    for seed in CASES:
        outputs, labels = drawn(seed)
        predicted = outputs.argmax(axis=1)
        expect_equal(cls, OF_CLASSES[cls](labels, predicted), seed, outputs, labels)


def test_adjusted_balanced_accuracy():
    for seed in CASES:
        outputs, labels = drawn(seed)
        predicted = outputs.argmax(axis=1)
        expected = theirs.balanced_accuracy_score(labels, predicted, adjusted=True)
        if len(set(labels)) > 1:
            expect_equal(lambda: BalancedAccuracy(adjusted=True), expected, seed, outputs, labels)


def test_top_k():
    for seed in range(0, 240, 2):  # without ties, of which scikit-learn takes others
        outputs, labels = drawn(seed, classes=4)
        expected = theirs.top_k_accuracy_score(labels, outputs, k=2, labels=range(4))
        expect_equal(lambda: TopK(2), expected, seed, outputs, labels)


@pytest.mark.parametrize(
    ("cls", "score"), [(ROCAUC, theirs.roc_auc_score), (PRAUC, theirs.average_precision_score)], ids=["ROC", "PR"]
)
def test_areas_of_two_classes(cls, score):
    counted = 0
    for seed in CASES:
        outputs, labels = drawn(seed, classes=2)
        if len(set(labels)) == 2:
            expect_equal(cls, score(labels, outputs[:, 1]), seed, outputs, labels)
            counted += 1
        else:
            assert np.isnan(in_batches(cls(), outputs, labels, seed))
    assert counted > 60


@pytest.mark.parametrize("average", ["macro", "weighted"])
@pytest.mark.parametrize(
    ("cls", "score"), [(ROCAUC, theirs.roc_auc_score), (PRAUC, theirs.average_precision_score)], ids=["ROC", "PR"]
)
def test_areas_of_many_classes_are_averages_over_those_that_there_are(cls, score, average):
    for seed in CASES:
        outputs, labels = drawn(seed, classes=4)
        there = [label for label in range(4) if 0 < (labels == label).sum() < len(labels)]
        if there:
            weights = [(labels == label).sum() for label in there] if average == "weighted" else None
            expected = np.average([score(labels == x, outputs[:, x]) for x in there], weights=weights)
            expect_equal(lambda: cls(average), expected, seed, outputs, labels)
        if len(there) == 4 and cls is ROCAUC:
            whole = theirs.roc_auc_score(labels, outputs, multi_class="ovr", average=average)
            assert in_batches(cls(average), outputs, labels, seed) == pytest.approx(whole)


def test_log_loss():
    for seed in CASES:
        outputs, labels = drawn(seed)
        expected = theirs.log_loss(labels, outputs, labels=range(outputs.shape[1]))
        expect_equal(LogLoss, expected, seed, outputs, labels)


def test_brier():
    for seed in CASES:
        outputs, labels = drawn(seed)
        expected = theirs.brier_score_loss(labels, outputs, labels=range(outputs.shape[1]))
        expect_equal(Brier, expected, seed, outputs, labels)


@pytest.mark.parametrize("n_bins", [1, 10, 15])
def test_the_calibration_error_is_that_of_the_bins_of_scikit_learn(n_bins):
    calibration = pytest.importorskip("sklearn.calibration")
    for seed in CASES:
        outputs, labels = drawn(seed)
        right, confidence = outputs.argmax(axis=1) == labels, outputs.max(axis=1)
        accuracies, confidences = calibration.calibration_curve(right, confidence, n_bins=n_bins, pos_label=True)
        places = np.searchsorted(np.linspace(0, 1, n_bins + 1)[1:-1], confidence)
        sizes = np.bincount(places)[np.unique(places)]
        expected = np.average(np.abs(accuracies - confidences), weights=sizes)
        expect_equal(lambda: CalibrationError(n_bins), expected, seed, outputs, labels)


def drawn_values(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    rows, columns = int(rng.integers(2, 60)), int(rng.integers(1, 4))
    targets = rng.standard_normal((rows, columns)) * 10.0 ** rng.integers(-3, 4) + rng.choice([0, 5, 1e5])
    if not seed % 5:
        targets = np.round(targets)
    if not seed % 7:
        targets[:] = 3  # whose mean is exact: scikit-learn takes what is left of others for variance
    return targets + rng.standard_normal((rows, columns)) * rng.choice([0.0, 0.1, 1.0]), targets


OF_VALUES = {
    MSE: theirs.mean_squared_error,
    RMSE: theirs.root_mean_squared_error,
    MAE: theirs.mean_absolute_error,
    MAPE: theirs.mean_absolute_percentage_error,
    R2: theirs.r2_score,
}


@pytest.mark.parametrize("cls", OF_VALUES)
def test_metrics_of_a_regression(cls):
    for seed in CASES:
        outputs, targets = drawn_values(seed)
        expect_equal(cls, OF_VALUES[cls](targets, outputs), seed, outputs, targets)


@pytest.mark.parametrize("cls", [ROCAUC, PRAUC, LogLoss, Brier, CalibrationError])
def test_logits_are_what_the_softmax_is_taken_of(cls):
    for seed in range(20):
        logits = np.random.default_rng(seed).normal(size=(40, 3 - seed % 2)) * 5
        labels = np.random.default_rng([seed, 1]).integers(0, logits.shape[1], 40)
        odds = np.exp(logits)
        expected = in_batches(cls(), odds / odds.sum(axis=1, keepdims=True), labels, seed)
        assert in_batches(cls(from_logits=True), logits, labels, seed) == pytest.approx(expected, rel=1e-9)
        with pytest.raises(ValueError, match=r"expected outputs that are probabilities .* with from_logits = true"):
            cls().update(logits, labels)


def test_every_metric_is_compared_here_or_beside():
    own = {name for name, cls in metrics.items() if cls.__module__.startswith("minnet_train.")}
    here = {"Precision", "Recall", "F1", "ROCAUC", "PRAUC", "LogLoss", "Brier", "CalibrationError", "TopK"}
    assert own == here | {cls.__name__ for cls in (*OF_CLASSES, *OF_VALUES)} | {"ConfusionMatrix"}
