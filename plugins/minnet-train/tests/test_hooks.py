"""Every hook of a training does what its specification says: a test each, named for it, which the last test asserts."""

from __future__ import annotations

import ast
import inspect
import sys
from pathlib import Path

import numpy as np
import pytest

from minnet_core import MinnetError, Sequential, hookimpl, layers
from minnet_core.testing import install_distribution
from minnet_criterions import ClassNLLCriterion
from minnet_layers import BatchNormalization, Dropout, Linear, LogSoftMax
from minnet_optimizers import SGD
from minnet_train import CallbackError, DivergenceError, StateError, Trainer, hookspecs
from minnet_train.training.callbacks import HOOKS, Hooks


def trainer_of(*callbacks, **options) -> Trainer:
    model = Sequential(BatchNormalization(0.9), Dropout(0.2, rng=4), Linear(3, 2, rng=0), LogSoftMax())
    return Trainer(model, ClassNLLCriterion(), SGD(model, 0.1), callbacks=callbacks, **options)


def fit(trainer: Trainer, samples, epochs: int = 2) -> Trainer:
    trainer.fit(samples(10), samples(4, 1), epochs=epochs, batch_size=4, rng=0)
    return trainer


class Listing:
    """Lists the calls of its hooks."""

    def __init__(self, calls: list | None = None) -> None:
        self.calls = [] if calls is None else calls

    @hookimpl
    def minnet_fit_start(self, trainer):
        self.calls.append(("start", trainer.step, trainer.plan.steps))

    @hookimpl
    def minnet_step_end(self, trainer, loss):
        self.calls.append(("step", trainer.epoch, trainer.batch, trainer.step))
        assert type(loss) is float

    @hookimpl
    def minnet_epoch_end(self, trainer, report):
        self.calls.append(("epoch", report.epoch))
        assert trainer.history[-1] is report

    @hookimpl
    def minnet_fit_end(self, trainer):
        self.calls.append(("end", trainer.step))


def test_the_hooks_are_called_in_order_with_the_position(samples):
    listing = Listing()
    fit(trainer_of(listing), samples)
    epochs = [[*(("step", e, b, 3 * (e - 1) + b) for b in (1, 2, 3)), ("epoch", e)] for e in (1, 2)]
    assert listing.calls == [("start", 0, 6), *epochs[0], *epochs[1], ("end", 6)]


def test_hook_minnet_fit_start(samples):
    class Starting:
        @hookimpl
        def minnet_fit_start(self, trainer):
            self.seen = trainer.step, len(trainer.plan.training), len(trainer.plan.validation), trainer.plan.epochs

    starting = Starting()
    trainer = fit(trainer_of(starting), samples)
    assert starting.seen == (0, 10, 4, 2)
    fit(trainer, samples, epochs=3)
    assert starting.seen == (6, 10, 4, 3)


def test_hook_minnet_gradients_ready(samples):
    class Changing:
        @hookimpl
        def minnet_gradients_ready(self, trainer, gradients):
            assert gradients is trainer.model.flattenParameters()[1]
            assert np.array_equal(trainer.model[2].gradW.ravel(), gradients[:6])
            gradients[:] = 0

    trainer = trainer_of(Changing())
    before = trainer.model[2].W.copy()
    fit(trainer, samples)
    assert np.array_equal(trainer.model[2].W, before)


def test_clipping_comes_after_the_hook(samples):
    class Enlarging:
        @hookimpl
        def minnet_gradients_ready(self, gradients):
            gradients *= 1e6

    trainer = trainer_of(Enlarging(), clip_value=1e-3)
    before = trainer.model[2].W.copy()
    fit(trainer, samples)
    assert np.abs(trainer.model[2].W - before).max() <= 6 * 0.1 * 1e-3 + 1e-6


def test_hook_minnet_step_end(samples):
    class Ending:
        losses: list = []

        @hookimpl
        def minnet_step_end(self, trainer, loss):
            self.losses.append(loss)
            if trainer.step == 4:
                trainer.stop()

    ending = Ending()
    trainer = fit(trainer_of(ending), samples)
    assert (trainer.step, trainer.stopped) == (4, "stopped after step 4")
    weights = [4, 4, 2]
    assert trainer.history[0].loss == pytest.approx(np.average(ending.losses[:3], weights=weights))


def test_hook_minnet_epoch_end(samples):
    class Measured:
        @hookimpl
        def minnet_epoch_end(self, trainer, report):
            assert not trainer.model.training
            trainer.state_dict()
            self.report = report

    measured = Measured()
    trainer = fit(trainer_of(measured), samples)
    assert measured.report is trainer.history[-1]
    assert measured.report.validation_loss is not None


def test_hook_minnet_fit_end(samples):
    class Final:
        calls = 0

        @hookimpl
        def minnet_fit_end(self, trainer):
            self.calls += 1

    final = Final()
    fit(trainer_of(final), samples)
    assert final.calls == 1
    epochs = trainer_of(final).epochs(samples(10), epochs=3)
    next(epochs)
    epochs.close()
    assert final.calls == 2


@pytest.mark.parametrize("hook", [hook for hook in HOOKS if hook != "minnet_fit_end"])
def test_a_callback_that_raises_stops_the_run_and_is_named_and_the_end_is_told(samples, hook):
    class Failing:
        @hookimpl
        def minnet_fit_start(self, trainer):
            self.fail("minnet_fit_start", trainer)

        @hookimpl
        def minnet_gradients_ready(self, trainer, gradients):
            gradients[:] = 7
            self.fail("minnet_gradients_ready", trainer)

        @hookimpl
        def minnet_step_end(self, trainer):
            self.fail("minnet_step_end", trainer)

        @hookimpl
        def minnet_epoch_end(self, trainer):
            self.fail("minnet_epoch_end", trainer)

        def fail(self, failing, trainer):
            if failing == hook and trainer.step in (0, 2, 3):
                raise OSError("the disk is full")

    listing = Listing()
    trainer = trainer_of(Failing(), listing)
    with pytest.raises(
        CallbackError, match=rf"^callback Failing failed in {hook}: OSError: the disk is full$"
    ) as caught:
        fit(trainer, samples)
    assert isinstance(caught.value.__cause__, OSError)
    assert listing.calls[-1] == ("end", trainer.step)


class FailingOnce:
    """Raises in the middle of the fourth step, once, after it has changed the gradients."""

    at = 3

    @hookimpl
    def minnet_gradients_ready(self, trainer, gradients):
        if trainer.step == self.at:
            self.at = None
            gradients[:] = 7
            raise OSError("the disk is full")


class KeepingState:
    """Keeps the state after the last step."""

    @hookimpl
    def minnet_step_end(self, trainer):
        self.state = trainer.state_dict()


def test_a_callback_that_raises_within_a_step_leaves_the_parameters_of_the_step_before(samples):
    failed = trainer_of(FailingOnce(), keeping := KeepingState())
    with pytest.raises(CallbackError):
        fit(failed, samples)
    assert (failed.step, failed.epoch, failed.batch) == (3, 2, 0)
    before = keeping.state["model"]["parameters"]
    np.testing.assert_equal(dict(failed.model.namedParameters()), before)
    assert fit(failed, samples).step == 6  # it goes on, with other draws of the layers


def test_the_state_of_half_a_step_cannot_be_taken_and_the_last_one_goes_on_bit_for_bit(samples):
    failed = trainer_of(FailingOnce(), keeping := KeepingState())
    with pytest.raises(CallbackError):
        fit(failed, samples)
    message = r"^epoch 2, batch 1: expected a trainer between two steps, received one in the middle of a step, as a"
    with pytest.raises(StateError, match=message):
        failed.state_dict()
    failed.load_state_dict(keeping.state)
    assert np.array_equal(fit(failed, samples).model[2].W, fit(trainer_of(), samples).model[2].W)


@pytest.mark.parametrize("error", [MinnetError, DivergenceError])
def test_an_error_of_minnets_own_keeps_its_type_and_gets_a_note(samples, error):
    class Failing:
        @hookimpl
        def minnet_epoch_end(self):
            raise error("too bad")

    with pytest.raises(error, match="^too bad") as caught:
        fit(trainer_of(Failing()), samples)
    assert caught.value.__notes__ == ["in minnet_epoch_end of callback Failing"]


def test_every_callback_is_told_the_end_though_one_raises_there(samples):
    class Failing:
        @hookimpl
        def minnet_fit_end(self):
            raise OSError("the disk is full")

    listing = Listing()
    with pytest.raises(CallbackError, match="callback Failing failed in minnet_fit_end: OSError: the disk is full"):
        fit(trainer_of(Failing(), listing), samples)
    assert listing.calls[-1] == ("end", 6)


def test_an_interrupt_passes_unchanged(samples):
    class Interrupted:
        @hookimpl
        def minnet_step_end(self):
            raise KeyboardInterrupt

    listing = Listing()
    with pytest.raises(KeyboardInterrupt):
        fit(trainer_of(Interrupted(), listing), samples)
    assert listing.calls[-1] == ("end", 1)


def test_a_hook_is_not_even_looked_at_in_a_step_if_nobody_implements_it():
    assert Hooks.gather([]).minnet_step_end == ()
    assert Hooks.gather([Listing()]).minnet_gradients_ready == ()


class Mistyped:
    @hookimpl
    def minnet_epoch_ends(self, trainer): ...


class Misnamed:
    @hookimpl
    def minnet_epoch_end(self, trainer, result): ...


class Dividing:
    @hookimpl
    def minnet_ranks(self): ...


class Wrapper:
    @hookimpl(wrapper=True)
    def minnet_epoch_end(self):
        yield


@pytest.mark.parametrize(
    ("callback", "message"),
    [
        (print, "expected a callback with methods such as minnet_epoch_end, marked by minnet_core.hookimpl, received"),
        (Listing, "expected a callback, received the class Listing; call it to make one"),
        (Mistyped(), "Mistyped: expected a callback that fits the hooks: unknown hook 'minnet_epoch_ends'"),
        (Misnamed(), "Misnamed: expected a callback that fits the hooks: .* {'result'} are declared"),
        (Dividing(), "Dividing: expected a callback, received minnet_ranks, which is a hook for plugins alone"),
        (Wrapper(), "Wrapper: expected a plain function for minnet_epoch_end, received a wrapper"),
    ],
)
def test_what_is_no_callback_is_refused_at_once(callback, message):
    with pytest.raises(TypeError, match=message):
        trainer_of(callback)


SOURCE = """
from minnet_core import hookimpl
CALLS = []
@hookimpl
def minnet_fit_start(trainer): trainer.calls.append("plugin")
@hookimpl
def minnet_epoch_end(trainer, report):
    if trainer.is_bad: 1 / 0
"""


OTHER = """
from minnet_core import hookimpl
seen = []

def __dir__():
    seen.append(True)
    return list(globals())

@hookimpl
def minnet_commands():
    return []
"""


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """A stranger's plugin that implements hooks of a training."""
    monkeypatch.syspath_prepend(str(tmp_path))
    for name, source in (("strange_a", SOURCE), ("strange_b", OTHER)):
        install_distribution(tmp_path, name.replace("_", "-"), {name: source}, entry_points={"minnet": {"it": name}})
    layers.refresh()
    yield
    monkeypatch.undo()
    for name in ("strange_a", "strange_b"):
        sys.modules.pop(name, None)
    layers.refresh()


@pytest.mark.usefixtures("plugin")
def test_a_plugin_without_hooks_of_a_training_is_not_searched_for_them_in_each():
    assert [each.owner for each in Hooks.gather([]).minnet_epoch_end] == ["plugin strange-a:it"]
    seen = list(sys.modules["strange_b"].seen)
    assert seen
    Hooks.gather([])
    assert sys.modules["strange_b"].seen == seen


def test_plugins_are_called_before_callbacks_and_named_too(plugin, samples):
    class After:
        @hookimpl
        def minnet_fit_start(self, trainer):
            trainer.calls.append("callback")

    trainer = trainer_of(After())
    trainer.calls, trainer.is_bad = [], False
    fit(trainer, samples)
    assert trainer.calls == ["plugin", "callback"]
    trainer.is_bad = True
    with pytest.raises(CallbackError, match=r"^plugin strange-a:it failed in minnet_epoch_end: ZeroDivisionError: "):
        fit(trainer, samples, epochs=3)


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_a_test_and_a_line_that_says_what_it_is_for(hook):
    tests = {node.name for node in ast.walk(ast.parse(Path(__file__).read_text())) if isinstance(node, ast.FunctionDef)}
    assert f"test_hook_{hook}" in tests
    assert inspect.getdoc(getattr(hookspecs, hook))
