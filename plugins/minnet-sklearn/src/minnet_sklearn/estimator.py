"""`MinnetEstimator`: what the classifier and the regressor have in common."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from minnet_core import Array, Module
from minnet_train import History, Trainer

from .components import with_arguments
from .inputs import chunks, rows_of
from .networks import Architecture
from .options import DTYPES, Options
from .refusals import unchanged_if_refused
from .saving import load, save
from .stopping import NoImprovement
from .targets import Targets
from .training import Learned, criterion_of, optimizer_of, trainer_of

COMPONENTS = ("activation", "normalization", "initializer", "criterion", "optimizer", "schedule")
"""Parameters of which each is a component."""


class MinnetEstimator(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """The base of `MinnetClassifier` and `MinnetRegressor`, which say what the parameters and attributes are."""

    _targets: Targets
    model_: Module

    def __init__(
        self,
        hidden: Any = (100,),
        *,
        activation: Any = "ReLU",
        normalization: Any = False,
        dropout: float = 0.0,
        initializer: Any = None,
        model: Any = None,
        criterion: Any = "auto",
        optimizer: Any = "Adam",
        learning_rate: float | None = None,
        weight_decay: float | None = None,
        schedule: Any = None,
        clip_norm: float | None = None,
        batch_size: Any = "auto",
        max_iter: int = 200,
        tol: float = 1e-4,
        n_iter_no_change: int | None = 10,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        warm_start: bool = False,
        dtype: str | None = None,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.normalization = normalization
        self.dropout = dropout
        self.initializer = initializer
        self.model = model
        self.criterion = criterion
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.schedule = schedule
        self.clip_norm = clip_norm
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.warm_start = warm_start
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def __getstate__(self) -> Any:
        """Leave out what `partial_fit` makes again: prepared memory, in which there is nothing that was learned."""
        state = dict(super().__getstate__())
        state.pop("_trainer", None)
        return state

    def set_params(self, **params: Any) -> Self:
        """Set parameters.

        Args:
            params: by their names; ``optimizer__lr=0.1`` is the argument ``lr`` of the optimizer, and so it is with
                every parameter that is a component, by its name or as a config.

        Returns:
            This estimator.

        Raises:
            ValueError: if there is no such parameter, or it is no component that takes arguments.
        """
        arguments: dict[str, dict[str, Any]] = {}
        own = self.get_params(deep=False)
        for name in [name for name in params if name.partition("__")[0] in own and "__" in name]:
            of, _, argument = name.partition("__")
            if of not in COMPONENTS:
                raise ValueError(
                    f"{name}: expected an argument of one of {', '.join(COMPONENTS)}, received one of {of}"
                )
            arguments.setdefault(of, {})[argument] = params.pop(name)
        super().set_params(**params)
        for name, given in arguments.items():
            setattr(self, name, with_arguments(name, getattr(self, name), given))
        return self

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the fitted estimator to a model file, atomically.

        It is an ordinary one: ``minnet explain`` tells of it, ``minnet predict`` predicts with it, and
        `minnet_core.load` reads the network. Not in it are the optimizer's memory and a generator as ``random_state``;
        of a function that made the network, the network.

        Args:
            path: of the file; ``.safetensors`` is the customary suffix.

        Returns:
            The absolute path.

        Raises:
            NotFittedError: if there is nothing to save.
            ConfigError, ModelFileError: if a parameter, class or layer is of a kind that no file can hold.
        """
        check_is_fitted(self, ("model_", "n_iter_"))  # an interrupted first epoch leaves a network, and no training
        return save(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a fitted estimator that `save` wrote, which predicts as it did; no pickle is read.

        Raises:
            ModelFileError: if the file is none of such an estimator; and whatever `minnet_core.load` raises.
        """
        loaded: Self = load(cls, path)
        return loaded

    @property
    def _is_warm_start(self) -> bool:
        """Whether `fit` starts from what there is."""
        return bool(self.warm_start) and hasattr(self, "model_")

    @contextmanager
    def _unchanged_if_refused(self) -> Iterator[None]:
        """Leave what was fitted before as it is if an error comes before an epoch is over."""
        before = vars(self).get("loss_curve_")

        def has_learned() -> bool:
            losses = vars(self).get("loss_curve_")
            return bool(losses) and losses is not before

        with unchanged_if_refused(self, has_learned):
            yield

    def _validated(self, X: Any, y: Any, *, reset: bool, **of_targets: Any) -> Any:
        accepted = self._accepted(reset)
        with np.errstate(over="ignore"):  # what a dtype cannot hold is refused
            return validate_data(
                self, X, y, reset=reset, accept_sparse="csr", dtype=accepted, multi_output=True, **of_targets
            )

    def _accepted(self, reset: bool) -> Any:
        """The dtypes that features may have, others become the first: that of the network, once there is one."""
        if not reset:
            return np.dtype(self._network_dtype)
        return np.dtype(self.dtype) if self.dtype in DTYPES else [np.float64, np.float32]

    def _rows(self, X: Any, of: BaseEstimator) -> Iterator[Array]:
        """Go through the features that an estimator is asked about, some rows at a time."""
        with np.errstate(over="ignore"):
            X = validate_data(of, X, reset=False, accept_sparse="csr", dtype=self._accepted(reset=False))
        return chunks(rows_of(X, self._network_dtype))

    def _begin(self, X: Any, targets: Targets, options: Options) -> None:
        """Make a network, a criterion and an optimizer."""
        seed = _seed_of(self.random_state)
        dtype = options.dtype or np.dtype(X.dtype).name
        first, rng = np.random.default_rng(seed).spawn(2)
        names = ("hidden", "activation", "normalization", "dropout", "initializer", "model")
        architecture = Architecture(**{name: getattr(self, name) for name in names})
        model = architecture.build(X.shape[1], targets.outputs, targets.head, dtype, first)
        model.evaluate()
        some = next(chunks(rows_of(X[:2], dtype)))
        shown = np.asarray(model.forward(some))
        if shown.shape != (len(some), targets.outputs):
            raise ValueError(
                f"model: expected outputs (rows, {targets.outputs}), received {shown.shape} for {len(some)} rows"
            )
        criterion = criterion_of(self.criterion, targets.criterion)
        optimizer = optimizer_of(self.optimizer, model, options)
        self._interpret_outputs(shown, criterion, model, targets)
        self._seed, self._rng, self._network_dtype = seed, rng, dtype
        self.model_, self.criterion_, self.optimizer_, self._targets = model, criterion, optimizer, targets
        self.n_outputs_ = targets.outputs
        self.loss_curve_: list[float] = []
        for name in ("n_iter_", "loss_", "best_loss_", "validation_loss_curve_", "_trainer"):
            self.__dict__.pop(name, None)

    def _interpret_outputs(self, outputs: Array, criterion: Any, model: Module, targets: Targets) -> None:
        """Find out what the outputs of a new network mean; a classifier does."""

    def _continue_training(self, targets: Targets, options: Options) -> None:
        """Keep the network of an earlier call, with a new optimizer."""
        if targets.outputs != self.n_outputs_:
            raise ValueError(
                f"warm_start: expected targets for the {self.n_outputs_} outputs of the last fit, received such for "
                f"{targets.outputs}"
            )
        self.optimizer_ = optimizer_of(self.optimizer, self.model_, options)
        self.__dict__.pop("_trainer", None)

    def _train(self, X: Any, y: Array, weights: Array | None, options: Options, labels: Array | None) -> None:
        """Train from the first epoch to the last."""
        learned = self._learned(X, y, weights)
        training, validation = learned.counted(), None
        if self.early_stopping:
            if labels is not None and len(training) < len(learned) and weights is not None:
                labels = labels[weights > 0]
            training, validation = training.split(options.validation_fraction, self._seed, labels)
        self._parts = {"training": len(training), **({} if validation is None else {"validation": len(validation)})}
        stopping = NoImprovement(
            "loss" if validation is None else "validation_loss",
            tol=float(options.tol),
            patience=options.n_iter_no_change,
            keeps_best=validation is not None,
        )
        trainer = self._trainer_of(options, [stopping])
        self.__dict__.pop("validation_loss_curve_", None)
        try:
            trainer.fit(
                training.samples(),
                None if validation is None else validation.samples(),
                epochs=int(options.max_iter),
                batch_size=options.rows(len(training)),
                rng=self._rng,
                progress=bool(self.verbose),
            )
        finally:  # after Ctrl-C, too, there is a network that predicts, and the losses of its epochs
            stopping.restore(trainer)
            self.model_.evaluate()
            self._note_all(trainer.history)
        if not stopping.is_over and options.n_iter_no_change is not None:
            warnings.warn(
                f"Maximum iterations ({options.max_iter}) reached and the optimization hasn't converged yet.",
                ConvergenceWarning,
                stacklevel=3,
            )

    def _train_once(self, X: Any, y: Array, weights: Array | None, options: Options) -> None:
        """Train for one epoch more."""
        training = self._learned(X, y, weights).counted()
        self._parts = {"training": len(training)}
        trainer: Trainer | None = getattr(self, "_trainer", None)
        if trainer is None or getattr(trainer.clipping, "clip_norm", None) != options.clip_norm:
            self._trainer = trainer = self._trainer_of(options, [])
        try:
            trainer.fit(
                training.samples(),
                epochs=len(trainer.history) + 1,
                batch_size=options.rows(len(training)),
                rng=self._rng,
                progress=bool(self.verbose),
            )
        finally:
            self.model_.evaluate()
            trainer.plan = None  # and with it the samples
        self.n_iter_ = getattr(self, "n_iter_", 0) + 1
        self._note([trainer.history[-1].loss])

    def _trainer_of(self, options: Options, callbacks: list[Any]) -> Trainer:
        return trainer_of(
            self.model_, self.criterion_, self.optimizer_, options, schedule=self.schedule, callbacks=callbacks
        )

    def _learned(self, X: Any, y: Array, weights: Array | None) -> Learned:
        return Learned(rows_of(X, self._network_dtype), self._targets.encode(y, self._network_dtype), weights)

    def _note_all(self, history: History) -> None:
        if not history:
            return
        self.n_iter_ = len(history)
        self._note([report.loss for report in history])
        if self.early_stopping:
            self.validation_loss_curve_ = [report.validation_loss for report in history]

    def _note(self, losses: list[float]) -> None:
        self.loss_curve_ = [*self.loss_curve_, *losses]
        self.loss_, self.best_loss_ = self.loss_curve_[-1], min(self.loss_curve_)

    def _expect_one_epoch(self) -> None:
        """Refuse, for `partial_fit`, what is about all epochs."""
        if self.early_stopping:
            raise ValueError("partial_fit does not support early_stopping=True")
        if self.schedule is not None:
            raise ValueError(
                f"schedule: expected None for partial_fit, which does not know how many epochs will come, received "
                f"{self.schedule!r}"
            )

    def _outputs(self, X: Any) -> Array:
        """Compute the outputs of the network, (rows, outputs)."""
        check_is_fitted(self, "model_")
        return np.concatenate([self.model_.forward(each) for each in self._rows(X, self)])


def _seed_of(random_state: Any) -> int:
    try:
        generator = check_random_state(random_state)
    except ValueError:
        raise ValueError(
            f"random_state: expected None, an integer from 0 to 2**32 - 1 or a RandomState, received {random_state!r}"
        ) from None
    return int(generator.randint(np.iinfo(np.int32).max))
