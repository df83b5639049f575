from __future__ import annotations

import pytest
from click.testing import CliRunner

from minnet_core import MinnetError
from minnet_train import ExperimentFile, read_experiment
from minnet_train.commands.init import init


def run(*arguments: str):
    return CliRunner().invoke(init, arguments, catch_exceptions=False)


@pytest.mark.parametrize(("arguments", "path"), [((), "experiment.toml"), (("mine.toml",), "mine.toml")])
def test_the_default_experiment_is_written_with_its_comments(folder, arguments, path):
    result = run(*arguments)
    assert result.output == f"The default experiment is in {path}\n\n  minnet train {path}\n"
    assert read_experiment(path) == ExperimentFile.default().experiment()
    assert "# the trained model" in (folder / path).read_text()


def test_a_file_is_overwritten_only_by_force(folder):
    before = (folder / "small.toml").read_text()
    with pytest.raises(MinnetError, match=r"^small.toml: expected a new file, .* --force overwrites it$"):
        run("small.toml")
    assert (folder / "small.toml").read_text() == before
    run("small.toml", "--force")
    assert read_experiment("small.toml") == ExperimentFile.default().experiment()


def test_a_path_that_cannot_be_written_is_an_error(folder):
    with pytest.raises(MinnetError, match=r"none/x.toml: expected a file that can be written: No such file"):
        run("none/x.toml")
