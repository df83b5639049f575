"""PyTorch in eager mode after its own rewriting for inference: batch normalization folded into the layer before."""

from __future__ import annotations

from typing import Any

from torch import nn
from torch.nn.utils.fusion import fuse_linear_bn_eval

from ..job import Job, UnsupportedError
from ..workload import Inference, Workload
from .dispatch import Builders, build
from .torch_peer import TorchInference, versions

__all__ = ["prepare", "versions"]


class TorchFolded(TorchInference):
    """Without Dropout, which does nothing in evaluation mode."""

    def __init__(self, workload: Inference) -> None:
        if not workload.fused:
            raise UnsupportedError("it is the peer of what is fused")
        super().__init__(workload)
        self.model = nn.Sequential(*_folded(list(self.model))).eval()


def _folded(modules: list[Any]) -> list[nn.Module]:
    kept: list[nn.Module] = []
    for module in modules:
        if isinstance(module, nn.BatchNorm1d):
            kept[-1] = fuse_linear_bn_eval(kept[-1], module)  # type: ignore[type-var]
        elif not isinstance(module, nn.Dropout):
            kept.append(module)
    return kept


BUILDERS: Builders = {Inference: TorchFolded}


def prepare(workload: Workload) -> Job:
    """Make a workload ready."""
    return build(BUILDERS, workload)
