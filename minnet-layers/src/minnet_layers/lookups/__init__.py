"""Tables of learned vectors, looked up by integers: one vector for each, or the sum, mean or maximum of several."""

from __future__ import annotations

from .embedding import Embedding
from .embedding_bag import EmbeddingBag

__all__ = ["Embedding", "EmbeddingBag"]
