"""The same seed gives the same weights, bit for bit, whatever looks on."""

from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console

from minnet_core import Sequential, criterions, hookimpl, layers, optimizers
from minnet_train import Samples, Trainer
from minnet_train.display.tensorboard import TensorBoard
from minnet_train.plots import Curves, draw_curves, draw_weights, first_weights, history_html, write_picture
from minnet_train.progress import PlainLines, RichProgress


class Plotter:
    """Draws everything after every epoch."""

    def __init__(self, folder) -> None:
        self.folder = folder

    @hookimpl
    def minnet_epoch_end(self, trainer, report) -> None:
        reports = [each.as_dict() for each in trainer.history]
        write_picture(draw_curves([Curves("run", reports)]), self.folder / "curves.png")
        write_picture(draw_weights(first_weights(trainer.model)[1]), self.folder / "weights.png")
        assert "<img" in history_html(reports)


def terminal() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, legacy_windows=False)


DISPLAYS = {
    "plain": lambda folder: PlainLines(io.StringIO()),
    "rich": lambda folder: RichProgress(terminal()),
    "eager": lambda folder: RichProgress(terminal(), clock=iter(range(10**6)).__next__),  # the bar moves in every step
    "tensorboard": lambda folder: TensorBoard(folder, histograms=True),
    "plotter": Plotter,
}


def weights(*callbacks: object) -> dict[str, bytes]:
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(60, 4)).astype(np.float32)
    samples = Samples(inputs, np.eye(3, dtype=np.float32)[rng.integers(0, 3, 60)])
    model = Sequential(
        layers["Linear"](4, 8, rng=1),
        layers["BatchNormalization"](),
        layers["ReLU"](),
        layers["Dropout"](0.5, rng=2),
        layers["Linear"](8, 3, rng=3),
        layers["LogSoftMax"](),
    )
    optimizer = optimizers["Adam"](model, lr=0.01)
    trainer = Trainer(model, criterions["ClassNLLCriterion"](), optimizer, callbacks=callbacks)
    trainer.fit(samples, samples, epochs=3, batch_size=16, rng=4)
    return {name: array.tobytes() for name, array in model.namedParameters().items()}


@pytest.mark.parametrize("names", [*([name] for name in DISPLAYS), list(DISPLAYS)], ids="+".join)
def test_the_weights_are_the_same_bit_for_bit(tmp_path, names):
    if {"plotter", "tensorboard"} & set(names):
        pytest.importorskip("matplotlib")
        pytest.importorskip("tensorboardX")
    before = np.random.get_state()[1].tobytes()
    assert weights(*(DISPLAYS[name](tmp_path) for name in names)) == weights()
    assert np.random.get_state()[1].tobytes() == before


def test_what_looks_on_has_seen_everything(tmp_path):
    stream, console = io.StringIO(), terminal()
    weights(PlainLines(stream), RichProgress(console))
    assert len(stream.getvalue().splitlines()) == 4
    assert console.file.getvalue().count("samples/s") == 1
    assert console.file.getvalue().endswith("\x1b[1A\x1b[2K")
