"""What a `Trainer` expects of what it is given."""

from __future__ import annotations

from collections.abc import Sequence

from minnet_core import Module, Optimizer
from minnet_core.nn import describe

from ..metrics import Metric
from .averaging import ExponentialMovingAverage
from .history import RESERVED


def expect_metrics(metrics: Sequence[Metric]) -> None:
    """Refuse what is no metric, and names that are there twice."""
    for metric in metrics:
        if not isinstance(metric, Metric):
            raise TypeError(f"expected a Metric, received {metric!r}")
    names = [metric.name for metric in metrics]
    for name in names:
        if names.count(name) > 1 or name in RESERVED:
            raise ValueError(f"expected metrics of different names, and none of {sorted(RESERVED)}, received {names}")


def expect_optimizer_of(model: Module, optimizer: Optimizer, average: ExponentialMovingAverage | None) -> None:
    """Refuse an optimizer of another model, which would be trained in vain, and an average of other parameters."""
    if average is not None and average.module is not optimizer.module:
        raise ValueError(f"average: expected that of {optimizer.module!r}, as the optimizer, received {average!r}")
    module = getattr(optimizer, "module", model)
    if module is model:
        return
    own = {*map(id, model.namedParameters().values())}
    if own and own.isdisjoint(map(id, module.namedParameters().values())):
        raise ValueError(
            f"expected an optimizer of the model that is trained, received {optimizer!r} of another one, "
            "whose parameters never get a gradient"
        )


def expect_count(name: str, value: object, otherwise: str = "") -> None:
    """Refuse what is no whole number of 1 or more."""
    if type(value) is not int or value < 1:
        raise ValueError(f"{name}: expected a whole number of at least 1{otherwise}, received {value!r}")


def expect_shards(shards: int | None, ranks: int) -> None:
    """Refuse a number of shards that makes no sense, or leaves a rank without any."""
    if shards is None:
        return
    expect_count("shards", shards, " or None")
    if shards < ranks:
        raise ValueError(f"shards: expected at least one for each of the {ranks} ranks, received {shards}")


def expect_batch_statistics(batch_statistics: object, shards: int | None, accumulate: int) -> None:
    """Refuse what batch statistics cannot be of: a step's shards, of several batches, are not divided by these."""
    if batch_statistics not in ("shard", "batch"):
        raise ValueError(f"batch_statistics: expected 'shard' or 'batch', received {batch_statistics!r}")
    if batch_statistics == "batch" and shards is not None and accumulate > 1:
        raise ValueError(
            f"batch_statistics: expected 'shard' where the shards of a step are of several batches, accumulate = "
            f"{accumulate}, received 'batch'; a larger batch_size is the same step with the statistics of all its "
            "samples"
        )


def expect_samples(samples: object) -> None:
    """Refuse what has no batches."""
    if not hasattr(samples, "batch"):
        raise TypeError(
            f"expected Samples, which Samples.of_arrays(inputs, targets) makes of arrays; received {describe(samples)}"
        )
