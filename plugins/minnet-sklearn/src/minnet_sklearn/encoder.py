"""`MinnetEncoder`: what a hidden layer of a network makes of samples, as features."""

from __future__ import annotations

from numbers import Integral
from typing import Any, Self

import numpy as np
from sklearn import get_config
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin, clone, is_regressor
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.validation import check_is_fitted, validate_data

from minnet_core import Array, Module, Sequential
from minnet_core.nn import find_parameters

from .estimator import MinnetEstimator
from .refusals import unchanged_if_refused
from .regressor import MinnetRegressor


class MinnetEncoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Trains a network, and transforms samples into the outputs of one of its hidden layers.

    Without targets, a regressor learns to give back the features themselves: an autoencoder.

    Args:
        estimator: what is trained, a clone of it: a `MinnetClassifier` or `MinnetRegressor`; None for
            ``MinnetRegressor()``.
        layer: the index of the layer in the network, whose output is taken: -1 is the last, and a network of several
            hidden layers ``[Linear, ReLU, Linear, ReLU, Linear]`` has the first's activation at 1. None for what the
            last layer that has parameters is given: the output of the last hidden layer.
        random_state: of an estimator whose own is None.

    Attributes:
        estimator_: the trained classifier or regressor.
        n_features_in_, feature_names_in_: as in scikit-learn.

    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> from minnet_sklearn import MinnetClassifier
    >>> encoder = MinnetEncoder(MinnetClassifier(hidden=(16, 3), learning_rate=0.02, random_state=0))
    >>> encoder.fit_transform(X, y).shape, list(encoder.get_feature_names_out())
    ((150, 3), ['minnetencoder0', 'minnetencoder1', 'minnetencoder2'])
    """

    def __init__(self, estimator: Any = None, *, layer: int | None = None, random_state: Any = None) -> None:
        self.estimator = estimator
        self.layer = layer
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.target_tags.required = self.estimator is not None and not is_regressor(self.estimator)
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def get_metadata_routing(self) -> MetadataRouter:
        """Say that what `fit` is given besides features and targets is for the estimator."""
        mapping = MethodMapping().add(caller="fit", callee="fit")
        return MetadataRouter(owner=type(self).__name__).add(estimator=self._own(), method_mapping=mapping)

    def fit(self, X: Any, y: Any = None, **fit_params: Any) -> Self:
        """Train the network.

        Args:
            X: features (rows, columns), dense or sparse.
            y: targets; None for the features themselves.
            fit_params: what `fit` of the estimator takes besides, such as ``sample_weight``; with metadata
                routing, what it requests.

        Raises:
            TypeError: if the estimator is none of minnet, or its network is no `Sequential`.
            ValueError: if there is no such layer, or a classifier is given no targets.
        """
        with unchanged_if_refused(self):
            self._fit(X, y, fit_params)
        return self

    def transform(self, X: Any) -> Array:
        """Compute the output of the layer for each sample, (rows, outputs); further axes are put side by side."""
        check_is_fitted(self, "estimator_")
        return np.concatenate([self._encoded(each) for each in self.estimator_._rows(X, self)])

    def _fit(self, X: Any, y: Any, fit_params: dict[str, Any]) -> None:
        estimator = self._own()
        if not isinstance(estimator, MinnetEstimator):
            raise TypeError(
                f"estimator: expected a MinnetClassifier or MinnetRegressor, or None, received {estimator!r}"
            )
        if y is None:
            if not is_regressor(estimator):
                raise ValueError(
                    f"{type(self).__name__} requires y to be passed, but the target y is None: "
                    "a classifier needs classes"
                )
            y = validate_data(self, X, accept_sparse="csr", dtype=[np.float64, np.float32])
            y = y.toarray() if hasattr(y, "toarray") else y
        is_routed = fit_params and get_config()["enable_metadata_routing"]
        given = process_routing(self, "fit", **fit_params).estimator.fit if is_routed else fit_params
        fitted = estimator.fit(X, y, **given)
        self._layers = hidden_layers(fitted.model_, self.layer)
        self.estimator_ = fitted
        self.n_features_in_ = self.estimator_.n_features_in_
        if hasattr(self.estimator_, "feature_names_in_"):
            self.feature_names_in_ = self.estimator_.feature_names_in_
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_
        dtype = self.estimator_._network_dtype
        self._n_features_out = self._encoded(np.zeros((1, self.n_features_in_), dtype)).shape[1]

    def _encoded(self, rows: Array) -> Array:
        for layer in self._layers:
            rows = layer.forward(rows)
        return np.reshape(rows, (len(rows), -1))

    def _own(self) -> Any:
        own = MinnetRegressor() if self.estimator is None else clone(self.estimator)
        if self.random_state is not None and own.get_params(deep=False).get("random_state", 0) is None:
            own.set_params(random_state=self.random_state)
        return own


def hidden_layers(model: Module, layer: int | None) -> list[Module]:
    """Return the layers of a network up to a hidden one; see `MinnetEncoder`.

    Raises:
        TypeError: if it is no `Sequential`.
        ValueError: if it has no such layer.
    """
    if not isinstance(model, Sequential):
        raise TypeError(f"model: expected a Sequential, whose layers have an order, received {model!r}")
    modules = list(model.modules)
    if layer is None:
        with_parameters = [index for index, module in enumerate(modules) if find_parameters(module)]
        return modules[: with_parameters[-1]] if with_parameters else modules
    if not isinstance(layer, Integral) or isinstance(layer, bool) or not -len(modules) <= layer < len(modules):
        raise ValueError(
            f"layer: expected None or an index of one of the {len(modules)} layers of the network, received {layer!r}"
        )
    return modules[: range(len(modules))[layer] + 1]
