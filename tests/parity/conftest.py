"""Settings of PyTorch for all comparisons."""

import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def _one_thread():
    """Arrays this small only wait for a pool of threads: a hundred times as long, where processors are few."""
    torch.set_num_threads(1)
