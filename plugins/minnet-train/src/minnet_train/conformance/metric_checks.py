"""What holds for every metric: it measures rows, whichever batches they come in, and can be taken up again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from importlib import import_module
from itertools import pairwise
from pkgutil import resolve_name
from typing import Any

import numpy as np

from minnet_core import Array
from minnet_core.nn import Example
from minnet_core.testing import Trial, check, expect_equal, fail, skip

from .kinds import METRIC

ROWS = 24

Rows = tuple[Array, Array]
"""Outputs of a network, and targets."""

USUAL = {
    "classification": tuple(
        Example(input=(ROWS, columns), target=target, traits=["probability-input"])
        for target in ("classes", "one-hot")
        for columns in (2, 3)
    ),
    "regression": tuple(Example(input=(ROWS, columns), target="real") for columns in (1, 2)),
}
"""What a metric is tried with whose examples say nothing of it, for each task."""


@check("metrics", of=[METRIC], needs=["can_be_copied"])
def metric_measures(trial: Trial) -> None:
    """``update`` takes the outputs of each task of ``TASKS``, and ``compute`` gives a value that JSON can hold."""
    for rows in _drawn(trial):
        value = _measured(trial, [rows])
        try:
            json.dumps(value)
        except (TypeError, ValueError) as error:
            fail(f"compute: expected a value that JSON can hold, received {value!r}: {error}")


@check("metrics", of=[METRIC], needs=["metric_measures"])
def batches_do_not_matter(trial: Trial) -> None:
    """Rows in one batch, in batches of different sizes and one by one have the same value."""
    for rows in _drawn(trial):
        expected = _measured(trial, [rows])
        count = len(rows[0])
        for stops in ([1], [count // 2 + 1], [count // 4, count // 3, count // 3 + 1], range(1, count)):
            batches = _split(rows, stops)
            _expect(_measured(trial, batches), expected, f"of {len(batches)} batches of different sizes")


@check("metrics", of=[METRIC], needs=["metric_measures"])
def order_does_not_matter(trial: Trial) -> None:
    """The same rows in another order have the same value."""
    for outputs, targets in _drawn(trial):
        expected = _measured(trial, [(outputs, targets)])
        for order in (slice(None, None, -1), trial.rng.permutation(len(outputs))):
            _expect(_measured(trial, [(outputs[order], targets[order])]), expected, "of the rows in another order")


@check("metrics", of=[METRIC], needs=["metric_measures"])
def reset_forgets_all_batches(trial: Trial) -> None:
    """After ``reset`` a metric measures as a new one does."""
    metric = trial.fresh()
    for rows in _drawn(trial):
        first, second = _halves(rows)
        metric.update(*_copied(first))
        metric.compute()
        metric.reset()
        metric.update(*_copied(second))
        _expect(metric.compute(), _measured(trial, [second]), "after reset")
        metric.reset()


@check("metrics", of=[METRIC], needs=["metric_measures"])
def compute_changes_nothing(trial: Trial) -> None:
    """``compute`` may be called at any time: the value is the same again, and later batches are added as before."""
    for rows in _drawn(trial):
        metric, batches = trial.fresh(), _halves(rows)
        for batch in batches:
            metric.update(*_copied(batch))
            first = metric.compute()
            _expect(metric.compute(), first, "computed a second time")
        _expect(metric.compute(), _measured(trial, batches), "after it was computed between batches")


@check("metrics", of=[METRIC], needs=["metric_measures"])
def state_brings_all_back(trial: Trial) -> None:
    """The ``state`` of a metric, given to a new one, has that go on where the first one was when it was asked for."""
    for rows in _drawn(trial):
        first, *others = _split(rows, [len(rows[0]) // 4, len(rows[0]) // 2])
        metric, resumed = trial.fresh(), trial.fresh()
        metric.update(*_copied(first))
        state = metric.state
        for batch in others:
            metric.update(*_copied(batch))
        resumed.state = state
        for batch in others:
            resumed.update(*_copied(batch))
        _expect(resumed.compute(), metric.compute(), "of a metric that went on from the state of another")


@check("metrics", of=[METRIC], needs=["metric_measures"])
def metrics_share_nothing(trial: Trial) -> None:
    """Two metrics that are made by the same call count apart."""
    for rows in _drawn(trial):
        one, other = trial.case.build(), trial.case.build()
        first, second = _halves(rows)
        one.update(*_copied(first))
        other.update(*_copied(second))
        _expect(one.compute(), _measured(trial, [first]), "while another metric counted other rows")


@check("metrics", of=[METRIC], needs=["metric_measures"])
def outputs_and_targets_are_not_kept(trial: Trial) -> None:
    """``update`` does not write to its arguments, and what becomes of them afterwards changes nothing."""
    for rows in _drawn(trial):
        expected = _measured(trial, [rows])
        metric, given = trial.fresh(), _copied(rows)
        metric.update(*given)
        for name, array, before in zip(("outputs", "targets"), given, rows, strict=True):
            expect_equal({name: array}, {name: before}, "after update", rtol=0)
            array[...] = 0
        _expect(metric.compute(), expected, "after the arrays that it was given were written to")


@check("metrics", of=[METRIC], needs=["metric_measures"])
def one_hot_targets_are_those_of_their_classes(trial: Trial) -> None:
    """In a classification, class indices and one-hot rows have the same value."""
    if "classification" not in trial.prototype.TASKS:
        skip("it is of no classification")
    for outputs, targets in _drawn(trial):
        if targets.ndim != 1 or targets.dtype.kind not in "iu":
            continue
        one_hot = np.eye(outputs.shape[1], dtype=outputs.dtype)[targets]
        expected = _measured(trial, [(outputs, targets)])
        _expect(_measured(trial, [(outputs, one_hot)]), expected, "of one-hot targets")


@check("metrics", of=[METRIC], needs=["metric_measures"])
def sums_lose_no_digits(trial: Trial) -> None:
    """Outputs and targets of float32, as networks have them, are counted as exactly as in float64."""
    for outputs, targets in _drawn(trial):
        single = [array.astype(np.float32) if array.dtype.kind == "f" else array for array in (outputs, targets)]
        double = [array.astype(np.float64) if array.dtype.kind == "f" else array for array in single]
        many = 500
        received, expected = (_measured(trial, [(rows[0], rows[1])] * many) for rows in (single, double))
        _expect(received, expected, f"of {many * len(outputs)} rows in float32", rtol=1e-6)


@check("metrics", of=[METRIC], needs=["metric_measures"])
def value_is_that_of_the_reference(trial: Trial) -> None:
    """The value is what the reference that the example names computes of all rows at once."""
    reference = trial.case.reference
    if reference is None:
        skip("its example names no reference")
    try:
        import_module(reference.framework)
    except ImportError as error:
        skip(f"{reference.framework}, which computes the reference, cannot be imported: {error}")
    for outputs, targets in _drawn(trial):
        if reference.call is not None:
            expected = reference.call(outputs.copy(), targets.copy(), **reference.arguments)
        else:
            expected = resolve_name(reference.name)(targets.copy(), outputs.copy(), **reference.arguments)
        _expect(_measured(trial, [(outputs, targets)]), expected, f"against {reference.name}", rtol=1e-7)


def _drawn(trial: Trial) -> Iterator[Rows]:
    """Draw rows as the case describes them, or as each of the metric's tasks has them.

    A metric may refuse the rows of some task, as one of two classes refuses three, but not all of them.
    """
    if trial.case.shapes:
        if trial.case.target is None:
            fail("expected an example with a target, or without an input, received an input alone")
        for shape in trial.case.shapes:
            outputs = trial.case.draw_input(trial.rng, np.float64, shape)
            yield np.asarray(outputs), np.asarray(trial.case.draw_target(trial.rng, np.float64, shape))
        return
    for task in trial.prototype.TASKS:
        refusals = []
        for example in USUAL[task]:
            rows = np.asarray(example.draw_input(trial.rng)), np.asarray(example.draw_target(trial.rng))
            try:
                _measured(trial, [rows])
            except ValueError as error:
                refusals.append(error)
            else:
                yield rows
        if len(refusals) == len(USUAL[task]):
            raise refusals[0]


def _measured(trial: Trial, batches: Sequence[Rows]) -> Any:
    """The value of a new metric of some batches, which gets copies."""
    metric = trial.fresh()
    for batch in batches:
        metric.update(*_copied(batch))
    return metric.compute()


def _split(rows: Rows, stops: Sequence[int]) -> list[Rows]:
    """Rows in batches that end at some indices, and at the last row."""
    pairs = pairwise([0, *stops, len(rows[0])])
    return [(rows[0][start:stop], rows[1][start:stop]) for start, stop in pairs if start < stop]


def _halves(rows: Rows) -> list[Rows]:
    """Rows in two batches; the same one twice, if there is but one row."""
    halves = _split(rows, [len(rows[0]) // 2])
    return halves if len(halves) == 2 else halves * 2


def _copied(rows: Rows) -> Rows:
    return rows[0].copy(), rows[1].copy()


def _expect(received: Any, expected: Any, where: str, rtol: float = 1e-9) -> None:
    try:
        values = [np.asarray(value, np.float64) for value in (received, expected)]
    except (TypeError, ValueError):  # a dict, or rows of different lengths
        if received != expected:
            fail(f"value {where}: expected {expected!r}, received {received!r}")
        return
    expect_equal({"value": values[0]}, {"value": values[1]}, where, rtol=rtol)
