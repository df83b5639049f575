"""What strangers' layers, optimizers and criterions remember goes on too, wherever they keep it."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from minnet_core import Criterion, Module, Optimizer, Sequential
from minnet_criterions import ClassNLLCriterion
from minnet_layers import Linear, LogSoftMax
from minnet_optimizers import SGD, Adam
from minnet_train import Checkpoint, Trainer


class Noise(Module):
    """Adds what ``draw`` returns, given ``held``."""

    def __init__(self, held, draw) -> None:
        super().__init__()
        self.held, self._draw = held, draw

    def updateOutput(self, input):
        noise = self._draw(self.held, input.shape) if self.training else 0.0
        self.output = (input + 0.1 * noise).astype(np.float32)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.copy()
        return self.gradInput


def counted(held, shape):
    held["counts"][0] += 1
    return held["counts"][0]


GENERATOR = np.random.default_rng
NOISES = {
    "tuple": lambda: Noise((GENERATOR(3),), lambda held, shape: held[0].normal(size=shape)),
    "list in a dict": lambda: Noise({"a": [GENERATOR(3)]}, lambda held, shape: held["a"][0].normal(size=shape)),
    "spawned": lambda: Noise(GENERATOR(3), lambda held, shape: held.spawn(1)[0].normal(size=shape)),
    "counter": lambda: Noise({"counts": {0: 0}}, counted),
}


class Momentum(Optimizer):
    """Keeps its vector where ``vector`` finds or makes it."""

    def __init__(self, module, held, vector) -> None:
        super().__init__(module)
        self.held, self._vector_of = held(), vector

    def step(self) -> None:
        parameters, gradients = self.module.flattenParameters()
        vector = self._vector_of(self, parameters)
        vector *= 0.9
        vector += gradients
        parameters -= (0.05 * vector).astype(parameters.dtype)


def in_lazy_list(optimizer, parameters):
    if not optimizer.held:
        optimizer.held.append(np.zeros_like(parameters))
    return optimizer.held[0]


def in_lazy_tuple(optimizer, parameters):
    if not optimizer.held:
        optimizer.held = (np.zeros(parameters.size), 1)
    return optimizer.held[0]


class Wrapping(Optimizer):
    """Steps with another optimizer, and holds the parameters themselves."""

    def __init__(self, module) -> None:
        super().__init__(module)
        self.inner, self.flat, self.groups = Adam(module, 0.01), module.flattenParameters()[0], [{"decay": 1.0}]

    def step(self) -> None:
        self.inner.step()
        self.groups[0]["decay"] *= 0.99
        self.flat *= np.float32(self.groups[0]["decay"])


OPTIMIZERS = {
    "number for a key": partial(
        Momentum,
        held=dict,
        vector=lambda optimizer, parameters: optimizer.held.setdefault(0, np.zeros_like(parameters)),
    ),
    "dict in a dict": partial(
        Momentum,
        held=lambda: {"momentum": {}},
        vector=lambda optimizer, parameters: optimizer.held["momentum"].setdefault("all", np.zeros_like(parameters)),
    ),
    "list": partial(Momentum, held=list, vector=in_lazy_list),
    "tuple": partial(Momentum, held=tuple, vector=in_lazy_tuple),
    "wrapping": Wrapping,
}


class Centred(Criterion):
    """Remembers an array, and draws."""

    def __init__(self) -> None:
        super().__init__()
        self.scale, self.rng = np.ones(2, np.float32), [np.random.default_rng(3)]

    def updateOutput(self, input, target):
        self.output = -float((input * target).sum()) / len(input)
        return self.output

    def updateGradInput(self, input, target):
        self.scale *= np.float32(0.9)
        noise = self.rng[0].normal(size=input.shape).astype(np.float32)
        self.gradInput = (noise * np.float32(0.1) - target * self.scale) / np.float32(len(input))
        return self.gradInput


class Delegating(Criterion):
    """Leaves everything to another criterion."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = Centred()

    def updateOutput(self, input, target):
        self.output = self.inner.forward(input, target)
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = self.inner.backward(input, target)
        return self.gradInput


def trainer_of(noise=None, optimizer=SGD, criterion=ClassNLLCriterion) -> Trainer:
    first = [] if noise is None else [noise()]
    model = Sequential(*first, Linear(3, 2, rng=1), LogSoftMax())
    return Trainer(model, criterion(), optimizer(model))


CASES = {
    **{f"layer, {name}": partial(trainer_of, noise=noise) for name, noise in NOISES.items()},
    **{f"optimizer, {name}": partial(trainer_of, optimizer=optimizer) for name, optimizer in OPTIMIZERS.items()},
    "criterion": partial(trainer_of, criterion=Centred),
    "criterion in another": partial(trainer_of, criterion=Delegating),
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_stranger_remembers_goes_on_bit_for_bit(name, samples, tmp_path):
    def fit(trainer, epochs):
        trainer.fit(samples(43), epochs=epochs, batch_size=8, rng=3)
        return [array.tobytes() for array in trainer.model.namedParameters().values()]

    whole = fit(CASES[name](), 4)
    first = CASES[name]()
    fit(first, 2)
    path = Checkpoint({"trainer": first.state_dict()}, first.step).write(tmp_path / "it.safetensors")
    resumed = CASES[name]()
    resumed.load_state_dict(Checkpoint.read(path).state["trainer"])
    assert fit(resumed, 4) == whole
