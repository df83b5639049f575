"""Running PyTorch beside a user's own without either disturbing the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def beside_torch() -> Iterator[None]:
    """Compute on one thread and with gradients, whatever the program has set, and put back what it has afterwards.

    Tensors are made inside too: one that is made in inference mode has no gradient ever after.

    Arrays as small as those of a case only wait for a pool of threads, up to a hundred times as long.

    >>> before = torch.initial_seed()
    >>> with beside_torch():
    ...     _ = torch.manual_seed(before + 1)
    >>> torch.initial_seed() == before
    True
    """
    threads = torch.get_num_threads()
    with torch.random.fork_rng(devices=[]), torch.inference_mode(False), torch.enable_grad():
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(threads)
