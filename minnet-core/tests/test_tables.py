"""A table of a stranger's layer, its memory, its groups, and the executors that are installed."""

import numpy as np
import pytest

from minnet_core import Criterion, Module, Optimizer, Sequential, compile
from minnet_core.compilation import NoOperationsError, Table, Value, operations as o, says_operations
from minnet_core.compilation.plan import grouped, needed


class Half(Criterion):
    def updateOutput(self, input, target):
        self.output = float(((input - target) ** 2).sum()) / 2
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = input - target
        return self.gradInput


class Rectifier(Module):
    calls = 0

    def updateOutput(self, input):
        Rectifier.calls += 1
        self.output = np.maximum(input, 0)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * (input > 0)
        return self.gradInput


@says_operations(Rectifier)
def rectifier(table, layer, x):
    y = table.emit(o.relu, x)
    return y, lambda g: table.emit(o.relu_back, y, g)


class Renamed(Rectifier):
    """Computes what its base does."""


class Doubled(Rectifier):
    def updateOutput(self, input):
        self.output = 2 * super().updateOutput(input)
        return self.output


class Scaling(Module):
    PARAMETERS = {"a": "grad_a"}

    def __init__(self):
        super().__init__()
        self.a, self.grad_a = np.ones(3), np.zeros(3)

    def updateOutput(self, input):
        self.output = input * self.a
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.a
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.grad_a += (gradOutput * input).sum(0)


X = np.array([[1.0, -2.0, 3.0], [-1.0, 5.0, 0.5]])


@pytest.mark.parametrize("cls", [Rectifier, Renamed])
def test_a_layer_of_a_stranger_says_its_operations_and_is_not_called(cls):
    before = Rectifier.calls
    compiled = compile(Sequential(Scaling(), cls()), Half(), executor="numpy")
    assert compiled.forward(X, X) == 2.5
    assert Rectifier.calls == before
    assert "called: Half: it says none" in compiled.describe()


def test_a_subclass_that_computes_something_else_is_called():
    compiled = compile(Sequential(Scaling(), Doubled()), Half(), executor="numpy")
    compiled.forward(X, X)
    assert np.array_equal(compiled.output, 2 * np.maximum(X, 0))


def test_gradients_of_what_is_called_and_of_what_is_not_add_up_where_it_is_one_array():
    model = Sequential(Scaling(), Rectifier(), Scaling())
    model.modules[2].share(model.modules[0])
    twin = model.clone()
    compiled = compile(model, Half(), executor="numpy")
    for _ in range(2):
        compiled.forward(X, X)
        compiled.backward()
        twin.zeroGradParameters()
        twin.backward(X, Half().backward(twin.forward(X), X))
        assert np.allclose(model.modules[0].grad_a, twin.modules[0].grad_a)


class Trained(Optimizer):
    def update(self, parameters, gradients, *state):
        parameters -= gradients


def test_gradients_of_what_is_not_trained_do_not_grow_and_those_of_what_is_not_reached_are_zero():
    frozen, trained, apart = Scaling(), Scaling(), Scaling()
    model = Sequential(frozen, Rectifier(), trained)
    apart.grad_a += 1
    compiled = compile(model, Half(), Trained(Sequential(trained, apart)), executor="numpy")
    found = []
    for _ in range(3):
        compiled.forward(X, 0 * X)
        compiled.backward()
        found.append(frozen.grad_a.copy())
    assert found[0].any()
    assert np.array_equal(found[2], found[0])
    assert not apart.grad_a.any()


def test_what_a_module_prints_when_it_is_tried_is_not_seen(capsys):
    class Loud(Module):
        def updateOutput(self, input):
            print("loud")
            self.output = input * 1
            return self.output

    compile(Sequential(Loud(), Rectifier()), Half(), executor="numpy").forward(X, X)
    assert capsys.readouterr().out == "loud\n"


def test_an_output_of_another_shape_than_that_of_the_trial_is_refused():
    class Choosy(Module):
        def updateOutput(self, input):
            self.output = input[input[:, 0] >= 0]
            return self.output

    with pytest.raises(NoOperationsError, match=r"expected an array of the shape \(2, 3\).*received \(1, 3\) float64"):
        compile(Sequential(Choosy(), Rectifier()), Half(), executor="numpy").forward(X, X)


def test_a_model_of_tuples_is_called_as_it_is():
    class Pair(Module):
        def updateOutput(self, input):
            self.output = input, input
            return self.output

    class First(Module):
        def updateOutput(self, input):
            self.output = input[0] * 2
            return self.output

    compiled = compile(Sequential(Pair(), First()), Half(), executor="numpy")
    assert compiled.forward(X, X) == pytest.approx((X**2).sum() / 2)
    assert "called as modules: Sequential: Pair: expected an array as its output" in compiled.describe()


def test_a_model_of_which_nothing_says_operations_is_called_without_copies_and_tried_once():
    class Counted(Scaling):
        forwards = 0

        def updateOutput(self, input):
            Counted.forwards += 1
            return super().updateOutput(input)

    compiled = compile(Sequential(Counted()), Half(), executor="numpy")
    for _ in range(3):
        compiled.forward(X, X)
    assert Counted.forwards == 4
    assert compiled.output is compiled.model.output
    assert "called as modules: Counted: it says none" in compiled.describe()


def test_a_trial_that_fails_is_not_repeated():
    class Positive(Module):
        trials = 0

        def updateOutput(self, input):
            if not (input > 0).all():
                Positive.trials += 1
                raise ValueError("expected positive numbers")
            self.output = np.log(input)
            return self.output

    compiled = compile(Sequential(Positive(), Rectifier()), Half(), executor="numpy")
    for _ in range(3):
        compiled.forward(np.abs(X), X)
    assert Positive.trials == 1
    assert "a trial with zeros failed: ValueError: expected positive numbers" in compiled.describe()


def test_rows_that_compute_what_nobody_takes_are_left_out():
    table = Table(np.dtype(float))
    x = table.array(X)
    y = table.emit(o.relu, x)
    table.emit(o.elu, y, alpha=1.0)
    assert [row.operation for row in needed(table.rows, (y,))] == [o.relu]


def test_a_group_ends_before_a_row_that_takes_a_sum_over_its_samples():
    table = Table(np.dtype(float))
    y = table.emit(o.relu, table.array(X))
    s = table.emit(o.column_sums, y)
    z = table.emit(o.elu, y, alpha=1.0)
    table.emit(o.scale_row, z, s)
    assert [[row.operation.name for row in group] for group in grouped(table.rows)] == [
        ["relu", "column_sums", "elu"],
        ["scale_row"],
    ]


def test_a_value_of_another_dtype_than_the_table_is_refused():
    table = Table(np.dtype(np.float32))
    with pytest.raises(NoOperationsError, match="expected float32, received float64"):
        table.emit(o.relu, Value((2, 3), np.dtype(float)))
