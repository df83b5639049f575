"""Components that cannot be made, or not be printed."""

from __future__ import annotations

from strangers import Conv1d, Embedding, Hardtanh, LayerNorm, Transpose

from minnet_layers import Linear
from minnet_optimizers import SGD, Adagrad

from .mutant import Mutant

MAKING = (
    Mutant(
        Linear,
        ("None if self.b is None else np.zeros_like(self.b)", "np.zeros(self.b.shape, dtype)"),
        "is_made",
        "without a bias there is no shape for its gradient",
    ),
    Mutant(
        Transpose,
        ("if 0 in (first, second):", "if min(first, second) <= 0:"),
        "is_made",
        "axes cannot be counted from the end",
    ),
    Mutant(
        LayerNorm, ("self.eps = float(eps)", "self.eps = float(epsilon)"), "is_made", "an argument has another name"
    ),
    Mutant(SGD, ("super().__init__(module)", "super().__init__()"), "is_made", "the module is not handed on"),
)

PRINTING = (
    Mutant(
        Linear,
        ('return f"Linear {self.W.shape[1]} -> {self.W.shape[0]}"', 'return f"Linear {self.n_in} -> {self.n_out}"'),
        "has_a_repr",
        "its repr reads attributes that it lacks",
    ),
    Mutant(
        Conv1d,
        (
            "        n_out, n_in, width = self.W.shape\n        return f",
            "        n_out, n_in = self.W.shape\n        return f",
        ),
        "has_a_repr",
        "its repr is that of a linear layer",
    ),
    Mutant(
        Embedding,
        (
            'f"{type(self).__name__} {len(self.vectors)} x {self.vectors.shape[1]}"',
            "type(self).__name__, self.vectors.shape",
        ),
        "has_a_repr",
        "its repr is a tuple",
    ),
    Mutant(
        Hardtanh,
        ('f"Hardtanh [{self.low}, {self.high}]"', 'f"Hardtanh [{self.low}, {self.high}] -> {self.output.shape}"'),
        "has_a_repr",
        "it cannot be printed before it has run",
    ),
    Mutant(
        LayerNorm,
        (
            'f"LayerNorm {self.gamma.size}"',
            'f"LayerNorm {self.gamma.size}" + ("" if not self.output else " (has run)")',
        ),
        "has_a_repr",
        "it cannot be printed after it has run",
    ),
    Mutant(Adagrad, ("lr={self.lr:g}", "lr={self.learning_rate:g}"), "has_a_repr", "its repr asks for a learning_rate"),
)

CONSTRUCTION = (
    *MAKING,
    *PRINTING,
)
