"""How many threads multiply the matrices of a training, and for how long."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner
from threadpoolctl import ThreadpoolController

from minnet_core import Module, Sequential, hookimpl
from minnet_core.compilation import CompiledForward
from minnet_criterions import ClassNLLCriterion
from minnet_layers import Linear, LogSoftMax
from minnet_optimizers import SGD
from minnet_train import Run, Samples, Session, Trainer, read_experiment
from minnet_train.commands.evaluate import evaluate
from minnet_train.commands.predict import predict
from minnet_train.commands.train import train
from minnet_train.errors import CallbackError
from minnet_train.training import VARIABLES, Threads
from minnet_train.training.threads import WORTH_THREADS, current

BLAS = ThreadpoolController().select(user_api="blas")

pytestmark = pytest.mark.skipif(not BLAS.lib_controllers, reason="threadpoolctl does not know what multiplies here")


@pytest.fixture(autouse=True)
def two_threads(monkeypatch):
    """Let two threads multiply, as if the user had said nothing and there were two processors."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    with BLAS.limit(limits=2):
        assert current() == 2
        yield


class Watch:
    """Notes how many threads multiply after each step, and how many at the end of each epoch."""

    def __init__(self):
        self.steps, self.ends = [], []

    @hookimpl
    def minnet_step_end(self, trainer):
        self.steps.append(current())

    @hookimpl
    def minnet_epoch_end(self, trainer):
        self.ends.append(current())


class Failing:
    @hookimpl
    def minnet_step_end(self, trainer):
        raise ZeroDivisionError


def samples(columns=4):
    inputs = np.random.default_rng(0).normal(size=(20, columns)).astype(np.float32)
    return Samples.of_arrays(inputs, inputs[:, 0] > 0)


def trainer(*callbacks, columns=4, **options):
    model = Sequential(Linear(columns, 2, rng=0), LogSoftMax())
    return Trainer(model, ClassNLLCriterion(), SGD(model, lr=0.1), callbacks=callbacks, **options)


def test_small_products_are_of_one_thread_while_an_epoch_lasts():
    watch = Watch()
    trained = trainer(watch)
    for _ in trained.epochs(samples(), epochs=2, batch_size=10, rng=0):
        assert current() == 2
    assert watch.steps == [1] * 4
    assert watch.ends == [2, 2]
    assert trained.threads == Threads(1, "as its products are small, 80 multiplications at most")


def test_somebody_may_choose_another_number():
    watch = Watch()
    trainer(watch, threads=3).fit(samples(), epochs=1, rng=0)
    assert watch.steps == [3]
    assert current() == 2


@pytest.mark.parametrize("name", VARIABLES)
def test_the_users_variables_win(name, monkeypatch):
    monkeypatch.setenv(name, "2")
    watch = Watch()
    trained = trainer(watch)
    trained.fit(samples(), epochs=1, rng=0)
    assert watch.steps == [2]
    assert str(trained.threads) == f"2, by {name}"


def test_an_error_leaves_as_many_as_there_were():
    with pytest.raises(CallbackError):
        trainer(Failing(), threads=1).fit(samples(), epochs=1, rng=0)
    assert current() == 2


def test_a_training_that_is_given_up_leaves_as_many_as_there_were():
    next(trainer(threads=1).epochs(samples(), epochs=5, rng=0))
    assert current() == 2


def test_a_training_within_a_training_leaves_as_many_as_there_were():
    with Threads(1).limit():
        with Threads(3).limit():
            assert current() == 3
        first, second = Threads(1).limit(), Threads(3).limit()
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)  # of two threads of a program, either may end first
        second.__exit__(None, None, None)
    assert current() == 2


@pytest.mark.parametrize("threads", [0, -1, 1.0, True, "2"])
def test_what_is_no_number_of_threads_is_refused(threads):
    with pytest.raises(ValueError, match="threads: expected a whole number of at least 1 or None, received"):
        trainer(threads=threads)


class Matrix(Module):
    """Pretends to be large."""

    PARAMETERS = {"W": "gradW"}

    def __init__(self, *shape):
        super().__init__()
        self.W = np.broadcast_to(np.float32(0), shape)
        self.gradW = self.W


@pytest.mark.parametrize(
    ("shape", "rows", "columns", "expected"),
    [
        ((1024, 1024), 1024, 1, 2),
        ((1024, 1023), 1024, 1, 1),
        ((1024 * 1024,), 1024, 1, 1),  # a bias is no matrix
        ((32, 16, 2, 2), 512, 1024, 2),
        ((32, 16, 2, 2), 512, 1023, 1),
    ],
)
def test_the_largest_product_decides(shape, rows, columns, expected):
    assert WORTH_THREADS == 1024**3
    assert Threads.chosen(Sequential(Linear(2, 2), Matrix(*shape)), rows, columns).count == expected


SMALL = """
epochs = 2
model = [{ class = "Linear", n_in = 2, n_out = 2 }, { class = "LogSoftMax" }]
criterion = { class = "ClassNLLCriterion" }
optimizer = { class = "SGD", lr = 0.1 }
data = { source = { class = "TwoMoons", n = 40 } }
"""


@pytest.fixture(autouse=True)
def small(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.toml").write_text(SMALL)


def begun(path, **options):
    run = Run.prepare(read_experiment("small.toml"), **options)
    with Session.begin(run, path) as session:
        next(session.epochs())


def test_a_run_goes_on_with_the_threads_that_it_was_begun_with(tmp_path, monkeypatch):
    begun(tmp_path / "run", threads=3)
    assert json.loads((tmp_path / "run/config.json").read_text())["threads"] == 3
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    watch = Watch()
    with Session.resume(tmp_path / "run", callbacks=[watch]) as session:
        next(session.epochs())
        assert session.warnings == ()
        assert str(session.run.threads) == "3, as the run was begun with"
    assert set(watch.steps) == {3}


def test_a_run_of_before_threads_were_recorded_is_warned_of_the_variables(tmp_path, monkeypatch):
    begun(tmp_path / "run")
    for name in ("config", "versions"):
        path = tmp_path / f"run/{name}.json"
        text = json.loads(path.read_text())
        (text if name == "config" else text[0]).pop("threads" if name == "config" else "blas_threads")
        path.write_text(json.dumps(text))
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    with Session.resume(tmp_path / "run") as session:
        assert session.warnings == (
            "results may differ from an uninterrupted run: OPENBLAS_NUM_THREADS was not set, is 2",
        )


@pytest.mark.parametrize("threads", ["many", 1.5, True, -1, 10**6])
def test_a_run_with_no_number_of_threads_is_refused(tmp_path, threads):
    begun(tmp_path / "run")
    path = tmp_path / "run/config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "threads": threads}))
    outcome = CliRunner().invoke(train, ["--resume", str(tmp_path / "run")])
    assert outcome.exit_code == 1
    assert "expected a number of threads" in str(outcome.exception)


def test_commands_say_and_take_the_number(monkeypatch):
    counts = []

    def watch(cls, name):
        inner = getattr(cls, name)

        def watched(self, input):
            counts.append(current())
            return inner(self, input)

        monkeypatch.setattr(cls, name, watched)

    watch(Linear, "updateOutput")
    watch(CompiledForward, "forward")

    def run(command, *arguments):
        counts.clear()
        outcome = CliRunner().invoke(command, arguments, catch_exceptions=False)
        assert outcome.exit_code == 0, outcome.output
        return outcome.output

    assert "threads     1, as its products are small, 128 multiplications at most\n" in run(train, "small.toml")
    assert 1 in counts
    assert "threads     3\n" in run(train, "small.toml", "--threads", "3", "--no-run")
    assert 3 in counts
    run(evaluate, "model.safetensors", "--threads", "3")
    assert 3 in counts
    run(evaluate, "model.safetensors")
    assert 1 in counts
    np.save("rows.npy", np.zeros((3, 2)))
    run(predict, "model.safetensors", "rows.npy", "--threads", "3")
    assert set(counts) == {3}
    run(predict, "model.safetensors", "rows.npy")
    assert set(counts) == {1}
    assert current() == 2


def test_resume_takes_no_other_number(tmp_path):
    begun(tmp_path / "run")
    outcome = CliRunner().invoke(train, ["--resume", str(tmp_path / "run"), "--threads", "2"])
    assert outcome.exit_code == 2
    assert "received --threads" in outcome.output
