"""`measured_epoch`: what is known of an epoch when its last step has been taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .divergence import expect_finite_parameters
from .evaluate import evaluate_samples
from .fit_options import FitOptions
from .history import EpochReport

if TYPE_CHECKING:
    from .trainer import Trainer


def measured_epoch(trainer: Trainer, plan: FitOptions) -> EpochReport:
    """Validate the model, tell schedule and early stopping, and report; the model stays in evaluation mode.

    Raises:
        DivergenceError: if a parameter, or the loss of the validation samples, is not finite.
    """
    where, totals, ranks = f"epoch {trainer.epoch}", trainer.totals, trainer.ranks
    expect_finite_parameters(f"{where}, after its last batch", trainer.model.namedParameters())
    values, seconds = totals.metric_buffer.compute(), max(ranks.broadcast(totals.seconds), 1e-9)
    trainer.model.evaluate()
    validation_loss = None
    if plan.validation is not None:
        with trainer.averaged():
            validation_loss, found = evaluate_samples(
                trainer.model,
                trainer.criterion,
                plan.validation,
                trainer.metrics,
                where,
                ranks,
                is_divided=trainer.shards is not None,
            )
        values.update({f"validation_{name}": value for name, value in found.items()})
    report = EpochReport(
        epoch=trainer.epoch,
        step=trainer.step,
        loss=totals.mean_loss,
        validation_loss=validation_loss,
        metrics=values,
        lr=trainer.learning_rate.now,
        seconds=seconds,
        samples_per_second=len(plan.training) / seconds,
    )
    trainer.learning_rate.end_epoch(report.as_dict())
    if trainer.early_stopping is not None:
        with trainer.averaged():
            trainer.early_stopping.epoch_end(trainer.epoch, report.as_dict(), trainer.model)
    return report
