"""Installing a stranger's package makes its layer appear; uninstalling it makes it go; nothing else changes."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

EXPERIMENT = """
seed = 0
epochs = 1
batch_size = 64
output = "model.safetensors"
model = [
    { class = "Linear", n_in = 64, n_out = 16 },
    { class = "Swish", beta = 1.5 },
    { class = "Linear", n_in = 16, n_out = 10 },
    { class = "LogSoftMax" },
]
criterion = { class = "ClassNLLCriterion" }
optimizer = { class = "Adam", lr = 1e-3 }

[data]
source = "digits"
test_fraction = 0.2
scale = 16.0
"""


@pytest.fixture
def environment(tmp_path):
    """The Python of a virtual environment that sees all that this one has but minnet-swish, and can have more."""
    outer = tmp_path / "outer"
    outer.mkdir()
    for site in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for entry in Path(site).iterdir():
            if not entry.name.startswith("minnet_swish"):
                (outer / entry.name).symlink_to(entry)
    folder = tmp_path / "venv"
    venv.create(folder, symlinks=True)
    scheme = {"base": str(folder), "platbase": str(folder)}
    inner = Path(sysconfig.get_path("purelib", "venv", vars=scheme))
    (inner / "outer.pth").write_text(f"import site; site.addsitedir({str(outer)!r})\n")
    return Path(sysconfig.get_path("scripts", "venv", vars=scheme)) / "python"


@pytest.fixture
def run(environment, tmp_path):
    def run(*arguments, code=0):
        done = subprocess.run(
            [environment, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


def pip(run, environment, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "pip", "--python", environment, "--quiet", *arguments], check=True, capture_output=True
    )


def test_swish_comes_and_goes(run, environment, tmp_path):
    minnet = ("-m", "minnet_core")
    (tmp_path / "experiment.toml").write_text(EXPERIMENT)

    before = run(*minnet, "layers")
    assert "minnet-swish" not in before
    complaint = run(*minnet, "train", "experiment.toml", code=1)
    assert "'Swish'" in complaint
    assert "Traceback" not in complaint

    pip(run, environment, "install", "--no-deps", "--no-build-isolation", str(ROOT / "plugins/minnet-swish"))
    assert "minnet_swish:Swish" in run(*minnet, "layers")
    assert "minnet-swish" in run(*minnet, "plugins")
    run(*minnet, "train", "experiment.toml")
    assert "accuracy" in run(*minnet, "evaluate", "model.safetensors")

    pip(run, environment, "uninstall", "--yes", "minnet-swish")
    assert run(*minnet, "layers") == before
    missing = run(*minnet, "evaluate", "model.safetensors", code=1)
    assert "pip install minnet-swish" in missing
