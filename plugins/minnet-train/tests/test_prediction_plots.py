"""The pictures of what a model predicts show the numbers that scikit-learn computes."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_train.plots import (
    Dependence,
    PlotError,
    draw_calibration,
    draw_dependence,
    draw_importance,
    draw_precision_recall,
    draw_predicted,
    draw_residuals,
    draw_roc,
)

pytest.importorskip("matplotlib")

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 3, 200)
PROBABILITIES = RNG.dirichlet(np.ones(3), 200) * 0.5 + 0.5 * np.eye(3)[RNG.permutation(LABELS)]
BINARY = np.stack([1 - PROBABILITIES[:, 0], PROBABILITIES[:, 0]], axis=1)


def curves(figure):
    return {
        line.get_label(): line.get_xydata() for line in figure.axes[0].lines if not line.get_label().startswith("_")
    }


def test_roc_curves_are_those_of_scikit_learn():
    theirs = pytest.importorskip("sklearn.metrics")
    drawn = curves(draw_roc(LABELS, PROBABILITIES, "abc"))
    assert len(drawn) == 4
    for index, name in enumerate("abc"):
        alarms, hits, _ = theirs.roc_curve(index == LABELS, PROBABILITIES[:, index], drop_intermediate=False)
        area = theirs.roc_auc_score(index == LABELS, PROBABILITIES[:, index])
        np.testing.assert_allclose(drawn[f"{name}: area {area:.3f}"], np.stack([alarms, hits], axis=1))


def test_precision_recall_curves_are_those_of_scikit_learn():
    theirs = pytest.importorskip("sklearn.metrics")
    drawn = curves(draw_precision_recall(LABELS, PROBABILITIES, "abc"))
    for index, name in enumerate("abc"):
        precision, recall, _ = theirs.precision_recall_curve(index == LABELS, PROBABILITIES[:, index])
        area = theirs.average_precision_score(index == LABELS, PROBABILITIES[:, index])
        points = drawn[f"{name}: area {area:.3f}"]
        np.testing.assert_allclose(points[1:], np.stack([recall, precision], axis=1)[::-1][1:])


@pytest.mark.parametrize("draw", [draw_roc, draw_precision_recall])
def test_of_two_classes_the_second_is_drawn_and_one_alone_has_no_curve(draw):
    drawn = curves(draw((LABELS > 0).astype(int), BINARY, ("no", "yes")))
    assert [name.split(":")[0] for name in drawn if name != "chance"] == ["yes"]
    with pytest.raises(PlotError, match="expected samples of at least two classes, received those of one"):
        draw(np.zeros(200, int), BINARY, ("no", "yes"))
    with pytest.raises(PlotError, match=r"expected probabilities \(200, 2\), received \(200, 3\)"):
        draw(LABELS, PROBABILITIES, ("no", "yes"))


def test_of_many_classes_the_largest_are_drawn_and_can_be_told_apart():
    labels = np.repeat(np.arange(20), np.arange(1, 21))
    figure = draw_roc(labels, np.random.default_rng(0).dirichlet(np.ones(20), len(labels)), range(20))
    looks = [(line.get_color(), line.get_linestyle()) for line in figure.axes[0].lines]
    assert len(looks) == len(set(looks)) == 13
    assert {name.split(":")[0] for name in curves(figure)} - {"chance"} == {str(n) for n in range(8, 20)}


def test_a_reliability_diagram_is_the_calibration_curve_of_scikit_learn():
    calibration = pytest.importorskip("sklearn.calibration")
    figure = draw_calibration(LABELS, PROBABILITIES, title="those")
    right, confidence = PROBABILITIES.argmax(1) == LABELS, PROBABILITIES.max(1)
    accuracy, certain = calibration.calibration_curve(right, confidence, n_bins=10)
    (model,) = (line for line in figure.axes[0].lines if line.get_marker() == "o")
    np.testing.assert_allclose(model.get_xydata(), np.stack([certain, accuracy], axis=1))
    counts = np.histogram(confidence, np.linspace(0, 1, 11))[0]
    assert [bar.get_height() for bar in figure.axes[1].patches] == counts.tolist()
    error = np.average(np.abs(accuracy - certain), weights=counts[counts > 0])
    assert figure.axes[0].get_title() == f"those\nexpected calibration error {error:.2%}"
    with pytest.raises(PlotError, match="expected at least one sample"):
        draw_calibration(LABELS[:0], PROBABILITIES[:0])


ACTUAL = RNG.normal(size=(50, 2)) * [1, 100]
PREDICTED = ACTUAL + RNG.normal(size=(50, 2)) * [0.1, 20]


def test_predicted_and_true_values_are_points():
    first, second = draw_predicted(ACTUAL, PREDICTED, ("a", "b"), title="those").axes
    np.testing.assert_allclose(first.collections[0].get_offsets(), np.stack([ACTUAL[:, 0], PREDICTED[:, 0]], axis=1))
    assert (second.get_xlabel(), second.get_ylabel()) == ("true b", "predicted b")
    error = np.sqrt(np.mean((PREDICTED[:, 1] - ACTUAL[:, 1]) ** 2))
    assert second.get_title().startswith(f"RMSE {error:.4g}, R² 0.9")


def test_residuals_are_true_minus_predicted_and_0_is_in_the_middle():
    first, _ = draw_residuals(ACTUAL, PREDICTED, ("a", "b")).axes
    residuals = ACTUAL[:, 0] - PREDICTED[:, 0]
    np.testing.assert_allclose(first.collections[0].get_offsets(), np.stack([PREDICTED[:, 0], residuals], axis=1))
    low, high = first.get_ylim()
    assert low == -high
    means = first.lines[1].get_ydata()
    assert np.mean(means) == pytest.approx(residuals.mean())


@pytest.mark.parametrize("draw", [draw_predicted, draw_residuals])
def test_values_that_do_not_fit_are_refused_and_many_are_thinned(draw):
    with pytest.raises(PlotError, match=r"expected at least one row .* received \(50, 2\) and \(50, 1\)"):
        draw(ACTUAL, PREDICTED[:, :1], ("a", "b"))
    many = np.random.default_rng(0).normal(size=(20_000, 1))
    (axes,) = draw(many, many, ("a",)).axes
    assert len(axes.collections[0].get_offsets()) == 5000
    figure = draw(np.zeros((3, 20)), np.full((3, 20), np.nan), [str(n) for n in range(20)])
    assert len(figure.axes) == 9
    assert figure.get_suptitle() == "the first 9 of 20 outputs"


def test_the_most_important_feature_is_at_the_top():
    drops = np.array([[0.1, 0.3], [0.5, 0.5], [-0.1, 0.0]])
    (axes,) = draw_importance(("a", "b", "c"), drops, count=2, title="those", score="R²").axes
    assert [text.get_text() for text in axes.get_yticklabels()] == ["b", "a"]
    assert [bar.get_width() for bar in axes.patches] == [0.5, 0.2]
    assert axes.yaxis_inverted()
    assert axes.get_title() == "those\nthe 2 most important of 3 features"
    with pytest.raises(PlotError, match="expected a name for each of 3 features, received 2"):
        draw_importance(("a", "b"), drops)


def test_dependence_of_numbers_is_a_curve_and_of_categories_dots_on_one_scale():
    number = Dependence("age", np.array([1.0, 2.0]), np.array([[1.0, 2.0], [3.0, 4.0]]), np.arange(1.0, 3.0, 0.1))
    text = Dependence("sex", np.array(["f", "m"]), np.array([[0.0, 0.0], [9.0, 9.0]]), np.array([0.0, 1.0]))
    figure = draw_dependence([number, text], ("x", "y"), what="mean", title="those")
    first, second = figure.axes
    assert first.lines[0].get_xydata().tolist() == [[1, 1], [2, 3]]
    assert [label.get_text() for label in second.get_xticklabels()] == ["f", "m"]
    assert {line.get_marker() for line in second.lines} == {"o"}
    assert first.get_ylim() == second.get_ylim()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["x", "y"]
    with pytest.raises(PlotError, match="expected at least one feature"):
        draw_dependence([], ("x",), what="mean")
