from __future__ import annotations

import os
import sys

import pytest

from minnet_train.extras import MissingLibraryError
from minnet_train.plots import Curves, PlotError, draw_curves

pytest.importorskip("matplotlib")


def run(name: str, epochs: int = 3, **values: float) -> Curves:
    return Curves(
        name,
        [
            {"epoch": n, "step": 10 * n, "loss": 1 / n, "seconds": 0.5, **{k: v / n for k, v in values.items()}}
            for n in range(1, epochs + 1)
        ],
    )


def labels(figure):
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def lines(axes):
    return [(list(line.get_xdata()), list(line.get_ydata())) for line in axes.lines]


def test_each_quantity_has_a_panel_with_both_axes_labelled():
    figure = draw_curves([run("one", accuracy=0.9, mse=2.0, lr=0.1)])
    assert [axes.get_ylabel() for axes in figure.axes] == ["loss", "accuracy (%)", "MSE", "learning rate"]
    assert {axes.get_xlabel() for axes in figure.axes} == {"epoch"}


def test_the_curve_is_what_was_reported():
    (axes,) = draw_curves([run("one")]).axes
    assert lines(axes) == [([1, 2, 3], [1, 1 / 2, 1 / 3])]


def test_training_and_validation_of_one_run_differ_in_colour_line_and_mark():
    figure = draw_curves([run("one", validation_loss=2.0)])
    training, validation = figure.axes[0].lines
    assert list(validation.get_ydata()) == [2, 1, 2 / 3]
    assert training.get_color() != validation.get_color()
    assert (training.get_linestyle(), validation.get_linestyle()) == ("--", "-")
    assert training.get_marker() != validation.get_marker()
    assert labels(figure) == ["training", "validation"]
    assert figure.get_suptitle() == "one"


def test_several_runs_have_a_colour_and_a_mark_each_for_both_parts():
    figure = draw_curves([run("one", validation_loss=2.0), run("two", validation_loss=3.0)])
    first, first_validation, second, second_validation = figure.axes[0].lines
    assert first.get_color() == first_validation.get_color() != second.get_color() == second_validation.get_color()
    assert first.get_marker() == first_validation.get_marker() != second.get_marker()
    assert labels(figure) == ["one", "two", "training", "validation"]


def test_many_runs_can_be_told_apart():
    figure = draw_curves([run(f"run {n}") for n in range(20)])
    looks = [(line.get_color(), line.get_marker()) for line in figure.axes[0].lines]
    assert len(set(looks)) == 20


def test_of_many_runs_the_validation_curves_are_drawn_and_the_legend_stands_at_the_side():
    figure = draw_curves([run(f"run {n}", validation_loss=2.0) for n in range(12)])
    curves = figure.axes[0].lines
    assert [list(line.get_ydata()) for line in curves] == [[2, 1, 2 / 3]] * 12
    colours = {line.get_color() for line in curves}
    assert len(colours) <= 8
    assert len({(line.get_color(), line.get_linestyle()) for line in curves if line.get_linestyle() == "-"}) == 7
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == [f"run {n}" for n in range(12)]
    assert legend.get_title().get_text() == "validation samples"
    figure.draw_without_rendering()
    assert legend.get_window_extent().x0 >= figure.axes[0].get_window_extent().x1
    assert legend.get_window_extent().y0 >= 0


def test_a_learning_rate_that_is_constant_is_left_out():
    constant = Curves("one", [{"epoch": n, "loss": 1 / n, "lr": 0.1} for n in (1, 2, 3)])
    other = Curves("two", [{"epoch": n, "loss": 1 / n, "lr": 0.2} for n in (1, 2, 3)])
    assert [axes.get_ylabel() for axes in draw_curves([constant, other]).axes] == ["loss"]
    falling = run("three", lr=0.1)
    assert [axes.get_ylabel() for axes in draw_curves([constant, falling]).axes] == ["loss", "learning rate"]


def test_a_run_that_lacks_a_quantity_is_left_out_of_its_panel():
    figure = draw_curves([run("one"), run("two", accuracy=0.5)])
    loss, accuracy = figure.axes
    assert len(loss.lines) == 2
    assert len(accuracy.lines) == 1
    assert accuracy.lines[0].get_color() == loss.lines[1].get_color()


def test_without_validation_nothing_is_dashed_and_one_run_needs_no_legend():
    figure = draw_curves([run("one")])
    assert figure.axes[0].lines[0].get_linestyle() == "-"
    assert not figure.legends


@pytest.mark.parametrize(
    ("axis", "places", "label"),
    [
        ("epoch", [1, 2, 3], "epoch"),
        ("step", [10, 20, 30], "step"),
        ("seconds", [0.5, 1.0, 1.5], "time of training (s)"),
    ],
)
def test_curves_are_drawn_along_an_axis(axis, places, label):
    (axes,) = draw_curves([run("one")], axis=axis).axes
    assert lines(axes)[0][0] == places
    assert axes.get_xlabel() == label


def test_only_the_loss_is_logarithmic():
    loss, accuracy = draw_curves([run("one", accuracy=0.5)], log=True).axes
    assert (loss.get_yscale(), accuracy.get_yscale()) == ("log", "linear")


def test_fractions_are_read_in_percent():
    _, accuracy = draw_curves([run("one", accuracy=0.5)]).axes
    assert accuracy.yaxis.get_major_formatter()(0.975, 0) == "97.5"


def test_nothing_to_draw_is_an_error():
    with pytest.raises(PlotError, match=r"expected runs that report a loss or a metric, received \['one'\]"):
        draw_curves([Curves("one", [{"epoch": 1}])])
    with pytest.raises(PlotError, match="expected to draw along one of epoch, step, seconds, received 'hours'"):
        draw_curves([run("one")], axis="hours")


def test_without_matplotlib_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingLibraryError) as caught:
        draw_curves([run("one")])
    message = str(caught.value)
    assert message.startswith("pictures: expected matplotlib to be installed, received ModuleNotFoundError")
    assert message.endswith("; pip install 'minnet-train[plot]'")


def test_the_legend_of_very_many_runs_names_the_first_ones_and_counts_the_others():
    figure = draw_curves([run(f"run {n}") for n in range(100)])
    (legend,) = figure.legends
    named = [text.get_text() for text in legend.get_texts()]
    assert named == [*(f"run {n}" for n in range(71)), "and 29 more"]
    assert len(figure.axes[0].lines) == 100
    figure.draw_without_rendering()
    assert legend.get_window_extent().y0 >= 0
    assert figure.axes[0].get_window_extent().width > 200
    assert figure.get_figheight() < 8


@pytest.mark.parametrize("count", [1, 2, 8])
def test_names_are_drawn_as_they_can_be_shown(count):
    """A font takes no half of a surrogate pair, which undecoded bytes of a path are."""
    from matplotlib.text import Text

    odd = "a\udcff\x1b[2J"
    figure = draw_curves([run(odd, **{odd: 1.0}), *(run(f"run {n}") for n in range(1, count))])
    drawn = {text.get_text() for text in figure.findobj(Text)}
    assert "a\\udcff\\x1b[2J" in drawn
    assert odd not in drawn
    figure.draw_without_rendering()


@pytest.mark.parametrize("line", ["[" * 100_000, '{"loss": ' + "9" * 5000 + "}", "NaN NaN"])
def test_a_line_that_cannot_be_parsed_is_named(tmp_path, line):
    (tmp_path / "metrics.jsonl").write_text(f"{line}\n")
    with pytest.raises(PlotError, match="metrics.jsonl, line 1: expected the report of an epoch"):
        Curves.read(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_nobody_waits_for_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "metrics.jsonl")
    with pytest.raises(PlotError, match="received a device or a pipe"):
        Curves.read(tmp_path)
