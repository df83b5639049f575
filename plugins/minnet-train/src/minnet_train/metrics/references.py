"""What scikit-learn computes for a metric, as the ``reference`` of an example names it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pkgutil import resolve_name
from typing import Any

from minnet_core import Array
from minnet_core.nn import Example, Reference


def of_values(function: str, **arguments: Any) -> Reference:
    """The function of ``sklearn.metrics`` of targets and outputs, as they are."""
    return Reference(f"sklearn.metrics.{function}", arguments)


def of_classes(function: str, **arguments: Any) -> Reference:
    """The function of classes: of the targets, and those whose outputs are the largest."""
    return _called(_with_classes, function, arguments)


def of_second_class(function: str, **arguments: Any) -> Reference:
    """The function of the targets, and the scores of the second of two classes."""
    return _called(_with_scores, function, arguments)


def averaged_examples(function: str) -> tuple[Example, ...]:
    """Examples of a metric of each class, with each way to average them."""
    two: dict[str, Any] = {"input": (24, 2), "target": "classes", "traits": ["probability-input"]}
    three = {**two, "input": (24, 3)}
    return (
        Example(**two, reference=of_classes(function, zero_division=0)),
        *(
            Example(
                arguments={"average": average},
                **three,
                reference=of_classes(function, average=average, zero_division=0),
                rejected_arguments=[{"average": "mean"}],
            )
            for average in ("macro", "weighted", "micro")
        ),
    )


def _called(call: Callable[..., Any], function: str, arguments: dict[str, Any]) -> Reference:
    name = f"sklearn.metrics.{function}"
    return Reference(name, arguments, call=partial(call, name))


def _with_classes(name: str, outputs: Array, targets: Array, /, **arguments: Any) -> Any:
    return resolve_name(name)(targets, outputs.argmax(axis=1), **arguments)


def _with_scores(name: str, outputs: Array, targets: Array, /, **arguments: Any) -> Any:
    return resolve_name(name)(targets, outputs[:, 1], **arguments)
