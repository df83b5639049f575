"""`MinnetClassifier`: a network that predicts classes, or labels."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils import column_or_1d
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets, type_of_target, unique_labels
from sklearn.utils.validation import check_is_fitted

from minnet_core import Array, Criterion, Module

from .answers import SCORES, indicators, kind_of, probabilities
from .estimator import MinnetEstimator
from .options import Options
from .targets import ClassTargets, LabelTargets, Targets, expect_indicators
from .weights import checked_weights, with_class_weights


def _has_probabilities(classifier: MinnetClassifier) -> bool:
    if getattr(classifier, "_kind", None) == SCORES:
        raise AttributeError(
            f"expected a network and a criterion whose outputs are probabilities, their logarithms or logits, as those "
            f"of SoftMax, LogSoftMax and CrossEntropyCriterion, received scores for {classifier.criterion_!r}"
        )
    return True


class MinnetClassifier(ClassifierMixin, MinnetEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A network that predicts the class of each sample, or which of several labels it has.

    What ``sklearn.neural_network.MLPClassifier`` does, with any installed layer, criterion and optimizer by its name
    (``"ELU"``, ``"minnet-swish:Swish"``), by a config (``{"class": "LeakyReLU", "slope": 0.1}``), or as an object,
    of which a copy is taken. Parameters that are called as there mean the same. Features may be sparse; batches of them
    are made dense.

    Targets are classes, (rows,), of any type that can be sorted, or indicators of labels, (rows, labels).

    Args:
        hidden: the widths of the hidden layers, from first to last; ``()`` for none.
        activation: the layer after each of them.
        normalization: the layer between both: False for none, True for `BatchNormalization` and `ChannelwiseScaling`,
            or another one, which is told the width if its constructor asks for it.
        dropout: the probability of dropping each output of a hidden layer in training.
        initializer: draws the first weights of the linear layers: a name, a config, an `Initializer` or a function of
            ``(shape, rng, dtype)``. None leaves them as `Linear` draws them, uniform in +-1/sqrt(n_in). So are their
            biases, always, and other layers stay as their constructors make them.
        model: the whole network in place of the above: a list of layers, a `Module`, a config, or a function of
            ``(n_in, n_out, rng)`` that returns a `Module`.
        criterion: the loss; ``"auto"`` for `ClassNLLCriterion` after `LogSoftMax`, or for labels `BCECriterion` after
            `Sigmoid`. What a network of your own must end with is what your criterion takes. Criterions of one class,
            such as `CrossEntropyCriterion`, are refused for labels.
        optimizer: changes the weights; a config may have ``groups``, as ``Optimizer.groups`` has.
        learning_rate: of the optimizer; None for its own.
        weight_decay: of the optimizer; None for its own.
        schedule: of the learning rate: a schedule of minnet-optimizers or another, or None, as `partial_fit` needs it.
        clip_norm: what the norm of the gradients is limited to; None for no limit.
        batch_size: samples in a step; ``"auto"`` for 200, or all if there are fewer.
        max_iter: how many epochs there are at most.
        tol: by how much the loss of an epoch must be smaller than the best one before to be an improvement.
        n_iter_no_change: how many epochs in a row may pass without one; None for any number.
        early_stopping: whether that is judged by the loss of samples that are kept apart, of each class its part; the
            weights of the best epoch are then restored.
        validation_fraction: how many of the samples are kept apart.
        class_weight: ``"balanced"``, a dict of weights of classes, or None.
        warm_start: whether `fit` goes on from the last one, with its network and criterion: what ``hidden`` to
            ``criterion`` and ``dtype`` say is not looked at then; the optimizer is a new one, with its own schedule.
        dtype: what the network computes in, ``"float32"`` or ``"float64"``; None for that of the features, if it is
            one of them, as scikit-learn does, or else float64.
        random_state: decides first weights, the order of samples, what is kept apart, and every random layer.
        verbose: whether to show how far the training is.

    Attributes:
        classes_: sorted; of labels, their indices.
        model_: the trained network, in evaluation mode.
        criterion_: the loss.
        optimizer_: what changed the weights.
        n_features_in_, feature_names_in_: as in scikit-learn.
        n_outputs_: of the network.
        n_iter_: how many epochs there were.
        loss_curve_, loss_, best_loss_: the mean loss of each epoch, the last, and the smallest.
        validation_loss_curve_: that of the samples kept apart, with ``early_stopping``.

    A sample of integer weight is as good as so many samples where they are all in one batch, and one of weight 0 is as
    good as none everywhere; the statistics of `BatchNormalization` count samples, not weights.

    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> classifier = MinnetClassifier(hidden=(16,), activation="ELU", learning_rate=0.02, random_state=0).fit(X, y)
    >>> classifier.predict(X[:2]), classifier.score(X, y) > 0.95
    (array([0, 0]), True)
    """

    _targets: ClassTargets | LabelTargets
    _kind: str
    classes_: Array

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
        class_weight: Any = None,
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
        self.class_weight = class_weight

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train a network.

        Args:
            X: features (rows, columns), dense or sparse.
            y: classes (rows,), or indicators (rows, labels).
            sample_weight: how much each sample counts, (rows,); None if all count alike.

        Raises:
            ValueError, TypeError: as scikit-learn does, and if a parameter is none.
            DivergenceError: when the loss or a weight is nan or infinite.
        """
        with self._unchanged_if_refused():
            options, is_warm_start = Options.of(self), self._is_warm_start
            X, y = self._validated(X, y, reset=not is_warm_start)
            y = self._checked(y)
            targets = _targets_of(y)
            labels = targets.labels(y) if isinstance(targets, ClassTargets) else None
            weights = self._weights(y, sample_weight, labels, targets.classes)
            if is_warm_start:
                self._expect_alike(targets)
                if not np.array_equal(targets.classes, self.classes_):
                    raise ValueError(
                        f"warm_start: expected the classes of the last fit, {self.classes_}, received {targets.classes}"
                    )
                self._continue_training(targets, options)
            else:
                self._begin(X, targets, options)
            self.classes_ = targets.classes
            self._train(X, y, weights, options, labels)
        return self

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Train for one epoch on some samples, going on from what was learned before.

        Args:
            X: features (rows, columns), dense or sparse.
            y: classes (rows,), or indicators (rows, labels).
            classes: all that there are; needed in the first call, unless ``y`` are indicators.
            sample_weight: how much each sample counts, (rows,); None if all count alike.

        Raises:
            ValueError, TypeError: as scikit-learn does, if a parameter is none, and if there is a ``schedule``.
            DivergenceError: when the loss or a weight is nan or infinite.
        """
        self._expect_one_epoch()
        if isinstance(self.class_weight, str):
            raise ValueError(
                f"class_weight: expected a dict or None for partial_fit, which does not know how many samples of a "
                f"class will come, received {self.class_weight!r}"
            )
        with self._unchanged_if_refused():
            options, is_first = Options.of(self), not hasattr(self, "model_")
            X, y = self._validated(X, y, reset=is_first)
            y = self._checked(y)
            targets = self._stated_targets(y, classes, is_first=is_first)
            labels = targets.labels(y) if isinstance(targets, ClassTargets) else None
            weights = self._weights(y, sample_weight, labels, targets.classes)
            if is_first:
                self._begin(X, targets, options)
                self.classes_ = targets.classes
            self._train_once(X, y, weights, options)
        return self

    def predict(self, X: Any) -> Array:
        """Predict the class of each sample, (rows,), or its labels, (rows, labels)."""
        outputs = self._outputs(X)
        if isinstance(self._targets, LabelTargets):
            return indicators(outputs, self._kind)
        answers: Array = self.classes_[outputs.argmax(axis=1)]
        return answers

    @available_if(_has_probabilities)  # type: ignore[untyped-decorator]  # scikit-learn has no types
    def predict_proba(self, X: Any) -> Array:
        """Predict the probability of each class, or of each label, (rows, classes).

        Raises:
            AttributeError: if the outputs of the network are scores, of which nobody knows the probabilities.
        """
        return probabilities(self._outputs(X), self._kind, has_labels=isinstance(self._targets, LabelTargets))

    @available_if(_has_probabilities)  # type: ignore[untyped-decorator]  # scikit-learn has no types
    def predict_log_proba(self, X: Any) -> Array:
        """Predict the logarithms of `predict_proba`."""
        check_is_fitted(self, "model_")
        with np.errstate(divide="ignore"):
            found: Array = self._outputs(X) if self._kind == "logarithms" else np.log(self.predict_proba(X))
        return found

    def _interpret_outputs(self, outputs: Array, criterion: Criterion, model: Module, targets: Targets) -> None:
        self._kind = kind_of(outputs, criterion, model, has_labels=isinstance(targets, LabelTargets))

    def _stated_targets(self, y: Array, classes: Any, *, is_first: bool) -> ClassTargets | LabelTargets:
        """Find out what targets there can be in all calls of `partial_fit`."""
        targets: ClassTargets | LabelTargets
        if y.ndim == 2:
            targets = LabelTargets(y.shape[1])
            if classes is not None and not np.array_equal(np.unique(classes), targets.classes):
                raise ValueError(
                    f"classes: expected None or the numbers of the labels, {targets.classes}, received {classes!r}"
                )
        elif classes is not None:
            if not np.size(classes):
                raise ValueError("classes: expected at least one, received none")
            targets = ClassTargets(unique_labels(classes))
        elif is_first:
            raise ValueError("classes must be passed on the first call to partial_fit.")
        else:
            targets = ClassTargets(self.classes_)
        if not is_first:
            self._expect_alike(targets)
            if not np.array_equal(targets.classes, self.classes_):
                raise ValueError(
                    f"`classes={classes!r}` is not the same as on last call to partial_fit, was: {self.classes_}"
                )
        return targets

    def _expect_alike(self, targets: ClassTargets | LabelTargets) -> None:
        """Refuse labels for a network of classes, classes for one of labels, and another number of labels."""
        if type(targets) is not type(self._targets):
            expected, received = ("labels", "classes") if isinstance(targets, ClassTargets) else ("classes", "labels")
            raise ValueError(f"y: expected {expected}, as in the last fit, received {received}")
        if isinstance(targets, LabelTargets) and targets.outputs != self.n_outputs_:
            raise ValueError(f"y: expected {self.n_outputs_} labels, as in the last fit, received {targets.outputs}")

    def _checked(self, y: Any) -> Array:
        """Check that targets are classes or labels."""
        check_classification_targets(y)
        kind = type_of_target(y)
        if kind == "multiclass-multioutput":
            raise ValueError(
                "y: expected one class for each sample, or indicators of labels, received several columns of classes; "
                "sklearn.multioutput.MultiOutputClassifier has a classifier for each"
            )
        if kind == "multilabel-indicator":
            return expect_indicators(np.asarray(y.toarray() if hasattr(y, "toarray") else y))
        column: Array = column_or_1d(y, warn=True)
        return column

    def _weights(self, y: Array, sample_weight: Any, labels: Array | None, classes: Array) -> Array | None:
        weights = checked_weights(sample_weight, len(y))
        if labels is None:
            if self.class_weight is not None:
                raise ValueError(
                    f"class_weight: expected None for labels, of which a sample may have several, received "
                    f"{self.class_weight!r}"
                )
            return weights
        return with_class_weights(weights, self.class_weight, classes, labels)


def _targets_of(y: Array) -> ClassTargets | LabelTargets:
    return ClassTargets(np.unique(y)) if y.ndim == 1 else LabelTargets(y.shape[1])
