"""`Peer`: what is compared, and whether it is installed here."""

from __future__ import annotations

from importlib.util import find_spec

from attrs import frozen

from .catalogue import UnknownNameError


@frozen
class Peer:
    """A framework, or a way to use one.

    Attributes:
        name: for the command and the tables.
        module: where its ``prepare(workload)`` is, which returns a `Job` or raises `UnsupportedError`.
        requires: modules that must be installed.
        title: what it is, for the report.
    """

    name: str
    module: str
    requires: tuple[str, ...]
    title: str

    def missing(self) -> list[str]:
        """Which of ``requires`` are not installed."""
        return [module for module in self.requires if find_spec(module) is None]


_OURS = ("minnet_core", "minnet_layers", "minnet_criterions", "minnet_optimizers")

PEERS: dict[str, Peer] = {
    peer.name: peer
    for peer in (
        Peer("minnet", "benchmarks.peers.minnet_peer", _OURS, "minnet, the loop written out"),
        Peer(
            "minnet-compiled", "benchmarks.peers.compiled_peer", _OURS, "minnet, steps compiled and executed by NumPy"
        ),
        Peer("minnet-fast", "benchmarks.peers.fast_peer", (*_OURS, "minnet_fast"), "minnet, steps and layers in C"),
        Peer("trainer", "benchmarks.peers.trainer_peer", (*_OURS, "minnet_train"), "minnet, the loop of minnet-train"),
        Peer("notebook", "benchmarks.peers.notebook_peer", ("numpy",), "the seed notebook's classes as they stand"),
        Peer("torch", "benchmarks.peers.torch_peer", ("torch",), "PyTorch eager, its fastest optimizer option"),
        Peer("torch-folded", "benchmarks.peers.torch_folded_peer", ("torch",), "PyTorch eager, normalization folded"),
        Peer("torch-compile", "benchmarks.peers.torch_compile_peer", ("torch",), "PyTorch, the model compiled"),
        Peer("jax", "benchmarks.peers.jax_peer", ("jax",), "JAX, the whole step in one jit"),
        Peer("sklearn", "benchmarks.peers.sklearn_peer", ("sklearn",), "scikit-learn's MLPClassifier.partial_fit"),
        Peer("floor", "benchmarks.peers.floor_peer", ("numpy",), "the matrix products or the memory traffic alone"),
    )
}
"""All of them, the one that the others are compared with first."""


def peers_named(names: list[str]) -> list[Peer]:
    """Find peers by name; all of them if none is named.

    Raises:
        UnknownNameError: if there is none of a name.
    """
    for name in names:
        if name not in PEERS:
            raise UnknownNameError(f"expected peers among {', '.join(PEERS)}, received {name!r}")
    return [peer for peer in PEERS.values() if not names or peer.name in names]
