"""Preparations as operators: what stands in front of a network, and behind it, is verified with it."""

from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve

from minnet_core import Sequential, layers
from minnet_onnx import ExportError, to_onnx
from minnet_onnx.preparation import Preparation, answered, draw
from minnet_onnx.running import differences, runners

TABLE = Preparation(
    names=("year", "town", "size"),
    categories=((), ("Bern", "Oslo", "Rome"), ()),
    ignores=True,
    image=None,
    scale=1.0,
    fill=None,
    offset=(1950.0, 0.4, 0.3, 0.3, 60.0),
    spread=(30.0, 0.5, 0.4, 0.5, 0.0),
    answers=((500.0,), (250.0,)),
)
NUMBERS = Preparation(
    names=("column_0", "column_1"),
    categories=((), ()),
    ignores=False,
    image=None,
    scale=10.0,
    fill=(1.0, -2.0),
    offset=(3.0, 4.0),
    spread=(2.0, 0.5),
    answers=None,
)
IMAGES = Preparation(
    names=tuple(f"column_{index}" for index in range(24)),
    categories=((),) * 24,
    ignores=False,
    image=(2, 3, 4, True),
    scale=255.0,
    fill=None,
    offset=(0.5, 0.25),
    spread=(0.2, 0.3),
    answers=((1.0,), (3.0,)),
)
KINDS = {
    "a table": TABLE,
    "a table with numbers missing": evolve(TABLE, fill=(1.0, 2.0, 3.0, 4.0, 5.0), scale=2.0),
    "numbers": NUMBERS,
    "numbers as they are": evolve(NUMBERS, scale=1.0, fill=None, offset=(), spread=()),
    "images": IMAGES,
    "images with their channels first": evolve(IMAGES, image=(2, 3, 4, False)),
}


def network(preparation):
    width = int(np.prod(preparation.shape))
    return Sequential(layers["Reshape"]((width,)), layers["Linear"](width, 1, rng=0), layers["Tanh"]())


@pytest.mark.parametrize("preparation", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("runner", runners(), ids=lambda runner: runner.name)
def test_what_is_written_does_what_the_preparation_says(preparation, runner):
    net = network(preparation)
    model = to_onnx(net, preparation.shape, preparation=preparation)
    raw, prepared = draw(preparation, 7)
    assert prepared.shape == (7, *preparation.shape)
    received = runner.load(model)(raw)
    assert max(differences(answered(preparation, net.forward(prepared)), received)) < 1e-5


class Unscaled(Preparation):
    """It forgets the units of the answers."""

    def write_answers(self, graph, value):
        return value


class Uncentred(Preparation):
    """It forgets to subtract the mean."""

    def write(self, graph):
        return evolve(self, offset=(0.0,) * len(self.offset)).as_written(graph)

    def as_written(self, graph):
        return super().write(graph)


@pytest.mark.parametrize("wrong", [Unscaled, Uncentred])
def test_a_preparation_that_is_written_wrong_is_found(wrong):
    preparation = wrong(**{name: getattr(TABLE, name) for name in Preparation.__slots__ if name != "__weakref__"})
    with pytest.raises(ExportError, match="in front of the network, or behind it"):
        to_onnx(network(preparation), preparation.shape, preparation=preparation)
    assert to_onnx(network(preparation), preparation.shape, preparation=preparation, verified=False).graph.node


def test_a_column_that_is_called_as_the_answer_is_is_refused():
    preparation = evolve(TABLE, names=("output", "town", "size"))
    with pytest.raises(ExportError, match="a column may not be called 'output', as an answer of the model is; rename"):
        to_onnx(network(preparation), preparation.shape, preparation=preparation)


@pytest.mark.parametrize(
    "names", [("OneHotEncoder", "Cast", "Cast_1"), ("size", "constant", "OneHotEncoder"), ("W", "1.W", "Concat_node")]
)
def test_columns_may_be_called_as_operators_are(names):
    preparation = evolve(TABLE, names=names)
    model = to_onnx(network(preparation), preparation.shape, preparation=preparation)
    assert tuple(info.name for info in model.graph.input) == names
