"""Numbers along an axis made into one, likenesses of vectors, and rows of learned tables."""

from __future__ import annotations

import numpy as np

from minnet_core import Array
from minnet_core.nn import as_floating


def largest(x: Array, axis: int, keepdims: bool) -> Array:
    return as_floating(x).max(axis, keepdims=keepdims)


def smallest(x: Array, axis: int, keepdims: bool) -> Array:
    return as_floating(x).min(axis, keepdims=keepdims)


def mean(x: Array, axis: int, keepdims: bool) -> Array:
    return as_floating(x).mean(axis, keepdims=keepdims)


def total(x: Array, axis: int, keepdims: bool) -> Array:
    return as_floating(x).sum(axis, keepdims=keepdims)


def maxout(x: Array, W: Array, b: Array | None, pieces: int) -> Array:
    scores = x @ W.T if b is None else x @ W.T + b
    return scores.reshape(len(x), pieces, len(W) // pieces).max(1)


def bilinear(pair: tuple[Array, Array], W: Array, b: Array | None) -> Array:
    y = np.einsum("ni,oij,nj->no", pair[0], W, pair[1], optimize=True)
    return y if b is None else y + b


def cosine(x: Array, W: Array, eps: float) -> Array:
    return normalize(x, 2, eps, -1) @ normalize(W, 2, eps, -1).T


def euclidean(x: Array, W: Array) -> Array:
    return np.sqrt(np.square(x[:, np.newaxis] - W).sum(-1))


def normalize(x: Array, p: float, eps: float, axis: int) -> Array:
    x = as_floating(x)
    return x / np.maximum(np.linalg.norm(x, p, axis, keepdims=True), eps)


def embedding(indices: Array, W: Array) -> Array:
    return W[indices.astype(int)]


def embedding_bag(bags: Array | tuple[Array, Array], W: Array, mode: str, padding_idx: int | None) -> Array:
    if isinstance(bags, tuple):  # all indices, and where each bag begins
        bags = np.split(bags[0], bags[1][1:])
    y = np.zeros((len(bags), W.shape[1]), W.dtype)
    for place, bag in enumerate(bags):
        bag = bag if padding_idx is None else bag[bag != padding_idx]
        if len(bag):
            y[place] = {"sum": np.sum, "mean": np.mean, "max": np.max}[mode](W[bag], 0)
    return y
