"""The page of all components: their counterparts, how far from them they are, what is proven of them, their speed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from minnet_core.registry import REGISTRIES
from minnet_core.testing import OWN_KINDS, Case, Trial, every_case, examine, largest

from .catalogue import WORKLOADS
from .results import Results
from .torch7 import COUNTERPARTS, LEFT_OUT
from .workload import ExamplePasses

INTRODUCTION = """\
# All components

<!-- Written by `python -m benchmarks components benchmarks/results.json`; change that instead of this page. -->

Every layer, criterion and optimizer that is registered, with what it is called elsewhere and what is known of it:

- **PyTorch**, **Torch7**: its counterpart, if there is one.
- **deviation**: the largest difference from PyTorch's results in float64, of outputs, losses and gradients of inputs
  and parameters, relative to the largest number of each array; for all examples of the class, in training and
  evaluation mode. The tests allow 1e-9. Those without a figure have formulas of their own, or are compared by tests in
  `tests/parity`.
- **checks**: how many checks of the [conformance kit](concepts/conformance.md) it passes; those that do not apply are
  not counted. None fails.
- **time**: of both passes, or of a step, as a part of PyTorch's for 256 x 1024 numbers (32 images of 16 channels and
  28 x 28 pixels, or another comparable size), or for 235 thousand parameters, in NumPy and with minnet-fast, from the
  run that [](benchmarks.md) describes; those without a figure were not part of that run, or PyTorch has nothing like
  them.
"""

TITLES = {"layers": "Layers and containers", "criterions": "Criterions", "optimizers": "Optimizers"}


@frozen
class Line:
    """What the page says of a component.

    Attributes:
        name: of the class.
        distribution: that registers it.
        pytorch: the name of its counterpart; empty if its examples name none.
        deviation: from it; None without one.
        passed: how many checks pass.
    """

    name: str
    distribution: str
    pytorch: str
    deviation: float | None
    passed: int


def component_page(results: Results) -> str:
    """Write the page, which takes as long as ``minnet check --all`` and needs PyTorch."""
    sections = [INTRODUCTION]
    of_torch7 = {}
    for theirs, ours in COUNTERPARTS.items():
        of_torch7.setdefault(ours, []).append(theirs)
    ratios = times(results)
    for registry, title in TITLES.items():
        rows = [_row(line, of_torch7.get(line.name, []), ratios.get(line.name)) for line in lines(registry)]
        head = "| component | from | PyTorch | Torch7 | deviation | checks | time |\n|---|---|---|---|---|---|---|"
        sections.append("\n".join([f"## {title}", "", head, *rows]))
    sections.append("\n".join(_left_out()))
    return "\n\n".join(sections) + "\n"


def lines(registry: str) -> Iterator[Line]:
    """Examine every component of a registry, by name."""
    by_class: dict[type, list[Case]] = {}
    for case in every_case(kinds=OWN_KINDS):
        if isinstance(case.factory, type):
            by_class.setdefault(case.factory, []).append(case)
    known = {each.kind: each for each in REGISTRIES}[registry]
    for declaration in known.components():
        cls, name = known.load(declaration), declaration.name
        if cls.__name__ != name:  # a further name
            continue
        cases = by_class.get(cls, [])
        passed = {result.check for case in cases for result in examine(case) if result.outcome == "passed"}
        references = {case.reference.name for case in cases if case.reference is not None}
        found = [deviation for case in cases if (deviation := deviation_of(case)) is not None]
        yield Line(name, declaration.distribution, ", ".join(sorted(references)), max(found, default=None), len(passed))


def deviation_of(case: Case) -> float | None:
    """How far all that a component computes is from what PyTorch does; None without a counterpart there."""
    from minnet_torch.pair import pairs

    if case.reference is None or case.reference.framework != "torch":
        return None
    most = 0.0
    for pair in pairs(Trial(case, "deviation")):
        ours, theirs = pair.ours(), pair.theirs()
        for name in theirs.keys() & ours.keys():
            difference = np.abs(np.subtract(ours[name], theirs[name]))
            scale = max(largest(theirs[name]), np.finfo(float).tiny)
            most = max(most, float(np.max(difference, initial=0.0)) / scale)
    return most


def times(results: Results) -> Mapping[str, tuple[float | None, float | None]]:
    """Name -> the parts of PyTorch's time that NumPy and minnet-fast take."""
    found: dict[str, tuple[float | None, float | None]] = {}
    for outcome in results.runs[0].outcomes:
        name = component_of(outcome.workload)
        if name and name not in found:
            parts = [outcome.ratio("torch", base) for base in ("minnet", "minnet-fast")]
            found[name] = tuple(None if part is None else part.median for part in parts)  # type: ignore[assignment]  # two
    return found


def component_of(workload: str) -> str | None:
    """The component that a workload is to stand for here, None if that is another size of it, or no component's.

    >>> component_of("ReLU-256x1024"), component_of("Conv2d-32x16x28x28"), component_of("ReLU-4096x1024")
    ('ReLU', 'Conv2d', None)
    """
    known = WORKLOADS.get(workload)
    if isinstance(known, ExamplePasses):
        return known.component.name
    name, _, size = workload.rpartition("-")
    return name if size in ("256x1024", "235k") else None


def _row(line: Line, torch7: Sequence[str], time: Any) -> str:
    pytorch = f"`{line.pytorch}`" if line.pytorch else ""
    deviation = "" if line.deviation is None else "0" if line.deviation == 0 else f"{line.deviation:.0e}"
    parts = "" if time is None else ", ".join("" if part is None else f"{part:.2f}" for part in time)
    cells = [f"`{line.name}`", line.distribution, pytorch, ", ".join(torch7), deviation, str(line.passed), parts]
    return f"| {' | '.join(cells)} |"


def _left_out() -> Iterator[str]:
    count = sum(map(len, LEFT_OUT.values()))
    yield "## Left out of Torch7's `nn`"
    yield ""
    yield f"Of {len(COUNTERPARTS) + count} files, {len(COUNTERPARTS)} have a counterpart; these have none, as they"
    yield ""
    for why, names in LEFT_OUT.items():
        yield f"- {why}: {', '.join(sorted(names))}."
