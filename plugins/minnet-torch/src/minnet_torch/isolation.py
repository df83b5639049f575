"""Running PyTorch beside a user's own without either disturbing the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def beside_torch() -> Iterator[None]:
    """Compute on one thread and with gradients, whatever the program has set, and put back what it has afterwards.

    A default dtype that what runs has set is put back too, so that it disturbs nothing that runs later.
    Tensors are made inside too: one that is made in inference mode has no gradient ever after.

    Arrays as small as those of a case only wait for a pool of threads, up to a hundred times as long.

    >>> before = torch.initial_seed()
    >>> with beside_torch():
    ...     _ = torch.manual_seed(before + 1)
    >>> torch.initial_seed() == before
    True
    """
    threads, dtype, is_strict = (
        torch.get_num_threads(),
        torch.get_default_dtype(),
        torch.are_deterministic_algorithms_enabled(),
    )
    warns = torch.is_deterministic_algorithms_warn_only_enabled()
    with torch.random.fork_rng(devices=[]), torch.inference_mode(False), torch.enable_grad():
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(threads)
            torch.set_default_dtype(dtype)
            if torch.are_deterministic_algorithms_enabled() != is_strict:
                torch.use_deterministic_algorithms(is_strict, warn_only=warns)
