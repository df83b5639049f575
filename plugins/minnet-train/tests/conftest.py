from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

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
"""

FLOWERS = "length,width,species\n" + "".join(
    f"{length + step % 4},{width + step % 3},{species}\n"
    for step in range(8)
    for length, width, species in ((1, 1, "setosa"), (6, 3, "versicolor"), (9, 8, "virginica"))
)


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
