"""Modules with one mistake each, and the check that is to find it."""

import torch
from torch import nn
from torch.nn import functional

from minnet_core import Example

KILLED_BY = {}
"""Class -> the check that must fail."""


def killed_by(check):
    """Note which check must find what is wrong with a class."""

    def note(cls):
        KILLED_BY[cls] = check
        return cls

    return note


class Base(nn.Module):
    """What all have: rows of three numbers as input."""

    EXAMPLES = (Example(input=(4, 3)),)

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3, 3)


@killed_by("evaluation_draws_nothing")
class DropsInEvaluation(Base):
    EXAMPLES = (Example(input=(4, 3), traits={"stochastic", "changes-mean"}),)

    def forward(self, x):
        return functional.dropout(self.linear(x), 0.3)


@killed_by("forward_runs")
class HasAnUnregisteredConstant(Base):
    def __init__(self):
        super().__init__()
        self.matrix = torch.ones(3, 3)

    def forward(self, x):
        return self.linear(x) @ self.matrix


@killed_by("nothing_is_hidden")
class HasAnUnregisteredStatistic(Base):
    EXAMPLES = (Example(input=(4, 3), traits={"batch-coupled", "train-differs"}),)

    def __init__(self):
        super().__init__()
        self.mean = None

    def forward(self, x):
        y = self.linear(x)
        if self.training:
            now = y.mean(0)
            self.mean = now.detach() if self.mean is None else 0.9 * self.mean + 0.1 * now.detach()
            return y - now
        return y if self.mean is None else y - self.mean.to(y.dtype)


@killed_by("everything_is_registered")
class HoldsModulesInAList(Base):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Tanh(), nn.Linear(3, 3).double()]

    def forward(self, x):
        return self.layers[0](self.linear(x))


@killed_by("parameters_are_live")
class CopiesItsWeight(Base):
    def __init__(self):
        super().__init__()
        self.register_buffer("copied", self.linear.weight.detach().clone(), persistent=False)

    def forward(self, x):
        return functional.linear(x, self.copied, self.linear.bias)


@killed_by("parameter_gradients_are_the_slopes")
class DetachesItsWeight(Base):
    def forward(self, x):
        return functional.linear(x, self.linear.weight.detach(), self.linear.bias)


@killed_by("gradInput_is_the_slope")
class HidesASquareFromAutograd(Base):
    def forward(self, x):
        with torch.no_grad():
            square = x * x
        return self.linear(x) + square


@killed_by("arguments_are_not_written_to")
class ChangesItsInputBehindAutograd(Base):
    def forward(self, x):
        x.data.add_(1)
        return self.linear(x)


@killed_by("a_smaller_batch_is_not_mixed_with_a_larger_one")
class KeepsAMask(Base):
    def __init__(self):
        super().__init__()
        self.mask = None

    def forward(self, x):
        if self.mask is None or len(self.mask) < len(x):
            self.mask = torch.arange(len(x)).remainder(2).to(x.dtype)[:, None] - len(x)
        return self.linear(x) * self.mask[: len(x)].to(x.dtype)


@killed_by("memory_layout_does_not_matter")
class NeedsContiguousInput(Base):
    def forward(self, x):
        return self.linear(x.view(-1).view(x.shape))


@killed_by("evaluation_changes_nothing")
class MovesStatisticsInEvaluation(Base):
    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.zeros(3))

    def forward(self, x):
        y = self.linear(x)
        with torch.no_grad():
            self.mean.mul_(0.9).add_(0.1 * y.mean(0))
        return y - self.mean


@killed_by("other_threads_may_evaluate")
class WorksInAttributes(Base):
    def forward(self, x):
        self.hidden = self.linear(x)
        return torch.tanh(self.hidden)


@killed_by("a_used_module_can_be_copied")
class KeepsItsOutput(Base):
    def forward(self, x):
        y = self.linear(x)
        self.last = y
        return y


@killed_by("modes_are_set_as_pytorch_does")
class ReturnsNothingFromTrain(Base):
    def train(self, mode=True):
        super().train(mode)

    def forward(self, x):
        return self.linear(x)


@killed_by("samples_are_independent")
class NormalizesOverTheBatch(Base):
    def forward(self, x):
        return functional.softmax(self.linear(x), dim=0)


@killed_by("tiny_inputs_give_finite_results")
class DividesByTheLength(nn.Module):
    EXAMPLES = (Example(input=(4, 3)),)

    def forward(self, x):
        return x / x.norm(dim=1, keepdim=True)


@killed_by("the_mean_is_preserved")
class ScalesTwice(nn.Module):
    """Declares nothing; that it is a linear map with random factors is found out."""

    def __init__(self):
        super().__init__()
        self.thinned = nn.Dropout(0.5)

    def forward(self, x):
        return 2 * self.thinned(x) if self.training else self.thinned(x)


@killed_by("pytorch_is_left_as_it_was")
class SetsTheDefaultDtype(Base):
    """What it sets in the first pass must not be taken for what was there before the next."""

    def forward(self, x):
        torch.set_default_dtype(torch.float64)
        return self.linear(x)


@killed_by("gradInput_is_the_slope")
class DividesByADetachedNorm(Base):
    def forward(self, x):
        return x / (x.detach().norm(dim=1, keepdim=True) + 1)


@killed_by("evaluation_changes_nothing")
class NormalizesAsInTraining(Base):
    EXAMPLES = (Example(input=(4, 3), traits={"batch-coupled", "train-differs"}),)

    def __init__(self):
        super().__init__()
        self.normalized = nn.BatchNorm1d(3)

    def forward(self, x):
        self.normalized.train()
        return self.normalized(x)


@killed_by("samples_are_independent")
class SqueezesTheBatchAway(Base):
    def forward(self, x):
        return self.linear(x.unsqueeze(1)).squeeze()


@killed_by("two_modules_share_nothing")
class HasADefaultThatAllShare(nn.Module):
    EXAMPLES = (Example(input=(4, 3)),)

    def __init__(self, inner=nn.Linear(3, 2)):  # noqa: B008
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner(x)
