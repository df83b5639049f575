"""What `save` writes, `load` gives back; what it cannot give back, it does not write."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as arrays_of

from minnet_core import (
    ConfigError,
    Criterion,
    ModelFileError,
    Module,
    Sequential,
    UnknownComponentError,
    criterions,
    layers,
    load,
    read_header,
    save,
)
from minnet_core.saving.model_state import changed_attributes, set_attributes
from minnet_test_support import notebook
from minnet_test_support.processes import run_python


class Weights(Module):
    """Holds any array as its parameter; the shape is an argument."""

    PARAMETERS = {"w": "gradW"}
    BUFFERS = ("mean", "count")
    CACHES = ("mask",)

    def __init__(self, shape=(2, 3), dtype=np.float32, rng=None):
        super().__init__()
        self.w = np.random.default_rng(rng).standard_normal(shape).astype(dtype)
        self.gradW, self.mean, self.count = np.zeros_like(self.w), None, np.zeros((), np.int64)


class Holder(Module):
    def __init__(self, value=None):
        super().__init__()
        self.value = value


class Packed(Module):
    """Its parameters are views of one array."""

    def __init__(self):
        super().__init__()
        self.all, self.grad = np.zeros(3), np.zeros(3)

    def getParameters(self):
        return [self.all[:2], self.all[2:]]

    def getGradParameters(self):
        return [self.grad[:2], self.grad[2:]]


@pytest.fixture(autouse=True)
def _registered(Linear):
    for cls in (Weights, Holder, Packed):
        layers.register(cls)
    layers.register(Linear, "Linear")
    for cls in notebook.LAYERS:
        layers.register(cls, f"Notebook{cls.__name__}")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "m.safetensors"


def assert_identical(model, other):
    assert repr(model) == repr(other)
    for arrays in ("namedParameters", "namedBuffers"):
        mine, theirs = getattr(model, arrays)(), getattr(other, arrays)()
        assert mine.keys() == theirs.keys()
        for name, array in mine.items():
            assert theirs[name].dtype == array.dtype.newbyteorder("=")
            assert theirs[name].shape == array.shape
            assert theirs[name].tobytes() == array.astype(theirs[name].dtype).tobytes(), name


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_model_comes_back_bit_for_bit(path, Linear, dtype):
    model = Sequential(Linear(3, 2), Sequential(Weights(), Linear(2, 1, bias=False))).astype(dtype)
    model[0].W[0] = [np.nan, -0.0, np.inf]
    assert save(model, path) == path.resolve()
    again = load(path)
    assert_identical(model, again)
    assert not any(gradient.any() for gradient in again.namedGradParameters().values())
    assert {gradient.dtype for gradient in again.namedGradParameters().values()} == {np.dtype(dtype)}


def test_forward_and_training_go_on_after_loading(path, Linear):
    model, x = Sequential(Linear(3, 2)), np.ones((4, 3), np.float32)
    again = load(save(model, path))
    np.testing.assert_array_equal(again.forward(x), model.forward(x))
    again.backward(x, again.output)
    parameters, gradients = again.flattenParameters()
    parameters -= gradients


LAYOUTS = {
    "transposed": lambda: np.arange(6, dtype=np.float32).reshape(3, 2).T,
    "strided": lambda: np.arange(24, dtype=np.float32).reshape(4, 6)[::2, ::2],
    "reversed": lambda: np.arange(6, dtype=np.float32).reshape(2, 3)[::-1, ::-1],
    "fortran": lambda: np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "big-endian": lambda: np.arange(6, dtype=">f8").reshape(2, 3),
    "big-endian transposed": lambda: np.arange(6, dtype=">f4").reshape(3, 2).T,
    "scalar": lambda: np.array(2.5, np.float32),
    "empty": lambda: np.empty((0, 3), np.float32),
    "read-only": lambda: np.broadcast_to(np.float32(3), (2, 3)),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_arrays_of_any_layout_come_back(path, layout):
    array = LAYOUTS[layout]()
    model = Weights(array.shape)
    model.w, model.mean = array, array[...]
    again = load(save(model, path))
    np.testing.assert_array_equal(again.w, array)
    np.testing.assert_array_equal(again.mean, array)
    assert again.w.dtype == array.dtype.newbyteorder("=")
    assert again.w.flags.writeable


@settings(deadline=None, max_examples=60)
@given(
    array=arrays_of.arrays(st.sampled_from(["<f4", ">f4", "<f8", ">f8", "<f2"]), arrays_of.array_shapes(min_dims=0)),
    order=st.randoms(use_true_random=False),
)
def test_any_array_in_any_order_comes_back(tmp_path_factory, array, order):
    layers.register(Weights)  # hypothesis runs many examples in one test
    array = array.transpose(order.sample(range(array.ndim), array.ndim))
    model = Weights(array.shape)
    model.w = array
    again = load(save(model, tmp_path_factory.mktemp("any") / "m"))
    assert again.w.tobytes() == array.astype(array.dtype.newbyteorder("=")).tobytes()


def test_shared_parameters_are_saved_once_and_stay_shared(path, Linear):
    first = Linear(3, 3)
    model = Sequential(first, Sequential(first.clone().share(first)), first.clone("W"))
    save(model, path)
    assert read_header(path).shared == {"1.0.W": "0.W", "1.0.b": "0.b", "2.W": "0.W"}
    again = load(path)
    assert_identical(model, again)
    assert again[0].W is again[1][0].W is again[2].W
    assert again[0].gradW is again[1][0].gradW is again[2].gradW
    assert again[0].b is not again[2].b
    assert again.flattenParameters()[0].size == model.flattenParameters()[0].size == 15


@pytest.mark.parametrize("training", [True, False])
def test_mode_and_metadata_are_kept(path, Linear, training):
    model = Sequential(Linear(3, 2))
    (model.train if training else model.evaluate)()
    save(model, path, metadata={"classes": ["a", "ü"], "epoch": 3, "loss": 0.5, "none": None})
    assert load(path)[0].training is training
    assert read_header(path).metadata == {"classes": ["a", "ü"], "epoch": 3, "loss": 0.5, "none": None}


def test_each_module_keeps_its_own_mode(path, Linear):
    model = Sequential(Linear(3, 2), Sequential(Linear(2, 2)))
    model[1].evaluate()
    again = load(save(model, path))
    assert [again.training, again[0].training, again[1].training, again[1][0].training] == [True, True, False, False]


class Plain(Module):
    EPS = 1e-3

    def __init__(self, p=0.5):
        super().__init__()
        self.p, self.sizes, self.pair, self.count, self.best, self.name = p, [1, 2], (1, 2), 0, float("inf"), None


def test_plain_attributes_that_were_changed_after_construction_are_kept(path):
    layers.register(Plain)
    model = Sequential(Plain(0.25), Plain())
    changed = model[1]
    changed.p, changed.sizes[1], changed.pair, changed.count = np.float64(0.1), 3, (3, 4), None
    changed.name = "annealed"
    changed.EPS = 1e-5
    save(model, path)
    assert read_header(path).attributes == {
        "1.EPS": 1e-5, "1.p": 0.1, "1.sizes": [1, 3], "1.pair": [3, 4], "1.count": None, "1.name": "annealed"
    }  # fmt: skip
    again = load(path)
    assert (again[0].p, again[0].count, again[0].EPS) == (0.25, 0, 1e-3)
    assert (again[1].p, again[1].sizes, again[1].pair, again[1].count) == (0.1, [1, 3], (3, 4), None)
    assert (again[1].name, again[1].EPS, again[1].best) == ("annealed", 1e-5, float("inf"))


def test_a_number_that_began_as_0_comes_back_as_what_it_became(path):
    layers.register(Plain)
    model = Sequential(Plain())
    model[0].count = 0.5
    assert load(save(model, path))[0].count == 0.5


def test_attribute_that_is_not_finite_is_named(path):
    layers.register(Plain)
    model = Sequential(Plain())
    model[0].p = float("nan")
    with pytest.raises(ModelFileError, match="^0.p: expected a finite number, received nan"):
        save(model, path)


def test_saving_does_not_change_what_the_program_draws_next(path):
    layer = notebook.Linear(3, 2)
    np.random.seed(0)
    expected = np.random.rand()
    np.random.seed(0)
    save(layer, path)
    assert np.random.rand() == expected


def test_parameters_that_overlap_in_memory_are_not_saved_apart(path, Linear):
    model = Sequential(Linear(3, 2), Linear(2, 3))
    model[1].W = model[0].W.T
    with pytest.raises(ValueError, match="0.W and 1.W, or their gradients, are two views"):
        save(model, path)


def test_only_modules_can_be_saved(path):
    with pytest.raises(TypeError, match="expected a Module to save, received 3"):
        save(3, path)


def test_buffers_that_start_as_none_are_saved_once_they_are_arrays(path):
    model = Weights()
    assert load(save(model, path)).mean is None
    model.mean, model.count = np.arange(3.0), np.array(7)
    again = load(save(model, path))
    np.testing.assert_array_equal(again.mean, model.mean)
    assert again.count.dtype == np.int64
    assert again.count == 7


def test_notebook_model_comes_back_with_its_moving_averages_but_no_masks(path):
    model = notebook.Sequential()
    for layer in (notebook.Linear(3, 2), notebook.BatchNormalization(alpha=0.9), notebook.ReLU(), notebook.Dropout()):
        model.add(layer)
    x = np.random.default_rng(0).standard_normal((5, 3))
    for _ in range(3):
        model.forward(x)
    model.evaluate()
    again = load(save(model, path))
    assert again.modules[1].alpha == 0.9
    assert not hasattr(again.modules[3], "mask")
    assert again.modules[3].training is False
    np.testing.assert_array_equal(again.forward(x), model.forward(x))
    assert again.modules[1].output.any()


def test_parameters_that_are_views_come_back(path):
    model = Sequential(Packed())
    model[0].all[:] = [1, 2, 3]
    np.testing.assert_array_equal(load(save(model, path))[0].all, [1, 2, 3])


def test_same_model_gives_the_same_bytes(tmp_path):
    code = """
import sys, numpy as np
from minnet_core import Module, Sequential, save, layers
@layers.register
class W(Module):
    PARAMETERS = {"w": "g"}
    def __init__(self):
        super().__init__()
        self.w, self.g = np.ones((2, 3), np.float32), np.zeros((2, 3), np.float32)
save(Sequential(W(), W()), sys.argv[1], metadata={"b": 1, "a": {"d": 1, "c": 2}})
"""
    files = [tmp_path / f"m{seed}" for seed in (0, 1)]
    for seed, file in enumerate(files):
        assert run_python("-c", code, str(file), PYTHONHASHSEED=str(seed)).returncode == 0
    assert files[0].read_bytes() == files[1].read_bytes()


def test_failed_save_leaves_the_old_file_and_no_other(path, Linear, monkeypatch):
    save(Sequential(Linear(3, 2)), path)
    old = path.read_bytes()

    def full(*args):
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="disk full"):
        save(Sequential(), path)
    monkeypatch.undo()
    for bad in (Holder(object()), Holder(np.ones(2))):
        with pytest.raises(ConfigError):
            save(bad, path)
    assert path.read_bytes() == old
    assert os.listdir(path.parent) == [path.name]


def test_parameters_that_the_constructor_does_not_make_are_not_saved(path, Linear):
    model = Sequential(Linear(3, 2), Linear(2, 2))
    model[1].W = np.zeros((4, 2), np.float32)
    model[1].gradW = np.zeros((4, 2), np.float32)
    with pytest.raises(ModelFileError, match=r"constructor makes, \{'1.W': \(2, 2\)\}, received \{'1.W': \(4, 2\)\}"):
        save(model, path)
    late = Holder()
    late.value = Linear(3, 2)
    with pytest.raises(ModelFileError, match=r"\{'value.W': None, 'value.b': None\}, received \{'value.W': \(2, 3\)"):
        save(late, path)
    assert not path.exists()


@pytest.mark.parametrize("dtype", ["longdouble", "complex128"])
def test_dtype_that_the_format_lacks_is_an_error(path, dtype):
    model = Weights()
    model.w, model.gradW = model.w.astype(dtype), model.gradW.astype(dtype)
    with pytest.raises(ModelFileError, match="safetensors cannot hold these arrays"):
        save(model, path)
    assert not path.exists()


def test_two_classes_of_one_name_are_an_error(path):
    def make():
        class Same(Module):
            pass

        return Same()

    with pytest.raises(ModelFileError, match="two called local:Same"):
        save(Sequential(make(), make()), path)


def test_component_that_is_no_module_inside_the_model_is_an_error(path):
    @criterions.register
    class Loss(Criterion):
        pass

    with pytest.raises(ModelFileError, match="local:Loss"):
        save(Holder(Loss()), path)


def test_class_that_nobody_registered_is_saved_and_must_be_registered_to_load(path):
    class Unregistered(Module):
        pass

    save(Sequential(Unregistered()), path)
    with pytest.raises(UnknownComponentError, match=r"minnet_core.layers.register\(Unregistered\)"):
        load(path)
    layers.register(Unregistered)
    assert type(load(path)[0]) is Unregistered


def test_any_registered_name_can_be_saved(path):
    layers.register(Weights, "Leaky-ReLU v2.0")
    layers._local.pop("local:Weights")
    assert_identical(model := Sequential(Weights()), load(save(model, path)))


def test_link_is_followed(path, tmp_path, Linear):
    link = tmp_path / "latest"
    link.symlink_to(path)
    assert save(Sequential(Linear(3, 2)), link) == path
    assert link.is_symlink()
    load(link)


def test_absent_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="absent"):
        load(tmp_path / "absent")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        save(Sequential(), tmp_path / "nowhere" / "m")


class Shaped(Module):
    """Keeps an argument as it is given, and what a pass has made of it."""

    def __init__(self, shape=(2, 3)):
        super().__init__()
        self.shape, self.last = shape, shape


def test_a_list_that_a_config_held_for_a_tuple_is_no_change():
    assert changed_attributes(Shaped((2, (3, 1))), Shaped([2, [3, 1]])) == {}
    assert changed_attributes(Shaped((2, 3)), Shaped([2, 4])) == {"shape": (2, 3), "last": (2, 3)}


@pytest.mark.parametrize(("built", "value", "expected"), [((), [4], (4,)), ([], [4], [4]), ((), None, None)])
def test_a_sequence_in_a_file_becomes_what_a_new_model_has(built, value, expected):
    model = Shaped(built)
    set_attributes(model, {"last": value}, "file")
    assert model.last == expected
