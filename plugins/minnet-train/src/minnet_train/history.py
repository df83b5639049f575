"""`History`: how a training went, an epoch at a time."""

from __future__ import annotations

from .epoch_report import RESERVED, EpochReport


class History(list[EpochReport]):
    """The reports of all epochs, the first one first."""

    def column(self, name: str) -> list[float | None]:
        """Return one number of every report, None where it has none.

        Raises:
            KeyError: if no report has ever such a number.

        >>> History([EpochReport(epoch=1, step=45, loss=0.5)]).column("loss")
        [0.5]
        """
        reports = [report.as_dict() for report in self]
        if reports and name not in RESERVED and not any(name in report for report in reports):
            raise KeyError(f"expected a number of the reports, one of {', '.join(reports[-1])}, received {name!r}")
        return [report.get(name) for report in reports]

    def _repr_html_(self) -> str:
        """Show the curves in a notebook."""
        from .notebook import history_html

        return history_html([report.as_dict() for report in self])
