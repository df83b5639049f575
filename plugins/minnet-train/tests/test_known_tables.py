"""The four commands on well-known tables, as they are: no file is edited."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from minnet_train import load_predictor, read_experiment
from minnet_train.commands.evaluate import evaluate
from minnet_train.commands.init import init
from minnet_train.commands.predict import predict
from minnet_train.commands.train import train

pytest.importorskip("pyarrow")

EXTRACTS = Path(__file__).parent / "extracts"


def run(command, *arguments: str) -> str:
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(autouse=True)
def _in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def four_commands(path: str, target: str, *options: str):
    """Go through all of them; returns what `init` said, and the measured numbers."""
    said = run(init, "t.toml", "--data", path, "--target", target, *options)
    run(train, "t.toml", "--no-run")
    scores = json.loads(run(evaluate, "t.safetensors", "--json"))
    run(predict, "t.safetensors", path, "-o", "answers.csv")
    with open(path, newline="") as file, open("answers.csv", newline="") as answers:
        assert len(list(csv.reader(file))) == len(list(csv.reader(answers)))
    return said, scores


def test_penguins():
    said, scores = four_commands(str(EXTRACTS / "penguins.csv"), "species")
    assert "note" not in said
    assert scores["accuracy"] > 0.9
    assert read_experiment("t.toml").data.missing == "mean"


def test_titanic():
    said, scores = four_commands(str(EXTRACTS / "titanic.csv"), "Survived")
    experiment = read_experiment("t.toml")
    assert experiment.data.option("ignore", []) == ["PassengerId", "Name", "Ticket", "Cabin"]
    for name in ("PassengerId", "Name", "Ticket", "Cabin"):
        assert f'note: ignore = ["{name}"]: ' in said
    assert said.count("; remove it from ignore to keep it") == 4
    assert "2 different whole numbers, which are taken for classes; --task regression, or task in the source" in said
    assert scores["accuracy"] > 0.6
    assert load_predictor("t.safetensors").features == ("Pclass", "Sex", "Age", "SibSp", "Parch", "Fare", "Embarked")


def test_diamonds():
    said, scores = four_commands(str(EXTRACTS / "diamonds.csv"), "price")
    assert (
        """note: task = "regression": column 7 ('price') has many different whole numbers; "classification" takes"""
        in said
    )
    again = run(train, "t.toml", "--no-run", "--force", "--epochs", "1")
    assert "note" not in again, "what is written down is not said again"
    assert scores["r2"] > 0.7


@pytest.mark.parametrize(
    ("name", "metric", "least"),
    [("wine", "accuracy", 0.9), ("breast_cancer", "accuracy", 0.9), ("diabetes", "r2", 0.2)],
)
def test_tables_of_scikit_learn(name, metric, least):
    bunch = getattr(pytest.importorskip("sklearn.datasets"), f"load_{name}")()
    with open("t.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([*bunch.feature_names, "target"])
        for features, target in zip(bunch.data.tolist(), bunch.target.tolist(), strict=True):
            rows.writerow([*features, target])
    _, scores = four_commands("t.csv", "target")
    assert scores[metric] > least
