"""`Trainer(ranks=world())` in a program of one's own: the same bits, started by mpiexec or not."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """\
import hashlib, sys
import numpy as np
from minnet_core import Module, Sequential, criterions, hookimpl, layers, optimizers
from minnet_mpi import world
from minnet_train import EarlyStopping, ExponentialMovingAverage, Samples, Trainer, schedules
from minnet_train.augmentations import Noise
from minnet_train.metrics import Accuracy, ConfusionMatrix

ranks = world()

def data(rows, dtype, weights=False):
    rng = np.random.default_rng(5)
    inputs = rng.standard_normal((rows, 6)).astype(dtype)
    targets = np.eye(3, dtype=dtype)[np.argmax(inputs[:, :3], axis=1)]
    return Samples(inputs, targets, weights=rng.uniform(0, 2, rows) if weights else None)

class Stop:
    @hookimpl
    def minnet_step_end(self, trainer):
        if trainer.step == 5 and trainer.ranks.rank == trainer.ranks.size - 1:
            trainer.stop()  # on one of them alone

class Looking:
    @hookimpl
    def minnet_step_end(self, trainer):
        if trainer.ranks.rank == 0:
            np.random.normal(size=trainer.step)  # on one of them alone

class Drawing(Module):
    # As in a notebook: it draws from the generator of all, in evaluation mode too.
    def updateOutput(self, input):
        self.factor = np.float32(np.random.normal(1, 0.1))
        self.output = input * self.factor
        return self.output
    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.factor
        return self.gradInput

class Twice:
    @hookimpl
    def minnet_gradients_ready(self, gradients):
        gradients *= 2

def model(dtype, seed, *inner):
    rng = np.random.default_rng(seed)
    return Sequential(
        layers["Linear"](6, 40, rng=rng), layers["BatchNormalization"](0.9), layers["ReLU"](), *inner,
        layers["Dropout"](0.3, rng=rng), layers["Linear"](40, 3, rng=rng), layers["LogSoftMax"](),
    ).astype(dtype)

def trained(name, dtype=np.float32, rows=203, batch=32, optimizer="Adam", seed=0, fit=2, inner=(), **options):
    # Each begins with other weights: those of the first hold.
    its = model(dtype, seed + ranks.rank, *inner)
    if options.pop("average", False):
        options["average"] = ExponentialMovingAverage(its, 0.9)
    trainer = Trainer(its, criterions["ClassNLLCriterion"](), optimizers[optimizer](its, lr=0.01), ranks=ranks,
                      metrics=[Accuracy(), ConfusionMatrix()], **options)
    training, validation = data(rows, dtype, name == "weighted"), data(57, dtype)
    for epochs in range(1, fit + 1):
        trainer.fit(training, validation, epochs=epochs, batch_size=batch, rng=1, progress=False)
    hashed = hashlib.sha256(its.flattenParameters()[0].tobytes())
    hashed.update(its[1].moving_mean.tobytes() + its[1].moving_variance.tobytes())
    without_times = lambda report: {key: value for key, value in report.items() if "second" not in key}
    reports = [without_times(report.as_dict()) for report in trainer.history]
    told = (name, hashed.hexdigest(), trainer.step, trainer.stopped, repr(reports))
    assert ranks.gather(told) == [told] * ranks.size
    if ranks.rank == 0:
        print(*told, flush=True)

trained("plain")
trained("float64, small batches", np.float64, rows=31, batch=5, shards=5)
trained("weighted", rows=97)
trained("modules", compile=False)
trained("with everything", rows=150, augmentations=[Noise(0.1)], clip_norm=0.1, accumulate=2, average=True,
        schedule=schedules["WarmUp"](3), callbacks=[Twice()],
        early_stopping=EarlyStopping(patience=1, restore_best=True))
trained("four shards", shards=4)
trained("as many as rows", rows=16, batch=16, shards=64)
np.random.seed(ranks.rank)
for statistics in ("shard", "batch"):
    trained("drawing " + statistics, batch_statistics=statistics, inner=[Drawing()], callbacks=[Looking()])
trained("LBFGS", rows=64, batch=64, optimizer="LBFGS")
"""

STOPPED = PROGRAM.partition('trained("plain")')[0] + 'trained("stopped", callbacks=[Stop()], fit=1)\n'


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("alone")
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=folder, check=True, capture_output=True, text=True)
    assert len(done.stdout.splitlines()) == 10
    return done.stdout


@pytest.mark.parametrize("ranks", [2, 4])
def test_weights_statistics_and_reports_have_the_same_bits(mpi, alone, ranks):
    done = mpi.python(ranks, PROGRAM)
    assert done.code == 0, done.errors
    assert done.output == alone


def test_one_rank_that_stops_stops_all_at_the_same_step(mpi):
    done = mpi.python(3, STOPPED)
    assert done.code == 0, done.errors
    assert "stopped after step" in done.output
