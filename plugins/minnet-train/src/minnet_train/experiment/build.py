"""The components that an experiment names, with errors that say under which key they are."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from types import NoneType, UnionType
from typing import Any, get_args, get_type_hints

import numpy as np

from minnet_core import (
    Container,
    Criterion,
    MinnetError,
    Module,
    Optimizer,
    build,
    criterions,
    initializers,
    layers,
    optimizers,
)
from minnet_core.nn import matching_names
from minnet_core.saving import TUPLE

from ..augmentations import Augmentation
from ..data import Columns
from ..errors import ExperimentError, KeyPath, Problem, unknown_key
from ..metrics import VALIDATION, Metric
from ..registries import augmentations, datasets, metrics, schedules
from ..training import Scheduler, expect_scheduler
from .experiment import ComponentConfig, Experiment
from .graph_layers import GraphLayers, check_graphs
from .initializing import layer_configs, layer_initializers, mistyped_initializers, reset_problem

USUAL = {"classification": ({"class": "Accuracy"},), "regression": ({"class": "MAE"}, {"class": "R2"})}
"""The metrics of an experiment that names none, by its task."""

GROUPS = "groups"
"""The key of the parameter groups in the table of an optimizer."""

_GROUP = '{ names = "*.b", weight_decay = 0 }'


def check_components(experiment: Experiment) -> None:
    """Check the names of all components and of their arguments, so that all mistakes are reported at once.

    Raises:
        ExperimentError: with every name that is not registered and every argument that a class does not take.
    """
    found, graph = layer_initializers(experiment), _graph(experiment)
    problems = [
        *unknown_names(layer_configs(experiment), layers, ("model",)),
        *(graph.problems if graph is not None else ()),
        *mistyped_initializers(found),
        *(problem for each in found for problem in unknown_names(each.config, initializers, each.path)),
        *unknown_names(experiment.initializer, initializers, ("initializer",)),
        *unknown_names(experiment.criterion, criterions, ("criterion",)),
        *unknown_names(_without_groups(experiment.optimizer), optimizers, ("optimizer",), given=1),
        *unknown_names(experiment.schedule, schedules, ("schedule",)),
        *unknown_names(list(experiment.metrics or ()), metrics, ("metrics",)),
        *unknown_names(list(experiment.augmentations or ()), augmentations, ("augmentations",)),
    ]
    if problems:
        raise ExperimentError(*problems)


def components_of(experiment: Experiment) -> dict[str, str | None]:
    """List each class that an experiment names: its qualified name -> the version of its distribution."""
    parts = (
        (layers, layer_configs(experiment)),
        (initializers, [experiment.initializer, *(each.config for each in layer_initializers(experiment))]),
        (criterions, experiment.criterion),
        (optimizers, experiment.optimizer),
        (schedules, experiment.schedule),
        (metrics, list(experiment.metrics or ())),
        (augmentations, list(experiment.augmentations or ())),
        (datasets, experiment.data.source),
    )
    found = [each for registry, config in parts for name in _classes(config) for each in registry.candidates(name)]
    return {each.qualified: each.version for each in sorted(found, key=lambda each: each.qualified)}


def _classes(config: Any) -> Iterator[str]:
    """Walk the names of classes in a config."""
    if isinstance(config, Mapping):
        if isinstance(config.get("class"), str):
            yield config["class"]
        for value in config.values():
            yield from _classes(value)
    elif isinstance(config, (list, tuple)):
        for value in config:
            yield from _classes(value)


def _graph(experiment: Experiment) -> GraphLayers | None:
    parts = experiment.data.inputs
    return GraphLayers.of(experiment.model, experiment.outputs, None if parts is None else [*parts])


def build_model(experiment: Experiment, rng: int | np.random.Generator, columns: Columns | None = None) -> Container:
    """Build the layers, all their random numbers drawn from ``rng``, and have initializers draw the first weights.

    Args:
        experiment: has the layers.
        rng: a seed or generator.
        columns: of the data, if the experiment names parts of them.

    Raises:
        ExperimentError: naming the layer whose constructor refuses its arguments, or the initializer that is not for
            its weights.
    """
    rng = np.random.default_rng(rng)
    configs, graph = layer_configs(experiment), _graph(experiment)
    sequence = {"class": "minnet-core:Sequential", "modules": configs}
    config = sequence if graph is None else graph.config(configs, columns)
    try:
        model: Container = build(config, layers, rng=rng)
    except MinnetError:
        for index, layer in enumerate(configs):
            build_located(layer, layers, ("model", index))
        raise
    check_graphs(model)
    if experiment.initializer is not None:
        _reset(model, experiment.initializer, ("initializer",), rng)
    for each in layer_initializers(experiment):
        _reset(each.layer_of(model), each.config, each.path, rng)
    return model if experiment.dtype is None else model.astype(experiment.dtype)


def _reset(module: Module, config: Mapping[str, Any], path: KeyPath, rng: np.random.Generator) -> None:
    initializer = build_located(config, initializers, path)
    if problem := reset_problem(module, initializer, rng.spawn(1)[0]):
        raise ExperimentError(Problem(path, problem))


def build_criterion(experiment: Experiment) -> Criterion:
    """Build the criterion.

    Raises:
        ExperimentError: if its constructor refuses its arguments.
    """
    criterion: Criterion = build_located(experiment.criterion, criterions, ("criterion",))
    return criterion


def build_optimizer(experiment: Experiment, model: Module, part: Module) -> Optimizer:
    """Build the optimizer of a part of a model, in whose parameter groups parameters have the names of the model.

    Raises:
        ExperimentError: if its constructor refuses its arguments, or there is no such parameter or option.
    """
    optimizer: Optimizer = build_located(_without_groups(experiment.optimizer), optimizers, ("optimizer",), part)
    if groups := experiment.optimizer.get(GROUPS):
        path: KeyPath = ("optimizer", GROUPS)
        if not isinstance(groups, list):
            raise ExperimentError(Problem(path, f"expected a list of groups such as {_GROUP}, received {groups!r}"))
        try:
            optimizer.groups = groups if part is model else [_of_part(group, model, part) for group in groups]
        except (TypeError, ValueError) as error:
            raise ExperimentError(Problem(path, str(error))) from error
    return optimizer


def _without_groups(config: ComponentConfig) -> ComponentConfig:
    return ComponentConfig({name: value for name, value in config.items() if name != GROUPS})


def _of_part(group: Any, model: Module, part: Module) -> Any:
    """Give the parameters that a group names in a model the names that they have in a part of it."""
    if not isinstance(group, Mapping) or "names" not in group:
        return group
    own = {id(array): name for name, array in part.namedParameters().items()}
    arrays = model.namedParameters()
    patterns = [group["names"]] if isinstance(group["names"], str) else group["names"]
    names = [own[id(arrays[name])] for name in matching_names(patterns, [*arrays]) if id(arrays[name]) in own]
    if not names:
        raise ValueError(f"expected parameters of layers that are not frozen, received {group['names']!r}")
    return {**group, "names": names}


def build_schedule(experiment: Experiment) -> Scheduler | None:
    """Build the schedule, if there is one.

    Raises:
        ExperimentError: if its constructor refuses its arguments, or it is none.
    """
    if experiment.schedule is None:
        return None
    schedule: Scheduler = build_located(experiment.schedule, schedules, ("schedule",))
    try:
        expect_scheduler(schedule)
    except TypeError as error:
        raise ExperimentError(Problem(("schedule",), str(error))) from error
    return schedule


def build_augmentations(experiment: Experiment) -> list[Augmentation]:
    """Build what changes the batches that are trained on.

    Raises:
        ExperimentError: if a constructor refuses its arguments, or the targets of an autoencoder would not be changed
            with its inputs.
    """
    built: list[Augmentation] = []
    for index, config in enumerate(experiment.augmentations or ()):
        path: KeyPath = ("augmentations", index)
        augmentation: Augmentation = build_located(config, augmentations, path)
        if augmentation.MOVES and experiment.data.autoencode:
            message = f"expected one that leaves numbers in their places, such as Noise, received {augmentation!r}: "
            raise ExperimentError(Problem(path, f"{message}the targets of an autoencoder are its inputs as they were"))
        built.append(augmentation)
    return built


def build_metrics(experiment: Experiment, task: str) -> list[Metric]:
    """Build the metrics, or those that are usual for a task.

    Raises:
        ExperimentError: if a constructor refuses its arguments, or a metric is for another task, or there twice.
    """
    configs = USUAL[task] if experiment.metrics is None else experiment.metrics
    built: list[Metric] = []
    for index, config in enumerate(configs):
        path: KeyPath = ("metrics", index)
        metric: Metric = build_located(ComponentConfig(dict(config)), metrics, path)
        if task not in metric.TASKS:
            message = f"expected a metric of {task}, received {metric!r}, which is of {' and '.join(metric.TASKS)}"
            raise ExperimentError(Problem(path, message))
        if metric.name in [other.name for other in built]:
            raise ExperimentError(Problem(path, f"expected metrics of different names, received {metric.name!r} again"))
        built.append(metric)
    return built


def check_metric_names(experiment: Experiment, schedule: object, built: Iterable[Metric]) -> None:
    """Check that what early stopping and the schedule look at is in every report.

    Raises:
        ExperimentError: naming the key.
    """
    names = ["loss", *(metric.name for metric in built if _is_number(metric))]
    known = [*names, *(f"{VALIDATION}{name}" for name in names)]
    problems = [
        Problem(path, f"expected a number of every report, one of {', '.join(known)}, received {name!r}")
        for path, name in _looked_at(experiment, schedule).items()
        if name not in known
    ]
    if problems:
        raise ExperimentError(*problems)


def check_not_judged(experiment: Experiment, schedule: object) -> None:
    """Check that neither early stopping nor the schedule looks at samples that are held out.

    Raises:
        ExperimentError: naming the key.
    """
    problems = [
        Problem(
            path,
            f"expected samples to validate by for {name!r}, received none: what is held out may not tell when to stop "
            "or to slow down; data.validation_fraction above 0 takes some from those that are trained on",
        )
        for path, name in _looked_at(experiment, schedule).items()
        if name.startswith(VALIDATION)
    ]
    if problems:
        raise ExperimentError(*problems)


def _looked_at(experiment: Experiment, schedule: object) -> dict[KeyPath, str]:
    """Find the numbers of a report that decide something: the key -> the name."""
    wanted: dict[KeyPath, str] = {}
    if experiment.early_stopping is not None:
        wanted["early_stopping", "metric"] = experiment.early_stopping.metric
    path: KeyPath = ("schedule",)
    while schedule is not None:  # a warm-up, and what comes after it
        if isinstance(name := getattr(schedule, "metric", None), str):
            wanted[*path, "metric"] = name
        schedule, path = getattr(schedule, "after", None), (*path, "after")
    return wanted


def _is_number(metric: Metric) -> bool:
    """Whether a metric is a number, rather than a matrix; one that cannot say so before the first batch may be."""
    with suppress(Exception):
        return isinstance(metric.compute(), (int, float))
    return True


def unknown_names(config: Any, registry: Mapping[str, Any], path: KeyPath, given: int = 0) -> Iterator[Problem]:
    """Yield what is wrong with a config, or with the configs in a list or table; ``given`` arguments come from us."""
    if isinstance(config, list):
        for index, item in enumerate(config):
            yield from unknown_names(item, registry, (*path, index))
    if not isinstance(config, Mapping):
        return
    if "class" in config and config["class"] != TUPLE:
        try:
            cls = registry[config["class"]]
        except MinnetError as error:
            yield Problem((*path, "class"), str(error))
        else:
            yield from _unknown_arguments(config, cls, path, given)
            yield from _mistyped_arguments(config, cls, path)
    for key, value in config.items():
        yield from unknown_names(value, registry, (*path, key))


def _unknown_arguments(config: Mapping[str, Any], cls: type, path: KeyPath, given: int) -> Iterator[Problem]:
    parameters = list(inspect.signature(cls).parameters.values())[given:]
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return
    known = {parameter.name for parameter in parameters} | ({"modules"} if hasattr(cls, "add") else set())
    for key in config:
        if key != "class" and key not in known:
            yield unknown_key(path, key, known, f"argument of {config['class']}")


_PLAIN_TYPES = {int: "an integer", float: "a number", str: "a text", bool: "true or false"}


def _mistyped_arguments(config: Mapping[str, Any], cls: type, path: KeyPath) -> Iterator[Problem]:
    """Yield the arguments that are not of the plain type, or types, that the constructor annotates them with."""
    try:
        hints = get_type_hints(cls.__init__)  # type: ignore[misc]  # whichever class it is of
    except Exception:  # an annotation may be anything, and name what is not there at run time
        return
    for key in config.keys() & hints.keys() - {"class"}:
        types = get_args(hints[key]) if isinstance(hints[key], UnionType) else (hints[key],)
        value = config[key]
        if not all(type_ in (*_PLAIN_TYPES, NoneType) for type_ in types) or _is_of(value, types):
            continue
        expected = " or ".join(_PLAIN_TYPES[type_] for type_ in types if type_ is not NoneType)
        yield Problem((*path, key), f"expected {expected}, received {value!r}")


def _is_of(value: Any, types: Iterable[type]) -> bool:
    return type(value) in types or (type(value) is int and float in types)


def build_located(config: Mapping[str, Any], registry: Any, path: KeyPath, *args: Any) -> Any:
    """Build a component; if that fails, name the innermost component that fails by itself."""
    try:
        return build(config, registry, *args)
    except MinnetError as error:
        for inner_path, inner in _components_within(config, path):
            build_located(inner, registry, inner_path)
        raise ExperimentError(Problem(path, str(error))) from error


def _components_within(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Mapping[str, Any]]]:
    items = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        if isinstance(item, Mapping) and item.get("class", TUPLE) != TUPLE:
            yield (*path, key), item
        else:
            yield from _components_within(item, (*path, key))
