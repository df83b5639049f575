"""Classes written in a course notebook, with only the base class swapped for ours, are full citizens."""

import numpy as np
import pytest

from minnet_core import Criterion, Module, layers, load, save
from minnet_core.testing import check_criterion_gradients, check_gradients
from minnet_optimizers import Adam, sgd_momentum


class Sequential(Module):
    def __init__(self):
        super(Sequential, self).__init__()  # noqa: UP008  # as notebooks write it
        self.modules = []

    def add(self, module):
        self.modules.append(module)

    def updateOutput(self, input):
        self.output = input
        for module in self.modules:
            self.output = module.forward(self.output)
        return self.output

    def backward(self, input, gradOutput):
        for i in range(len(self.modules) - 1, 0, -1):
            gradOutput = self.modules[i].backward(self.modules[i - 1].output, gradOutput)
        self.gradInput = self.modules[0].backward(input, gradOutput)
        return self.gradInput

    def zeroGradParameters(self):
        for module in self.modules:
            module.zeroGradParameters()

    def getParameters(self):
        return [x.getParameters() for x in self.modules]

    def getGradParameters(self):
        return [x.getGradParameters() for x in self.modules]

    def train(self):
        self.training = True
        for module in self.modules:
            module.train()

    def evaluate(self):
        self.training = False
        for module in self.modules:
            module.evaluate()


class Linear(Module):
    def __init__(self, n_in, n_out):
        super(Linear, self).__init__()  # noqa: UP008  # as notebooks write it
        stdv = 1.0 / np.sqrt(n_in)
        self.W = np.random.uniform(-stdv, stdv, size=(n_out, n_in))
        self.b = np.random.uniform(-stdv, stdv, size=n_out)
        self.gradW = np.zeros_like(self.W)
        self.gradb = np.zeros_like(self.b)

    def updateOutput(self, input):
        self.output = input @ self.W.T + self.b
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput @ self.W
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradW += gradOutput.T @ input
        self.gradb += gradOutput.sum(axis=0)

    def zeroGradParameters(self):
        self.gradW.fill(0)
        self.gradb.fill(0)

    def getParameters(self):
        return [self.W, self.b]

    def getGradParameters(self):
        return [self.gradW, self.gradb]

    def __repr__(self):
        s = self.W.shape
        return "Linear %d -> %d" % (s[1], s[0])  # noqa: UP031  # as notebooks write it


class BatchNormalization(Module):
    EPS = 1e-3

    def __init__(self, alpha=0.0):
        super(BatchNormalization, self).__init__()  # noqa: UP008  # as notebooks write it
        self.alpha = alpha
        self.moving_mean = None
        self.moving_variance = None

    def updateOutput(self, input):
        if self.training:
            mean, variance = input.mean(axis=0), input.var(axis=0)
            if self.moving_mean is None:
                self.moving_mean, self.moving_variance = mean, variance
            else:
                self.moving_mean = self.moving_mean * self.alpha + mean * (1 - self.alpha)
                self.moving_variance = self.moving_variance * self.alpha + variance * (1 - self.alpha)
        else:
            mean, variance = self.moving_mean, self.moving_variance
        self.output = (input - mean) / np.sqrt(variance + self.EPS)
        return self.output

    def updateGradInput(self, input, gradOutput):
        if self.training:
            scale = 1 / np.sqrt(input.var(axis=0) + self.EPS)
            correlation = (gradOutput * self.output).mean(axis=0)
            self.gradInput = scale * (gradOutput - gradOutput.mean(axis=0) - self.output * correlation)
        else:
            self.gradInput = gradOutput / np.sqrt(self.moving_variance + self.EPS)
        return self.gradInput


class Dropout(Module):
    def __init__(self, p=0.5):
        super(Dropout, self).__init__()  # noqa: UP008  # as notebooks write it
        self.p = p

    def updateOutput(self, input):
        if self.training:
            self.mask = np.random.binomial(1, 1 - self.p, size=input.shape)
            self.output = input * self.mask / (1 - self.p)
        else:
            self.output = input
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.mask / (1 - self.p) if self.training else gradOutput
        return self.gradInput


class ELU(Module):
    def __init__(self, alpha=1.0):
        super(ELU, self).__init__()  # noqa: UP008  # as notebooks write it
        self.alpha = alpha

    def updateOutput(self, input):
        self.output = np.maximum(0, input) + self.alpha * (np.exp(np.minimum(0, input)) - 1)
        return self.output

    def updateGradInput(self, input, gradOutput):
        grad = self.alpha * np.exp(np.minimum(0, input))
        grad[input > 0] = 1
        self.gradInput = gradOutput * grad
        return self.gradInput


class MSECriterion(Criterion):
    def updateOutput(self, input, target):
        self.output = np.sum(np.power(input - target, 2)) / input.shape[0]
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = (input - target) * 2 / input.shape[0]
        return self.gradInput


@pytest.fixture(autouse=True)
def _seed():
    np.random.seed(0)  # notebook classes draw from the global generator


@pytest.fixture
def registered(monkeypatch):
    monkeypatch.setattr(layers, "_local", {})  # which forgets the classes after the test
    for cls in (Sequential, Linear, BatchNormalization, Dropout, ELU):
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
