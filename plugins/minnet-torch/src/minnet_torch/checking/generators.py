"""PyTorch's generator as a part of NumPy's global one, which the kit watches and puts back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from zlib import crc32

import numpy as np
import torch

from ..isolation import beside_torch


def seed_of_now() -> int:
    """A seed that follows from the state of NumPy's global generator, which is left as it is."""
    state: Any = np.random.get_state(legacy=False)
    inner = state["state"]
    key = inner["key"].tobytes() + str(inner["pos"]).encode() if "key" in inner else repr(inner).encode()
    return crc32(key)


@contextmanager
def seeded(seed: int, others: Iterable[torch.Generator] = (), *, is_noticed: bool = True) -> Iterator[None]:
    """Run beside the user's PyTorch, its generator seeded, and others, which are put back afterwards as it is.

    Args:
        seed: the seed.
        others: generators that a layer holds.
        is_noticed: whether NumPy's global generator moves on if PyTorch's was drawn from: where the kit looks for draws
            it then sees them, and where it puts the generators back, the same numbers are drawn again.

    >>> before = seed_of_now()
    >>> with seeded(7):
    ...     _ = torch.ones(2)
    >>> seed_of_now() == before
    True
    """
    with beside_torch():
        generators = [torch.default_generator, *others]
        were = [each.get_state() for each in generators]
        for index, each in enumerate(generators):
            each.manual_seed(seed + index)
        before = [each.get_state() for each in generators]
        try:
            yield
        finally:
            is_drawn = not all(map(torch.equal, before, [each.get_state() for each in generators]))
            for each, state in zip(generators, were, strict=True):
                each.set_state(state)
            if is_noticed and is_drawn:
                np.random.random_sample()
