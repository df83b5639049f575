"""Bugs in the steps of optimizers."""

from __future__ import annotations

from minnet_optimizers import SGD, Adagrad, Adam, AdamW, RMSprop

from .mutant import Mutant

STEPS = (
    Mutant(
        SGD,
        ("parameters -= self.lr * direction", "parameters = parameters - self.lr * direction"),
        "step_runs",
        "the new parameters are bound to a name",
    ),
    Mutant(Adagrad, ('STATE = ("square_sum",)', "STATE = ()"), "step_runs", "its state is not declared"),
    Mutant(
        Adam,
        ("(1 - beta1**self.t)", "(1 - beta1 ** (self.t - 1))"),
        "step_runs",
        "steps are counted from 0",
    ),
    Mutant(
        RMSprop,
        ("        parameters -= scratch", "        parameters[1:] -= scratch[1:]"),
        "step_runs",
        "the first element is left out",
    ),
    Mutant(
        SGD,
        (
            "    def __repr__(self)",
            "    def step(self) -> None:\n"
            "        gradients = self.module.namedGradParameters()\n"
            "        for name, array in self.module.namedParameters().items():\n"
            "            setattr(self.module, name, array - self.lr * gradients[name])\n\n"
            "    def __repr__(self)",
        ),
        "step_changes_parameters_in_place",
        "step puts new arrays into the module",
    ),
    Mutant(
        Adagrad,
        (
            "    def __repr__(self)",
            "    def step(self) -> None:\n"
            "        super().step()\n"
            "        for name, array in self.module.namedParameters().items():\n"
            "            setattr(self.module, name, np.ascontiguousarray(array).copy())\n\n"
            "    def __repr__(self)",
        ),
        "step_changes_parameters_in_place",
        "the parameters are copied out of the flat vector",
    ),
    Mutant(
        SGD,
        ("        parameters -= self.lr * direction", "        gradients *= self.lr\n        parameters -= gradients"),
        "step_leaves_gradients_alone",
        "the gradients are scaled in place",
    ),
    Mutant(
        AdamW,
        (
            "        if self.weight_decay:\n            parameters *= 1 - self.lr * self.weight_decay\n",
            "        gradients += self.weight_decay * parameters\n",
        ),
        "step_leaves_gradients_alone",
        "weight decay is added to the gradients in place",
    ),
    Mutant(
        Adagrad,
        ("        parameters -= scratch", "        parameters -= scratch\n        gradients.fill(0)"),
        "step_leaves_gradients_alone",
        "the gradients are zeroed",
    ),
    Mutant(
        RMSprop,
        ("        scratch = gradients * gradients\n", "        scratch = gradients\n        scratch *= gradients\n"),
        "step_leaves_gradients_alone",
        "the gradients are squared in place",
    ),
)

DIRECTIONS = (
    Mutant(
        SGD, ("parameters -= self.lr * direction", "parameters += self.lr * direction"), "steps_go_down", "it goes up"
    ),
    Mutant(
        RMSprop,
        ("        parameters -= scratch", "        parameters -= np.abs(scratch)"),
        "steps_go_down",
        "the sign of the gradient is lost",
    ),
    Mutant(
        Adagrad,
        ("np.divide(gradients, scratch, out=scratch)", "np.divide(scratch, gradients, out=scratch)"),
        "steps_go_down",
        "the fraction is upside down",
    ),
    Mutant(
        Adam,
        ("lr = self.lr * correction / (1 - beta1**self.t)", "lr = self.lr * correction / (beta1**self.t - 1)"),
        "steps_go_down",
        "the bias correction has the wrong sign",
    ),
)

OPTIMIZERS = (
    *STEPS,
    *DIRECTIONS,
)
