"""What commands say of a model that ``minnet train`` wrote: its record and card, and which epoch its weights are of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from minnet_core import ModelHeader
from minnet_core.support import printable

from ..data import Columns, Preparation
from ..experiment import KEY, ModelCard, TrainingRecord, unstructure_experiment
from ..progress import metric_text

if TYPE_CHECKING:
    from minnet_core.diagnosis import Section

PARTS = ("training", "validation", "test")

SHOWN = 20
"""Names of columns, classes or targets that are printed."""


def training_section(header: ModelHeader, path: str) -> Section | None:
    """Say how a model was trained; None if ``minnet train`` did not write it.

    Raises:
        ModelFileError: if its record is of another form.
    """
    from minnet_core.diagnosis import Section  # here, for it brings the whole conformance kit

    if KEY not in header.metadata:
        return None
    record = TrainingRecord.read(header, path)
    return Section("training", tuple(_rows(record)), _data(record))


def weights_text(record: TrainingRecord) -> str:
    """Say which weights a command uses."""
    return f"weights of {printable(record.weights or 'an epoch that the file does not tell')}"


def _data(record: TrainingRecord) -> dict[str, Any]:
    columns, data = record.preparation.columns, record.experiment.data
    experiment = unstructure_experiment(record.experiment)
    del experiment["output"], experiment["imports"]  # which the file does not remember
    return {
        "task": record.task,
        "classes": list(record.classes),
        "outputs": None if record.outputs is None else list(record.outputs),
        "features": None if columns.names is None else list(columns.names),
        "columns": columns.count,
        "preparation": list(_preparation(record.preparation)),
        "data": {"source": experiment["data"]["source"], "sha256": record.fingerprint},
        "split": {
            **({} if record.card is None else record.card.parts),
            "test_fraction": data.test_fraction,
            "validation_fraction": data.validation_fraction,
        },
        "seed": record.experiment.seed,
        "experiment": experiment,
        "card": None if record.card is None else record.card.to_json(),
    }


def _rows(record: TrainingRecord) -> Iterator[tuple[str, str]]:
    experiment, card, columns = record.experiment, record.card, record.preparation.columns
    named = _listed(record.classes) if record.classes else _listed(record.outputs or ())
    what = f"classification, {len(record.classes)} classes: {named}" if record.classes else f"regression of {named}"
    yield "task", what if named else record.task
    yield "features", f"{columns.count}" + (f": {_listed(columns.names)}" if columns.names else ", which have no names")
    for sentence in _preparation(record.preparation) or ["none: the network takes raw data"]:
        yield "preparation", sentence
    source = experiment.data.source
    rows = "" if card is None else f", {sum(card.parts.values()):,} rows"
    yield "data", f"{source if isinstance(source, str) else _component(source)}{rows}"
    yield "data", f"SHA-256 {record.fingerprint}"
    if card is not None:
        parts = [f"{count:,} {name}" for name in PARTS if (count := card.parts.get(name))]
        yield "split", f"{', '.join(parts)}; {_fractions(record)}, seed {experiment.seed}"
    else:
        yield "split", f"{_fractions(record)}, seed {experiment.seed}"
    if (start := experiment.start) is not None:
        frozen = f", frozen: {', '.join(start.freeze)}" if start.freeze else ""
        yield (
            "from",
            f"{start.model}: preparation {start.preparation}, head {start.head}{frozen}; SHA-256 {start.sha256}",
        )
    if experiment.initializer is not None:
        yield "initializer", _component(experiment.initializer)
    if experiment.augmentations:
        yield "augmented", ", ".join(map(_component, experiment.augmentations))
    yield "criterion", _component(experiment.criterion)
    told = f"batches of {experiment.batch_size}, {experiment.epochs} epochs at most"
    if experiment.accumulate > 1:
        told = f"steps of {experiment.accumulate} {told}"
    if experiment.shards is not None:
        told = f"{told}, in {experiment.shards} shards each"
        if experiment.batch_statistics == "batch":
            told = f"{told} with batch statistics of all"
    if experiment.average_decay is not None:
        told = f"{told}, weights averaged with a decay of {experiment.average_decay:g}"
    if experiment.dtype is not None:
        yield "dtype", experiment.dtype
    yield "optimizer", f"{_component(experiment.optimizer)}, {told}"
    if card is not None:
        yield from _card_rows(card)


def _card_rows(card: ModelCard) -> Iterator[tuple[str, str]]:
    yield "parameters", f"{card.parameters:,}"
    if card.epoch is None:
        yield "weights", "not trained"
    else:
        yield "weights", f"of epoch {_report(card.epoch)}"
        if card.best is not None and card.best != card.epoch:
            yield "best", f"by {card.judged_by}: epoch {_report(card.best)}"
        if card.last is not None and card.last != card.epoch:
            yield "last", f"epoch {_report(card.last)}"
        yield "validation", f"numbers are of the {card.measured_on} part"
    if card.calibration is not None:
        error, brier = (card.calibration.get(name) for name in ("error", "brier"))
        samples = card.calibration.get("samples")
        yield (
            "calibration",
            f"expected error {_number(error)}, Brier score {_number(brier)}, on {samples} samples of the "
            f"{card.measured_on} part",
        )
    yield "computed", f"Python {card.python}, {card.system}, {card.processor}"
    threads = f", {card.threads} thread{'s' if card.threads != 1 else ''}" if card.threads else ""
    executed = f", steps executed by {card.executor}" if card.executor else ""
    yield "kernels", f"{card.blas or 'of NumPy'}{threads}{executed}"
    yield "versions", ", ".join(f"{name} {version}" for name, version in card.versions.items())
    yield "components", ", ".join(f"{name} {version or ''}".strip() for name, version in card.components.items())
    for name, digest in card.sources.items():
        yield "imported", f"{name}, SHA-256 {digest}"
    for plugin in card.plugins:
        yield "plugins", f"{plugin} took part"


def _preparation(preparation: Preparation) -> list[str]:
    """Say what becomes of raw data, a sentence for each step."""
    columns = preparation.columns
    coded = sum(map(columns.is_coded, range(columns.count)))
    categories = sum(map(bool, columns.categories)) - coded
    image = columns.image
    return [
        *([str(image)] if image else []),
        *_parts(columns),
        *([f"{_texts(categories)} one input for each category, {preparation.width} in all"] if categories else []),
        *([f"{_texts(coded)} numbers of categories, 0 for none of them"] if coded else []),
        *_times(preparation.columns),
        *([f"numbers are divided by {preparation.scale:g}"] if preparation.scale != 1 else []),
        *(["a text that is none of the categories is ignored"] if preparation.columns.unknown == "ignore" else []),
        *(["what is missing is taken for the mean"] if preparation.fill is not None else []),
        *([f"{'channels' if image else 'inputs'} are standardized"] if _is_standardized(preparation) else []),
        *(["outputs are turned back into the units of the targets"] if preparation.of_targets is not None else []),
    ]


def _parts(columns: Columns) -> Iterator[str]:
    """Say which columns the parts of the data are, a sentence for each."""
    start = 0
    for name, count in columns.parts:
        yield f"the input {name} is {_listed((columns.names or ())[start : start + count])}"
        start += count


def _texts(count: int) -> str:
    return f"{count} {'column of texts becomes' if count == 1 else 'columns of texts become'}"


def _is_standardized(preparation: Preparation) -> bool:
    """Whether more than times is; of all of these one input is so in any case."""
    columns, of_inputs = preparation.columns, preparation.of_inputs
    if of_inputs is None or not any(columns.calendars):
        return of_inputs is not None
    return any(spread != 1 for spread, is_number in zip(of_inputs.spread, columns.is_number, strict=True) if is_number)


def _times(columns: Columns) -> list[str]:
    """Say what becomes of dates and times."""
    told = []
    for index, calendar in enumerate(columns.calendars):
        if calendar:
            name = columns.names[index] if columns.names else f"column {index + 1}"
            places = ", ".join(f"the {cycle}" for cycle in calendar.cycles)
            cyclic = f", and sine and cosine of its place in {places}" if places else ""
            told.append(
                f"{name}, {calendar.kind}s, becomes {calendar.width} inputs: the time itself, standardized{cyclic}"
            )
    left = [f"and {len(told) - SHOWN} more columns of dates or times"] if len(told) > SHOWN else []
    return told[:SHOWN] + left


def _fractions(record: TrainingRecord) -> str:
    data = record.experiment.data
    validation = f", {data.validation_fraction:.0%} to validate by" if data.validation_fraction else ""
    held_out = f"{data.test_fraction:.0%}" if data.folds is None else f"fold {data.fold} of {data.folds}"
    divided = "".join(
        f", by {name} {value}" for name in ("group", "order") if (value := getattr(data, name)) is not None
    )
    return f"{held_out} held out{validation}{divided}"


def _report(report: Mapping[str, Any]) -> str:
    numbers = [
        f"{name} {_number(value, name)}"
        for name, value in report.items()
        if name not in ("epoch", "step", "lr") and (value is None or isinstance(value, (int, float)))
    ]
    return ": ".join(filter(None, [str(report.get("epoch")), ", ".join(numbers)]))


def _number(value: Any, name: str = "") -> str:
    return "not finite" if value is None else metric_text(name, value)


def _component(config: Mapping[str, Any]) -> str:
    arguments = ", ".join(f"{name}={value!r}" for name, value in config.items() if name != "class")
    return f"{config.get('class')}({arguments})" if arguments else str(config.get("class"))


def _listed(names: Sequence[object]) -> str:
    left = f", and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(map(str, names[:SHOWN])) + left
