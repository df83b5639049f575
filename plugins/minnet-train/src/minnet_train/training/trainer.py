"""`Trainer`: a model, and what a step and an epoch of its training do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np

from minnet_core import Criterion, Module, Optimizer
from minnet_core.nn import describe

from ..data import Samples, expect_weights
from ..errors import StateError
from ..metrics import Metric
from .callbacks import Hooks, expect_callback
from .clipping import Clipping
from .divergence import expect_finite_parameters
from .early_stopping import EarlyStopping
from .epoch_totals import EpochTotals
from .evaluate import evaluate_samples
from .fit_options import FitOptions
from .history import RESERVED, EpochReport, History
from .learning_rate import LearningRate
from .schedules import Scheduler
from .shuffler import Shuffler
from .snapshot import set_trainer_state, trainer_state
from .train_batches import train_batches
from .waiting import EarlyStoppingState


class Trainer:
    """Trains a model.

    Args:
        model: changed in place; in evaluation mode whenever an epoch is over.
        criterion: the loss.
        optimizer: made for this model, or for a part of it.
        metrics: to measure by, besides the loss.
        schedule: of the learning rate; None leaves the optimizer's own.
        clip_norm: gradients whose norm is larger are scaled to it, after ``clip_value``.
        clip_value: elements of the gradients that are larger, or smaller than its negative, become it.
        early_stopping: when to end before the last epoch; None for never.
        callbacks: objects with methods marked by ``minnet_core.hookimpl`` that implement hooks of a training.

    Attributes:
        step: how many steps have been taken.
        epoch: the number of the epoch that is trained, or was trained last, from 1; 0 before the first.
        batch: how many batches of it have been trained on.
        history: the reports of all epochs that are over.
        plan: what `fit` was last asked to do; None before.
        stopped: why training ended early; None while it goes on, and if it did not.

    >>> from minnet_core import Sequential, criterions, layers, optimizers
    >>> from minnet_train import Samples, Trainer
    >>> inputs = np.random.default_rng(0).normal(size=(100, 2)).astype(np.float32)
    >>> samples = Samples(inputs, np.eye(2, dtype=np.float32)[(inputs[:, 0] > 0).astype(int)])
    >>> model = Sequential(layers["Linear"](2, 2, rng=0), layers["LogSoftMax"]())
    >>> trainer = Trainer(model, criterions["ClassNLLCriterion"](), optimizers["Adam"](model, lr=0.1))
    >>> history = trainer.fit(samples, epochs=5, rng=0)
    >>> len(history), history[-1].loss < history[0].loss, trainer.step
    (5, True, 20)
    """

    def __init__(
        self,
        model: Module,
        criterion: Criterion,
        optimizer: Optimizer,
        *,
        metrics: Sequence[Metric] = (),
        schedule: Scheduler | None = None,
        clip_norm: float | None = None,
        clip_value: float | None = None,
        early_stopping: EarlyStopping | None = None,
        callbacks: Sequence[object] = (),
    ) -> None:
        _expect_metrics(metrics)
        _expect_optimizer_of(model, optimizer)
        if not isinstance(early_stopping, EarlyStopping | None):
            raise TypeError(
                f"early_stopping: expected EarlyStopping(patience=...) or None, received {early_stopping!r}"
            )
        for callback in callbacks:
            expect_callback(callback)
        self.model, self.criterion, self.optimizer = model, criterion, optimizer
        self.metrics, self.callbacks = list(metrics), list(callbacks)
        self.clipping = Clipping(clip_norm=clip_norm, clip_value=clip_value)
        self.waiting = None if early_stopping is None else EarlyStoppingState(early_stopping)
        self.step = self.epoch = self.batch = 0
        self.history = History()
        self.plan: FitOptions | None = None
        self.stopped: str | None = None
        self.order, self.rate, self.running = Shuffler(), LearningRate(optimizer, schedule), EpochTotals(self.metrics)
        # Whether no step is half done; whether somebody asked to stop; how the epoch is divided into batches.
        self.is_whole, self.is_stopping = True, False
        self.divided: dict[str, int] | None = None

    def fit(
        self,
        training: Samples,
        validation: Samples | None = None,
        *,
        epochs: int,
        batch_size: int = 32,
        rng: int | np.random.Generator | None = None,
    ) -> History:
        """Train, or go on after an earlier call or a loaded state.

        Args:
            training: reshuffled in every epoch; the last batch takes what is left.
            validation: measured after every epoch.
            epochs: how many there are, those that are over included.
            batch_size: samples in a step.
            rng: a seed or generator that decides the order of the samples; where training goes on, what it was then
                does.

        Returns:
            `history`.

        Raises:
            DivergenceError: when a loss or weight is nan or infinite; it names epoch, batch and layer.
            StateError: if an epoch that was begun is to go on with more or fewer samples, or batches of another size.
            CallbackError: when a callback or plugin raises.
        """
        for _ in self.epochs(training, validation, epochs=epochs, batch_size=batch_size, rng=rng):
            pass
        return self.history

    def epochs(
        self,
        training: Samples,
        validation: Samples | None = None,
        *,
        epochs: int,
        batch_size: int = 32,
        rng: int | np.random.Generator | None = None,
    ) -> Iterator[EpochReport]:
        """Do what `fit` does, an epoch each time the next report is asked for."""
        for samples in (training, *(() if validation is None else (validation,))):
            _expect_samples(samples)
        self.plan = plan = FitOptions(training=training, validation=validation, epochs=epochs, batch_size=batch_size)
        expect_weights(training.weights, len(training), "training")
        if validation is not None:
            expect_weights(validation.weights, len(validation), "validation")
        self.order.use(rng)
        self.rate.begin()
        hooks = Hooks.gather(self.callbacks)
        self.stopped = None
        with ExitStack() as ends:  # every one of them is called, even if one before it raises
            ends.callback(setattr, self, "is_stopping", False)
            for call in reversed(hooks.minnet_fit_end):
                ends.callback(call, trainer=self)
            for call in hooks.minnet_fit_start:
                call(trainer=self)
            while (report := self._next_epoch(plan, hooks)) is not None:
                for call in hooks.minnet_epoch_end:
                    call(trainer=self, report=report)
                yield report
            if self.waiting is not None and not self.is_stopping:
                self.waiting.restore(self.model)

    def stop(self) -> None:
        """End training after the current step, or before the next; `fit` returns as if it were over.

        Another call of it, or of that of a trainer with this one's state, goes on from there.
        """
        self.is_stopping = True

    def state_dict(self) -> dict[str, Any]:
        """Copy everything that decides how training goes on, between two steps.

        Returns:
            Nested dicts and lists of what JSON can hold, of arrays, and of NumPy scalars.

        Raises:
            StateError: in the middle of a step: from a ``minnet_gradients_ready``, or after an error in one, until
                `fit` has taken the next step.
            DivergenceError: if a parameter is not finite: nobody wants to go on from there.
        """
        if not self.is_whole:
            raise StateError(
                f"{self.next_batch}: expected a trainer between two steps, received one in the middle of a step, as a "
                "callback or an error left it; what it was before is in the last state that was taken"
            )
        expect_finite_parameters(self.position, self.model.namedParameters())
        return trainer_state(self)

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Become what another trainer of the same model, optimizer and options was; `fit` goes on from there.

        The rest of the training gives the same weights, bit for bit, as if it had never been interrupted.
        NumPy's global generator, from which layers of notebooks draw, is set too.

        Raises:
            StateError: if the state does not fit.
        """
        set_trainer_state(self, state)
        self.is_whole = True

    @property
    def position(self) -> str:
        """The last batch, as messages name it."""
        return f"epoch {self.epoch}, batch {self.batch}"

    @property
    def next_batch(self) -> str:
        """The batch that is being trained on, or comes next, as messages name it."""
        return f"epoch {self.epoch}, batch {self.batch + 1}"

    def __repr__(self) -> str:
        return f"<Trainer {self.optimizer!r}, {self.criterion!r}, step {self.step}, epoch {self.epoch}>"

    def _next_epoch(self, plan: FitOptions, hooks: Hooks) -> EpochReport | None:
        """Train the rest of an epoch; None if training is over, or is stopped in the middle."""
        if self.waiting is not None and self.waiting.reason is not None:
            self.stopped = self.waiting.reason
            return None
        is_new = self.epoch == len(self.history)
        divided = {"samples": len(plan.training), "batch_size": plan.batch_size}
        if is_new and self.epoch >= plan.epochs:
            return None
        if is_new and not self.is_stopping:
            self.epoch, self.batch = self.epoch + 1, 0
            self.order.begin_epoch()
            self.running.reset()
            self.divided = divided
        elif not is_new and self.divided != divided:
            raise StateError(
                f"{self.next_batch}: expected to go on with the epoch that was begun, {self.divided}, "
                f"received {divided}"
            )
        # Numbers that overflow on the way to a diverging loss are reported once, by the check of the loss.
        with np.errstate(over="ignore", invalid="ignore"):
            if self.is_stopping or not self._train(plan, hooks):
                self.stopped = f"stopped after step {self.step}"
                return None
            return self._end_epoch(plan)

    def _train(self, plan: FitOptions, hooks: Hooks) -> bool:
        self.running.start()
        try:
            return train_batches(self, plan, hooks)
        finally:
            self.running.pause()

    def _end_epoch(self, plan: FitOptions) -> EpochReport:
        where = f"epoch {self.epoch}"
        expect_finite_parameters(f"{where}, after its last batch", self.model.namedParameters())
        values, seconds = self.running.tally.compute(), max(self.running.seconds, 1e-9)
        self.model.evaluate()
        validation_loss = None
        if plan.validation is not None:
            validation_loss, found = evaluate_samples(self.model, self.criterion, plan.validation, self.metrics, where)
            values.update({f"validation_{name}": value for name, value in found.items()})
        report = EpochReport(
            epoch=self.epoch,
            step=self.step,
            loss=self.running.mean_loss,
            validation_loss=validation_loss,
            metrics=values,
            lr=self.rate.now,
            seconds=seconds,
            samples_per_second=len(plan.training) / seconds,
        )
        self.rate.end_epoch(report.as_dict())
        if self.waiting is not None:
            self.waiting.epoch_end(self.epoch, report.as_dict(), self.model)
        self.history.append(report)
        return report


def _expect_metrics(metrics: Sequence[Metric]) -> None:
    for metric in metrics:
        if not isinstance(metric, Metric):
            raise TypeError(f"expected a Metric, received {metric!r}")
    names = [metric.name for metric in metrics]
    for name in names:
        if names.count(name) > 1 or name in RESERVED:
            raise ValueError(f"expected metrics of different names, and none of {sorted(RESERVED)}, received {names}")


def _expect_optimizer_of(model: Module, optimizer: Optimizer) -> None:
    """Refuse an optimizer of another model, which would be trained in vain."""
    module = getattr(optimizer, "module", model)
    if module is model:
        return
    own = {*map(id, model.namedParameters().values())}
    if own and own.isdisjoint(map(id, module.namedParameters().values())):
        raise ValueError(
            f"expected an optimizer of the model that is trained, received {optimizer!r} of another one, "
            "whose parameters never get a gradient"
        )


def _expect_samples(samples: object) -> None:
    if not hasattr(samples, "batch"):
        raise TypeError(
            f"expected Samples, which Samples.of_arrays(inputs, targets) makes of arrays; received {describe(samples)}"
        )
