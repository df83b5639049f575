from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from minnet_core.testing import install_distribution
from minnet_train import DataError, LearningData, Source, datasets, read_experiment
from minnet_train.commands.evaluate import evaluate
from minnet_train.commands.train import train

OURS = {"Blobs", "Csv", "Digits", "Feather", "Idx", "JsonLines", "Npy", "Parquet", "Sklearn", "Spirals", "TwoMoons"}

STRANGER = '''
from pathlib import Path

import numpy as np
from minnet_train import Dataset, Source


class Parity(Source):
    """Whether the number of ones is even."""

    PATHS = ("note",)

    def __init__(self, bits=6, note=None):
        self.bits, self.note = bits, note

    def load(self):
        features = (np.arange(2**self.bits)[:, None] >> np.arange(self.bits)) & 1
        if self.note:
            Path(self.note).read_text()
        return Dataset("parity", features, features.sum(axis=1) % 2, ("even", "odd"))
'''

EXPERIMENT = """\
epochs = 1
output = "m.safetensors"
model = [{ class = "Linear", n_in = 6, n_out = 2 }, { class = "LogSoftMax" }]
criterion = { class = "ClassNLLCriterion" }
optimizer = { class = "SGD", lr = 0.1 }

[data]
source = { class = "Parity", note = "note.txt" }
"""


@pytest.fixture
def stranger(tmp_path, monkeypatch):
    """A distribution that somebody published, really installed."""
    site = tmp_path / "site"
    points = {"minnet.datasets": {"Parity": "minnet_parity:Parity"}}
    install_distribution(site, "minnet-parity", {"minnet_parity": STRANGER}, entry_points=points)
    monkeypatch.syspath_prepend(site)
    datasets.refresh()
    yield site
    sys.modules.pop("minnet_parity", None)
    monkeypatch.undo()
    datasets.refresh()


def test_our_sources_are_registered_as_those_of_strangers_are():
    assert set(datasets) >= OURS
    assert all(issubclass(datasets[name], Source) for name in OURS)


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_source_explains_itself_and_its_arguments(name):
    cls = datasets[name]
    assert cls.__doc__
    for argument in cls.__signature__.parameters:
        assert f"        {argument}: " in cls.__doc__, argument
    assert set(cls.PATHS) <= set(cls.__signature__.parameters)


def test_the_source_of_a_stranger_is_listed_trained_on_and_evaluated(stranger, tmp_path, monkeypatch):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "note.txt").write_text("x")
    (tmp_path / "there" / "e.toml").write_text(EXPERIMENT)
    monkeypatch.chdir(tmp_path)
    assert datasets["minnet-parity:Parity"] is datasets["Parity"]
    runner = CliRunner()
    trained = runner.invoke(train, ["there/e.toml"], catch_exceptions=False)
    assert "parity: 46 samples to train on, 6 to validate by, 12 held out; 6 features, 2 classes" in trained.output
    measured = runner.invoke(evaluate, ["m.safetensors"], catch_exceptions=False)
    assert measured.output.startswith("parity: 12 held-out samples, ")


def test_the_source_of_a_stranger_is_listed_by_the_command_without_being_imported(stranger):
    code = (
        "import sys, minnet_core.cli.main as c\n"
        "sys.argv = ['minnet', 'datasets', '--json']\n"
        "code = c.main()\n"
        "assert 'minnet_parity' not in sys.modules and 'numpy' not in sys.modules\n"
        "sys.exit(code)"
    )
    environment = {"PYTHONPATH": str(stranger), "PATH": ""}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode in (0, None), done.stderr
    found = {each["name"]: each["distribution"] for each in json.loads(done.stdout)}
    assert found["Parity"] == "minnet-parity"
    assert found["TwoMoons"] == "minnet-train"


def test_a_class_of_this_program_is_a_source_too(folder, edit):
    class Broken(Source):
        def load(self):
            raise DataError("nothing there")

    edit('source = "flowers.csv"\ntarget = "species"', 'source = { class = "Broken" }')
    with datasets.override("Broken", Broken), pytest.raises(DataError, match="nothing there"):
        LearningData.load(read_experiment("small.toml").data, 0)


def test_what_is_no_source_is_refused():
    with pytest.raises(TypeError, match="expected a subclass of Source for datasets"):
        datasets.register(int)
