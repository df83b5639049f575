"""`write_numpy`: a network as one Python file that needs nothing but NumPy, with its weights beside it."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ...discovery import installed
from ...errors import ExportError
from ...nn import Array, Module
from ...saving import ModelHeader
from ...support import write_atomically
from ..exporter import ExportOptions
from .doors import formula_of
from .layout import docstring, literal, wrapped
from .numpy_code import NumpyCode
from .preparation import preparation_of
from .verifying import verify

SUFFIX = ".npz"


def write_numpy(model: Module, header: ModelHeader, path: Path, options: ExportOptions) -> list[str]:
    """Write a network in evaluation mode as a Python file, and its arrays as ``.npz`` beside it.

    The file has a function ``forward(x)``, one line for each layer, and the functions that these lines call, which are
    the formulas of the layers; and ``prepare(raw)`` and ``predict(raw)`` if a plugin knows what becomes of raw data.
    It is run before it is written, and compared with the network on a batch of the shape that ``options`` say, the
    preparation makes or the first layers tell. It is laid out as `ruff format` does at 120 columns, as far as minnet
    wrote it.

    Args:
        model: the network.
        header: what its file says of itself; tells where the program is from.
        path: of the Python file.
        options: ``prepare`` as True must not be refused for want of a preparation, as False leaves it out;
            ``input_shape`` is that of the batch on which the program is compared with the network.

    Returns:
        What there is to say of it.

    Raises:
        ExportError: if a layer cannot be written, naming it, raw data cannot be prepared and shall be, or the program
            fails or computes something else than the network, or that refuses the shape that ``options`` say.
        OSError: if a file cannot be written.
    """
    code = NumpyCode(formula_of)
    made = code.module("", model, "x")
    preparation = None if options.prepare is False else preparation_of(header, str(path))
    if preparation is None and options.prepare:
        raise ExportError("nothing that is installed says in NumPy how its inputs are prepared; --no-prepare")
    around = [] if preparation is None else list(preparation.bodies(code))
    weights = path.with_suffix(SUFFIX)
    text = _program(code, made, around, header, weights.name)
    arrays = _npz(code.arrays)
    prepared = None if preparation is None else preparation.shape
    lack = verify(text, arrays, weights.name, model, options.input_shape or prepared)
    if lack and options.input_shape is not None:
        raise ExportError(
            f"expected a model that takes samples of shape {options.input_shape}, received one that says: {lack}"
        )
    write_atomically(weights, arrays)
    write_atomically(path, text.encode())
    numbers = sum(array.size for array in code.arrays.values())
    said = [f"wrote {len(code.arrays)} arrays of {numbers:,} numbers to {weights}; keep the two files together"]
    if lack:
        said.append(f"it was run, but not compared with the model: {lack}")
    if header.prepared_by and preparation is None:
        said.append(f"forward(x) takes inputs that are prepared as {header.prepared_by} does, not raw data")
    return said


def _npz(arrays: Mapping[str, Array]) -> bytes:
    file = io.BytesIO()
    np.savez(file, **{name: np.asarray(array, order="C") for name, array in arrays.items()})  # type: ignore[arg-type]  # mypy takes a name for allow_pickle
    return file.getvalue()


def _program(code: NumpyCode, made: str, around: list[list[str]], header: ModelHeader, weights: str) -> str:
    sources = [each.rstrip() for each in code.functions.sources.values()]
    constants = [each for each in sources if not _is_definition(each)]
    if re.search(r"\bArray\b", "\n".join(sources)):
        constants.append("Array = np.ndarray")
    if code.arrays:
        loaded = f"np.load(Path(__file__).with_name({literal(weights)}))"
        constants.append(f"with {loaded} as file:\n    weights = dict(file)")
    forward = [
        "def forward(x):",
        *docstring(["Compute the output of the network, for a batch of samples: x is (batch, ...)."], 4),
        *code.lines,
        f"    return {made}",
    ]
    bodies = [each for each in sources if _is_definition(each)]
    bodies += ["\n".join(body) for body in [*code.bodies, forward, *around]]
    used = "\n".join([*constants, *bodies])
    imports = [
        "from __future__ import annotations" if "->" in used else "",
        "\n".join(
            [f"import {module}" for module in sorted(code.functions.modules - {"np"})]
            + ["from pathlib import Path"] * bool(code.arrays)
            + ["from typing import Any"] * bool(re.search(r"\bAny\b", "\n".join(sources)))
        ),
        "import numpy as np" if re.search(r"\bnp\b", used) else "",
    ]
    said = docstring(_paragraphs(header, weights, can_predict=bool(around)))
    blocks = ["\n".join(said), *imports, "\n".join(constants)]
    return "\n\n\n".join(["\n\n".join(filter(None, blocks)), *bodies]) + "\n"


def _is_definition(source: str) -> bool:
    return source.startswith(("def ", "@"))


def _paragraphs(header: ModelHeader, weights: str, *, can_predict: bool) -> Sequence[str]:
    """What the program says of itself."""
    versions: dict[str, str | None] = {"minnet-core": getattr(installed("minnet-core"), "version", None)}
    for name, version in header.components.items():
        versions[name.partition(":")[0]] = version
    made_of = ", ".join(f"{name} {version}" if version else name for name, version in sorted(versions.items()))
    classes = ", ".join(sorted({name.partition(":")[2] for name in header.components}))
    paragraphs = [
        f"A neural network as a NumPy program: {'predict(raw)' if can_predict else 'forward(x)'} computes its output.",
        f"It was exported by minnet, and needs nothing but NumPy and {weights}, its weights, beside it.",
        f"Layers: {classes}.\nVersions: {made_of}.\nSHA-256 of the model: {header.digest}.",
    ]
    if header.prepared_by and not can_predict:
        paragraphs.append(f"Inputs are not raw data, but prepared as {header.prepared_by} does.")
    return list(map(wrapped, paragraphs))
