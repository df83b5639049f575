"""`save` and `load`: a fitted estimator in a model file of minnet, which its commands read too."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from minnet_core import (
    ModelFileError,
    ModelHeader,
    Module,
    Sequential,
    build,
    criterions,
    load as load_model,
    read_header,
    save as save_model,
    to_config,
)
from minnet_core.errors import described
from minnet_core.saving import path_text
from minnet_train import DataConfig, Experiment, Preparation
from minnet_train.data import Columns, Standardization
from minnet_train.experiment import ComponentConfig, ModelCard, TrainingRecord, components_of

from .answers import KINDS
from .options import DTYPES, Options
from .plain import classes_from_plain, classes_to_plain, from_plain, to_plain
from .targets import ClassTargets, LabelTargets, Targets, ValueTargets
from .training import optimizer_of

KEY = "minnet-sklearn"
"""Where an estimator is in the metadata of a model file; beside it is the record that `minnet_train` reads."""

FORMAT = 1

SMALLEST_FRACTION = 1e-12
"""The part that is held out, which must be above 0 there: whoever calls `fit` has held out what is wanted."""


def save(estimator: Any, path: str | os.PathLike[str]) -> Path:
    """Write a fitted estimator; see `MinnetEstimator.save`."""
    metadata = {**_record(estimator).to_metadata(), KEY: _written(estimator)}
    return save_model(estimator.model_, path, metadata=metadata)


def load(cls: type, path: str | os.PathLike[str]) -> Any:
    """Read a fitted estimator; see `MinnetEstimator.load`."""
    where, header = path_text(path), read_header(path)
    plain = header.metadata.get(KEY)
    if not isinstance(plain, Mapping):
        raise ModelFileError(
            f"{where}: expected a model that an estimator of minnet-sklearn saved, received another; "
            "minnet_train.load_predictor reads those of minnet train"
        )
    if plain.get("format") != FORMAT:
        raise ModelFileError(
            f"{where}: expected an estimator of format {FORMAT}, received format {plain.get('format')!r}; "
            "pip install -U minnet-sklearn"
        )
    if plain.get("estimator") != cls.__name__:
        raise ModelFileError(f"{where}: expected a {cls.__name__}, received a {plain.get('estimator')!r}")
    model = load_model(path, prepared=True)
    try:
        return _read(cls, plain, model, header, path)
    except ModelFileError:
        raise
    except (LookupError, TypeError, AttributeError, ValueError, MemoryError, RecursionError) as error:
        raise ModelFileError(f"{where}: its estimator is of another form: {described(error)}") from error


def _written(estimator: Any) -> dict[str, Any]:
    """What there is of an estimator besides its network."""
    parameters = estimator.get_params(deep=False)  # a subclass may have others
    if callable(parameters.get("model")) and not isinstance(parameters["model"], Module):
        parameters["model"] = estimator.model_  # what the function has made
    if not isinstance(parameters.get("random_state", 0), (int, np.integer)):
        parameters["random_state"] = None
    targets = estimator._targets
    names = getattr(estimator, "feature_names_in_", None)
    judged = getattr(estimator, "validation_loss_curve_", None)
    return {
        "format": FORMAT,
        "estimator": type(estimator).__name__,
        "parameters": {name: to_plain(name, value) for name, value in parameters.items()},
        "features": int(estimator.n_features_in_),
        "feature_names": None if names is None else list(map(str, names)),
        "classes": classes_to_plain(targets.classes) if isinstance(targets, ClassTargets) else None,
        "labels": targets.outputs if isinstance(targets, LabelTargets) else None,
        "values": _scaling(targets) if isinstance(targets, ValueTargets) else None,
        "outputs_are": getattr(estimator, "_kind", None),
        "dtype": estimator._network_dtype,
        "seed": estimator._seed,
        "parts": estimator._parts,
        "epochs": int(estimator.n_iter_),
        "loss_curve": list(map(float, estimator.loss_curve_)),
        "validation_loss_curve": None if judged is None else list(map(float, judged)),
    }


def _scaling(targets: ValueTargets) -> dict[str, Any]:
    scaling = targets.scaling
    return {
        "offset": list(map(float, scaling.offset)),
        "spread": list(map(float, scaling.spread)),
        "is_flat": targets.is_flat,
    }


def _read(cls: type, plain: Mapping[str, Any], model: Module, header: ModelHeader, path: Any) -> Any:
    estimator = cls(**{name: from_plain(value) for name, value in plain["parameters"].items()})
    estimator.n_features_in_ = _checked(plain, "features", "a positive integer", _is_count)
    names = _checked(
        plain,
        "feature_names",
        f"null or {estimator.n_features_in_} texts",
        lambda x: x is None or (_are(str, x) and len(x) == estimator.n_features_in_),
    )
    if names is not None:
        estimator.feature_names_in_ = np.array(names, object)
    estimator._network_dtype = _checked(plain, "dtype", f"one of {', '.join(DTYPES)}", lambda x: x in DTYPES)
    estimator._targets = _targets(plain)
    if not isinstance(estimator._targets, ValueTargets):
        estimator.classes_ = estimator._targets.classes
        estimator._kind = _checked(plain, "outputs_are", f"one of {', '.join(KINDS)}", lambda x: x in KINDS)
    estimator._seed = int(plain["seed"])
    estimator._rng = np.random.default_rng(estimator._seed).spawn(2)[1]
    estimator._parts = {str(name): int(rows) for name, rows in plain["parts"].items()}
    estimator.n_outputs_ = estimator._targets.outputs
    estimator.loss_curve_ = _checked(plain, "loss_curve", "a list of numbers", _are_numbers)
    estimator.n_iter_ = _checked(plain, "epochs", "a positive integer", _is_count)
    estimator.loss_, estimator.best_loss_ = estimator.loss_curve_[-1], min(estimator.loss_curve_)
    if plain["validation_loss_curve"] is not None:
        estimator.validation_loss_curve_ = _checked(plain, "validation_loss_curve", "a list of numbers", _are_numbers)
    model.evaluate()
    estimator.model_ = model
    outputs = np.shape(model.forward(np.zeros((1, estimator.n_features_in_), estimator._network_dtype)))
    if outputs != (1, estimator.n_outputs_):
        raise ValueError(f"expected a network of outputs (1, {estimator.n_outputs_}), received one of {outputs}")
    estimator.criterion_ = build(TrainingRecord.read(header, path).experiment.criterion, criterions)
    estimator.optimizer_ = optimizer_of(estimator.optimizer, model, Options.of(estimator))
    return estimator


def _targets(plain: Mapping[str, Any]) -> Targets:
    if plain["values"] is not None:
        values = plain["values"]
        offset = _checked(values, "offset", "a list of numbers", _are_numbers)
        spread = _checked(
            values,
            "spread",
            f"{len(offset)} numbers of at least 0",
            lambda x: _are_numbers(x) and len(x) == len(offset) and min(x) >= 0,
        )
        is_flat = _checked(
            values, "is_flat", "true or false", lambda x: isinstance(x, bool) and (len(offset) == 1 or not x)
        )
        return ValueTargets(Standardization(tuple(offset), tuple(spread)), is_flat)
    if plain["labels"] is not None:
        return LabelTargets(_checked(plain, "labels", "a positive integer", _is_count))
    classes = classes_from_plain(plain["classes"])
    if classes.ndim != 1 or not np.array_equal(classes, np.unique(classes)):
        raise ValueError("classes: expected different ones, sorted, received others")
    return ClassTargets(classes)


def _checked(plain: Mapping[str, Any], name: str, expected: str, is_right: Callable[[Any], bool]) -> Any:
    value = plain[name]
    if not is_right(value):
        raise ValueError(f"{name}: expected {expected}, received {value!r}")
    return value


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 1


def _are(kind: type, values: Any) -> bool:
    return isinstance(values, list) and bool(values) and all(isinstance(each, kind) for each in values)


def _are_numbers(values: Any) -> bool:
    return _are(float, values) and bool(np.isfinite(values).all())


def _record(estimator: Any) -> TrainingRecord:
    """Say of the training what `minnet explain` and `minnet predict` ask for."""
    targets, config = estimator._targets, to_config(estimator.model_)
    layers = config.get("modules", []) if type(estimator.model_) is Sequential else [config]
    options = Options.of(estimator)
    experiment = Experiment(
        seed=estimator._seed,
        epochs=int(options.max_iter),
        batch_size=options.rows(max(1, estimator._parts.get("training", 1))),
        model=tuple(map(ComponentConfig, layers)),
        criterion=ComponentConfig(to_config(estimator.criterion_)),
        optimizer=ComponentConfig(to_config(estimator.optimizer_)),
        clip_norm=options.clip_norm,
        dtype=estimator._network_dtype,
        data=DataConfig(
            source=f"arrays given to {type(estimator).__name__}.fit",
            test_fraction=SMALLEST_FRACTION,
            validation_fraction=float(options.validation_fraction) if estimator.early_stopping else 0.0,
            standardize_targets=isinstance(targets, ValueTargets),
        ),
    )
    names = getattr(estimator, "feature_names_in_", None)
    columns = Columns(int(estimator.n_features_in_), None if names is None else tuple(map(str, names)))
    scaling = targets.scaling if isinstance(targets, ValueTargets) else None
    return TrainingRecord(
        experiment=experiment,
        preparation=Preparation(columns=columns, of_targets=scaling, dtype=estimator._network_dtype),
        classes=_names(targets.classes) if isinstance(targets, ClassTargets) else (),
        outputs=tuple(f"label{index}" for index in targets.classes) if isinstance(targets, LabelTargets) else None,
        fingerprint="not taken",
        card=_card(estimator, experiment),
    )


def _names(classes: Any) -> tuple[Any, ...]:
    """The classes as a record has them: integers stay ones, all else are texts."""
    values = classes.tolist()
    return tuple(values) if all(type(value) is int for value in values) else tuple(map(str, values))


def _card(estimator: Any, experiment: Experiment) -> ModelCard:
    losses = estimator.loss_curve_[-estimator.n_iter_ :]
    judged = getattr(estimator, "validation_loss_curve_", None) if estimator.early_stopping else None
    best = int(np.argmin(losses if judged is None else judged))

    def report(index: int) -> dict[str, Any]:
        validation = {} if judged is None else {"validation_loss": float(judged[index])}
        return {"epoch": index + 1, "loss": float(losses[index]), **validation}

    last = len(losses) - 1
    components = components_of(experiment)
    return ModelCard(
        parts=dict(estimator._parts),
        parameters=sum(array.size for array in estimator.model_.namedParameters().values()),
        epoch=report(last if judged is None else best),
        best=report(best),
        last=report(last),
        judged_by="loss" if judged is None else "validation_loss",
        measured_on="" if judged is None else "validation",
        python=platform.python_version(),
        system=platform.system(),
        processor=platform.machine(),
        versions={"numpy": np.__version__, **_versions(components)},
        components=components,
    )


def _versions(components: Mapping[str, str | None]) -> dict[str, str]:
    return {name.partition(":")[0]: version for name, version in components.items() if version}
