"""`ModelHeader`: what a model file says about itself, readable without loading the model."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from typing import Any

from attrs import asdict, field, frozen, validators
from packaging.version import Version

from ..errors import ModelFileError, recursion_limit_reached
from ..nn import Array
from ..support import expect_file, printable

FORMAT = 1
"""Raised when a file of the old form can no longer be read as one of the new."""

KEY = "minnet"
"""The one entry of the safetensors metadata; one, because safetensors writes several in no fixed order."""

INPUTS = "inputs"
"""The entry of the metadata that says what becomes of raw data before they are a network's inputs.

``{"inputs": {"prepared_by": "minnet_train.load_predictor"}}`` names a function that loads a model file together with
the preparation of its inputs. It is for whoever saves such a file; `load` tells of it, and calls nothing.
"""

_dotted = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*){1,9}", re.ASCII)

_text = validators.instance_of(str)
_object = validators.instance_of(dict)
LONGEST_VERSION = 100
"""Characters: a longer one would be cut out of the middle of a command that a message advises."""

# A distribution's name as PEP 503 normalizes it, or that of a file.
_qualified = validators.matches_re(r"([a-z0-9]+(-[a-z0-9]+)*|[^:/\\]+\.py):[^:]+")


def _expect_version(header: ModelHeader, attribute: Any, version: object) -> None:
    """Refuse what is no version (PEP 440): messages quote it in commands."""
    if version is not None:
        if not isinstance(version, str) or version != version.strip() or len(version) > LONGEST_VERSION:
            raise ValueError(f"expected a version, received {version!r}")
        Version(version)


@frozen(kw_only=True)
class ModelHeader:
    """What a model file says beside its arrays.

    Attributes:
        format: version of the file format.
        config: the model's architecture, as `to_config` writes it.
        components: qualified name of every class in the model -> version of its distribution, None for a class of the
            program that saved it, or of a distribution whose version is none of PEP 440.
        shared: name of an array -> name of the array that it is the same one as.
        attributes: dotted name -> value of plain attributes that were not as the constructor makes them, such as
            ``training`` of a model that was saved in evaluation mode.
        metadata: what the caller of `save` added.
        digest: SHA-256 of all of the above and of every array; shows damage, not forgery.
    """

    format: int = field(default=FORMAT, validator=validators.in_(range(1, FORMAT + 1)))
    config: dict[str, Any] = field(validator=_object)
    components: dict[str, str | None] = field(validator=validators.deep_mapping(_qualified, _expect_version, _object))
    shared: dict[str, str] = field(factory=dict, validator=validators.deep_mapping(_text, _text, _object))
    attributes: dict[str, Any] = field(factory=dict, validator=_object)
    metadata: dict[str, Any] = field(factory=dict, validator=_object)
    digest: str = field(default="", validator=_text)

    @property
    def prepared_by(self) -> str | None:
        """The function that loads the model with the preparation of its inputs; None if it takes them as they are."""
        inputs = self.metadata.get(INPUTS)
        name = inputs.get("prepared_by") if isinstance(inputs, Mapping) else None
        return name if isinstance(name, str) and len(name) <= 100 and _dotted.fullmatch(name) else None

    def to_json(self) -> str:
        """Write the header in its one canonical form.

        Raises:
            ModelFileError: if ``metadata`` holds what JSON cannot.
        """
        return _dumps(asdict(self, recurse=False), separators=(",", ":"))

    def digest_with(self, arrays: Mapping[str, Array]) -> str:
        """Compute the digest of this header, its own ``digest`` left out, and of arrays."""
        contents = asdict(self, recurse=False)
        del contents["digest"]
        contents["metadata"] = json.loads(_dumps(self.metadata))  # as it is read: keys may be numbers before that
        hasher = hashlib.sha256(_dumps(contents).encode())
        for name in sorted(arrays):
            array = arrays[name]
            hasher.update(f"{name} {array.dtype.str} {array.shape}".encode())
            hasher.update(array.tobytes())
        return hasher.hexdigest()


def _dumps(contents: dict[str, Any], separators: tuple[str, str] | None = None) -> str:
    try:
        return json.dumps(contents, sort_keys=True, allow_nan=False, separators=separators)
    except RecursionError as error:
        raise ModelFileError(
            f"config or metadata: expected values that JSON can hold: {recursion_limit_reached()}"
        ) from error
    except (TypeError, ValueError) as error:
        raise ModelFileError(f"metadata: expected values that JSON can hold: {error}") from error


def parse_header(safetensors_metadata: Mapping[str, str] | None, where: str) -> ModelHeader:
    """Read the header out of the metadata of a safetensors file."""
    text = (safetensors_metadata or {}).get(KEY)
    if text is None:
        raise ModelFileError(
            f"{where}: expected a model that minnet saved, received a safetensors file of another program "
            "(it has arrays, but does not say what model they belong to)"
        )
    try:
        contents = json.loads(text)
        if isinstance(contents, dict) and isinstance(contents.get("format"), int) and contents["format"] > FORMAT:
            raise ModelFileError(
                f"{where}: expected file format {FORMAT} or older, received format {contents['format']}, which a "
                "newer minnet wrote; pip install -U minnet-core"
            )
        return ModelHeader(**contents)
    except RecursionError as error:
        raise ModelFileError(f"{where}: its minnet header is damaged: {recursion_limit_reached()}") from error
    except (TypeError, ValueError) as error:
        if isinstance(error, ModelFileError):
            raise
        raise ModelFileError(f"{where}: its minnet header is damaged: {printable(str(error))}") from error


def read_header(path: str | os.PathLike[str]) -> ModelHeader:
    """Read what a model file says about itself; no array is read and nothing is built.

    Raises:
        ModelFileError: if it is no model file of minnet.
        OSError: if it cannot be read.
    """
    with open_model_file(path) as file:
        return parse_header(file.metadata(), path_text(path))


def open_model_file(path: str | os.PathLike[str]) -> Any:
    """Open a safetensors file; its own header is checked against its length."""
    from safetensors import SafetensorError, safe_open

    where = path_text(path)
    try:
        with open(expect_file(path), "rb"):  # an OSError of ours names the file; that of safetensors may not
            pass
        name = os.fsdecode(path).encode().decode()  # safetensors takes no other
    except ValueError as error:
        raise ModelFileError(f"{where}: expected the name of a file in UTF-8: {error}") from error
    try:
        return safe_open(name, framework="numpy")
    except (SafetensorError, OSError) as error:
        raise ModelFileError(f"{where}: expected a whole safetensors file, received a damaged one: {error}") from error


def path_text(path: str | os.PathLike[str]) -> str:
    """Write a path at the beginning of a message, on one line whatever somebody called a file."""
    return printable(os.fsdecode(path))
