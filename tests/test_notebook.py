"""Classes written in a course notebook, with only the base class swapped for ours, are full citizens."""

import numpy as np
import pytest

from minnet_core import layers, load, save
from minnet_core.testing import check_criterion_gradients, check_gradients
from minnet_optimizers import Adam, sgd_momentum
from minnet_test_support import notebook
from minnet_test_support.notebook import ELU, BatchNormalization, Dropout, Linear, MSECriterion, Sequential


@pytest.fixture(autouse=True)
def _seed():
    np.random.seed(0)  # notebook classes draw from the global generator


@pytest.fixture
def registered(monkeypatch):
    monkeypatch.setattr(layers, "_local", {})  # which forgets the classes after the test
    for cls in notebook.LAYERS:
        layers.register(cls)


def make_net():
    net = Sequential()
    for module in (Linear(3, 8), BatchNormalization(0.9), Dropout(0.1), ELU(), Linear(8, 1)):
        net.add(module)
    return net


def make_data():
    x = np.random.randn(64, 3)
    return x, np.sin(x[:, :1]) + x[:, 1:2] * x[:, 2:]


def train(net, step, epochs=300):
    x, y = make_data()
    criterion = MSECriterion()
    losses = []
    for _ in range(epochs):
        losses.append(criterion.forward(net.forward(x), y))
        net.zeroGradParameters()
        net.backward(x, criterion.backward(net.output, y))
        step()
    return losses


def test_it_trains_with_the_functional_optimizer_of_the_homework():
    net, state = make_net(), {}
    config = {"learning_rate": 1e-2, "momentum": 0.9}
    losses = train(net, lambda: sgd_momentum(net.getParameters(), net.getGradParameters(), config, state))
    assert losses[-1] < 0.3 * losses[0]


def test_it_trains_with_an_optimizer_over_flat_vectors():
    net = make_net()
    losses = train(net, Adam(net, lr=1e-2).step)
    assert losses[-1] < 0.3 * losses[0]
    assert all(array.base is net.flattenParameters()[0] for array in net.namedParameters().values())


@pytest.mark.usefixtures("registered")
def test_it_saves_and_loads(tmp_path):
    net = make_net()
    train(net, Adam(net, lr=1e-2).step, epochs=20)
    net.evaluate()
    again = load(save(net, tmp_path / "net.safetensors"))
    x, _ = make_data()
    assert type(again) is Sequential
    np.testing.assert_array_equal(again.forward(x), net.forward(x))
    np.testing.assert_array_equal(again.modules[1].moving_mean, net.modules[1].moving_mean)
    assert not hasattr(again.modules[2], "mask")


@pytest.mark.parametrize("mode", ["train", "evaluate"])
@pytest.mark.parametrize(
    "make", [lambda: Linear(3, 4), BatchNormalization, lambda: ELU(0.5)], ids=["Linear", "BN", "ELU"]
)
def test_a_layer_is_checked_against_central_differences(make, mode):
    x, layer = np.random.randn(5, 3), make()
    layer.forward(x)
    getattr(layer, mode)()
    check_gradients(layer, x)


def test_a_net_is_checked_against_central_differences():
    x, net = np.random.randn(5, 3), make_net()
    net.forward(x)
    net.evaluate()
    check_gradients(net, x)


def test_a_criterion_is_checked_against_central_differences():
    x = np.random.randn(5, 3)
    check_criterion_gradients(MSECriterion(), x, x[::-1])


def test_a_wrong_gradient_is_found():
    class Wrong(Linear):
        def accGradParameters(self, input, gradOutput):
            super().accGradParameters(input, gradOutput / len(input))

    with pytest.raises(AssertionError, match=r"gradient of W\[\d, \d\]: analytic .*, numeric"):
        check_gradients(Wrong(3, 4), np.random.randn(5, 3))


def test_its_arrays_have_names():
    net = make_net()
    assert list(net.namedParameters()) == ["0.W", "0.b", "4.W", "4.b"]
    assert [row.parameters for row in net.summary((5, 3)).rows] == [0, 32, 0, 0, 0, 9]


def test_it_converts_and_clones():
    net = make_net().astype(np.float32)
    twin = net.clone()
    twin.modules[0].W += 1
    assert net.modules[0].W.dtype == np.float32
    assert not np.shares_memory(net.modules[0].W, twin.modules[0].W)
