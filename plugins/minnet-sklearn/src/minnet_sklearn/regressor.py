"""`MinnetRegressor`: a network that predicts numbers."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils import assert_all_finite, column_or_1d

from minnet_core import Array

from .estimator import MinnetEstimator
from .options import Options, is_switch
from .targets import ValueTargets
from .weights import checked_weights


class MinnetRegressor(RegressorMixin, MinnetEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A network that predicts a number for each sample, or several.

    What ``sklearn.neural_network.MLPRegressor`` does, with any layer, criterion and optimizer that is installed.
    Targets are (rows,) or (rows, targets). As there is one learning rate and one ``tol`` for targets of every size,
    networks learn them with mean 0 and deviation 1, unless ``scale_targets`` says otherwise, and losses are of those.

    Args:
        scale_targets: whether each target is given mean 0 and deviation 1, by the samples of the first call of `fit` or
            `partial_fit`. Predictions are in the units of the targets.

    The other parameters and attributes are those of `MinnetClassifier`; ``criterion="auto"`` is `MSECriterion`, and
    there are no ``class_weight`` and ``classes_``.

    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> regressor = MinnetRegressor((16,), learning_rate=0.01, max_iter=60, n_iter_no_change=None, random_state=0)
    >>> regressor.fit(X, y).predict(X[:1]).shape, regressor.score(X, y) > 0.45
    ((1,), True)
    """

    _targets: ValueTargets

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
        scale_targets: bool = True,
        warm_start: bool = False,
        dtype: str | None = None,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(
            hidden,
            activation=activation,
            normalization=normalization,
            dropout=dropout,
            initializer=initializer,
            model=model,
            criterion=criterion,
            optimizer=optimizer,
            learning_rate=learning_rate,
            weight_decay=weight_decay,
            schedule=schedule,
            clip_norm=clip_norm,
            batch_size=batch_size,
            max_iter=max_iter,
            tol=tol,
            n_iter_no_change=n_iter_no_change,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            warm_start=warm_start,
            dtype=dtype,
            random_state=random_state,
            verbose=verbose,
        )
        self.scale_targets = scale_targets

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train a network.

        Args:
            X: features (rows, columns), dense or sparse.
            y: targets (rows,), or (rows, targets).
            sample_weight: how much each sample counts, (rows,); None if all count alike.

        Raises:
            ValueError, TypeError: as scikit-learn does, and if a parameter is none.
            DivergenceError: when the loss or a weight is nan or infinite.
        """
        with self._unchanged_if_refused():
            options, is_warm_start = Options.of(self), self._is_warm_start
            X, y = self._validated(X, y, reset=not is_warm_start, y_numeric=True)
            y = _checked(y)
            weights = checked_weights(sample_weight, len(y))
            targets = ValueTargets.of(y, weights, is_scaled=self._is_scaled)
            if is_warm_start:
                self._continue_training(targets, options)
            else:
                self._begin(X, targets, options)
            self._train(X, y, weights, options, None)
        return self

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train for one epoch on some samples, going on from what was learned before.

        Args:
            X: features (rows, columns), dense or sparse.
            y: targets (rows,), or (rows, targets); those of the first call decide how targets are scaled.
            sample_weight: how much each sample counts, (rows,); None if all count alike.

        Raises:
            ValueError, TypeError: as scikit-learn does, if a parameter is none, and if there is a ``schedule``.
            DivergenceError: when the loss or a weight is nan or infinite.
        """
        self._expect_one_epoch()
        with self._unchanged_if_refused():
            options, is_first = Options.of(self), not hasattr(self, "model_")
            X, y = self._validated(X, y, reset=is_first, y_numeric=True)
            y = _checked(y)
            weights = checked_weights(sample_weight, len(y))
            if is_first:
                self._begin(X, ValueTargets.of(y, weights, is_scaled=self._is_scaled), options)
            columns = 1 if y.ndim == 1 else y.shape[1]
            if columns != self.n_outputs_:
                raise ValueError(f"y: expected {self.n_outputs_} targets, received {columns}")
            self._train_once(X, y, weights, options)
        return self

    @property
    def _is_scaled(self) -> bool:
        if not is_switch(self.scale_targets):
            raise ValueError(f"scale_targets: expected True or False, received {self.scale_targets!r}")
        return bool(self.scale_targets)

    def predict(self, X: Any) -> Array:
        """Predict the targets of each sample, (rows,), or (rows, targets), in the units of those of `fit`."""
        outputs = self._outputs(X)
        return self._targets.answers(outputs)


def _checked(y: Any) -> Array:
    """Make targets dense, and take a single column for what it is, with scikit-learn's warning."""
    y = np.asarray(y.toarray() if hasattr(y, "toarray") else y)
    assert_all_finite(y, input_name="y")  # scikit-learn takes the None of an object array for a number
    column: Array = column_or_1d(y, warn=True) if y.ndim == 2 and y.shape[1] == 1 else y
    return column
