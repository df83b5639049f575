"""The checks of PyTorch's layers alone: what they promise, and no layer of minnet could break.

PyTorch is not imported here: what proves each, in ``checking``, imports it when the check runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module

from minnet_core.testing import Check, Level, Trial

NAME = "PyTorch layer"
"""What the checks are about, as the adapter calls it."""

RUNS = ("is_made", "forward_runs", "backward_runs", "arguments_are_not_written_to")
"""What must hold before results can be compared."""

SLOPES = (*RUNS, "gradInput_is_the_slope", "parameter_gradients_are_the_slopes")
"""What must hold before more of a gradient is asked."""


def _proven_in(
    file: str, family: str, *, level: Level = "wrong result", needs: Iterable[str] = RUNS
) -> Callable[[Callable[[Trial], None]], Check]:
    """Make a decorator that turns a function with a docstring into a check, which a function of its name proves.

    Args:
        file: of ``checking.proofs``, where that function is.
        family: of the check.
        level: of the check.
        needs: of the check.
    """

    def declare(declared: Callable[[Trial], None]) -> Check:
        def prove(trial: Trial) -> None:
            getattr(import_module(f"{__package__}.checking.proofs.{file}"), declared.__name__)(trial)

        prove.__name__, prove.__doc__, prove.__module__ = declared.__name__, declared.__doc__, declared.__module__
        return Check(prove, family, (NAME,), tuple(needs), level)

    return declare


@_proven_in("autograd_graph", "graph")
def passes_may_overlap(trial: Trial) -> None:
    """Two forward passes before the backward of either give the gradients that each gives alone.

    A layer that is used twice in a network, or by two samples of one loss, runs like this.
    Whatever forward leaves for backward must belong to its pass: on ``ctx``, in a graph, not on the class or in self.
    """


@_proven_in("autograd_graph", "graph")
def gradients_of_two_uses_add_up(trial: Trial) -> None:
    """A tensor that two passes use, or a sum besides, gets the sum of both gradients, and each pass grad_output whole.

    Autograd hands one tensor to both: a backward that changes it, or gives away one that it changes later, is found.
    """


@_proven_in("autograd_graph", "graph")
def a_sum_sends_back_what_ones_do(trial: Trial) -> None:
    """``output.sum().backward()``, which sends back one number for all elements, gives the gradients of ones.

    Its grad_output is expanded: not contiguous, and all of its elements are one memory.
    """


@_proven_in("autograd_graph", "graph")
def gradients_handed_out_stay(trial: Trial) -> None:
    """A gradient that backward has returned is changed by no later pass: autograd keeps the tensor itself."""


@_proven_in("autograd_graph", "graph", needs=SLOPES)
def gradients_come_one_by_one(trial: Trial) -> None:
    """Where one input or parameter needs a gradient, ``needs_input_grad`` being False of all others, it gets it.

    So it does where one of several outputs is used: ``ctx.set_materialize_grads(False)`` has those of the others be
    None.
    """


@_proven_in("autograd_graph", "graph")
def output_is_the_same_without_gradients(trial: Trial) -> None:
    """Under ``torch.no_grad()``, and of inputs that need no gradient, forward gives what it gives otherwise."""


@_proven_in("autograd_graph", "graph", needs=SLOPES)
def a_change_after_forward_is_noticed(trial: Trial) -> None:
    """If the input or the output is changed in place after forward, backward is right or raises, and is never wrong.

    ``ctx.save_for_backward`` sees to that; a tensor that is kept as an attribute (``ctx.x = x``) is read as it is by
    then.
    """


@_proven_in("module_state", "registration", needs=["is_made"])
def everything_is_registered(trial: Trial) -> None:
    """Every parameter and module that a module holds is one of its ``parameters()`` and ``modules()``.

    What lies in a list or a dict is not: no optimizer trains it, ``state_dict`` has not got it, ``train()``, ``eval()``
    and ``.to()`` do not reach it.
    """


@_proven_in("module_state", "registration", needs=["is_made"])
def two_modules_share_nothing(trial: Trial) -> None:
    """Two modules that the same call makes have no parameter and no buffer in common.

    ``def __init__(self, head=Linear(3, 2))`` gives all of them the one that was made with the class.
    """


@_proven_in("module_state", "registration", level="weakness", needs=["is_made"])
def modes_are_set_as_pytorch_does(trial: Trial) -> None:
    """``train()``, ``train(False)`` and ``eval()`` return the module itself, and set its mode."""


@_proven_in("module_state", "registration", level="weakness")
def a_used_module_can_be_copied(trial: Trial) -> None:
    """``copy.deepcopy`` takes a module that has run: nothing of a pass's graph is left in an attribute.

    Averaged models and early stopping copy modules like this, and what is left keeps all of the graph in memory.
    """


@_proven_in("surroundings", "surroundings")
def pytorch_is_left_as_it_was(trial: Trial) -> None:
    """Passes seed PyTorch's generator never, and change no setting of its: dtype, gradients, threads, determinism.

    A generator that is seeded in a pass draws the same numbers in every later layer and step. Settings are a weakness.
    """


@_proven_in("surroundings", "surroundings", level="weakness", needs=[*SLOPES, "evaluation_is_deterministic"])
def other_threads_may_evaluate(trial: Trial) -> None:
    """In evaluation mode forward gives the same, whatever passes run in other threads meanwhile.

    At each line of the class's own file where the first pass may lose its turn, a second one runs, and ends.
    """


@_proven_in("surroundings", "surroundings", level="weakness", needs=SLOPES)
def a_second_backward_is_right_or_refused(trial: Trial) -> None:
    """With ``create_graph=True`` the gradient of the gradient is its slope, or PyTorch raises an error.

    A backward that computes with what forward has computed without autograd, and saved, gives a wrong one without a
    word: save inputs and outputs alone, or decorate it by ``torch.autograd.function.once_differentiable``.
    """


LAYER_CHECKS = (
    passes_may_overlap,
    gradients_of_two_uses_add_up,
    a_sum_sends_back_what_ones_do,
    gradients_handed_out_stay,
    gradients_come_one_by_one,
    output_is_the_same_without_gradients,
    a_change_after_forward_is_noticed,
    everything_is_registered,
    two_modules_share_nothing,
    modes_are_set_as_pytorch_does,
    a_used_module_can_be_copied,
    pytorch_is_left_as_it_was,
    other_threads_may_evaluate,
    a_second_backward_is_right_or_refused,
)
"""All of them, in the order in which they run."""
