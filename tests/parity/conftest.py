"""Settings of PyTorch for all comparisons; modules beside the tests are imported by their own names."""

import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True, scope="session")
def _one_thread():
    """Arrays this small only wait for a pool of threads: a hundred times as long, where processors are few."""
    torch.set_num_threads(1)
