"""What this distribution adds to minnet: conformance checks, and ``minnet export model.safetensors model.onnx``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core import hookimpl

if TYPE_CHECKING:
    from pathlib import Path

    from minnet_core import Module
    from minnet_core.exporting import Exporter, ExportOptions
    from minnet_core.saving import ModelHeader
    from minnet_core.testing import Check


@hookimpl
def minnet_checks() -> list[Check]:
    """Contribute the checks of the family ``onnx``."""
    from .checks import CHECKS  # here, for it imports onnx

    return list(CHECKS)


@hookimpl
def minnet_exporters() -> list[Exporter]:
    """Contribute how ``.onnx`` files are written."""
    from minnet_core.exporting import Exporter

    return [Exporter(".onnx", "operators of ONNX, for onnxruntime and many others", _write)]


def _write(model: Module, header: ModelHeader, path: Path, options: ExportOptions) -> list[str]:
    from .model_files import write_onnx  # here, for it imports onnx

    return write_onnx(model, header, path, options)
