"""Preparations as operators: what stands in front of a network, and behind it, is verified with it."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from attrs import evolve
from onnx import helper

from minnet_core import Sequential, layers
from minnet_onnx import ExportError, OnnxGraph, to_onnx
from minnet_onnx.calendars import Calendar
from minnet_onnx.graph import Output
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
DATES = evolve(
    TABLE,
    categories=((), ("Bern", "Oslo", "(all others)"), ()),
    calendars=(Calendar("date", ("year", "week", "day")), None, Calendar("time", ("day",))),
    offset=(50.0, *[0.0] * 9, 0.5, 0.0, 0.0),
    spread=(30.0, *[1.0] * 12),
    scale=2.0,
)
KINDS = {
    "a table": TABLE,
    "a table with rare texts": evolve(TABLE, categories=((), ("Bern", "Oslo", "(all others)"), ()), ignores=False),
    "a table with texts missing": evolve(TABLE, fill=(1.0, 2.0, 3.0, 4.0, 5.0), ignores=False),
    "a table with all of it": evolve(
        TABLE, categories=((), ("Bern", "Oslo", "(all others)"), ()), fill=(1.0, 2.0, 3.0, 4.0, 5.0)
    ),
    "an index": evolve(TABLE, coded={1}, offset=(1950.0, 0.0, 60.0), spread=(30.0, 1.0, 0.0)),
    "dates and times": DATES,
    "dates and times with some missing": evolve(DATES, fill=tuple(range(13))),
    "numbers far from zero": evolve(NUMBERS, offset=(1e8, 4.0), answers=((1e9,), (3.0,))),
    "a table with numbers missing": evolve(TABLE, fill=(1.0, 2.0, 3.0, 4.0, 5.0), scale=2.0),
    "numbers": NUMBERS,
    "numbers as they are": evolve(NUMBERS, scale=1.0, fill=None, offset=(), spread=()),
    "images": IMAGES,
    "images with their channels first": evolve(IMAGES, image=(2, 3, 4, False)),
}


def test_dates_of_all_years_are_placed_as_numpy_places_them():
    """Days around each new year, each leap day and each other day, before 1970 and after, in 600 years."""
    calendar = Calendar("date", ("year", "week", "day"))
    days = np.arange(np.datetime64("1677-12-28"), np.datetime64("2299-01-05"))
    seconds = days.astype(np.float64)[:, None] * 86_400 + np.random.default_rng(0).integers(0, 86_400, (len(days), 1))
    graph = OnnxGraph(lambda module, value, graph: value)
    made = calendar.write(graph, Output("x"))
    info = helper.make_tensor_value_info
    double = onnx.TensorProto.DOUBLE
    proto = helper.make_graph(
        *(graph.nodes, "dates", [info("x", double, ["batch", 1])], [info(made.name, double, ["batch", 7])]),
        list(graph.initializers.values()),
    )
    model = helper.make_model(proto, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    for runner in runners():
        np.testing.assert_allclose(runner.load(model)(seconds)[0], calendar.expand(seconds), atol=1e-9, rtol=1e-12)


def test_two_columns_of_one_name_are_refused():
    preparation = evolve(TABLE, names=("size", "town", "size"))
    with pytest.raises(ExportError, match="two columns are called 'size'; rename one, or leave the preparation out"):
        to_onnx(network(preparation), preparation.shape, preparation=preparation)


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


def test_another_shape_than_is_prepared_is_refused():
    with pytest.raises(ExportError, match=r"expected the shape of samples that are prepared, \(5,\), received \(6,\)"):
        to_onnx(network(TABLE), (6,), preparation=TABLE)


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
