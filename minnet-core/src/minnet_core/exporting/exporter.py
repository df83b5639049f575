"""`Exporter`: how a format of others is written; what the hook ``minnet_exporters`` returns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeAlias

from attrs import field, frozen, validators

from ..nn import Module
from ..saving import ModelHeader

Lengths: TypeAlias = tuple[int, ...]


@frozen
class ExportOptions:
    """What whoever exports has chosen.

    Attributes:
        input_shape: of one sample, without the batch, ``(1, 28, 28)``; a tuple of shapes for a module that takes a
            table; None if nobody has said it.
        prepare: whether what prepares the inputs, as the model file says, becomes part of what is written; None to
            leave that to the format.
    """

    input_shape: Lengths | tuple[Lengths, ...] | None = field(
        default=None, validator=validators.optional(validators.instance_of(tuple))
    )
    prepare: bool | None = field(default=None, validator=validators.optional(validators.instance_of(bool)))


Export: TypeAlias = Callable[[Module, ModelHeader, Path, ExportOptions], Iterable[str] | None]


def _expect_suffix(_: Any, __: Any, suffix: Any) -> None:
    if not (isinstance(suffix, str) and len(suffix) > 1 and suffix[0] == "." and suffix[1:].isalnum()):
        raise ValueError(f"expected a suffix such as .onnx, received {suffix!r}")


def _as_tuple(suffixes: Iterable[str]) -> tuple[str, ...]:
    return tuple(suffixes)


def _lowered(suffix: Any) -> Any:
    return suffix.lower() if isinstance(suffix, str) else suffix


@frozen
class Exporter:
    """How a format is written.

    Attributes:
        suffix: of its files, with the dot, in small letters: ``.onnx``.
        summary: what is written, in a few words, for ``minnet export``.
        export: a function ``(model, header, path, options)`` which writes ``path`` (see
            ``minnet_core.support.write_atomically``) and returns what there is to say of it, a sentence each, or None.
            ``model`` is in evaluation mode and may be changed, ``header`` is what its file says of itself, with its
            ``metadata``. It raises an `ExportError` where the format cannot hold the model.
        beside: suffixes of the further files that it writes beside ``path``, under the same name.
        needs_input_shape: whether it cannot do without ``options.input_shape``, which is then guessed if nobody says
            it, and an error if that cannot be guessed.
    """

    suffix: str = field(validator=_expect_suffix, converter=_lowered)
    summary: str = field(validator=validators.instance_of(str))
    export: Export = field(validator=validators.is_callable(), repr=False)
    beside: tuple[str, ...] = field(default=(), converter=_as_tuple, validator=validators.deep_iterable(_expect_suffix))
    needs_input_shape: bool = field(default=False, validator=validators.instance_of(bool))
