"""`History`: how a training went, an epoch at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import Factory, asdict, fields, frozen

from ..plots import history_html


@frozen
class EpochReport:
    """How one epoch went.

    Attributes:
        epoch: its number, from 1.
        step: how many steps have been taken, in this epoch and all before it.
        loss: the mean over the training samples, each as it was when its batch was trained on.
        validation_loss: the mean over the validation samples after the epoch; None if there are none.
        metrics: by name, ``accuracy`` of the training samples, measured like ``loss``, and ``validation_accuracy``.
        lr: the learning rate of the last step; None if the optimizer has none.
        seconds: the time that training took; measuring the validation samples is not counted.
        samples_per_second: training samples by ``seconds``.
    """

    epoch: int
    step: int
    loss: float
    validation_loss: float | None = None
    metrics: Mapping[str, Any] = Factory(dict)
    lr: float | None = None
    seconds: float = 0.0
    samples_per_second: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return one flat dict of what JSON can hold, without what is None.

        >>> EpochReport(epoch=1, step=45, loss=0.5, metrics={"accuracy": 0.75}).as_dict()
        {'epoch': 1, 'step': 45, 'loss': 0.5, 'accuracy': 0.75, 'seconds': 0.0, 'samples_per_second': 0.0}
        """
        flat: dict[str, Any] = {}
        for name, value in asdict(self, recurse=False).items():
            flat.update(value if name == "metrics" else {} if value is None else {name: value})
        return flat

    @classmethod
    def from_dict(cls, flat: Mapping[str, Any]) -> EpochReport:
        """Make a report of what `as_dict` returned.

        >>> report = EpochReport(epoch=1, step=45, loss=0.5, metrics={"accuracy": 0.75})
        >>> EpochReport.from_dict(report.as_dict()) == report
        True
        """
        own = {name: value for name, value in flat.items() if name in RESERVED}
        return cls(**own, metrics={name: value for name, value in flat.items() if name not in RESERVED})


RESERVED = frozenset(field.name for field in fields(EpochReport)) - {"metrics"}
"""What a report has besides metrics: no metric may be called so."""


class History(list[EpochReport]):
    """The reports of all epochs, the first one first."""

    def column(self, name: str) -> list[float | None]:
        """Return one number of every report, None where it has none.

        Raises:
            KeyError: if no report has such a number.

        >>> History([EpochReport(epoch=1, step=45, loss=0.5)]).column("loss")
        [0.5]
        """
        reports = [report.as_dict() for report in self]
        if reports and name not in RESERVED and not any(name in report for report in reports):
            raise KeyError(f"expected a number of the reports, one of {', '.join(reports[-1])}, received {name!r}")
        return [report.get(name) for report in reports]

    def _repr_html_(self) -> str:
        """Show the curves in a notebook."""
        return history_html([report.as_dict() for report in self])
