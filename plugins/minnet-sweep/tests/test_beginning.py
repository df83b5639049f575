"""What is tried before anything is trained, and what the folder of a sweep has then."""

import os
import shutil
from pathlib import Path

import pytest

from minnet_sweep import SweepError, SweepFolder
from minnet_sweep.study import Study
from minnet_sweep.trials import Beginning
from minnet_train import ExperimentError

HEAD = 'experiment = "base.toml"\ntrials = 2\n'
LR = '[space]\n"optimizer.lr" = [0.1, 0.2]\n'


def test_a_folder_is_made_and_opened_again(place):
    folder = place.begin()
    assert SweepFolder.open("tried") == SweepFolder(
        folder.path.relative_to(place.path), folder.sweep, folder.base, folder.most_epochs
    )
    assert (folder.sweep.metric, folder.sweep.direction, folder.most_epochs) == ("validation_loss", "min", 3)
    assert [trial.state for trial in folder.study().trials()] == ["waiting"] * 4
    assert sorted(path.name for path in place.path.iterdir()) == ["base.toml", "sweep.toml", "tried"]
    assert (folder.path / "sweep.toml").read_text() == (place.path / "sweep.toml").read_text()


@pytest.mark.parametrize(
    ("line", "metric", "direction"),
    [
        ("metric = 'validation_accuracy'", "validation_accuracy", "max"),
        ("metric = 'validation_loss'", "validation_loss", "min"),
        ("metric = 'loss'", "loss", "min"),
        ("metric = 'validation_accuracy'\ndirection = 'min'", "validation_accuracy", "min"),
    ],
)
def test_the_direction_is_that_of_the_metric_unless_it_is_said(place, line, metric, direction):
    sweep = place.begin(f"{HEAD}{line}\n{LR}").sweep
    assert (sweep.metric, sweep.direction) == (metric, direction)


def test_trials_are_compared_by_what_stops_the_experiment(place):
    base = place.write().with_name("base.toml").read_text()
    stopping = 'early_stopping = { metric = "validation_accuracy" }\n[data]'
    sweep = place.begin(base=base.replace("[data]", stopping)).sweep
    assert (sweep.metric, sweep.direction) == ("validation_accuracy", "max")


BAD = {
    "value of a choice": (
        HEAD + '[space]\n"model[0].n_out" = [8, 16]\n',
        "sweep.toml, line 4: space.model[0].n_out: 16 does not work: ",
    ),
    "end of a range": (
        HEAD + '[space]\n"optimizer.lr" = { low = -0.1, high = 0.1 }\n',
        "sweep.toml, line 4: space.optimizer.lr: -0.1 does not work: ",
    ),
    "key": (HEAD + '[space]\n"optimizer.rate" = [1, 2]\n', "space.optimizer.rate: 1 does not work: "),
    "option": (
        HEAD + '[space]\nsize = { options = { big = { "model[0].n_out" = 16 } } }\n',
        "space.size: big does not work: ",
    ),
    "value that keeps nothing to validate by": (
        HEAD + '[space]\n"data.validation_fraction" = [0.2, 0]\n',
        "space.data.validation_fraction: 0 does not work: expected samples to validate by, as the base experiment has",
    ),
    "value without the metric": (
        HEAD + "metric = 'validation_accuracy'\n[space]\nmetrics = [['Accuracy'], []]\n",
        "space.metrics: [] does not work: metric: expected a number of every report, one of loss, validation_loss",
    ),
    "metric": (HEAD + "metric = 'validation_f1'\n" + LR, "sweep.toml, line 3: metric: expected a number of every"),
    "nothing of a registry": (
        HEAD + '[space]\noptimizer = { registry = "optimizers", arguments = { slope = 1 } }\n',
        "sweep.toml, line 4: space.optimizer: expected at least one of optimizers that works in the experiment",
    ),
    "condition on what a registry has not": (
        HEAD + '[space]\noptimizer = { registry = "optimizers", only = ["SGD"] }\n'
        '"optimizer.momentum" = { choices = [0.1, 0.2], when = { optimizer = "Adam" } }\n',
        "space.optimizer.momentum.when.optimizer: expected one of SGD, received 'Adam'",
    ),
}


@pytest.mark.parametrize(("sweep", "message"), BAD.values(), ids=BAD)
def test_what_does_not_work_is_named_before_anything_is_trained(place, sweep, message):
    with pytest.raises(ExperimentError) as caught:
        place.begin(sweep)
    assert message in str(caught.value)
    assert sorted(path.name for path in place.path.iterdir()) == ["base.toml", "sweep.toml"]


def test_a_base_that_does_not_work_is_named_with_its_line(place):
    base = (place.write().parent / "base.toml").read_text().replace('"ReLU"', '"RaLU"')
    with pytest.raises(ExperimentError, match="base.toml, line 7: model.1..class: .*did you mean 'ReLU'"):
        place.begin(base=base)


def test_an_experiment_that_keeps_nothing_to_validate_by_is_refused(place):
    base = (place.write().parent / "base.toml").read_text() + "validation_fraction = 0\n"
    with pytest.raises(ExperimentError, match="line 1: experiment: expected an experiment with samples to validate by"):
        place.begin(base=base)


def test_of_a_registry_that_is_left_out_which_does_not_work(place):
    said = []
    folder = place.begin(
        HEAD + '[space]\noptimizer = { registry = "optimizers", arguments = { lr = 0.01 } }\n', tell=said.append
    )
    labels = folder.sweep.parameters[0].values()
    assert {"Adam", "SGD", "RMSprop"} <= {*labels}
    assert "LBFGS" not in labels, "it needs all samples in a step"
    assert "expected all" in folder.left_out["optimizer"]["LBFGS"]
    assert [line for line in said if line.startswith("optimizer: LBFGS is left out: batch_size: expected all")]
    assert SweepFolder.open(folder.path).left_out == folder.left_out


def test_linked_keys_and_options_and_conditions_work_together(place):
    folder = place.begin(
        HEAD
        + """sampler = "grid"
[space]
width = { choices = [4, 8], keys = ["model[0].n_out", "model[2].n_in"] }
optimizer = { choices = [{ class = "SGD", lr = 0.1 }, { class = "Adam" }] }
"optimizer.momentum" = { choices = [0.5, 0.9], when = { optimizer = "SGD(lr=0.1)" } }
"""
    )
    points = folder.study().optuna.get_trials()
    assert len(points) == 2, "of the six of the grid, as many as trials says"
    experiment = folder.experiment({"width": "4", "optimizer": "SGD(lr=0.1)", "optimizer.momentum": "0.9"}, seed=2)
    assert experiment.optimizer == {"class": "SGD", "lr": 0.1, "momentum": 0.9}
    assert (experiment.model[0]["n_out"], experiment.model[2]["n_in"], experiment.seed) == (4, 4, 3)


def test_a_folder_with_something_in_it_is_refused_and_left_alone(place):
    (place.path / "tried").mkdir()
    (place.path / "tried" / "mine.txt").write_text("mine")
    with pytest.raises(SweepError, match="expected a new or empty folder"):
        place.begin()
    assert (place.path / "tried" / "mine.txt").read_text() == "mine"
    assert sorted(path.name for path in place.path.iterdir()) == ["base.toml", "sweep.toml", "tried"]


def test_an_empty_folder_stays_the_one_that_it_is(place, monkeypatch):
    """It may be the current one, where a disk is mounted, or reached by a link."""
    (place.path / "empty").mkdir()
    (place.path / "link").symlink_to("empty")
    before = (place.path / "empty").stat().st_ino
    beginning = Beginning.read(place.write())
    monkeypatch.chdir("empty")
    folder = beginning.begun(Path())
    assert len(SweepFolder.open(folder.path).study().trials()) == 4
    assert sorted(os.listdir()) == ["journal.log", "sweep.json", "sweep.toml", "trials", "workers"]
    assert (place.path / "empty").stat().st_ino == before
    shutil.rmtree("trials")
    for name in os.listdir():
        os.remove(name) if os.path.isfile(name) else os.rmdir(name)
    assert SweepFolder.open(beginning.begun(place.path / "link").path).sweep.trials == 4
    assert (place.path / "link").is_symlink()


def test_who_is_too_late_in_an_empty_folder_leaves_nothing_in_it(place, monkeypatch):
    (place.path / "tried").mkdir()
    other = Path("tried", "sweep.json")
    create = Study.create
    monkeypatch.setattr(Study, "create", lambda *arguments: (other.write_text("another's"), create(*arguments)))
    with pytest.raises(SweepError, match="tried: expected a new or empty folder, received one with files in it"):
        place.begin()
    assert [each.name for each in Path("tried").iterdir()] == ["sweep.json"]
    assert other.read_text() == "another's"


def test_the_folder_of_a_sweep_is_no_place_for_another(place):
    place.begin()
    with pytest.raises(SweepError, match="received a sweep; minnet sweep run DIR goes on with it"):
        place.begin()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "expected the folder of a sweep, with a sweep.json, received another folder"),
        ("{", "sweep.json: expected a sweep: JSONDecodeError"),
        ('{"format": 99}', "expected format 1 or older, received format 99, which a newer minnet wrote"),
        ('{"format": 1}', "sweep.json: expected a sweep: KeyError: 'experiment'"),
    ],
)
def test_what_is_no_sweep_is_refused(tmp_path, content, message):
    if content is not None:
        (tmp_path / "sweep.json").write_text(content)
    with pytest.raises(SweepError, match=message):
        SweepFolder.open(tmp_path)


def test_a_sweep_without_its_journal_is_refused(place):
    folder = place.begin()
    (folder.path / "journal.log").unlink()
    with pytest.raises(SweepError, match="journal.log: expected the journal of a sweep, received nothing"):
        folder.study()


def test_of_two_sweeps_that_begin_at_a_time_each_has_a_folder(place, monkeypatch):
    from minnet_sweep.trials import Beginning, beginning

    names = iter(["sweeps/sweep-1", "sweeps/sweep-1", "sweeps/sweep-2"])  # which both of them found to be the next
    monkeypatch.setattr(beginning, "new_path", lambda name: place.path / next(names))
    folders = [Beginning.read(place.write()).begun(None) for _ in range(2)]
    assert [folder.path.name for folder in folders] == ["sweep-1", "sweep-2"]
    assert all(len(SweepFolder.open(folder.path).study().trials()) == 4 for folder in folders)


@pytest.mark.parametrize(
    ("line", "space", "caution"),
    [
        (
            "metric = 'accuracy'",
            "batch_size = [8]",
            "metric: accuracy is measured on the samples that are trained on, w",
        ),
        ("", "criterion = [{ class = 'ClassNLLCriterion' }, { class = 'FocalCriterion' }]", "in another way; compare"),
        ("", "'data.source.n' = [100, 200]", "validation_loss on other samples"),
        ("metric = 'validation_accuracy'", "criterion = [{ class = 'ClassNLLCriterion' }]", None),
        ("", "'optimizer.lr' = [0.1]", None),
    ],
)
def test_it_is_said_that_results_do_not_measure_the_same(place, line, space, caution):
    said = []
    place.begin(f"{HEAD}{line}\n[space]\n{space}\n", tell=said.append)
    assert [caution in each for each in said if "warning: " in each] == ([] if caution is None else [True])


def test_the_most_epochs_are_found_however_their_key_is_written(place):
    for key in ("epochs", " epochs "):
        space = f'[space]\nlength = {{ choices = [2, 9], keys = ["{key}"] }}\n'
        folder = Beginning.read(place.write(f"{HEAD}seeds = 2\n{space}")).begun(None)
        assert folder.most_epochs == 18


def test_a_sweep_that_was_moved_with_its_experiment_finds_what_that_names(place):
    import numpy as np

    np.savetxt("d.csv", np.random.default_rng(0).random((60, 3)).round(1), delimiter=",", header="a,b,t", comments="")
    base = place.BASE.replace('{ class = "TwoMoons", n = 200 }', '"d.csv"')
    for text in ("ClassNLLCriterion", "LogSoftMax"):
        base = base.replace(text, {"ClassNLLCriterion": "MSECriterion", "LogSoftMax": "Identity"}[text])
    base = base.replace("n_out = 2 }", "n_out = 1 }")
    place.begin(base=base)
    (place.path / "moved").mkdir()
    for name in ("base.toml", "d.csv", "tried"):
        (place.path / name).rename(place.path / "moved" / name)
    folder = SweepFolder.open("moved/tried")
    assert folder.experiment({"optimizer.lr": 0.1}).data.source == str(place.path / "moved" / "d.csv")
