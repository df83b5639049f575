"""Training on rows that stay in several files, from the experiment to predictions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from click.testing import CliRunner

from minnet_core import hookimpl
from minnet_train import Run, RunError, Session, Trainer, read_experiment
from minnet_train.commands.evaluate import evaluate
from minnet_train.commands.predict import predict
from minnet_train.commands.train import train
from minnet_train.data import StoredRows
from minnet_train.training.block_order import BlockOrder

EXPERIMENT = """\
seed = 3
epochs = 3
batch_size = 8
output = "model.safetensors"
checkpoint_every = 5
model = [
    {{ class = "Linear", n_in = 3, n_out = 4 }},
    {{ class = "Tanh" }},
    {{ class = "Dropout", p = 0.1 }},
    {{ class = "Linear", n_in = 4, n_out = 2 }},
    {{ class = "LogSoftMax" }},
]
criterion = {{ class = "ClassNLLCriterion" }}
optimizer = {{ class = "Adam", lr = 1e-2 }}

[data]
source = {source}
standardize = true
class_weights = "balanced"
{more}
"""

ROWS, GROUP = 240, 20


@pytest.fixture
def files(tmp_path, monkeypatch):
    """The same rows as three NPY files and as three Parquet files, and as one each."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    features = rng.normal(2.0, 3.0, size=(ROWS, 3))
    targets = (features[:, 0] * features[:, 1] > 4).astype(np.int64)
    for index in range(3):
        part = slice(80 * index, 80 * (index + 1))
        np.save(f"part-{index}.npy", features[part])
        np.save(f"part-{index}_targets.npy", targets[part])
    np.save("whole.npy", features)
    np.save("whole_targets.npy", targets)
    return features, targets


@pytest.fixture
def tables(files):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    features, targets = files
    table = pyarrow.table({"a": features[:, 0], "b": features[:, 1], "c": features[:, 2], "k": targets})
    for index in range(3):
        parquet.write_table(table.slice(80 * index, 80), f"part-{index}.parquet", row_group_size=GROUP)
    return files


def experiment(source, more="", name="experiment.toml"):
    Path(name).write_text(EXPERIMENT.format(source=source, more=more))
    return read_experiment(name)


def weights(run):
    return {name: array.tolist() for name, array in run.model.namedParameters().items()}


def trained(source, more=""):
    run = Run.prepare(experiment(source, more))
    reports = [{**report.as_dict(), "seconds": 0, "samples_per_second": 0} for report in run.epochs()]
    return weights(run), reports


PARQUET = '{{ class = "Parquet", path = "part-*.parquet", in_memory = {} }}'


def test_where_rows_are_changes_no_bit(tables):
    block = f"shuffle_block = {GROUP}"
    expected = trained(PARQUET.format("true"), block)
    assert trained(PARQUET.format("false"), block) == expected
    assert trained('"part-*.npy"', block) == expected
    assert trained('"whole.npy"', block) == expected
    assert trained('"whole.npy"', "shuffle_block = 40") != expected


def test_without_blocks_the_order_is_the_one_of_all_rows(tables):
    expected = trained('"whole.npy"')
    assert trained('"part-*.npy"') == trained('"part-*.npy"', "shuffle_block = 0") == expected
    assert trained(PARQUET.format("false"), "shuffle_block = 0") == expected


class Stop:
    """Stops a training after a step."""

    def __init__(self, step):
        self.step = step

    @hookimpl
    def minnet_step_end(self, trainer: Trainer):
        if trainer.step == self.step:
            trainer.stop()


@pytest.mark.parametrize("source", [PARQUET.format("false"), '"part-*.npy"'])
@pytest.mark.parametrize("step", [5, 12, 22])
def test_a_run_that_is_stopped_in_the_middle_of_an_epoch_ends_as_one_that_is_not(tables, source, step):
    chosen = experiment(source, f"shuffle_block = {GROUP}")
    run = Run.prepare(chosen)
    assert isinstance(run.dataset.features, StoredRows)
    list(run.epochs())
    expected = weights(run)
    stopped = Run.prepare(chosen)
    stopped.trainer.callbacks.append(Stop(step))
    with Session.begin(stopped, "run") as session:
        list(session.epochs())
        session.keep()
        assert isinstance(stopped.trainer.shuffler.permutation(len(stopped.training)), BlockOrder)
    with Session.resume("run") as session:
        assert session.resumed_at == step
        list(session.epochs())
        assert weights(session.run) == expected


def test_a_run_does_not_go_on_with_parts_that_have_changed(files):
    with Session.begin(Run.prepare(experiment('"part-*.npy"')), "run") as session:
        next(session.epochs())
    np.save("part-1.npy", np.zeros((80, 3)))
    message = r"expected the data that the run was begun with, received part-\*.npy"
    with pytest.raises(RunError, match=message), Session.resume("run"):
        pass


def test_a_part_that_changes_between_epochs_ends_the_training(tables):
    chosen = evolve(experiment(PARQUET.format("false"), f"shuffle_block = {GROUP}"), epochs=20)
    Path("experiment.toml").write_text(Path("experiment.toml").read_text().replace("epochs = 3", "epochs = 20"))
    run = Run.prepare(chosen)
    epochs = run.epochs()
    next(epochs)
    run.dataset.features.kept.forget()  # what is kept in memory is not read again
    Path("part-1.parquet").touch()
    with pytest.raises(ValueError, match="part-1.parquet: expected the file as it was when it was opened"):
        next(epochs)


def run_command(command, *arguments):
    result = CliRunner().invoke(command, [*arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


@pytest.mark.parametrize("suffix", ["npy", "parquet"])
def test_commands_take_a_pattern(tables, suffix):
    experiment(f'"part-*.{suffix}"', "shuffle_block = 20" + ('\ntarget = "k"' if suffix == "parquet" else ""))
    run_command(train, "experiment.toml")
    told = run_command(evaluate, "model.safetensors", "--split", "all", "--json").stdout
    assert '"samples": 240' in told
    run_command(predict, "model.safetensors", f"part-*.{suffix}", "-o", "all.csv")
    run_command(predict, "model.safetensors", f"part-1.{suffix}", "-o", "one.csv")
    everything, second = Path("all.csv").read_text().split("\n"), Path("one.csv").read_text().split("\n")
    assert len(everything) == 242
    assert everything[81:161] == second[1:81]
    result = CliRunner().invoke(evaluate, ["model.safetensors", "--split", "all", "--data", f"part-[01].{suffix}"])
    assert "160" in result.output, result.output
    result = CliRunner().invoke(predict, ["model.safetensors", f"other-*.{suffix}"])
    assert f"other-*.{suffix}: expected files whose names have this form, received none" in str(result.exception)
