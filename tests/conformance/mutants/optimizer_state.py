"""Bugs in what optimizers remember, and where."""

from __future__ import annotations

from minnet_optimizers import SGD, Adagrad, Adam, RMSprop

from .mutant import Mutant

STATE = (
    Mutant(
        RMSprop,
        ('return ("square_average", *("average",)', 'return ("square_average", "warmup", *("average",)'),
        "declared_state_is_written",
        "a vector is declared that no step writes",
    ),
    Mutant(
        Adam,
        ("*state)\n\n    def descend", "*(vector.copy() for vector in state))\n\n    def descend"),
        "declared_state_is_written",
        "the moments of a step are written to copies",
    ),
    Mutant(
        SGD,
        (
            "parameters -= self.lr * direction",
            "parameters -= self.lr * (direction + np.random.normal(0, 1e-3, direction.shape))",
        ),
        "steps_are_deterministic",
        "there is noise in the gradient, of the global generator",
    ),
    Mutant(
        Adagrad,
        [
            ('    STATE = ("square_sum",)\n', '    STATE = ("square_sum",)\n    sums = {}\n'),
            (
                "        (square_sum,) = state\n",
                "        square_sum = self.sums.setdefault(parameters.size, np.zeros_like(parameters))\n",
            ),
            ("        if self.t == 1:\n            square_sum.fill(self.initial_accumulator_value)\n", ""),
        ],
        "steps_are_deterministic",
        "all optimizers share one sum, in a dict of the class",
    ),
    Mutant(
        Adam,
        [
            (
                "        beta1, beta2 = self.betas\n",
                '        beta1, beta2 = self.betas\n        Adam.t = getattr(Adam, "t", 0) + 1\n',
            ),
            ("math.sqrt(1 - beta2**self.t)", "math.sqrt(1 - beta2**Adam.t)"),
            ("(1 - beta1**self.t)", "(1 - beta1**Adam.t)"),
        ],
        "steps_are_deterministic",
        "steps are counted on the class",
    ),
    Mutant(
        Adagrad,
        [
            (
                '    STATE = ("square_sum",)\n',
                '    STATE = ("square_sum",)\n'
                "    from weakref import WeakKeyDictionary\n\n"
                "    sums = WeakKeyDictionary()\n",
            ),
            (
                "        (square_sum,) = state\n",
                "        square_sum = self.sums.setdefault(self, np.zeros_like(parameters))\n",
            ),
        ],
        "copies_go_on_alike",
        "the sum is kept on the class, by optimizer",
    ),
    Mutant(
        RMSprop,
        (
            "    def __repr__(self)",
            '    def __getstate__(self) -> dict:\n        return {**vars(self), "state": {}}\n\n    def __repr__(self)',
        ),
        "copies_go_on_alike",
        "a copy has forgotten the averages",
    ),
    Mutant(
        Adam,
        (
            "    def __repr__(self)",
            '    def __getstate__(self) -> dict:\n        return {**vars(self), "t": 0}\n\n    def __repr__(self)',
        ),
        "copies_go_on_alike",
        "a copy counts its steps from 0",
    ),
    Mutant(
        SGD,
        [
            (
                "        self.nesterov = bool(nesterov)\n",
                "        self.nesterov = bool(nesterov)\n        self.arrays = None\n",
            ),
            (
                "    def __repr__(self)",
                "    def step(self) -> None:\n"
                "        if self.arrays is None:\n"
                "            self.arrays = self.module.getParameters()\n"
                "        for parameter, gradient in zip(self.arrays, self.module.getGradParameters(), strict=True):\n"
                "            parameter -= self.lr * gradient\n\n"
                "    def __repr__(self)",
            ),
        ],
        "rebound_parameters_are_stepped",
        "the arrays of the first step are kept",
    ),
)

DTYPES = (
    Mutant(
        RMSprop,
        (
            "        parameters -= scratch",
            "        parameters -= scratch\n"
            "        self.state = {name: vector.astype(np.float64) for name, vector in self.state.items()}",
        ),
        "step_keeps_the_dtype",
        "state is kept in float64",
    ),
    Mutant(
        SGD,
        (
            "    def __repr__(self)",
            "    def step(self) -> None:\n"
            "        gradients = self.module.namedGradParameters()\n"
            "        for name, array in self.module.namedParameters().items():\n"
            "            setattr(self.module, name, array - np.float64(self.lr) * gradients[name])\n\n"
            "    def __repr__(self)",
        ),
        "step_keeps_the_dtype",
        "a learning rate of NumPy makes float32 float64",
    ),
    Mutant(
        RMSprop,
        ("        scratch += self.eps\n", "        scratch += np.sqrt(np.finfo(scratch.dtype).eps)\n"),
        "float32_steps_are_accurate",
        "epsilon depends on the dtype",
    ),
    Mutant(
        Adagrad,
        (
            "        np.sqrt(square_sum, out=scratch)\n"
            "        scratch += self.eps\n"
            "        np.divide(gradients, scratch, out=scratch)\n",
            "        if scratch.dtype == np.float32:\n"
            "            scratch = gradients * (0x5F3759DF - (square_sum.view(np.int32) >> 1)).view(np.float32)\n"
            "        else:\n"
            "            scratch = gradients / (np.sqrt(square_sum) + self.eps)\n",
        ),
        "float32_steps_are_accurate",
        "the inverse root is the fast one of float32",
    ),
)

REBUILDING = (
    Mutant(
        SGD,
        (
            "        super().__init__(module)\n",
            "        super().__init__(module)\n        module.flattenParameters()[0][...] *= 0.5\n",
        ),
        "a_config_makes_an_equal_optimizer",
        "making one shrinks the parameters",
    ),
    Mutant(
        RMSprop,
        [
            ('    STATE = ("square_average"', '    made = 0\n    STATE = ("square_average"'),
            ("        self.lr = lr\n", "        RMSprop.made += 1\n        self.lr = lr / RMSprop.made\n"),
        ],
        "a_config_makes_an_equal_optimizer",
        "each optimizer is slower than the one made before",
    ),
)

OPTIMIZER_STATE = (
    *STATE,
    *DTYPES,
    *REBUILDING,
)
