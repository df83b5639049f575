"""`History`: how a training went, an epoch at a time."""

from __future__ import annotations

from .epoch_report import EpochReport


class History(list[EpochReport]):
    """The reports of all epochs, the first one first."""

    def column(self, name: str) -> list[float | None]:
        """Return one number of every report, None where it has none.

        >>> History([EpochReport(epoch=1, step=45, loss=0.5)]).column("loss")
        [0.5]
        """
        return [report.as_dict().get(name) for report in self]
