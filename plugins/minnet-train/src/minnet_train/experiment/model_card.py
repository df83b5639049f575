"""`ModelCard`: what a model file says of how its model came about, for whoever finds it later."""

from __future__ import annotations

from typing import Any

from attrs import asdict, field, fields, frozen, validators

_number = validators.instance_of(int)
_text = validators.instance_of(str)
_table = validators.instance_of(dict)
_table_or_none = validators.optional(_table)


@frozen(kw_only=True)
class ModelCard:
    """How a model came about.

    The experiment, which names the data and the seed, and the hash of the data are in its `TrainingRecord`.
    There are no times, so that the same training gives the same file.

    Attributes:
        parts: how many rows are in each part: ``training``, ``validation``, ``test``.
        parameters: how many numbers were learned.
        epoch: the report of the epoch that the weights are of, its numbers alone; None of a model that was not trained.
        best: that of the best epoch so far, by the number that ``judged_by`` names.
        last: that of the last epoch so far.
        judged_by: the number of a report that tells the best epoch.
        measured_on: the part that the numbers ``validation_...`` and the calibration are of.
        calibration: ``error``, ``brier`` and ``samples``, as `minnet_train.metrics.Calibration` has them; None of a
            regression, and where outputs are no probabilities.
        python: its version.
        system: the operating system.
        processor: its model.
        blas: the library that multiplies matrices, with its version and the processor that its kernels are for.
        threads: how many it uses; 0 if that cannot be told.
        executor: what executed a step: ``modules``, or an executor of compiled steps; empty if that is not known.
        versions: of NumPy and the distributions that the model is made of, by name.
        components: qualified name -> version of each class that the experiment names; None where it has none.
        sources: the name of each Python file that was imported -> the SHA-256 of its contents.
        plugins: those whose hooks took part in the training, with their versions and hooks.
    """

    parts: dict[str, int] = field(validator=validators.deep_mapping(_text, _number, _table))
    parameters: int = field(validator=_number)
    epoch: dict[str, Any] | None = field(default=None, validator=_table_or_none)
    best: dict[str, Any] | None = field(default=None, validator=_table_or_none)
    last: dict[str, Any] | None = field(default=None, validator=_table_or_none)
    judged_by: str = field(default="", validator=_text)
    measured_on: str = field(default="", validator=_text)
    calibration: dict[str, Any] | None = field(default=None, validator=_table_or_none)
    python: str = field(default="", validator=_text)
    system: str = field(default="", validator=_text)
    processor: str = field(default="", validator=_text)
    blas: str = field(default="", validator=_text)
    threads: int = field(default=0, validator=_number)
    executor: str = field(default="", validator=_text)
    versions: dict[str, str] = field(factory=dict, validator=validators.deep_mapping(_text, _text, _table))
    components: dict[str, str | None] = field(factory=dict, validator=_table)
    sources: dict[str, str] = field(factory=dict, validator=validators.deep_mapping(_text, _text, _table))
    plugins: list[str] = field(factory=list, validator=validators.deep_iterable(_text))

    def weights(self, epochs: int) -> str:
        """Say of which epoch the weights are, and whether that is the best or the last.

        Args:
            epochs: of the experiment; the card that was written after an earlier one does not know which is the last.

        >>> best, last = {"epoch": 3}, {"epoch": 5}
        >>> ModelCard(parts={}, parameters=1, epoch=last, best=best, last=last, judged_by="validation_loss").weights(5)
        'epoch 5, the last (the best by validation loss is 3)'
        """
        if self.epoch is None:
            return "no epoch: it was not trained"
        own, best, last = (
            None if report is None else report.get("epoch") for report in (self.epoch, self.best, self.last)
        )
        by = f"the best by {self.judged_by.replace('_', ' ')}"
        if own == best == last:
            return f"epoch {own}, {by}{' and the last' if own == epochs else ''}"
        if own == best:
            return f"epoch {own}, {by} (the last is {last})"
        return f"epoch {own}, the last{'' if best is None else f' ({by} is {best})'}"

    def to_json(self) -> dict[str, Any]:
        """Write it as JSON can hold it."""
        data = asdict(self)
        if not self.sources:
            del data["sources"]  # nearly always
        return data

    @classmethod
    def from_json(cls, data: Any) -> ModelCard:
        """Read what `to_json` wrote; what a later version has added is passed over.

        Raises:
            TypeError: if it is something else.
        """
        if not isinstance(data, dict):
            raise TypeError(f"expected a model card, received {data!r:.80}")
        known = {attribute.name for attribute in fields(cls)}
        return cls(**{name: value for name, value in data.items() if name in known})
