"""``minnet sweep best``: the experiment of a trial, to be trained from wherever it is written."""

import os
import tomllib

import numpy as np

from minnet_sweep import Worker
from minnet_test_support.processes import run_minnet
from minnet_train import Run, read_experiment

GRID = """\
experiment = "base.toml"
metric = "validation_accuracy"
sampler = "grid"
workers = 2

[space]
"model[1]" = [{ class = "ReLU" }, { class = "Tanh" }]
"optimizer.lr" = { low = 0.001, high = 0.1, log = true, points = 3 }
"""


def test_the_best_experiment_is_the_base_with_its_comments_and_trains(place):
    finished = place.begin(GRID)
    Worker(finished).work()
    said = place.call("best", "tried", "-o", "best.toml")
    best = finished.study().best()
    assert f"trial {best.number} is in best.toml" in said
    assert said.endswith("\n  minnet train best.toml\n")
    text = (place.path / "best.toml").read_text()
    assert text.startswith(f"# Trial {best.number} of the sweep tried: validation_accuracy")
    assert "# Two moons.\n" in text
    assert "# this one may be another" in text
    data, base = tomllib.loads(text), tomllib.loads(place.BASE)
    assert data["optimizer"]["lr"] == best.values["optimizer.lr"]
    assert data["model"][1] == {"class": best.values["model[1]"]}
    data["optimizer"]["lr"], data["model"][1] = base["optimizer"]["lr"], base["model"][1]
    assert data == base, "nothing else is changed"
    done = run_minnet("train", "best.toml", "--run", "again")
    assert done.returncode == 0, done.stderr
    again = place.epochs(place.path / "again")
    assert again == place.epochs(finished.run(best.number, 0))
    assert again[-1]["validation_accuracy"] == best.value


def test_another_trial_can_be_asked_for_and_is_printed(place):
    study = place.begin(GRID).study()
    study.begin(4)
    study.values(4)
    trial = study.trial(4)
    text = place.call("best", "tried", "--trial", "4")
    assert tomllib.loads(text)["optimizer"]["lr"] == trial.values["optimizer.lr"]
    said = place.call("best", "tried", "--trial", "77", code=1)
    assert "expected the number of a trial that was begun, received 77" in said


def test_a_trial_without_a_result_is_written_as_one(place):
    study = place.begin(GRID).study()
    study.begin(0)
    study.values(0)
    text = place.call("best", "tried", "--trial", "0")
    assert text.startswith("# Trial 0 of the sweep tried: without a result.\n")
    assert tomllib.loads(text)["optimizer"]["lr"] == 0.001


def test_components_of_a_list_are_written_into_any_form_of_the_base(place):
    """A list of tables, for which TOML has headings, too, under which what follows it would stand."""
    criterion = 'criterion.class = "MultiCriterion"\ncriterion.criterions = [{ class = "ClassNLLCriterion" }]\n'
    criterion += "criterion.weights = [0.5]"
    folder = place.begin(
        'experiment = "base.toml"\nsampler = "grid"\nmetric = "validation_accuracy"\n[space]\n'
        '"criterion.criterions" = [[{ class = "FocalCriterion", gamma = 1.0 }]]\n',
        place.BASE.replace('criterion = { class = "ClassNLLCriterion" }', criterion),
    )
    study = folder.study()
    study.begin(0)
    study.values(0)
    written = tomllib.loads(place.call("best", "tried", "--trial", "0"))
    assert written["criterion"] == {
        "class": "MultiCriterion",
        "criterions": [{"class": "FocalCriterion", "gamma": 1.0}],
        "weights": [0.5],
    }
    assert written["optimizer"] == {"class": "Adam", "lr": 0.01}


def test_paths_of_data_are_right_wherever_the_experiment_is_written(place):
    rng = np.random.default_rng(0)
    features = rng.standard_normal((120, 2)).astype(np.float32)
    np.save("x.npy", features)
    np.save("y.npy", (features[:, 0] > 0).astype(int))
    source = '{ class = "Npy", path = "x.npy", targets = "y.npy" }'
    folder = place.begin(GRID, place.BASE.replace('{ class = "TwoMoons", n = 200 }', source))
    Worker(folder, most=1).work()
    (place.path / "far" / "away").mkdir(parents=True)
    up = os.path.join("..", "..", "")
    for name, before in (("far/away/best.toml", up), ("best.toml", "")):
        place.call("best", "tried", "-o", name)
        written = tomllib.loads((place.path / name).read_text())["data"]["source"]
        assert written == {"class": "Npy", "path": f"{before}x.npy", "targets": f"{before}y.npy"}
        experiment = read_experiment(place.path / name)
        assert os.path.realpath(experiment.data.source["path"]) == os.path.realpath("x.npy")


def test_files_and_data_of_the_trial_are_found_wherever_the_experiment_is_written(place):
    """The base names other data than the best trial, and a class of a file that no key `imports` has."""
    rng = np.random.default_rng(0)
    for name in ("x.npy", "z.npy"):
        np.save(name, rng.standard_normal((60, 2)).astype(np.float32))
    np.save("y.npy", rng.integers(0, 2, 60))
    for name in ("lib", "far"):
        (place.path / name).mkdir()
    (place.path / "lib" / "mine.py").write_text("from minnet_layers import ReLU\n\n\nclass Mine(ReLU):\n    pass\n")
    source = '{ class = "Npy", path = "x.npy", targets = "y.npy" }'
    folder = place.begin(
        'experiment = "base.toml"\nsampler = "grid"\n[space]\n"data.source.path" = ["z.npy"]\n'
        '"model[1]" = [{ class = "lib/mine.py:Mine" }]\n',
        place.BASE.replace('{ class = "TwoMoons", n = 200 }', source),
    )
    Worker(folder).work()
    place.call("best", "tried", "-o", "far/best.toml")
    written = tomllib.loads((place.path / "far" / "best.toml").read_text())
    up = os.path.join("..", "")
    assert written["data"]["source"] == {"class": "Npy", "path": f"{up}z.npy", "targets": f"{up}y.npy"}
    assert (written["imports"], written["model"][1]) == (
        [os.path.join("..", "lib", "mine.py")],
        {"class": "mine.py:Mine"},
    )
    run = Run.prepare(read_experiment(place.path / "far" / "best.toml"), threads=1)
    *_, last = run.epochs()
    assert last.as_dict()["validation_loss"] == folder.study().best().value


def test_the_best_experiment_is_not_written_over_its_base(place):
    study = place.begin().study()
    study.begin(0)
    study.values(0)
    study.end(0, "complete", 0.5)
    said = place.call("best", "tried", "-o", os.path.join(".", "base.toml"), code=1)
    assert "base.toml: expected another file than the base experiment, whose only copy it may be" in said
    assert (place.path / "base.toml").read_text() == place.BASE


def test_it_is_said_that_seeds_hold_out_different_samples(place):
    folder = place.begin(GRID.replace("workers = 2", "seeds = 2\ntrials = 1"))
    Worker(folder).work()
    assert "what is held out differs by seed" in place.call("best", "tried", "-o", "best.toml")
    assert "+-" in place.call("show", "tried")
