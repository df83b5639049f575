from __future__ import annotations

import sys

import numpy as np

from minnet_core import Container, Module, Sequential
from minnet_core.nn.node import children, walk


class Pair(Module):
    """A composite that keeps its modules in attributes, as students write it."""

    def __init__(self, first, second):
        super().__init__()
        self.first, self.rest = first, {"second": second}

    def getParameters(self):
        return [self.first.getParameters(), self.rest["second"].getParameters()]

    def getGradParameters(self):
        return [self.first.getGradParameters(), self.rest["second"].getGradParameters()]


def test_walk_yields_every_module_once_parents_first(Linear):
    shared = Linear(2, 2)
    pair = Pair(shared, Sequential(Linear(2, 2)))
    pair.again = shared
    assert [name for name, _ in walk(pair)] == ["", "first", "rest.second", "rest.second.0"]


def test_children_in_a_list_called_modules_come_first_and_are_named_by_number(Linear):
    class Extended(Container):
        def __init__(self):
            self.head = Linear(2, 1)
            head = self.head
            super().__init__(Linear(2, 2))
            self.head = head

    assert [name for name, _ in children(Extended())] == ["0", "head"]


def test_modules_in_a_dict_called_modules_are_found(Linear):
    class Branches(Module):
        def __init__(self):
            super().__init__()
            self.modules = {"left": Linear(2, 2), "right": Linear(2, 2)}

    assert [name for name, _ in children(Branches())] == ["modules.left", "modules.right"]


def test_attribute_called_modules_need_not_be_a_list_of_modules():
    class Odd(Module):
        def __init__(self):
            super().__init__()
            self.modules = np.arange(3)

    assert list(children(Odd())) == []


def test_modules_in_a_tuple_are_found(Linear):
    class Frozen(Module):
        def __init__(self):
            super().__init__()
            self.parts = (Linear(2, 2), "no module", Linear(2, 1))

    assert [name for name, _ in children(Frozen())] == ["parts.0", "parts.2"]


def test_walk_goes_deeper_than_python_recurses():
    model = Sequential()
    for _ in range(2 * sys.getrecursionlimit()):
        outer = Sequential()
        outer.modules.append(model)
        model = outer
    assert sum(1 for _ in walk(model)) == 2 * sys.getrecursionlimit() + 1


def test_cycles_end():
    class Node(Module):
        pass

    node = Node()
    node.next = Node()
    node.next.back = node
    assert [name for name, _ in walk(node)] == ["", "next"]
    node.evaluate()
    assert not node.training
    assert not node.next.training


def test_undeclared_class_has_every_other_numeric_array_as_buffer():
    class Loose(Module):
        def __init__(self):
            super().__init__()
            self.mean, self.names, self.flags = np.zeros(2), np.array(["a"]), [np.ones(1, bool)]
            self.output = np.ones(3)

    assert list(Loose().namedBuffers()) == ["mean", "flags.0"]
