"""Bugs of optimizers that show with many parameters, or with gradients of zero."""

from __future__ import annotations

from strangers import ClippedSGD

from minnet_optimizers import LAMB, Adagrad, Adam, RMSprop

from .mutant import Mutant

STEPS = (
    Mutant(
        Adam,
        [
            ('    STATE = ("m", "v")', '    STATE = ("m", "v")\n    taken = 0'),
            ("        beta1, beta2 = self.betas\n", "        beta1, beta2 = self.betas\n        self.taken += 1\n"),
            ("math.sqrt(1 - beta2**self.t)", "math.sqrt(1 - beta2**self.taken)"),
            ("(1 - beta1**self.t)", "(1 - beta1**self.taken)"),
        ],
        "many_parameters_are_stepped_like_few",
        "every block counts as a step",
    ),
    Mutant(
        Adagrad,
        ("        scratch += self.eps\n", ""),
        "gradients_of_zero_give_finite_parameters",
        "epsilon is forgotten",
    ),
    Mutant(
        RMSprop,
        ("        scratch += self.eps\n", ""),
        "gradients_of_zero_give_finite_parameters",
        "epsilon is forgotten",
    ),
    Mutant(
        RMSprop,
        ("        scratch += self.eps\n", "        scratch += self.eps + scratch.mean()\n"),
        "elements_are_stepped_apart",
        "the denominator has a part of all elements",
    ),
    Mutant(
        LAMB,
        ("    WHOLE_PARAMETERS = True\n", ""),
        "elements_are_stepped_apart",
        "its norms are those of all parameters together",
    ),
    Mutant(
        Adagrad,
        (
            "    def update(self",
            "    def step_on(self, parameters: Array, gradients: Array) -> None:\n"
            "        self.t += 1\n"
            '        self.update(parameters, gradients, self._vector("square_sum", parameters))\n\n'
            "    def update(self",
        ),
        "frozen_groups_stay",
        "its steps are of all parameters, whatever groups there are",
    ),
    Mutant(
        ClippedSGD,
        ("        self.t += 1\n", ""),
        "steps_are_counted",
        "its own step counts none",
    ),
    Mutant(
        Adam,
        ("math.sqrt(1 - beta2**self.t)", "math.sqrt(1 - beta2 ** (self.t - 1))"),
        "step_runs",
        "the first step does nothing",
    ),
    Mutant(
        Adagrad,
        [
            ('    STATE = ("square_sum",)', '    STATE = ("square_sum",)\n    shared = {}'),
            ("        super().__init__(module)", "        super().__init__(module)\n        self.state = self.shared"),
        ],
        "steps_are_deterministic",
        "the state is a dict of the class",
    ),
)
