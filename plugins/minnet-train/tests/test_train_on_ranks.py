"""``minnet train`` on several ranks: the first reads, reports and writes, and a run goes on with any number of them."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import threading
import time
from pathlib import Path

import click
import numpy as np
import pytest
from attrs import evolve
from click.testing import CliRunner

from minnet_core import hookimpl, load
from minnet_core.cli import main
from minnet_core.plugins import plugin_host
from minnet_test_support.thread_ranks import ThreadRanks, together
from minnet_train import DivergenceError, ExperimentError, ExperimentFile, RanksError, RunDirectory
from minnet_train.commands.following import follow
from minnet_train.errors import FirstRankError
from minnet_train.experiment import unstructure_experiment
from minnet_train.ranks import ranks_of_this_process
from minnet_train.runs import Run
from minnet_train.training import Interruption


class Answering:
    """A plugin by which this process is one of several ranks."""

    def __init__(self, ranks) -> None:
        self.ranks = ranks

    @hookimpl
    def minnet_ranks(self):
        if isinstance(self.ranks, Exception):
            raise self.ranks
        return self.ranks


@contextlib.contextmanager
def answering(ranks):
    plugin = Answering(ranks)
    plugin_host().manager.register(plugin)
    try:
        yield
    finally:
        plugin_host().manager.unregister(plugin)


def invoke(*arguments):
    return CliRunner().invoke(main, ["train", *arguments])


def train_on(size: int, *arguments):
    """Run the command on the first of so many ranks, the others of which follow; returns what became of each."""

    def work(ranks: ThreadRanks):
        if ranks.rank == 0:
            with answering(ranks):
                done = invoke(*arguments)
            assert "Traceback" not in done.output
            return done
        try:
            follow(ranks, Interruption())
        except click.exceptions.Exit as ending:
            return ending.exit_code
        except DivergenceError as error:
            return str(error)
        return 0

    return together(size, work)


def arrays(path) -> dict[str, np.ndarray]:
    model = load(path, prepared=True)
    return {**dict(model.namedParameters()), **dict(model.namedBuffers())}


@pytest.fixture
def experiment(folder: Path) -> Path:
    """An experiment with everything that draws, counts or averages."""
    text = (folder / "small.toml").read_text()
    text = text.replace(
        '{ class = "Linear", n_in = 2, n_out = 3 },',
        '{ class = "Linear", n_in = 2, n_out = 8 }, { class = "BatchNormalization" }, { class = "Dropout", p = 0.2 },'
        '{ class = "ReLU" }, { class = "Linear", n_in = 8, n_out = 3 },',
    )
    (folder / "small.toml").write_text(text.replace("epochs = 2", "epochs = 4\nshards = 4\ncheckpoint_every = 2"))
    return folder


def test_a_run_ends_with_the_same_bits_on_any_number_of_ranks(experiment):
    found = []
    for size in (1, 2, 3):
        first, *others = train_on(size, "small.toml", "--run", f"run-{size}")
        assert first.exit_code == 0, first.output
        assert others == [0] * (size - 1)
        assert first.output.count("The model is in small.safetensors") == 1
        assert f"4 of each batch, {'one after another' if size == 1 else f'by {size} ranks'}" in first.output
        found.append(arrays(f"run-{size}/model.safetensors"))
    for each in found[1:]:
        np.testing.assert_equal(each, found[0])


def test_a_run_that_was_begun_on_two_ranks_goes_on_with_three_or_alone(experiment):
    whole, _ = train_on(2, "small.toml", "--run", "whole")
    assert whole.exit_code == 0, whole.output
    begun, _ = train_on(2, "small.toml", "--run", "begun", "--epochs", "2", "--force")
    assert begun.exit_code == 0, begun.output
    for size in (1, 3):
        shutil.copytree("begun", f"begun-{size}")
        resumed, *others = train_on(size, "--resume", f"begun-{size}", "--epochs", "4")
        assert resumed.exit_code == 0, resumed.output
        assert others == [0] * (size - 1)
        np.testing.assert_equal(arrays(f"begun-{size}/model.safetensors"), arrays("whole/model.safetensors"))
    alone = invoke("--resume", "begun", "--epochs", "4")  # without any plugin
    assert alone.exit_code == 0, alone.output
    np.testing.assert_equal(arrays("begun/model.safetensors"), arrays("whole/model.safetensors"))


def test_ranks_have_eight_shards_if_the_experiment_says_nothing_and_one_rank_too(folder):
    for size in (1, 2):
        first, *_ = train_on(size, "small.toml", "--run", f"run-{size}")
        assert first.exit_code == 0, first.output
        assert RunDirectory.open(f"run-{size}").config.experiment.shards == 8
    np.testing.assert_equal(arrays("run-1/model.safetensors"), arrays("run-2/model.safetensors"))


def test_a_run_of_whole_batches_goes_on_with_one_rank_only(folder):
    assert invoke("small.toml", "--run", "whole").exit_code == 0
    assert RunDirectory.open("whole").config.experiment.shards is None
    one, two = train_on(1, "--resume", "whole", "--epochs", "3")[0], train_on(2, "--resume", "whole", "--epochs", "4")
    assert one.exit_code == 0, one.output
    assert two[0].exit_code == 1
    assert "shards: expected a run that was begun with shards to go on with on 2 ranks" in two[0].output
    assert two[1] == 1


@pytest.mark.parametrize("arguments", [("--no-run",), ("--folds", "2", "--run", "folds")])
def test_folds_and_what_is_not_kept_work_too(experiment, arguments):
    found = []
    for size in (1, 3):
        first, *others = train_on(size, "small.toml", *arguments)
        assert first.exit_code == 0, first.output
        assert others == [0] * (size - 1)
        if "--folds" in arguments:
            found.append(json.loads(Path("folds/folds.json").read_text())["folds"])
            shutil.rmtree("folds")
        else:
            found.append(arrays("small.safetensors"))
    np.testing.assert_equal(found[0], found[1])


def test_ranks_go_on_from_a_model(experiment):
    assert invoke("small.toml", "--run", "before").exit_code == 0
    for size in (1, 2):
        first, *_ = train_on(
            size, "small.toml", "--from", "before/model.safetensors", "--run", f"after-{size}", "--force"
        )
        assert first.exit_code == 0, first.output
    np.testing.assert_equal(arrays("after-1/model.safetensors"), arrays("after-2/model.safetensors"))
    Path("before/model.safetensors").unlink()  # the run has a copy
    for size in (1, 2):
        first, *_ = train_on(size, "--resume", f"after-{3 - size}", "--epochs", "5")
        assert first.exit_code == 0, first.output
    np.testing.assert_equal(arrays("after-1/model.safetensors"), arrays("after-2/model.safetensors"))


def test_a_model_tells_its_shards_and_an_experiment_without_says_nothing(experiment):
    assert invoke("small.toml", "--run", "run").exit_code == 0
    told = CliRunner().invoke(main, ["explain", "run/model.safetensors"])
    assert "batches of 8, 4 epochs at most, in 4 shards each" in " ".join(told.output.split())
    whole = evolve(ExperimentFile.read("small.toml").experiment(), shards=None)
    assert "shards" not in unstructure_experiment(whole)  # which an earlier version can run


@pytest.mark.parametrize(
    ("value", "message"),
    [("0", "expected an integer of at least 1, received 0"), ("true", "expected an integer, received True")],
)
def test_a_number_of_shards_that_makes_no_sense_is_refused(experiment, value, message):
    done = invoke("small.toml", "--set", f"shards={value}")
    assert done.exit_code == 1
    assert f"shards: {message}" in done.output


def test_statistics_of_the_whole_batch_are_recorded_and_go_on_with_any_number_of_ranks(experiment):
    statistics = ("--set", 'batch_statistics="batch"')
    whole, *_ = train_on(2, "small.toml", *statistics, "--run", "whole")
    assert whole.exit_code == 0, whole.output
    assert "4 of each batch, by 2 ranks; batch statistics of the whole batch" in whole.output
    assert RunDirectory.open("whole").config.experiment.batch_statistics == "batch"
    told = CliRunner().invoke(main, ["explain", "whole/model.safetensors"])
    assert "in 4 shards each with batch statistics of all" in " ".join(told.output.split())
    assert invoke("small.toml", *statistics, "--run", "begun", "--epochs", "2", "--force").exit_code == 0
    resumed, *others = train_on(3, "--resume", "begun", "--epochs", "4")
    assert (resumed.exit_code, others) == (0, [0, 0]), resumed.output
    np.testing.assert_equal(arrays("begun/model.safetensors"), arrays("whole/model.safetensors"))
    assert invoke("small.toml", "--run", "shards", "--force").exit_code == 0
    assert not np.array_equal(arrays("shards/model.safetensors")["0.W"], arrays("whole/model.safetensors")["0.W"])
    assert "batch_statistics" not in unstructure_experiment(RunDirectory.open("shards").config.experiment)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["batch_statistics='all'"], "batch_statistics: expected 'shard' or 'batch', received 'all'"),
        (
            ["batch_statistics='batch'", "accumulate=2"],
            "batch_statistics: expected 'shard' where the shards of a step are of several batches, accumulate = 2, "
            "received 'batch'; a larger batch_size is",
        ),
    ],
)
def test_batch_statistics_that_make_no_sense_are_refused(experiment, settings, message):
    done = invoke("small.toml", *(part for each in settings for part in ("--set", each)))
    assert done.exit_code == 1
    assert message in " ".join(done.output.split())
    if len(settings) == 2:  # of whole batches they are those of each anyway
        text = Path("small.toml").read_text()
        Path("small.toml").write_text(text.replace("shards = 4\n", ""))
        done = invoke("small.toml", *(part for each in settings for part in ("--set", each)))
        assert done.exit_code == 0, done.output


def test_a_mistake_in_the_experiment_is_told_once_and_ends_all(experiment, edit):
    edit("n_in = 8", "n_in = 9")
    first, *others = train_on(3, "small.toml", "--run", "run")
    assert (first.exit_code, others) == (1, [1, 1])
    assert first.output.count("small.toml, line 8: model[4]: Linear 9 -> 3: expected input (batch, 9)") == 1
    first, *others = train_on(2, "small.toml", "--set", "epocs=3")
    assert (first.exit_code, others) == (1, [1])
    first, *others = train_on(2, "--resume", "nowhere")
    assert (first.exit_code, others) == (1, [1])


def test_what_rank_0_cannot_write_to_ends_all_before_they_train(experiment):
    assert train_on(2, "small.toml", "--run", "run")[0].exit_code == 0
    for arguments, told in (
        (("small.toml", "--run", "run"), "which is the model of another run"),
        (("small.toml", "--run", "run", "--force"), "expected a new or empty folder, received a run"),
        (("small.toml", "--run", "other", "-o", "no/such/folder"), "expected a file that can be written"),
    ):
        first, other = train_on(2, *arguments, "--epochs", "3")
        assert (first.exit_code, other) == (1, 1)
        assert told in first.output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--epoch", "3"), 2),
        (("no.toml",), 2),
        (("small.toml", "--run", "run", "--no-run"), 2),
        (("small.toml", "--freeze", "0"), 2),
        (("small.toml", "--set", "epochs"), 1),
        (("--help",), 0),
    ],
)
def test_rank_0_alone_reads_the_command_line_and_all_end_with_its_exit_code(folder, arguments, code):
    first, *others = train_on(3, *arguments)
    assert (first.exit_code, *others) == (code, code, code), first.output
    assert not Path("run").exists()


def test_a_loss_that_diverges_is_told_once_and_ends_all(experiment, edit):
    edit('"Adam", lr = 1e-2', '"SGD", lr = 1e30')
    first, *others = train_on(3, "small.toml", "--run", "run")
    assert first.exit_code == 1
    assert others[0] == others[1]  # all raise it, and whoever ends them together has one tell it
    assert f"Error: {others[0]}\n" in first.output
    assert first.output.count("expected a finite loss") + first.output.count("expected finite parameters") == 1


def test_a_signal_that_reaches_one_rank_ends_all_and_the_run_goes_on(experiment):
    def interrupt(interruption: Interruption) -> None:
        while not (interruption.stop and list(Path("stopped/checkpoints").glob("*.safetensors"))):
            time.sleep(0.001)
        interruption.received = signal.SIGTERM
        interruption.stop()

    def work(ranks: ThreadRanks):
        if ranks.rank == 0:
            with answering(ranks):
                return invoke("small.toml", "--run", "stopped", "--epochs", "500")
        interruption = Interruption()
        thread = threading.Thread(target=interrupt, args=(interruption,), daemon=True)
        if ranks.rank == 1:
            thread.start()
        with pytest.raises(click.exceptions.Exit) as ending:
            follow(ranks, interruption)
        return ending.value.exit_code

    first, *others = together(3, work)
    assert first.exit_code == 143, first.output
    assert others == [143, 143]
    assert "which is saved" in first.output
    journal = RunDirectory.open("stopped").journal.path
    epoch = (len(journal.read_text().splitlines()) if journal.exists() else 0) + 2
    whole, _ = train_on(2, "small.toml", "--run", "whole", "--epochs", str(epoch), "--force")
    resumed = invoke("--resume", "stopped", "--epochs", str(epoch))
    assert (whole.exit_code, resumed.exit_code) == (0, 0), resumed.output
    np.testing.assert_equal(arrays("stopped/model.safetensors"), arrays("whole/model.safetensors"))


def test_more_ranks_than_shards_are_refused(experiment):
    first, second, *_ = train_on(5, "small.toml", "--run", "run")
    assert (first.exit_code, second) == (1, 1)
    assert "shards: expected at least one for each of the 5 ranks, received 4" in first.output


def prepared(ranks: ThreadRanks, name="small.toml"):
    return Run.follow(ranks) if ranks.rank else Run.prepare(ExperimentFile.read(name).experiment(), ranks=ranks)


def test_other_data_on_another_rank_are_refused(experiment, monkeypatch):
    before = Run._prepared

    def with_other_data(order, ranks, *others):
        if ranks.rank == 2:
            data = evolve(order.experiment.data, source="others.csv")
            order = evolve(order, experiment=evolve(order.experiment, data=data))
        return before(order, ranks, *others)

    rows = Path("flowers.csv").read_text().splitlines(keepends=True)
    Path("others.csv").write_text("".join([*rows[:-1], "9,9,setosa\n"]))
    monkeypatch.setattr(Run, "_prepared", with_other_data)
    with pytest.raises(
        RanksError, match=r"^rank 2 of 3: expected the same data as on rank 0, fingerprint .*, received"
    ):
        together(3, prepared)


@pytest.mark.parametrize(("rank", "error"), [(0, ExperimentError), (1, RanksError)])
def test_a_rank_that_cannot_prepare_the_run_ends_all(experiment, monkeypatch, rank, error):
    before, seen = Run._prepared, []

    def failing(order, ranks, *others):
        if ranks.rank == rank:
            raise ExperimentError("no such file")
        return before(order, ranks, *others)

    def work(ranks):
        try:
            prepared(ranks)
        except RanksError as error:
            seen.append((ranks.rank, type(error), str(error)))
            raise

    monkeypatch.setattr(Run, "_prepared", failing)
    with pytest.raises(error, match="no such file"):
        together(2, work)
    if rank == 0:
        assert seen == [(1, FirstRankError, "ExperimentError: no such file")]
    else:
        assert sorted(seen) == [(each, RanksError, "rank 1 of 2: ExperimentError: no such file") for each in (0, 1)]


def test_hook_minnet_ranks():
    assert ranks_of_this_process() is None
    ranks = object()
    with answering(None):
        assert ranks_of_this_process() is None
        with answering(ranks):
            assert ranks_of_this_process() is ranks


def test_a_plugin_that_cannot_tell_the_ranks_is_no_reason_to_train_alone(folder):
    with answering(OSError("no MPI")), pytest.raises(RanksError, match="failed in minnet_ranks: OSError: no MPI"):
        ranks_of_this_process()
    with answering(RanksError("install MPI")):
        done = invoke("small.toml", "--no-run")
    assert done.exit_code == 1
    assert "install MPI" in done.output
