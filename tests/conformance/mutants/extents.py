"""Indices and counts in integers that are too small for a long axis."""

from __future__ import annotations

from strangers import CumulativeSum, Embedding, Maxout, MeanOverTime, NotebookMaxOverTime, Reverse

from .mutant import Mutant

_CHECK = "long_axes_are_treated_alike"


def _argmax(dtype: str, bug: str) -> Mutant:
    edit = ("np.argmax(input, axis=-1)", f"np.argmax(input, axis=-1).astype({dtype})")
    return Mutant(NotebookMaxOverTime, edit, _CHECK, bug)


EXTENTS = (
    _argmax("np.uint8", "the place of the largest is kept in a byte"),
    _argmax("np.int8", "the place of the largest is kept in a signed byte"),
    Mutant(
        NotebookMaxOverTime,
        [
            ("np.argmax(input, axis=-1)", "np.argmax(input, axis=-1).astype(np.uint8)"),
            ("np.max(input, axis=-1)", "np.take_along_axis(input, self.best[..., None].astype(int), axis=-1)[..., 0]"),
        ],
        _CHECK,
        "forward and backward both use a place that is kept in a byte",
    ),
    Mutant(
        Maxout,
        (
            "np.put_along_axis(routed, self.winner,",
            "np.put_along_axis(routed, self.winner.astype(np.uint8).astype(int),",
        ),
        _CHECK,
        "the winner of many pieces is kept in a byte for backward",
    ),
    Mutant(
        Embedding,
        ("np.add.at(self.gradVectors, input,", "np.add.at(self.gradVectors, input.astype(np.uint8),"),
        _CHECK,
        "indices are kept in a byte for backward",
    ),
    Mutant(
        Embedding,
        [
            ("self.vectors[input]", "self.vectors[input.astype(np.uint8)]"),
            ("np.add.at(self.gradVectors, input,", "np.add.at(self.gradVectors, input.astype(np.uint8),"),
        ],
        _CHECK,
        "indices are kept in a byte by both passes",
    ),
    Mutant(
        MeanOverTime,
        [
            ("input.mean(axis=1)", "input.sum(axis=1) / float(np.array(input.shape[1]).astype(np.uint8) or 1)"),
            (
                "gradOutput[:, None] / input.shape[1]",
                "gradOutput[:, None] / float(np.array(input.shape[1]).astype(np.uint8) or 1)",
            ),
        ],
        _CHECK,
        "the steps are counted in a byte",
    ),
    Mutant(
        CumulativeSum,
        [
            (
                "np.cumsum(input, axis=-1)",
                "np.cumsum(input, axis=-1) * (np.arange(input.shape[-1]).astype(np.int16) >= 0)",
            ),
        ],
        _CHECK,
        "steps are numbered in 16 bits",
    ),
    Mutant(
        Reverse,
        (
            "gradOutput[..., ::-1].copy()",
            "np.take(gradOutput, np.arange(input.shape[-1])[::-1].astype(np.int16) % input.shape[-1], axis=-1)",
        ),
        _CHECK,
        "the order is kept in 16 bits",
    ),
)
