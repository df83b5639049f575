from __future__ import annotations

import json

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_optimizers import ReduceOnPlateau
from minnet_train import EarlyStopping, Preparation
from minnet_train.data import Columns, Standardization
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
    ConfusionMatrix,
    LogLoss,
    Matthews,
    Metric,
    PerOutput,
    Precision,
    Recall,
    TopK,
    in_raw_units,
    meaning_of,
    metrics,
    precision_recall_f1_support,
)

PROBABILISTIC = [ROCAUC(), PRAUC("weighted"), LogLoss(), Brier(), CalibrationError(10)]
COUNTING = [Precision("macro"), Recall("weighted"), F1("micro"), BalancedAccuracy(), Matthews()]
CLASSIFYING = [Accuracy(), TopK(2), ConfusionMatrix(), *COUNTING, *PROBABILISTIC]
MEASURING = [MSE(), RMSE(), MAE(), MAPE(), R2()]
EVERY = [*CLASSIFYING, *MEASURING]
each = pytest.mark.parametrize("metric", EVERY, ids=repr)


def data(metric: Metric, rows: int = 50, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    outputs = rng.normal(size=(rows, 4)).astype(np.float32)
    if metric in CLASSIFYING:
        odds = np.exp(outputs)
        return odds / odds.sum(axis=1, keepdims=True), rng.integers(0, 4, rows)
    return outputs, (outputs + rng.normal(size=(rows, 4))).astype(np.float32)


def of(metric: Metric, *batches: tuple[np.ndarray, np.ndarray]):
    metric.reset()
    for outputs, targets in batches:
        metric.update(outputs, targets)
    return metric.compute()


@each
def test_batches_make_no_difference(metric):
    outputs, targets = data(metric)
    parts = [(outputs[start : start + 7], targets[start : start + 7]) for start in range(0, 50, 7)]
    assert np.array(of(metric, *parts)) == pytest.approx(np.array(of(metric, (outputs, targets))), rel=1e-12)


@each
def test_reset_forgets(metric):
    first, second = data(metric), data(metric, seed=1)
    of(metric, first)
    assert of(metric, second) == of(type(metric)(*metric._arguments[0]), second)


@each
def test_the_state_goes_on_and_is_a_copy(metric):
    first, second = data(metric), data(metric, seed=1)
    whole = of(metric, first, second)
    of(metric, first)
    state = metric.state
    metric.update(*second)
    other = type(metric)(*metric._arguments[0])
    other.state = state
    other.update(*second)
    assert other.compute() == whole
    with pytest.raises(ValueError, match="expected a state of "):
        other.state = {"other": 1}


@each
def test_the_result_is_what_json_can_hold(metric):
    result = of(metric, data(metric))
    assert json.loads(json.dumps(result)) == result


@pytest.mark.parametrize("metric", CLASSIFYING, ids=repr)
def test_one_hot_rows_are_classes_too(metric):
    outputs, labels = data(metric)
    assert of(metric, (outputs, np.eye(4, dtype=np.float32)[labels])) == of(metric, (outputs, labels))


@pytest.mark.parametrize("metric", EVERY, ids=repr)
@pytest.mark.parametrize("targets", [np.zeros((2, 3)), np.zeros(2), np.zeros((3, 4)), np.zeros((2, 1))])
def test_targets_that_do_not_fit_are_refused(metric, targets):
    with pytest.raises(ShapeError, match=r"expected"):
        metric.update(np.zeros((2, 4)), targets)


def test_accuracy_counts_the_first_of_equal_outputs():
    assert of(Accuracy(), (np.array([[1, 1], [1, 1]]), np.array([0, 1]))) == 0.5


def test_top_1_is_accuracy_and_top_all_is_1():
    outputs, labels = data(CLASSIFYING[0])
    assert of(TopK(1), (outputs, labels)) == of(Accuracy(), (outputs, labels))
    assert of(TopK(4), (outputs, labels)) == 1
    assert of(Accuracy(), (outputs, labels)) < of(TopK(2), (outputs, labels)) < of(TopK(3), (outputs, labels)) < 1


def test_a_nan_is_no_right_answer():
    assert of(TopK(1), (np.array([[np.nan, 1], [0, np.nan]]), np.array([0, 0]))) == 0


@pytest.mark.parametrize("k", [0, -1, 1.5, True, None])
def test_k_is_a_count(k):
    with pytest.raises(ValueError, match="TopK: expected k to be an integer of at least 1, received"):
        TopK(k)


def test_errors_are_means_over_all_outputs():
    outputs, targets = data(MEASURING[0])
    difference = outputs.astype(float) - targets
    assert of(MSE(), (outputs, targets)) == pytest.approx(np.mean(difference**2))
    assert of(MAE(), (outputs, targets)) == pytest.approx(np.mean(np.abs(difference)))


def test_r2_is_the_mean_over_the_outputs():
    outputs, targets = data(MEASURING[0])
    residual = ((outputs - targets) ** 2).sum(0)
    expected = 1 - residual / ((targets - targets.mean(0)) ** 2).sum(0)
    assert of(R2(), (outputs, targets)) == pytest.approx(expected.mean(), rel=1e-5)


def test_r2_of_large_targets_loses_nothing():
    rng = np.random.default_rng(0)
    targets = rng.normal(size=(1000, 1)) + 1e8
    outputs = targets + 0.5 * rng.normal(size=(1000, 1))
    shifted = of(R2(), *((outputs[i::10], targets[i::10]) for i in range(10)))
    assert shifted == pytest.approx(of(R2(), (outputs - 1e8, targets - 1e8)), rel=1e-6)


@pytest.mark.parametrize(("outputs", "expected"), [([[3.0], [3.0]], 1.0), ([[3.0], [2.0]], 0.0)])
def test_r2_of_a_constant_is_1_if_it_is_right_and_else_0(outputs, expected):
    assert of(R2(), (np.array(outputs), np.full((2, 1), 3.0))) == expected


def test_r2_of_a_constant_that_has_no_exact_mean_is_told_from_one_that_varies():
    targets = np.full((7, 1), 0.1)
    assert of(R2(), (targets, targets), (targets[:3], targets[:3])) == 1
    assert of(R2(), (targets + 1e-3, targets)) == 0


def test_one_output_is_no_classifier_of_two_classes():
    outputs = np.array([[0.2], [0.9]])
    with pytest.raises(ShapeError, match="Accuracy: expected outputs .rows, classes"):
        Accuracy().update(outputs, np.array([[0], [1]]))
    with pytest.raises(ValueError, match="Accuracy: expected class indices from 0 to 0, one for each output, received"):
        Accuracy().update(outputs, np.array([0, 1]))
    assert of(Accuracy(), (outputs, np.array([[1], [1]]))) == 1


@pytest.mark.parametrize("cls", [Precision, Recall, F1])
def test_of_more_classes_than_two_an_average_is_said(cls):
    with pytest.raises(ValueError, match="expected two classes for average = 'binary', received 3; average = 'macro'"):
        cls().update(np.eye(3), np.arange(3))
    with pytest.raises(
        ValueError, match="expected average to be one of binary, macro, weighted, micro, received 'all'"
    ):
        cls("all")
    with pytest.raises(ValueError, match="expected pos_label to be the index of a class, 0 or 1, received 2"):
        cls(pos_label=2)


@pytest.mark.parametrize("metric", PROBABILISTIC, ids=repr)
def test_a_nan_makes_a_number_of_probabilities_nan(metric):
    outputs, labels = data(metric)
    outputs[3] = np.nan
    assert np.isnan(of(metric, (outputs, labels)))


@pytest.mark.parametrize("cls", [ROCAUC, PRAUC])
def test_an_area_is_that_of_classes_one_by_one(cls):
    with pytest.raises(ValueError, match="expected average to be 'macro' or 'weighted', received 'micro'"):
        cls("micro")
    assert (cls().name, cls("weighted").name) == (f"{cls().name}", f"{cls().name}_weighted")


@pytest.mark.parametrize("n_bins", [0, 1.5, True])
def test_the_number_of_bins_is_a_count(n_bins):
    with pytest.raises(ValueError, match="CalibrationError: expected n_bins to be an integer of at least 1, received"):
        CalibrationError(n_bins)


def test_a_million_certain_predictions_that_are_right_are_calibrated():
    outputs = np.tile(np.float32([[0, 1]]), (1000, 1))
    assert of(CalibrationError(), *[(outputs, np.ones(1000, int))] * 1000) == 0


def test_matthews_of_many_samples_does_not_overflow():
    outputs, labels = np.eye(2)[[0, 1] * 1000], np.array([0, 1] * 1000)
    assert of(Matthews(), *[(outputs, labels)] * 100) == 1


LARGE = {"Accuracy", "BalancedAccuracy", "TopK", "Precision", "Recall", "F1", "ROCAUC", "PRAUC", "Matthews", "R2"}


@pytest.mark.parametrize("metric", EVERY, ids=repr)
def test_larger_is_better_where_a_better_model_has_more(metric):
    is_good = type(metric).__name__ in LARGE
    for name in (metric.name, f"validation_{metric.name}"):
        assert meaning_of(name).large_is_good == is_good
        assert EarlyStopping(metric=name).mode == ReduceOnPlateau(name).mode == ("max" if is_good else "min")


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint64])
def test_classes_may_be_integers_of_any_size(dtype):
    labels = np.arange(100)
    counts = of(ConfusionMatrix(), (np.eye(100), labels.astype(dtype)))
    assert np.array_equal(counts, np.eye(100))
    assert of(TopK(1), (np.eye(100), labels.astype(dtype))) == 1


def test_a_confusion_matrix_has_a_row_for_each_class_and_counts_all():
    outputs, labels = data(CLASSIFYING[0])
    matrix = np.array(of(ConfusionMatrix(), (outputs, labels)))
    assert matrix.sum(1).tolist() == np.bincount(labels).tolist()
    assert np.trace(matrix) / 50 == of(Accuracy(), (outputs, labels))


@pytest.mark.parametrize("metric", [metric for metric in EVERY if not isinstance(metric, ConfusionMatrix)], ids=repr)
def test_of_nothing_a_metric_is_nan(metric):
    metric.reset()
    assert np.isnan(metric.compute())


def test_what_follows_from_a_confusion_matrix_is_that_of_scikit_learn():
    theirs = pytest.importorskip("sklearn.metrics")
    actual, predicted = np.random.default_rng(0).integers(0, 4, (2, 200))
    confusion = of(ConfusionMatrix(), (np.eye(4)[predicted], np.eye(4)[actual]))
    assert np.array_equal(confusion, theirs.confusion_matrix(actual, predicted))
    expected = theirs.precision_recall_fscore_support(actual, predicted)
    for our, their in zip(precision_recall_f1_support(confusion), expected, strict=True):
        assert our == pytest.approx(their, abs=1e-12)


def test_a_fraction_of_no_samples_is_nan():
    precision, recall, f1, support = precision_recall_f1_support([[2, 0, 0], [1, 0, 0], [0, 0, 0]])
    assert precision.tolist() == pytest.approx([2 / 3, np.nan, np.nan], nan_ok=True)
    assert recall.tolist() == pytest.approx([1, 0, np.nan], nan_ok=True)
    assert f1.tolist() == pytest.approx([0.8, 0, np.nan], nan_ok=True)
    assert support.tolist() == [2, 1, 0]


@pytest.mark.parametrize(
    ("metric", "name"), [(MSE, "mean_squared_error"), (MAE, "mean_absolute_error"), (R2, "r2_score")]
)
def test_the_errors_of_each_output_are_those_of_scikit_learn(metric, name):
    theirs = getattr(pytest.importorskip("sklearn.metrics"), name)
    rng = np.random.default_rng(0)
    targets = rng.standard_normal((100, 4)) * [1, 1000, 0, 0] + [0, 1e6, 3, 0.1]
    outputs = targets + rng.standard_normal((100, 4)) * [1, 1, 1, 0]
    parts = [(outputs[start::7], targets[start::7]) for start in range(7)]
    expected = theirs(targets, outputs, multioutput="raw_values")
    assert of(PerOutput(metric, 4), *parts) == pytest.approx(expected.tolist(), rel=1e-9)
    assert of(metric(), *parts) == pytest.approx(theirs(targets, outputs), rel=1e-9)


@pytest.mark.parametrize("metric", MEASURING, ids=repr)
def test_in_raw_units_a_metric_is_that_of_the_raw_values(metric):
    preparation = Preparation(columns=Columns(1), of_targets=Standardization((10.0, -3.0), (100.0, 0.5)))
    (raw,) = in_raw_units([type(metric)()], preparation)
    batches = [tuple(column[:, :2] for column in data(metric, seed=seed)) for seed in (0, 1)]
    expected = of(metric, *(tuple(map(preparation.answers, batch)) for batch in batches))
    assert of(raw, *batches) == expected
    assert (raw.name, repr(raw)) == (metric.name, repr(metric))
    raw.reset()
    assert np.isnan(raw.compute())
    raw.state = metric.state
    assert raw.compute() == expected
    assert str(raw.state) == str(metric.state)


def test_metrics_stay_as_they_are_where_the_network_learns_the_raw_targets():
    assert in_raw_units(EVERY, Preparation(columns=Columns(1))) == EVERY


def test_all_are_found_by_name():
    assert {type(metric).__name__ for metric in EVERY} <= set(metrics)
    assert metrics["TopK"] is TopK


def test_a_strangers_metric_must_say_how_it_counts():
    class Mine(Metric):
        def reset(self):
            pass

    with pytest.raises(NotImplementedError, match=r"Mine must define update\(outputs, targets\)"):
        Mine().update(np.zeros((1, 1)), np.zeros((1, 1)))
    with pytest.raises(NotImplementedError, match=r"Mine must define compute\(\)"):
        Mine().compute()
    with pytest.raises(NotImplementedError, match=r"Metric must define reset\(\)"):
        Metric()
