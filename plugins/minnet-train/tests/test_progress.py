from __future__ import annotations

import io
import os
import pty
import re
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

from minnet_core import Sequential
from minnet_criterions import ClassNLLCriterion
from minnet_layers import Linear, LogSoftMax
from minnet_optimizers import SGD
from minnet_train import Samples, Trainer
from minnet_train.progress import OneLine, PlainLines, ReportTable, RichProgress, loss_text, progress_display


@pytest.fixture(autouse=True)
def no_notebook(monkeypatch):
    """Run as if no notebook had begun these tests."""
    for name in ("JPY_PARENT_PID", "MPLBACKEND"):
        monkeypatch.delenv(name, raising=False)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def report(epoch: int, **values):
    flat = {"epoch": epoch, "step": 10 * epoch, "loss": 0.5 / epoch, "seconds": 0.1, "samples_per_second": 3200.4}
    return SimpleNamespace(as_dict=lambda: {**flat, **values}, step=flat["step"], loss=flat["loss"])


def trainer(step: int = 0, epochs: int = 4, batches: int = 10):
    plan = SimpleNamespace(epochs=epochs, batches=batches, steps=epochs * batches)
    return SimpleNamespace(step=step, plan=plan)


def train(progress, clock=None, epochs: int = 4):
    """Call the hooks as a trainer does, a step in every 0.05 seconds."""
    stand_in = trainer(epochs=epochs)
    progress.minnet_fit_start(stand_in)
    for epoch in range(1, epochs + 1):
        for _ in range(10):
            stand_in.step += 1
            if clock is not None:
                clock.now += 0.05
            progress.minnet_step_end(stand_in, 0.25)
        progress.minnet_epoch_end(stand_in, report(epoch))
    progress.minnet_fit_end(stand_in)


def on_a_terminal(width: int = 100) -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=width, color_system="standard", legacy_windows=False)


def test_the_columns_are_the_numbers_of_a_report():
    table = ReportTable()
    values = {"validation_loss": 0.25, "accuracy": 0.875, "validation_accuracy": 0.5, "lr": 0.1, "confusion": [[1]]}
    headings, row = table.lines(report(1, **values).as_dict())
    assert headings.split("  ")[-1] == "validation accuracy"
    assert headings.split() == (
        ["epoch", "loss", "samples/s", "validation", "loss", "accuracy", "validation", "accuracy"]
    )
    assert row.split() == ["1", "0.5000", "3,200", "0.2500", "87.50%", "50.00%"]
    assert len(row) == len(headings)


def test_the_name_of_a_metric_commands_no_terminal():
    headings, row = ReportTable().lines({"epoch": 1, "a\x1b[2J\nwarning": 0.5, "x" * 1000: 1.0})
    assert headings.isprintable()
    assert len(headings) == len(row) < 200


def test_headings_come_once():
    table = ReportTable()
    assert [len(list(table.lines(report(epoch).as_dict()))) for epoch in (1, 2, 3)] == [2, 1, 1]


def test_what_a_later_report_lacks_is_a_dash():
    table = ReportTable()
    list(table.lines({"epoch": 1, "loss": 0.5, "accuracy": 0.5}))
    (row,) = table.lines({"epoch": 2, "loss": 0.25, "accuracy": None})
    assert row.split() == ["2", "0.2500", "-"]


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0.0000"), (2.30258, "2.3026"), (-3.5, "-3.5000"), (1e-5, "1.00e-05"), (5e6, "5.00e+06")]
)
def test_a_loss_of_any_size_can_be_read(value, text):
    assert loss_text(value) == text


def test_plain_lines_are_a_line_for_each_epoch_and_no_control_character():
    stream = io.StringIO()
    lines = PlainLines(stream)
    for epoch in (1, 2):
        lines.minnet_epoch_end(None, report(epoch))
    assert stream.getvalue() == (
        "   epoch      loss  samples/s\n       1    0.5000      3,200\n       2    0.2500      3,200\n"
    )


def test_a_plain_line_can_be_read_before_the_next_epoch():
    reading, writing = os.pipe()
    os.set_blocking(reading, False)  # what is not there yet fails this test, rather than waiting for it
    with os.fdopen(writing, "w", buffering=65536) as stream, os.fdopen(reading, "rb") as other_end:
        PlainLines(stream).minnet_epoch_end(None, report(1))
        assert b"0.5000" in (other_end.read1() or b"")


def test_a_reader_who_goes_away_does_not_end_the_training():
    reading, writing = os.pipe()
    os.close(reading)
    stream = os.fdopen(writing, "w")
    lines = PlainLines(stream)
    for epoch in (1, 2):
        lines.minnet_epoch_end(None, report(epoch))
    with pytest.raises(BrokenPipeError):
        stream.close()


def test_a_terminal_has_a_line_for_each_epoch_above_a_bar():
    console, clock = on_a_terminal(), Clock()
    train(RichProgress(console, clock), clock)
    text = console.file.getvalue()
    assert text.count("samples/s") == 1
    for row in ("1    0.5000", "2    0.2500", "3    0.1667", "4    0.1250"):
        assert text.count(row) == 1
    assert "loss 0.2500" in text


def test_the_bar_says_epoch_speed_and_time_left():
    console, clock = on_a_terminal(), Clock()
    train(RichProgress(console, clock), clock)
    bars = [line for line in console.file.getvalue().splitlines() if "left" in line]
    halfway = next(line for line in bars if "epoch 3/4" in line and "50%" in line)
    assert "20 steps/s" in halfway
    assert "0:00:01" in halfway or "0:00:02" in halfway  # it is rounded up


@pytest.mark.parametrize("width", [80, 40])
def test_the_bar_stays_on_one_line(width):
    console, clock = on_a_terminal(width), Clock()
    progress = RichProgress(console, clock)
    stand_in = trainer(epochs=100, batches=1000)
    progress.minnet_fit_start(stand_in)
    for _ in range(3):
        stand_in.step += 20_000
        clock.now += 1
        progress.minnet_step_end(stand_in, 0.25)
    assert "\n" not in console.file.getvalue()
    assert "epoch 61/" in console.file.getvalue()
    assert ("…" in console.file.getvalue()) is (width < 80)  # what has no room is cut
    progress.minnet_fit_end(stand_in)


def test_only_the_headings_are_bold():
    console, clock = on_a_terminal(), Clock()
    train(RichProgress(console, clock), clock)
    bold = [line for line in console.file.getvalue().splitlines() if "\x1b[1m" in line]
    assert len(bold) == 1
    assert "samples/s" in bold[0]


def test_the_bar_goes_away_at_the_end_and_the_cursor_comes_back():
    console, clock = on_a_terminal(), Clock()
    progress = RichProgress(console, clock)
    train(progress, clock)
    text = console.file.getvalue()
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")  # shown after it was hidden
    assert text.endswith("\x1b[1A\x1b[2K")  # one line up, and erased


def test_the_bar_goes_away_when_a_training_fails():
    console, clock = on_a_terminal(), Clock()
    progress = RichProgress(console, clock)
    progress.minnet_fit_start(trainer())
    progress.minnet_fit_end(trainer())
    progress.minnet_fit_end(trainer())
    assert console.file.getvalue().rindex("\x1b[?25h") > console.file.getvalue().rindex("\x1b[?25l")


def test_the_bar_is_drawn_ten_times_a_second_at_most():
    drawn = {}
    for pause in (0.001, 0.5):
        console, clock = on_a_terminal(), Clock()
        progress = RichProgress(console, clock)
        stand_in = trainer()
        progress.minnet_fit_start(stand_in)
        for _ in range(30):
            stand_in.step += 1
            clock.now += pause
            progress.minnet_step_end(stand_in, 0.25)
        drawn[pause] = console.file.getvalue().count("loss 0.2500")
        progress.minnet_fit_end(stand_in)
    assert drawn == {0.001: 0, 0.5: 30}


def test_a_resumed_training_begins_where_it_was():
    console, clock = on_a_terminal(), Clock()
    progress = RichProgress(console, clock)
    progress.minnet_fit_start(trainer(step=25))
    progress.minnet_fit_end(trainer(step=25))
    assert "epoch 3/4" in console.file.getvalue()
    assert "62%" in console.file.getvalue()


def test_no_thread_draws():
    import threading

    console = on_a_terminal()
    progress = RichProgress(console)
    before = threading.active_count()
    progress.minnet_fit_start(trainer())
    assert threading.active_count() == before
    progress.minnet_fit_end(trainer())


def test_a_pipe_and_a_file_have_plain_lines(tmp_path):
    assert isinstance(progress_display(io.StringIO()), PlainLines)
    with (tmp_path / "log.txt").open("w") as stream:
        assert progress_display(stream).stream is stream


def test_a_terminal_has_a_bar_unless_it_is_dumb(monkeypatch):
    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as stream, os.fdopen(master, "rb"):
        monkeypatch.setenv("TERM", "xterm")
        progress = progress_display(stream)
        assert isinstance(progress, RichProgress)
        assert progress.console.file is stream
        monkeypatch.setenv("TERM", "dumb")
        assert isinstance(progress_display(stream), PlainLines)


def test_standard_output_is_meant_without_a_stream(capsys):
    progress_display().minnet_epoch_end(None, report(1))
    assert "0.5000" in capsys.readouterr().out


def test_displays_say_what_they_are():
    assert repr(RichProgress(on_a_terminal())) == "RichProgress()"
    with open(os.devnull, "w") as stream:
        assert repr(PlainLines(stream)) == f"PlainLines('{os.devnull}')"


class OutStream(io.StringIO):
    """Stands for the standard output of a notebook's kernel."""


OutStream.__module__ = "ipykernel.iostream"


def seen_in_a_notebook(text):
    """What is left of each line when a carriage return begins it anew, and what is shorter overwrites a part."""
    lines = []
    for line in text.split("\n"):
        shown = ""
        for part in line.split("\r"):
            shown = part + shown[len(part) :]
        lines.append(shown.rstrip())
    return lines


def test_a_notebook_has_one_line_that_ends_with_the_last_epoch():
    stream, clock = OutStream(), Clock()
    train(OneLine(stream, clock), clock)
    text = stream.getvalue()
    assert "\x1b" not in text
    assert seen_in_a_notebook(text) == ["epoch 4/4  loss 0.1250  3,200 samples/s", ""]
    assert re.search(r"\repoch 2/4   \d0%  loss 0.2500  \|  epoch 1/4  loss 0.5000  3,200 samples/s\r", text)


def test_the_line_is_written_ten_times_a_second_at_most():
    for pause, expected in ((0.001, 1), (0.5, 30)):
        stream, clock = OutStream(), Clock()
        line, stand_in = OneLine(stream, clock), trainer()
        for _ in range(30):
            stand_in.step += 1
            line.minnet_step_end(stand_in, 0.25)
            clock.now += pause
        assert stream.getvalue().count("\r") == expected


def test_the_line_ends_when_a_training_fails_and_begins_anew_with_the_next():
    stream = OutStream()
    line = OneLine(stream, Clock())
    for _ in range(2):
        line.minnet_fit_start(trainer())
        line.minnet_step_end(trainer(step=1), 0.25)
        line.minnet_fit_end(trainer(step=1))
    assert stream.getvalue().count("\n") == 2
    line.minnet_fit_end(trainer(step=1))  # of which there was no step
    assert stream.getvalue().count("\n") == 2


def test_a_notebook_and_what_it_runs_have_one_line(monkeypatch):
    assert isinstance(progress_display(OutStream()), OneLine)
    monkeypatch.setenv("TERM", "xterm-color")
    for name, value in (("JPY_PARENT_PID", "1"), ("MPLBACKEND", "module://matplotlib_inline.backend_inline")):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            assert isinstance(progress_display(io.StringIO()), PlainLines)  # a pipe in it
            master, slave = pty.openpty()
            with os.fdopen(slave, "w") as stream, os.fdopen(master, "rb"):
                assert isinstance(progress_display(stream), OneLine)


def test_a_line_whose_reader_has_gone_does_not_end_the_training():
    reading, writing = os.pipe()
    os.close(reading)
    stream = os.fdopen(writing, "w")
    line = OneLine(stream, Clock())
    for _ in range(2):
        line.minnet_epoch_end(trainer(), report(1))
    line.minnet_fit_end(trainer())
    with pytest.raises(BrokenPipeError):
        stream.close()


def fitted(stream, monkeypatch, *callbacks, **options):
    inputs = np.random.default_rng(0).normal(size=(20, 2)).astype(np.float32)
    model = Sequential(Linear(2, 2, rng=0), LogSoftMax())
    made = Trainer(model, ClassNLLCriterion(), SGD(model, lr=0.1), callbacks=callbacks)
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdout", stream)
        made.fit(Samples.of_arrays(inputs, inputs[:, 0] > 0), epochs=2, rng=0, **options)
        list(made.epochs(Samples.of_arrays(inputs, inputs[:, 0] > 0), epochs=3))
    assert made.callbacks == list(callbacks)
    return seen_in_a_notebook(stream.getvalue())


def test_fit_shows_progress_to_who_looks_and_to_nobody_else(monkeypatch):
    line, end = fitted(OutStream(), monkeypatch)
    assert line.startswith("epoch 2/2  loss ")
    assert end == ""
    assert fitted(OutStream(), monkeypatch, progress=False) == [""]
    assert fitted(io.StringIO(), monkeypatch) == [""]


def test_fit_shows_nothing_besides_a_callback_that_does(monkeypatch):
    for other in (PlainLines(io.StringIO()), OneLine(io.StringIO()), RichProgress(on_a_terminal())):
        assert fitted(OutStream(), monkeypatch, other) == [""]
