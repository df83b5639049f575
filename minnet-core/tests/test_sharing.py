from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Module, Sequential


class Packed(Module):
    """Hands out stretches of one array: views, which no attribute holds."""

    def __init__(self):
        super().__init__()
        self.all, self.grad = np.arange(3.0), np.zeros(3)

    def getParameters(self):
        return [self.all[:2], self.all[2:]]

    def getGradParameters(self):
        return [self.grad[:2], self.grad[2:]]


def test_share_takes_the_arrays_of_the_other(Linear):
    mine, theirs = Linear(3, 2), Linear(3, 2)
    assert mine.share(theirs) is mine
    assert (mine.W is theirs.W, mine.gradW is theirs.gradW, mine.b is theirs.b) == (True, True, True)


def test_share_of_one_name_leaves_the_others(Linear):
    mine, theirs = Sequential(Linear(3, 2)), Sequential(Linear(3, 2))
    mine.share(theirs, "b")
    assert mine[0].b is theirs[0].b
    assert mine[0].W is not theirs[0].W


@pytest.mark.parametrize(
    ("theirs", "names"),
    [((3, 4), ()), ((3, 4), ("W",)), ((3, 2), ("weight",)), ((3, 2), ("W", "bais")), ((3, 2), ("gradW",))],
)
def test_share_that_does_not_fit_fails_and_changes_nothing(Linear, theirs, names):
    mine, theirs = Linear(3, 2), Linear(*theirs)
    before = [*mine.getParameters(), *mine.getGradParameters()]
    with pytest.raises(ValueError, match="Linear 3 -> 2: expected to share"):
        mine.share(theirs, *names)
    after = [*mine.getParameters(), *mine.getGradParameters()]
    assert all(x is y for x, y in zip(before, after, strict=True))


def test_share_with_a_module_that_cannot_give_its_arrays_fails(Linear):
    class Fixed(Module):
        def __init__(self):
            super().__init__()
            self.parameter0, self.parameter1 = np.zeros(2), np.zeros(1)
            self.grad0, self.grad1 = np.zeros(2), np.zeros(1)

        def getParameters(self):
            return [self.parameter0, self.parameter1]

        def getGradParameters(self):
            return [self.grad0, self.grad1]

    with pytest.raises(TypeError, match="held nowhere"):
        Fixed().share(Packed())


def test_astype_that_fails_half_way_changes_nothing(Linear):
    model = Sequential(Linear(3, 2), Packed())
    W = model[0].W
    with pytest.raises(TypeError, match="held nowhere"):
        model.astype(np.float64)
    assert model[0].W is W
