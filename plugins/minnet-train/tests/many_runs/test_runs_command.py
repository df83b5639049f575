"""``minnet runs`` as one uses it."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

ESCAPE = "\x1b[2J\x07\u202e"
"""click removes the first part of it where there is no terminal, so that its absence proves nothing."""


def test_runs_are_listed_without_and_with_the_name_of_the_command(three, minnet):
    output = minnet("runs").output
    lines = output.splitlines()
    assert lines[0].split("  ")[0] == "run"
    assert "best validation loss" in lines[0]
    assert "last validation loss" in lines[0]
    first, second, damaged = (line.split() for line in lines[1:4])
    assert first[:7] == ["runs/a-1", "finished", "4/4", "0.2500", "in", "3", "1.2500"]
    assert second[:7] == ["runs/a-2", "interrupted", "4/5", "0.0000", "in", "3", "1.0000"]
    assert first[7:9] == ["8.0", "s"]
    assert second[-2:] == ["8", "optimizer.lr=0.5"]
    assert first[-1] == "optimizer.lr=0.01"
    assert damaged[:3] == ["runs/a-10", "damaged", "4/?"]
    assert "config.json: expected JSON: " in lines[3]
    assert minnet("runs", "list").output == minnet("runs", "list", "runs").output == output
    assert minnet("runs", "runs").output == output


def test_a_list_is_filtered_sorted_reversed_and_cut(three, minnet):
    def listed(*arguments):
        return [row["run"] for row in json.loads(minnet("runs", *arguments, "--json").output)]

    assert listed() == ["runs/a-1", "runs/a-2", "runs/a-10"]
    assert listed("--sort", "best") == ["runs/a-2", "runs/a-1", "runs/a-10"]
    assert listed("--sort", "seed", "--reverse") == ["runs/a-2", "runs/a-1", "runs/a-10"]
    assert listed("--where", "optimizer.lr<0.1") == ["runs/a-1"]
    assert listed("--where", "state!=damaged", "--where", "validation_accuracy>=0.54") == ["runs/a-1", "runs/a-2"]
    assert listed("--sort", "best", "--limit", "1") == ["runs/a-2"]
    cut = minnet("runs", "--limit", "1").output
    assert cut.endswith("\n2 runs more; --limit shows only 1\n")


def test_columns_may_be_chosen(three, minnet):
    columns = ["run", "best", "optimizer.lr", "validation_accuracy", "model[0].class", "seconds"]
    table = minnet("runs", "--columns", ",".join(columns)).output
    assert [line.split() for line in table.splitlines()] == [
        columns,
        ["runs/a-1", "0.2500", "0.01", "54.00%", "Linear", "8.0", "s"],
        ["runs/a-2", "0.0000", "0.5", "54.00%", "Linear", "8.0", "s"],
        ["runs/a-10", "-", "-", "54.00%", "-", "8.0", "s"],
    ]
    chosen = json.loads(minnet("runs", "--columns", "run, epoch", "--json").output)
    assert chosen[0] == {"run": "runs/a-1", "epoch": 4}


def test_csv_has_what_differs_and_what_was_reported(three, minnet):
    rows = list(csv.DictReader(StringIO(minnet("runs", "--csv").output)))
    assert [row["run"] for row in rows] == ["runs/a-1", "runs/a-2", "runs/a-10"]
    assert [row["optimizer.lr"] for row in rows] == ["0.01", "0.5", ""]
    assert [row["best.validation_loss"] for row in rows[:2]] == ["0.25", "0.0"]
    assert rows[0]["last.validation_accuracy"] == "0.54"
    assert rows[2]["problem"].startswith("config.json: ")


def test_json_has_everything(three, minnet, reports):
    one, _, damaged = json.loads(minnet("runs", "--json").output)
    assert one["best"] == reports(4, 0.25)[2]
    assert one["last"] == reports(4, 0.25)[3]
    assert (one["judged_by"], one["mode"], one["seconds"]) == ("validation_loss", "min", 8.0)
    assert one["experiment"]["optimizer"] == {"class": "Adam", "lr": 0.01}
    assert one["differs"] == {"optimizer.lr": 0.01}
    assert (damaged["state"], damaged["experiment"]) == ("damaged", None)
    assert damaged["problem"]


def test_runs_that_are_judged_by_different_numbers_say_by_which(copy, minnet, reports):
    copy("runs/a")
    copy("runs/b", {"early_stopping": {"metric": "validation_accuracy", "mode": "max"}}, reports(4))
    lines = minnet("runs").output.splitlines()
    assert "  best  " in lines[0]
    assert "validation loss " in lines[1]
    assert "validation accuracy 54.00% in 4" in lines[2]


def test_no_runs_are_no_error(minnet, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert minnet("runs").output == "There is no run in runs yet.\n"
    assert minnet("runs", "--json").output == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing"], "Error: nothing: expected a run, or a folder of runs, received nothing"),
        (["comapre", "a-1"], "Error: expected a command or a folder, received 'comapre'; did you mean 'compare'?"),
        (["--where", "optimizer.lr"], "Error: expected KEY, a comparison (= != < <= > >= ~ !~) and a value"),
        (["--where", "optimizer.rl<1"], "received 'optimizer.rl'; did you mean 'optimizer.lr'"),
        (["--sort", "validation_los"], "received 'validation_los'; did you mean 'validation_loss'"),
        (["--columns", "run,1+1"], "Error: expected a key such as optimizer.lr"),
        (["--json", "--csv"], "Error: expected --json or --csv, received both"),
        (["delete"], "Error: expected RUNs, or --where to choose among those in runs, received neither"),
        (["compare"], "Error: expected RUNs, or --where to choose among those in runs, received neither"),
        (["compare", "a-1"], "Error: expected at least two runs to compare, received 1"),
        (["diff", "a-1", "runs"], "Error: runs: expected a run, received a folder with 3 of them"),
    ],
)
def test_mistakes_are_told(three, minnet, arguments, message):
    result = minnet("runs", *arguments)
    assert result.exit_code in (1, 2)
    assert message in result.output
    assert len(os.listdir("runs")) == 3


def test_what_differs_between_two_runs(three, minnet):
    lines = [line.split() for line in minnet("runs", "diff", "a-1", "a-2").output.splitlines()]
    assert lines[0] == ["part", "key", "runs/a-1", "runs/a-2"]
    assert ["configuration", "optimizer.lr", "0.01", "0.5"] in lines
    assert ["result", "best.validation_loss", "0.2500", "0.0000"] in lines
    assert ["result", "state", "finished", "interrupted"] in lines
    found = json.loads(minnet("runs", "diff", "a-1", "a-2", "--json").output)
    assert {"part": "configuration", "key": "seed", "values": [3, 8]} in found
    assert minnet("runs", "diff", "a-1", "runs/a-1").output == "runs/a-1 and runs/a-1 do not differ.\n"


def test_what_decides_no_number_is_counted_or_shown(copy, minnet):
    copy("runs/a")
    path = copy("runs/b") / "versions.json"
    sessions = json.loads(path.read_text())
    sessions[0]["distributions"]["someone"] = "1.0"
    path.write_text(json.dumps(sessions))
    assert minnet("runs", "diff", "a", "b").output == (
        "runs/a and runs/b do not differ.\n\n1 of the environment that decide no number differ too; --all shows them\n"
    )
    assert "environment, others  someone  -       1.0" in minnet("runs", "diff", "a", "b", "--all").output


def test_runs_are_compared_side_by_side(three, minnet):
    lines = [line.split() for line in minnet("runs", "compare", "a-1", "a-2").output.splitlines()]
    assert lines[0] == ["a-1", "a-2"]
    assert ["epochs", "4/4", "4/5"] in lines
    assert ["seed", "3", "8"] in lines
    assert ["optimizer.lr", "0.01", "0.5"] in lines
    assert ["best", "epoch", "3", "3"] in lines
    assert ["validation_loss", "0.2500", "*", "0.0000"] in lines
    assert ["validation_accuracy", "53.00%", "53.00%"] in lines
    assert ["validation_loss", "1.2500", "*", "1.0000"] in [
        line.split() for line in minnet("runs", "compare", "a-1", "a-2", "--last").output.splitlines()
    ]
    found = json.loads(minnet("runs", "compare", "--where", "state!=damaged", "--json").output)
    assert [each["run"] for each in found] == ["runs/a-1", "runs/a-2"]
    assert found[1]["differs"] == {"optimizer.lr": 0.5}
    assert found[1]["best"]["validation_loss"] == 0


def test_a_metric_of_which_nobody_knows_what_is_good_has_no_star(copy, minnet, reports):
    for name, value in (("a", 0.1), ("b", 0.2)):
        copy(f"runs/{name}", reports=[{**reports(1)[0], "mine": value, "accuracy": value}])
    output = minnet("runs", "compare", "a", "b").output
    assert [line.split() for line in output.splitlines() if line.startswith(("mine", "accuracy"))] == [
        ["mine", "0.1000", "0.2000"],
        ["accuracy", "10.00%", "*", "20.00%"],
    ]


def test_deleting_asks_and_says_what_it_frees(three, minnet):
    (Path("runs/a-1") / "notes.md").touch()
    asked = minnet("runs", "delete", "a-1", "a-2", input="n\n")
    assert asked.exit_code == 1
    lines = [line.split() for line in asked.output.splitlines()]
    assert lines[0] == ["run", "state", "epochs", "size"]
    assert lines[1][:3] == ["runs/a-1", "finished", "4/4"]
    assert "runs/a-1 keeps what is not of the run: notes.md\n" in asked.output
    assert "\nDelete 2 runs, " in asked.output
    assert len(os.listdir("runs")) == 3
    done = minnet("runs", "delete", "a-1", "a-2", input="y\n")
    assert done.exit_code == 0
    assert "Deleted 2 runs, " in done.output
    assert sorted(os.listdir("runs")) == ["a-1", "a-10"]
    assert os.listdir("runs/a-1") == ["notes.md"]


def test_scripts_are_not_asked_and_may_choose_by_conditions(three, minnet):
    assert minnet("runs", "delete", "--where", "best<0.1", "--yes").output.startswith("Deleted 1 run, ")
    assert sorted(os.listdir("runs")) == ["a-1", "a-10"]
    assert (
        minnet("runs", "delete", "--where", "seed>99", "-y").output == "There is no run that fulfils all conditions.\n"
    )
    assert minnet("runs", "delete", "runs", "-y").output.startswith("Deleted 2 runs, ")
    assert os.listdir("runs") == []


def test_without_an_answer_nothing_is_deleted(three, minnet):
    assert minnet("runs", "delete", "a-1", input="").exit_code == 1
    assert len(os.listdir("runs")) == 3


def test_if_one_is_worked_on_none_is_deleted(three, minnet, held):
    with held(Path("runs/a-2")) as process:
        assert "\nruns/a-2   running " in minnet("runs").output
        result = minnet("runs", "delete", "runs", "--yes")
    assert result.exit_code == 1
    assert (
        f"Error: runs/a-2: expected a run that no other process is using, received one held by process {process.pid}"
        in (result.output)
    )
    assert result.output.endswith("nothing is deleted\n")
    assert len(os.listdir("runs")) == 3


def test_the_folds_of_a_cross_validation_go_together(copy, minnet):
    for fold in (1, 2):
        copy(f"runs/cv/fold-{fold}", {"data.fold": fold})
    Path("runs/cv/folds.json").write_text("{}")
    assert minnet("runs", "compare", "cv").output.splitlines()[0].split() == ["fold-1", "fold-2"]
    assert minnet("runs", "delete", "cv", "-y").output.startswith("Deleted 2 runs, ")
    assert os.listdir("runs") == []


def test_nothing_of_a_stranger_reaches_a_terminal_raw(copy, minnet, reports):
    path = copy(f"runs/{ESCAPE}bad", {"optimizer": {"class": ESCAPE, f"lr{ESCAPE}": ESCAPE}}, reports(2))
    (path / f"{ESCAPE}.md").touch()
    copy("runs/other", reports=[{**reports(1)[0], f"metric{ESCAPE}": 3.0}])
    clean = copy(f"clean/{ESCAPE}name")
    copy("runs/plain", {"seed": 4})
    damaged = copy("runs/damaged")
    (damaged / "config.json").write_text(json.dumps({"format": 1, "experiment": ESCAPE}))
    (copy(f"runs/{ESCAPE}worse") / "metrics.jsonl").write_text(f"{ESCAPE}\n{{}}\n")
    for arguments in (
        [],
        ["--json"],
        ["--csv"],
        ["--columns", "run,optimizer.class,problem,last"],
        ["--where", f"run={ESCAPE}"],
        ["--where", f"{ESCAPE}<3"],
        ["--sort", ESCAPE],
        [ESCAPE],
        ["diff", str(path), "runs/other"],
        ["diff", "runs/damaged", "runs/other", "--json"],
        ["compare", str(path), "runs/other"],
        ["compare", "runs", "--json"],
        ["compare", str(clean), "runs/plain"],
        ["diff", str(clean), "runs/plain"],
        ["diff", "runs/plain", str(clean)],
        ["diff", str(clean), str(clean)],
        ["delete", "runs"],
        ["delete", "runs", "--yes"],
    ):
        output = minnet("runs", *arguments, input="n").output
        assert not set(ESCAPE) & {*output} - {*"[2J"}, arguments
        assert output


@pytest.mark.skipif(sys.platform == "win32", reason="the time of a process is asked for as Unix has it")
def test_a_hundred_runs_are_listed_in_less_than_a_second(copy, tmp_path, reports):
    lines = reports(500)
    for number in range(100):
        copy(f"runs/many-{number}", {"seed": number, "optimizer.lr": 10.0 ** -(number % 3), "epochs": 500}, lines)
    import resource

    command = [sys.executable, "-m", "minnet_core", "runs", "--sort", "best", "--where", "epoch=500", "--csv"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert len(list(csv.DictReader(StringIO(done.stdout)))) == 100
    # The time of the processor, for others may be at work on the machine.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1


def test_listing_imports_neither_numpy_nor_the_trainer(three, tmp_path):
    program = "import sys; from minnet_core.cli import main; main(['runs'], standalone_mode=False); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    modules = done.stdout.splitlines()[-1].split()
    assert "minnet_train.commands.runs" in modules
    assert not {"numpy", "cattrs", "safetensors", "minnet_train.training.trainer"} & set(modules)


def test_every_command_and_argument_is_explained():
    from minnet_train.commands.runs import runs

    assert list(runs.commands) == ["list", "diff", "compare", "delete"]
    for command in runs.commands.values():
        assert command.help
        for parameter in command.params:
            assert getattr(parameter, "help", None) or parameter.human_readable_name in command.help


def test_help_is_that_of_the_group_and_of_each_command(minnet):
    assert "Commands:\n  list " in minnet("runs", "--help").output
    assert minnet("runs", "list", "--help").output.startswith("Usage: main runs list [OPTIONS] [FOLDER]")


def test_columns_may_be_those_of_other_runs_than_the_ones_that_are_chosen(three, minnet):
    """A damaged run has no experiment: that it has no such key is no mistake of who asks for it."""
    output = minnet("runs", "--where", "state=damaged", "--columns", "run,optimizer.lr", "--sort", "seed").output
    assert [line.split() for line in output.splitlines()] == [["run", "optimizer.lr"], ["runs/a-10", "-"]]


@pytest.mark.skipif(sys.platform == "win32", reason="a shell closes its input")
@pytest.mark.parametrize("shell", ["{} <&-", r"printf '\377\n' | {}"])
def test_without_a_text_for_an_answer_nothing_is_deleted(three, tmp_path, shell):
    command = shell.format(f"{sys.executable} -m minnet_core runs delete a-1")
    variables = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}
    done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True, env=variables)
    assert done.returncode == 1
    assert "Error: expected y or n, received no text: " in done.stderr
    assert done.stderr.endswith("; --yes deletes without a question\n")
    assert len(os.listdir("runs")) == 3


def test_a_condition_with_a_mistake_deletes_nothing(three, minnet):
    for condition in ("state!=finishd", "run!=a-1", "seed!='3'", "best>0,5"):
        result = minnet("runs", "delete", "--where", condition, "--yes")
        assert (result.exit_code, len(os.listdir("runs"))) == (1, 3), condition
        assert f"Error: {condition}: expected " in result.output


def test_a_run_that_may_not_be_looked_into_hides_no_other(three, minnet, permissions):
    Path("runs/a-2").chmod(0o444)
    try:
        lines = minnet("runs").output.splitlines()
    finally:
        Path("runs/a-2").chmod(0o755)
    assert [line.split()[:2] for line in lines[1:4]] == [
        ["runs/a-1", "finished"],
        ["runs/a-2", "damaged"],
        ["runs/a-10", "damaged"],
    ]
    assert "config.json: Permission denied" in lines[2]
