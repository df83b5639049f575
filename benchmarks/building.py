"""What it takes to build a large model: ``python benchmarks/building.py``, which shows whether that is linear.

For models of 1,000 and of 10,000 layers, side by side and nested in pairs, each of ``add``, ``flattenParameters``,
``save``, ``load``, ``summary``, ``repr`` and the first training step is timed, in microseconds for each module.
What is linear takes as many in the larger model; the last column is the ratio of the two.
"""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import numpy as np

from minnet_core import Module, Sequential, criterions, layers, load, optimizers, save

SIZES = (1_000, 10_000)
DEPTH = 100
"""Containers in one another in a nested model: few enough for Python's recursion limit."""


def make_layers(count: int) -> list[Module]:
    """Make layers that fit one another."""
    rng = np.random.default_rng(0)
    return [layers["Linear"](2, 2, rng=rng) for _ in range(count)]


def add_flat(modules: list[Module]) -> Sequential:
    """Add them one at a time."""
    model = Sequential()
    for module in modules:
        model.add(module)
    return model


def add_nested(modules: list[Module]) -> Sequential:
    """Add them to branches of nested containers, one layer in each."""
    model = Sequential()
    for start in range(0, len(modules), DEPTH):
        branch = Sequential()
        for module in modules[start : start + DEPTH]:
            branch = Sequential(branch, module) if len(branch) else branch.add(module)
        model.add(branch)
    return model


def train_once(model: Module) -> None:
    """Take the first step, for which the optimizer is made."""
    optimizer, criterion = optimizers["SGD"](model, lr=0.01), criterions["MSECriterion"]()
    batch = np.ones((4, 2), np.float32)
    model.zeroGradParameters()
    output = model.forward(batch)
    criterion.forward(output, batch)
    model.backwardParameters(batch, criterion.backward(output, batch))
    optimizer.step()


def measure(build: Callable[[list[Module]], Sequential], count: int, path: Path) -> dict[str, float]:
    """Time each operation on a model of so many layers, in microseconds of the processor for each."""
    taken: dict[str, float] = {}

    def time(name: str, operation: Callable[[], object]) -> object:
        start = process_time()
        result = operation()
        taken[name] = (process_time() - start) / count * 1e6
        return result

    modules = make_layers(count)
    model = time("add", lambda: build(modules))
    assert isinstance(model, Sequential)
    time("first step", lambda: train_once(model))
    fresh = build(make_layers(count))
    time("flattenParameters", fresh.flattenParameters)
    time("save", lambda: save(model, path))
    time("load", lambda: load(path))
    time("summary", lambda: str(model.summary()))
    time("repr", lambda: repr(model))
    return taken


def measure_warm(build: Callable[[list[Module]], Sequential], count: int) -> dict[str, float]:
    """Time each operation as `measure` does, after what is imported late has been imported."""
    with TemporaryDirectory() as folder:
        measure(build, 10, Path(folder, "model"))
        return measure(build, count, Path(folder, "model"))


def main() -> None:
    """Print a table for each kind of model; each column is measured in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as processes:
        for kind, build in {"side by side": add_flat, "nested": add_nested}.items():
            columns = list(processes.map(measure_warm, [build] * len(SIZES), SIZES))
            print(f"{kind:20}" + "".join(f"{size:>10,}" for size in SIZES) + "     ratio   (us for each layer)")
            for name in columns[0]:
                few, many = (column[name] for column in columns)
                print(f"{name:20}{few:10.1f}{many:10.1f}{many / few:10.2f}")
            print()


if __name__ == "__main__":
    main()
