"""`write_numpy`: a network as one Python file that needs nothing but NumPy, with its weights beside it."""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ...discovery import installed
from ...errors import ExportError
from ...nn import Array, Module
from ...saving import ModelHeader
from ...support import printable, write_atomically
from ..exporter import ExportOptions
from .doors import formula_of
from .layout import docstring, literal
from .numpy_code import NumpyCode

SUFFIX = ".npz"


def write_numpy(model: Module, header: ModelHeader, path: Path, options: ExportOptions) -> list[str]:
    """Write a network in evaluation mode as a Python file, and its arrays as ``.npz`` beside it.

    The file has a function ``forward(x)``, one line for each layer, and the functions that these lines call, which are
    the formulas of the layers. It is laid out as `ruff format` does at 120 columns, as far as minnet wrote it.

    Args:
        model: the network.
        header: what its file says of itself; tells where the program is from.
        path: of the Python file.
        options: ``prepare`` must not be True if nothing can prepare inputs in NumPy.

    Returns:
        What there is to say of it.

    Raises:
        ExportError: if a layer cannot be written, naming it.
        OSError: if a file cannot be written.
    """
    if options.prepare:
        raise ExportError("a NumPy file takes prepared inputs as the network does; --no-prepare, or minnet predict")
    code = NumpyCode(formula_of)
    made = code.module("", model, "x")
    if not code.lines:
        code.lines.append("    # it has no layers that do anything")
    weights = path.with_suffix(SUFFIX)
    text = _program(code, made, header, weights.name)
    write_atomically(weights, _npz(code.arrays))
    write_atomically(path, text.encode())
    numbers = sum(array.size for array in code.arrays.values())
    said = [f"wrote {len(code.arrays)} arrays of {numbers:,} numbers to {weights}; keep the two files together"]
    if header.prepared_by:
        said.append(f"forward(x) takes inputs that are prepared as {header.prepared_by} does, not raw data")
    return said


def _npz(arrays: Mapping[str, Array]) -> bytes:
    file = io.BytesIO()
    np.savez(file, **{name: np.asarray(array, order="C") for name, array in arrays.items()})
    return file.getvalue()


def _program(code: NumpyCode, made: str, header: ModelHeader, weights: str) -> str:
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
    bodies += ["\n".join(body) for body in [*code.bodies, forward]]
    used = "\n".join([*constants, *bodies])
    imports = [
        "from __future__ import annotations" if "->" in used else "",
        "\n".join(
            [f"import {module}" for module in sorted(code.functions.modules - {"np"})]
            + ["from pathlib import Path"] * bool(code.arrays)
        ),
        "import numpy as np" if re.search(r"\bnp\b", used) else "",
    ]
    blocks = ["\n".join(docstring(_paragraphs(header, weights))), *imports, "\n".join(constants)]
    return "\n\n\n".join(["\n\n".join(filter(None, blocks)), *bodies]) + "\n"


def _is_definition(source: str) -> bool:
    return source.startswith(("def ", "@"))


def _paragraphs(header: ModelHeader, weights: str) -> Sequence[str]:
    """What the program says of itself."""
    versions: dict[str, str | None] = {"minnet-core": getattr(installed("minnet-core"), "version", None)}
    for name, version in header.components.items():
        versions[name.partition(":")[0]] = version
    made_of = ", ".join(f"{name} {version}" if version else name for name, version in sorted(versions.items()))
    classes = ", ".join(sorted({name.partition(":")[2] for name in header.components}))
    paragraphs = [
        "A neural network as a NumPy program: forward(x) computes its output.",
        f"It was exported by minnet, and needs nothing but NumPy and {weights}, its weights, beside it.",
        f"Layers: {classes}.\nVersions: {made_of}.\nSHA-256 of the model: {header.digest}.",
    ]
    if header.prepared_by:
        paragraphs.append(f"Inputs are not raw data, but prepared as {header.prepared_by} does.")
    return ["\n".join(textwrap.fill(printable(line), 118) for line in each.split("\n")) for each in paragraphs]
