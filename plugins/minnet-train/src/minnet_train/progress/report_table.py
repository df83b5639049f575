"""`ReportTable`: the report of an epoch in a line of a table, or in one by itself; and how its numbers are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from minnet_core.support import printable

from ..plots import is_fraction, is_number

_LEFT_OUT = ("step", "seconds", "lr")
_TITLES = {"samples_per_second": "samples/s"}
_LEAST_WIDTH = 8
_WIDEST = 60


class ReportTable:
    r"""Lines that are given out one after another: headings before the first, a row for each report.

    The columns are the numbers of the first report. Its step, time and learning rate are left out: they are in
    ``metrics.jsonl``, and a line should fit into a window.

    >>> table = ReportTable()
    >>> print(*table.lines({"epoch": 1, "loss": 0.5, "accuracy": 0.75, "samples_per_second": 12345.6}), sep="\n")
       epoch      loss  accuracy  samples/s
           1    0.5000    75.00%     12,346
    """

    def __init__(self) -> None:
        self._keys: list[str] = []

    def lines(self, report: Mapping[str, Any]) -> Iterator[str]:
        """Yield the headings, if this report is the first, and its row."""
        if not self._keys:
            self._keys = [key for key, value in report.items() if key not in _LEFT_OUT and is_number(value)]
            yield "  ".join(_title(key).rjust(_LEAST_WIDTH) for key in self._keys)
        cells = (metric_text(key, report.get(key)) for key in self._keys)
        widths = (max(len(_title(key)), _LEAST_WIDTH) for key in self._keys)
        yield "  ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))


def report_line(report: Mapping[str, Any], epochs: int) -> str:
    """Write a report as a line that needs no headings.

    >>> report_line({"epoch": 1, "loss": 0.5, "accuracy": 0.75, "samples_per_second": 12345.6}, 4)
    'epoch 1/4  loss 0.5000  accuracy 75.00%  12,346 samples/s'
    """
    shown = {key: value for key, value in report.items() if key not in (*_LEFT_OUT, "epoch") and is_number(value)}
    speed = shown.pop("samples_per_second", None)
    cells = [f"epoch {report['epoch']}/{epochs}", *(f"{_title(key)} {metric_text(key, shown[key])}" for key in shown)]
    return "  ".join(cells if speed is None else [*cells, f"{metric_text('samples_per_second', speed)} samples/s"])


def loss_text(value: float) -> str:
    """Write a loss so that it has four digits that mean something, whatever its size.

    >>> loss_text(0.25), loss_text(0.0000123), loss_text(123456.0)
    ('0.2500', '1.23e-05', '1.23e+05')
    """
    return f"{value:.4f}" if value == 0 or 1e-3 <= abs(value) < 1e4 else f"{value:.2e}"


def _title(key: str) -> str:
    return printable(_TITLES.get(key, key.replace("_", " ")), _WIDEST)


def metric_text(key: str, value: Any) -> str:
    """Write a number of a report: fractions in percent, others as `loss_text` does.

    >>> metric_text("validation_accuracy", 0.75), metric_text("mae", 2.5)
    ('75.00%', '2.5000')
    """
    if not is_number(value):
        return "-"
    if is_fraction(key):
        return f"{value:.2%}"
    formats: dict[str, Callable[[Any], str]] = {"epoch": str, "samples_per_second": "{:,.0f}".format}
    return formats.get(key, loss_text)(value)
