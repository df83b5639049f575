"""`Trainer`: a model, and what a step and an epoch of its training do."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import Any

import numpy as np

from minnet_core import Criterion, Module, Optimizer

from ..augmentations import Augmentation
from ..data import Samples, expect_weights
from ..errors import StateError
from ..metrics import Metric
from ..progress import OneLine, PlainLines, RichProgress, live_display
from ..ranks import ALONE, SHARDS, Ranks
from .agreement import Stop, begin_together, expect_same_weights
from .augmenter import Augmenter
from .averaging import ExponentialMovingAverage
from .callbacks import Hooks, expect_callback
from .clipping import Clipping
from .divergence import expect_finite_parameters
from .divisions import division_of
from .early_stopping import EarlyStopping, EarlyStoppingState
from .epoch_report import measured_epoch
from .epoch_totals import EpochTotals
from .expectations import expect_count, expect_metrics, expect_optimizer_of, expect_samples
from .fit_options import FitOptions
from .history import EpochReport, History
from .learning_rate import LearningRate, Scheduler
from .shuffler import Shuffler
from .snapshot import set_trainer_state, trainer_state
from .steps import steps_of
from .threads import Threads


class Trainer:
    """Trains a model.

    Args:
        model: trained in place; in evaluation mode between epochs.
        criterion: the loss.
        optimizer: made for this model, or for a part of it.
        metrics: measured besides the loss.
        schedule: of the learning rate; None keeps the optimizer's own.
        clip_norm: gradients whose norm is larger are scaled to it, after ``clip_value``.
        clip_value: elements of the gradients that are larger, or smaller than its negative, become it.
        early_stopping: when to stop before the last epoch; None for never.
        frozen: layers that are in evaluation mode; the optimizer must be of the others.
        accumulate: how many batches a step is of: their gradients are added up, weighted by their samples, so that it
            is a step of one batch of all of them, but for what depends on other samples, as batch statistics do.
        average: of the weights of ``optimizer.module``, updated after each step; epochs are validated by it, and the
            best model that early stopping restores has it.
        augmentations: change the training batches at random, one after another; what is validated by stays as it is.
        callbacks: objects with methods marked by ``minnet_core.hookimpl`` that implement hooks of a training.
        compile: whether a step is a table of operations (`minnet_core.compile`), which does not set ``output`` and
            ``gradInput`` of the modules: True, False, the name of an executor, or ``"auto"``, which is as True and
            calls the modules where samples have weights, or there can be no table.
        threads: how many multiply matrices during an epoch; None for what a variable such as ``OPENBLAS_NUM_THREADS``
            says, or else what fits the model: one if its products are small. Between epochs, and after an error, there
            are as many as before. Their number decides the last bits of products.
        shards: into how many parts a batch is divided, which are computed one after another, or by several ranks, with
            the same bits. None for whole batches without ``ranks``, and for 8 with them.
        batch_statistics: of what layers compute them that normalize over a batch: ``"shard"``, or ``"batch"`` for all
            shards of it together, with the result of whole batches but for rounding and draws; modules are called then.
        ranks: the processes that the training is divided among: each has a trainer of such a model, and calls the same
            methods of it. What rank 0 has counts when `fit` begins.

    Attributes:
        threads: how many multiply matrices, and why as many; chosen when `fit` begins.
        step: how many steps have been taken.
        epoch: the number of the epoch that is trained, or was trained last, from 1; 0 before the first.
        batch: how many batches of it have been trained on.
        history: the reports of all finished epochs.
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
        frozen: Sequence[Module] = (),
        accumulate: int = 1,
        average: ExponentialMovingAverage | None = None,
        augmentations: Sequence[Augmentation] = (),
        callbacks: Sequence[object] = (),
        compile: bool | str = "auto",
        threads: int | None = None,
        shards: int | None = None,
        batch_statistics: str = "shard",
        ranks: Ranks = ALONE,
    ) -> None:
        expect_metrics(metrics)
        expect_optimizer_of(model, optimizer, average)
        if not isinstance(early_stopping, EarlyStopping | None):
            raise TypeError(
                f"early_stopping: expected EarlyStopping(patience=...) or None, received {early_stopping!r}"
            )
        for callback in callbacks:
            expect_callback(callback)
        expect_count("accumulate", accumulate)
        self.accumulate, self.average = accumulate, average
        self.model, self.criterion, self.optimizer = model, criterion, optimizer
        self.metrics, self.callbacks, self.frozen = list(metrics), list(callbacks), tuple(frozen)
        self.clipping = Clipping(clip_norm=clip_norm, clip_value=clip_value) or None
        self.early_stopping = None if early_stopping is None else EarlyStoppingState(early_stopping)
        expect_count("threads", 1 if threads is None else threads, " or None")
        self.threads, self._wanted_threads = Threads(0), threads
        self.step = self.epoch = self.batch = 0
        self.history = History()
        self.plan: FitOptions | None = None
        self.stopped: str | None = None
        self.shuffler, self.totals = Shuffler(), EpochTotals(self.metrics)
        self.augmenter = Augmenter(augmentations)
        self.learning_rate = LearningRate(optimizer, schedule)
        self.ranks, self.shards = ranks, SHARDS if shards is None and ranks is not ALONE else shards
        self.batch_statistics, self.stopping = batch_statistics, Stop(ranks)
        self.division = division_of(self.shards, ranks, batch_statistics, accumulate)
        self.steps = steps_of(model, criterion, optimizer, compile, needs_modules=self.division.needs_modules)
        # Whether no step is half done; how the epoch is divided into batches.
        self.is_between_steps = True
        self.divided: dict[str, int] | None = None

    def fit(
        self,
        training: Samples,
        validation: Samples | None = None,
        *,
        epochs: int,
        batch_size: int = 32,
        rng: int | np.random.Generator | None = None,
        progress: bool = True,
    ) -> History:
        """Train, or go on after an earlier call or a loaded state.

        Args:
            training: reshuffled in every epoch.
            validation: measured after every epoch.
            epochs: how many there are, those that are over included.
            batch_size: samples in a step; the last takes what is left, unless that is a single sample, which the one
                before it takes.
            rng: a seed or generator that decides the order of the samples; where training goes on, what it was then
                does.
            progress: whether to show how far it is: a bar on a terminal, a line in a notebook. Anywhere else, and if
                one of the callbacks shows it, nothing is shown.

        Returns:
            `history`.

        Raises:
            DivergenceError: when a loss or weight is nan or infinite; it names epoch, batch and layer.
            StateError: if an epoch that was begun is to go on with more or fewer samples, or batches of another size.
            CallbackError: when a callback or plugin raises. Parameters and optimizer are as the last whole step left
                them. If it raised in ``minnet_gradients_ready``, the layers have already drawn and counted for the
                step that failed: load the last state to go on bit for bit, or call this again to go on from here.
        """
        shown = [each] if progress and not self._is_shown and (each := live_display()) else []
        for _ in self._epochs(training, validation, epochs, batch_size, rng, shown):
            expect_same_weights(self)
        return self.history

    @property
    def _is_shown(self) -> bool:
        return self.ranks.rank > 0 or any(
            isinstance(each, (OneLine, PlainLines, RichProgress)) for each in self.callbacks
        )

    def epochs(
        self,
        training: Samples,
        validation: Samples | None = None,
        *,
        epochs: int,
        batch_size: int = 32,
        rng: int | np.random.Generator | None = None,
    ) -> Iterator[EpochReport]:
        """Do what `fit` does, an epoch each time the next report is asked for; no progress is shown."""
        return self._epochs(training, validation, epochs, batch_size, rng)

    def _epochs(
        self,
        training: Samples,
        validation: Samples | None,
        epochs: int,
        batch_size: int,
        rng: int | np.random.Generator | None,
        more_callbacks: Sequence[object] = (),
    ) -> Iterator[EpochReport]:
        for samples in (training, *(() if validation is None else (validation,))):
            expect_samples(samples)
        self.plan = plan = FitOptions(
            training=training,
            validation=validation,
            epochs=epochs,
            batch_size=batch_size,
            accumulate=self.accumulate,
            shards=self.shards,
        )
        columns = math.prod(getattr(training, "inputs_shape", ()))  # samples of others may not know
        self.threads = Threads.chosen(
            self.model, batch_size, columns, wanted=self._wanted_threads, is_sharded=self.shards is not None
        )
        expect_weights(training.weights, len(training), "training")
        if validation is not None:
            expect_weights(validation.weights, len(validation), "validation")
        self.shuffler.use(rng)
        self.augmenter.begin(self.shuffler.generator)
        self.learning_rate.begin()
        if begin_together(self, plan):
            self.shuffler.use(rng)
        hooks = Hooks.gather([*self.callbacks, *more_callbacks])
        self.stopped = None
        with ExitStack() as ends:  # every one of them is called, even if one before it raises
            ends.callback(self.stopping.reset)
            for call in reversed(hooks.minnet_fit_end):
                ends.callback(call, trainer=self)
            for call in hooks.minnet_fit_start:
                call(trainer=self)
            while (report := self._next_epoch(plan, hooks)) is not None:
                for call in hooks.minnet_epoch_end:
                    call(trainer=self, report=report)
                yield report
            if self.early_stopping is not None and not self.stopping.is_agreed:
                is_restored = self.early_stopping.restore(self.model)
                if is_restored and self.average is not None:
                    self.average.restart()  # what was restored is one

    def averaged(self) -> AbstractContextManager[None]:
        """Have the model compute with the average of its weights while the context lasts, if there is one."""
        return nullcontext() if self.average is None else self.average.applied()

    def stop(self) -> None:
        """End training after the current step, or before the next; `fit` returns as if it were over.

        Another call of it, or of that of a trainer with this one's state, goes on from there. If one of several ranks
        is asked, all stop after the same step.
        """
        self.stopping.ask()

    def state_dict(self, *, history: bool = True) -> dict[str, Any]:
        """Copy everything that decides how training goes on, between two steps.

        Args:
            history: whether the reports of all epochs are in it, as ``load_state_dict`` needs them; without, it takes
                as long however many there are.

        Returns:
            Nested dicts and lists of what JSON can hold, of arrays, and of NumPy scalars.

        Raises:
            StateError: in the middle of a step: from a ``minnet_gradients_ready``, or after an error in one, until
                `fit` has taken the next step.
            DivergenceError: if a parameter is not finite: nobody wants to go on from there.
        """
        if not self.is_between_steps:
            raise StateError(
                f"{self.next_batch}: expected a trainer between two steps, received one in the middle of a step, as a "
                "callback or an error left it; what it was before is in the last state that was taken"
            )
        expect_finite_parameters(self.position, self.model.namedParameters())
        state = trainer_state(self)
        return {**state, "history": [report.as_dict() for report in self.history]} if history else state

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Load the state of another trainer of the same model, optimizer and options; `fit` goes on from there.

        The rest of the training gives the same weights, bit for bit, as if it had never been interrupted.
        NumPy's global generator, from which layers of notebooks draw, is set too.

        Raises:
            StateError: if the state does not fit.
        """
        set_trainer_state(self, state)
        self.is_between_steps = True

    @property
    def executor(self) -> str:
        """What executes a step: ``modules``, or the name of an executor of compiled steps."""
        return self.steps.executor

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
        is_stopping = self.stopping.agree()
        if self.early_stopping is not None and self.early_stopping.reason is not None:
            self.stopped = self.early_stopping.reason
            return None
        if self.epoch == len(self.history):
            if self.epoch >= plan.epochs:
                return None
            if not is_stopping:
                self.epoch, self.batch = self.epoch + 1, 0
                self.shuffler.begin_epoch()
                self.totals.reset()
        # Numbers that overflow on the way to a diverging loss are reported once, by the check of the loss.
        with self.threads.limit(), np.errstate(over="ignore", invalid="ignore"):
            if is_stopping or not self._train_epoch(plan, hooks) or self.stopping.agree():
                self.stopped = f"stopped after step {self.step}"
                return None
            expect_same_weights(self)
            report = measured_epoch(self, plan)
        self.history.append(report)
        return report

    def _train_epoch(self, plan: FitOptions, hooks: Hooks) -> bool:
        """Train on the batches that are left of an epoch; False if training is stopped before the last."""
        size = plan.samples_per_step
        self._divide(plan)
        with self.totals.timed():
            order = self.shuffler.permutation(len(plan.training))
            set_rate = self.learning_rate.begin_epoch(self.epoch, plan.epochs, plan.steps)
            self.model.train()
            for layer in self.frozen:
                layer.evaluate()
            for batch in range(self.batch, plan.batches):
                rows = order[batch * size : None if batch + 1 == plan.batches else (batch + 1) * size]
                parts = self.division.load(self, rows, batch)
                if set_rate is not None:
                    set_rate(self.step)
                loss = self._train_step(parts, hooks)
                if loss is None:
                    return False
                for call in hooks.minnet_step_end:
                    call(trainer=self, loss=loss)
                if self.stopping.is_agreed:
                    return False
        return True

    def _train_step(self, parts: Sequence[Any], hooks: Hooks) -> float | None:
        """Take a step, and return the loss of its batch, or batches; None if it was stopped before.

        An error before `Optimizer.step` leaves parameters and optimizer as they were; what the forward pass changes in
        buffers and generators is not undone.
        """
        self.is_between_steps = False
        computed = self.division.compute_gradients(self, parts, hooks)
        if computed is None:
            self.is_between_steps = True
            return None
        loss, counted = computed
        known = [loss]  # for the first time that it is asked for, right now

        def evaluate() -> float:
            found = self.division.compute_gradients(self, parts, hooks, is_trial=True) if not known else None
            return known.pop() if found is None else found[0]

        self.steps.update(evaluate if getattr(self.optimizer, "NEEDS_CLOSURE", False) else None)
        if self.average is not None:
            self.average.update()
        self.step += 1
        self.batch += 1
        for each in counted:
            self.totals.add(*each)
        self.is_between_steps = True
        return loss

    def _divide(self, plan: FitOptions) -> None:
        """Note how the epoch is divided into batches, which cannot change once one has been trained on."""
        if self.batch and self.divided != plan.division:
            expected = f"expected to go on with the epoch that was begun, {self.divided}, received {plan.division}"
            raise StateError(f"{self.next_batch}: {expected}")
        self.divided = plan.division
