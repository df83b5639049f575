from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from minnet_test_support.array_samples import ArraySamples

SMALL = """\
seed = 3
epochs = 2
batch_size = 8
output = "small.safetensors"
model = [
    { class = "Linear", n_in = 2, n_out = 3 },
    { class = "LogSoftMax" },
]
criterion = { class = "ClassNLLCriterion" }
optimizer = { class = "Adam", lr = 1e-2 }

[data]
source = "flowers.csv"
target = "species"
test_fraction = 0.25
scale = 10
validation_fraction = 0
"""

FLOWERS = "length,width,species\n" + "".join(
    f"{length + step % 4},{width + step % 3},{species}\n"
    for step in range(8)
    for length, width, species in ((1, 1, "setosa"), (6, 3, "versicolor"), (9, 8, "virginica"))
)


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> Iterator[None]:
    """Have Ctrl-C mean something, here and in what is started from here: what runs behind ``&`` ignores it."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current directory with ``small.toml`` and the ``flowers.csv`` that it names."""
    (tmp_path / "small.toml").write_text(SMALL)
    (tmp_path / "flowers.csv").write_text(FLOWERS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def edit(folder: Path) -> Callable[[str, str], str]:
    """Replace a text in ``small.toml``, which must have it; returns the name of the file."""

    def replace(old: str, new: str) -> str:
        text = (folder / "small.toml").read_text()
        assert old in text
        (folder / "small.toml").write_text(text.replace(old, new))
        return "small.toml"

    return replace


@pytest.fixture(scope="session")
def samples() -> Callable[..., ArraySamples]:
    """Make samples of two classes, told apart by the sign of the first of three features."""

    def make(count: int, seed: int = 0, weights: np.ndarray | None = None, dtype: type = np.float32) -> ArraySamples:
        inputs = np.random.default_rng(seed).standard_normal((count, 3)).astype(dtype)
        return ArraySamples(inputs, np.stack([inputs[:, 0] < 0, inputs[:, 0] >= 0], axis=1).astype(dtype), weights)

    return make


@pytest.fixture
def permissions(tmp_path: Path) -> None:
    """Skip where permissions keep nobody out: the superuser reads and searches everything."""
    folder = tmp_path / "permissions"
    folder.mkdir()
    (folder / "file").touch()
    folder.chmod(0o444)
    try:
        (folder / "file").stat()
    except PermissionError:
        return
    finally:
        folder.chmod(0o755)
        (folder / "file").unlink()
        folder.rmdir()
    pytest.skip("permissions keep nobody out here")
