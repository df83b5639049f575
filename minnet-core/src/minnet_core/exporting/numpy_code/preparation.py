"""`NumpyPreparation`: what becomes of raw data before and after a network, in a NumPy program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from attrs import field, frozen, validators

from ...plugins import plugin_host
from ...saving import ModelHeader
from .layout import assignment_lines, docstring, wrapped
from .numpy_code import NumpyCode

HOOK = "minnet_numpy_preparation"


@frozen
class NumpyPreparation:
    """What the hook ``minnet_numpy_preparation`` returns: two functions of NumPy, one on each side of ``forward``.

    As of a `Formula`, their source becomes part of the program.

    Attributes:
        prepare: turns raw data, its first argument, into what the network takes.
        prepare_arguments: its others: arrays, which are kept beside the weights, numbers, texts, and tuples of these.
        answer: turns outputs of the network into what is predicted.
        answer_arguments: its other arguments.
        raw: a sentence on what raw data are, for the docstring.
        answers: a sentence on what is predicted.
        shape: of a sample that ``prepare`` makes, for the batch on which the program is compared with the network.
    """

    prepare: Callable[..., Any] = field(validator=validators.is_callable())
    prepare_arguments: Mapping[str, Any]
    answer: Callable[..., Any] = field(validator=validators.is_callable())
    answer_arguments: Mapping[str, Any]
    raw: str = field(validator=validators.instance_of(str))
    answers: str = field(validator=validators.instance_of(str))
    shape: tuple[int, ...] | None = field(default=None, validator=validators.optional(validators.instance_of(tuple)))

    def bodies(self, code: NumpyCode) -> Iterable[list[str]]:
        """Write the functions ``prepare`` and ``predict``, and include what they need."""
        prepared = code.call_with("prepare", self.prepare, "raw", self.prepare_arguments)
        answered = code.call_with("answer", self.answer, "outputs", self.answer_arguments)
        prepare = f"Turn raw data into what forward takes.\n\n{self.raw}"
        yield ["def prepare(raw):", *docstring([wrapped(prepare, 4)], 4), *assignment_lines("return", prepared)]
        yield [
            "def predict(raw):",
            *docstring([wrapped(f"Predict from raw data, as prepare takes them.\n\n{self.answers}", 4)], 4),
            "    outputs = forward(prepare(raw))",
            *assignment_lines("return", answered),
        ]


def preparation_of(header: ModelHeader, path: str) -> NumpyPreparation | None:
    """Ask plugins for the preparation of a model; the first that knows it is believed."""
    host = plugin_host()
    found = (host.call(plugin, HOOK, _accept, header=header, path=path) for plugin in list(host.loaded))
    return next((each for each in found if each is not None), None)


def _accept(returned: object) -> NumpyPreparation:
    if not isinstance(returned, NumpyPreparation):
        raise TypeError(f"expected a NumpyPreparation or None, received {returned!r}")
    return returned
