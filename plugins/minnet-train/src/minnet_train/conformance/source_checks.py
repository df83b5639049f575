"""What holds for every source: it gives one data set, the same rows however they are asked for."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet_core import Array
from minnet_core.state import GlobalState
from minnet_core.testing import Trial, check, expect_equal, fail, skip, through_pickle

from ..data import Dataset
from ..extras import MissingLibraryError
from .kinds import SOURCE

ROWS = 50
"""How many rows are asked for one by one."""


@check("sources", of=[SOURCE], needs=["is_made"])
def source_loads(trial: Trial) -> None:
    """``load`` returns a `Dataset`, with a name."""
    dataset = _load(trial.case.build())
    if not isinstance(dataset.name, str) or not dataset.name:
        fail(f"name: expected a text for messages, received {dataset.name!r}")


@check("sources", of=[SOURCE], needs=["source_loads"])
def loads_are_the_same(trial: Trial) -> None:
    """Two loads give the same rows, bit for bit: of one source, and of two that are made by the same call."""
    source = trial.case.build()
    first = _load(source)
    _expect_same(_load(source), first, "of a second load")
    GlobalState.enter(trial.case.seed + 1)
    _expect_same(_load(trial.case.build()), first, "of another source, made by the same call")


@check("sources", of=[SOURCE], needs=["source_loads"])
def length_is_that_of_the_rows(trial: Trial) -> None:
    """``len`` of the data set is the number of rows of its features, targets and weights, one by one too."""
    dataset = _load(trial.case.build())
    counts = {name: len(array) for name, array in _arrays(dataset).items()}
    counts["features, one by one"] = sum(1 for _ in dataset.features)
    for name, count in counts.items():
        if count != len(dataset):
            fail(f"len: expected {count}, the number of {name}, received {len(dataset)}")


@check("sources", of=[SOURCE], needs=["loads_are_the_same"])
def rows_are_the_same_by_index_and_by_range(trial: Trial) -> None:
    """A row is the same asked for by its index, in a range, in a list of indices, and in all rows at once."""
    dataset = _load(trial.case.build())
    for name, array in _arrays(dataset).items():
        whole = np.array(array)
        chosen = trial.rng.choice(len(whole), min(len(whole), ROWS), replace=False)
        start, stop = sorted(int(index) for index in trial.rng.integers(0, len(whole) + 1, 2))
        asked = {
            "row by row": ([array[int(index)] for index in chosen], whole[chosen]),
            "in a list of indices": (array[chosen], whole[chosen]),
            f"in the range {start}:{stop}": (array[start:stop], whole[start:stop]),
            "in the range ::-2": (array[::-2], whole[::-2]),
        }
        for how, (received, expected) in asked.items():
            expect_equal({name: np.array(received)}, {name: expected}, f"asked for {how}", rtol=0)


@check("sources", of=[SOURCE], needs=["source_loads"])
def targets_are_finite(trial: Trial) -> None:
    """No target and no weight is nan or infinite: what is missing may only be a feature."""
    arrays = _arrays(_load(trial.case.build()))
    for name in arrays.keys() - {"features"}:
        if not np.isfinite(arrays[name]).all():
            fail(f"{name}: expected finite numbers, received some that are not")


@check("sources", of=[SOURCE], needs=["loads_are_the_same"])
def pickling_gives_an_equal_source(trial: Trial) -> None:
    """A source survives pickle, as other processes need it, and its copy gives the same rows.

    One that pickle refuses is weak; one that comes back as another is wrong.
    """
    source = trial.case.build()
    expected = _load(source)
    try:
        copy = through_pickle(source)
    except Exception as error:  # whatever pickle, or what it asks, raises
        fail(f"pickle: raised {type(error).__name__}: {error}", level="weakness")
    _expect_same(_load(copy), expected, "of an unpickled source")


@check("sources", level="weakness", of=[SOURCE], needs=["loads_are_the_same"])
def loads_share_no_memory(trial: Trial) -> None:
    """What is written to the arrays of one load is not seen by the next."""
    source = trial.case.build()
    first = _load(source)
    before = {name: np.array(array) for name, array in _arrays(first).items()}
    for array in _arrays(first).values():
        if isinstance(array, np.ndarray) and array.flags.writeable:
            array[...] = 0
    expect_equal(_read(_load(source)), before, "of a load after the arrays of another were written to", rtol=0)


@check("sources", level="weakness", of=[SOURCE], needs=["source_loads"])
def global_generators_are_left_alone(trial: Trial) -> None:
    """Loading neither seeds nor draws from the global generators: what is drawn has a generator of its own."""
    source = trial.case.build()
    GlobalState.enter(trial.case.seed)
    expected = np.random.random(3)  # the generator that is looked at
    GlobalState.enter(trial.case.seed)
    _load(source)
    if not np.array_equal(np.random.random(3), expected):  # likewise
        fail("NumPy's global generator: expected it as it was before the load, it is in another state")


def _load(source: Any) -> Dataset:
    try:
        dataset = source.load()
    except MissingLibraryError as error:
        skip(str(error))
    if not isinstance(dataset, Dataset):
        fail(f"load: expected a Dataset, received {type(dataset).__name__}")
    return dataset


def _arrays(dataset: Dataset) -> dict[str, Any]:
    """The arrays of a data set, as they are: in memory, mapped, or rows in files that are indexed like one."""
    arrays = {"features": dataset.features, "targets": dataset.targets, "weights": dataset.weights}
    return {name: array for name, array in arrays.items() if array is not None}


def _read(dataset: Dataset) -> dict[str, Array]:
    """The same, in memory."""
    return {name: np.asarray(array) for name, array in _arrays(dataset).items()}


def _expect_same(received: Dataset, expected: Dataset, where: str) -> None:
    for name in ("classes", "columns", "outputs", "categories"):
        if getattr(received, name) != getattr(expected, name):
            fail(f"{name} {where}: expected {getattr(expected, name)!r}, received {getattr(received, name)!r}")
    expect_equal(_read(received), _read(expected), where, rtol=0)
