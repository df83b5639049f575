from __future__ import annotations

import pytest
from click.testing import CliRunner

from minnet_core import MinnetError
from minnet_train import ExperimentFile, Run, read_experiment
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


def test_an_experiment_that_fits_a_table_is_written_and_trains(folder):
    result = run("fitting.toml", "--data", "flowers.csv", "--target", "species")
    assert result.output == "An experiment for flowers.csv is in fitting.toml\n\n  minnet train fitting.toml\n"
    experiment = read_experiment("fitting.toml")
    assert experiment.model[0]["n_in"] == 2
    assert experiment.model[-2]["n_out"] == 3
    assert (experiment.data.source, experiment.data.target, experiment.data.missing) == (
        "flowers.csv",
        "species",
        "error",
    )
    assert "# flowers.csv: 24 rows, 2 inputs of the network, 3 classes.\n" in (folder / "fitting.toml").read_text()
    Run.prepare(experiment)


def test_numbers_with_gaps_make_a_regression_that_fills_them(folder):
    rows = [f"{i % 7},{'' if i == 5 else i / 3},{'ab'[i % 2]},{i * 1.25}" for i in range(40)]
    (folder / "sub").mkdir()
    (folder / "sub" / 'it\'s "odd".csv').write_text("\n".join(["x,y,kind,price", *rows]))
    run("sub/numbers.toml", "--data", 'sub/it\'s "odd".csv')
    experiment = read_experiment("sub/numbers.toml")
    assert experiment.data.source == 'sub/it\'s "odd".csv'
    assert (experiment.data.missing, experiment.data.standardize_targets) == ("mean", True)
    assert (experiment.model[0]["n_in"], experiment.model[-1]["n_out"]) == (4, 1)
    assert experiment.criterion == {"class": "MSECriterion"}
    Run.prepare(experiment)


def test_a_source_may_be_written_as_toml(folder):
    (folder / "sub").mkdir()
    (folder / "semi.csv").write_text("a;note;price\n" + "".join(f"{i};{i}!;{i * i}\n" for i in range(20)))
    source = (
        '{ class = "Csv", path = "semi.csv", delimiter = ";", task = "regression", ignore = ["note"], header = true }'
    )
    run("sub/semi.toml", "--data", source)
    experiment = read_experiment("sub/semi.toml")
    assert (folder / experiment.data.source["path"]).samefile(folder / "semi.csv")
    assert experiment.data.source | {"path": "semi.csv"} == {
        "class": "Csv",
        "path": "semi.csv",
        "delimiter": ";",
        "task": "regression",
        "ignore": ["note"],
        "header": True,
    }
    assert experiment.data.standardize_targets
    assert "# semi.csv: 20 rows, 1 input of the network, 1 number to predict.\n" in (
        (folder / "sub" / "semi.toml").read_text()
    )
    Run.prepare(experiment)


def test_a_source_that_is_no_toml_leaves_no_file(folder):
    with pytest.raises(MinnetError, match="--data: expected a source as TOML, received { class"):
        run("new.toml", "--data", '{ class = "Csv"')
    assert not (folder / "new.toml").exists()


def test_a_name_with_a_blank_can_be_copied_into_a_shell(folder):
    assert run("my own.toml").output.endswith("\n  minnet train 'my own.toml'\n")


def test_a_column_can_be_named_by_its_index(folder):
    run("fitting.toml", "--data", "flowers.csv", "--target", "-1")
    assert read_experiment("fitting.toml").data.target == -1


def test_data_that_cannot_be_used_leave_no_file(folder):
    with pytest.raises(MinnetError, match="expected one column 'spezies'.* did you mean 'species'"):
        run("fitting.toml", "--data", "flowers.csv", "--target", "spezies")
    with pytest.raises(MinnetError, match="none.csv"):
        run("fitting.toml", "--data", "none.csv")
    assert not (folder / "fitting.toml").exists()
    refused = run("fitting.toml", "--target", "species")
    assert refused.exit_code == 2
    assert "expected --target with --data, whose column it names" in refused.output
