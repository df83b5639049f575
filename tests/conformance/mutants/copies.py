"""Bugs that are in copies: of a component in memory, in a pickle, in a model file."""

from __future__ import annotations

from strangers import (
    AnnealedNoise,
    BatchNorm,
    ForgetfulScale,
    Hardtanh,
    LayerNorm,
    Maxout,
    NotebookBatchNorm,
    RReLU,
    Tanh,
)

from minnet_layers import BatchNormalization, Dropout

from .mutant import Mutant

_COPIES = "copies_are_equal_and_independent"
_PICKLE = "pickling_gives_an_equal_component"
_SAVED = "saving_and_loading_gives_an_equal_component"

COPIES = (
    Mutant(
        Tanh,
        ("    def updateOutput", "    def __deepcopy__(self, memo):\n        return self\n\n    def updateOutput"),
        _COPIES,
        "a deep copy is the original",
    ),
    Mutant(
        Maxout,
        (
            "    def updateOutput",
            "    def __deepcopy__(self, memo):\n        twin = type(self).__new__(type(self))\n"
            "        twin.__dict__.update(self.__dict__)\n        return twin\n\n    def updateOutput",
        ),
        _COPIES,
        "a deep copy has the same arrays",
    ),
    Mutant(
        ForgetfulScale,
        (
            "    def updateOutput",
            "    def clone(self):\n        twin = ForgetfulScale(self.gamma.size)\n"
            "        twin.gamma, twin.gradGamma = self.gamma, self.gradGamma\n        return twin\n\n"
            "    def updateOutput",
        ),
        _COPIES,
        "a clone has the parameters of the original",
    ),
    Mutant(
        Dropout,
        (
            "    def updateOutput",
            "    def clone(self):\n        twin = Dropout(self.p, rng=self.rng)\n"
            "        twin.training = self.training\n"
            "        return twin\n\n    def updateOutput",
        ),
        _COPIES,
        "a clone draws from the generator of the original",
    ),
    Mutant(
        BatchNormalization,
        (
            "    def updateOutput",
            "    def clone(self):\n        twin = BatchNormalization(self.alpha, self.axis)\n"
            "        twin.training = self.training\n        return twin\n\n    def updateOutput",
        ),
        _COPIES,
        "a clone has no moving statistics",
    ),
    Mutant(
        Hardtanh,
        [
            (
                "self.low, self.high = float(low), float(high)",
                "self.low, self.high = float(low), float(high)\n        self.inside = lambda x: (x > low) & (x < high)",
            ),
            ("((input > self.low) & (input < self.high))", "self.inside(input)"),
        ],
        _PICKLE,
        "a lambda in an attribute",
    ),
    Mutant(
        LayerNorm,
        [
            (
                "self.normal = self.inverse = None",
                "self.normal = self.inverse = None\n\n        def batch_axes(x):\n"
                "            return tuple(range(x.ndim - 1))\n\n        self.batch_axes = batch_axes",
            ),
            ("batch = tuple(range(input.ndim - 1))", "batch = self.batch_axes(input)"),
        ],
        _PICKLE,
        "an inner function in an attribute",
    ),
    Mutant(
        RReLU,
        (
            "    def updateOutput",
            "    def __reduce__(self):\n        return RReLU, (self.lower, self.upper)\n\n    def updateOutput",
        ),
        _PICKLE,
        "it is unpickled without its generator and its mode",
    ),
    Mutant(
        NotebookBatchNorm,
        (
            "    def updateOutput",
            "    def __reduce_ex__(self, protocol):\n"
            "        state = {k: v for k, v in vars(self).items() if not k.startswith('moving')}\n"
            "        return NotebookBatchNorm, (self.alpha,), state | {'moving_mean': None, 'moving_variance': None}\n"
            "\n    def updateOutput",
        ),
        _PICKLE,
        "moving statistics are left out of pickles",
    ),
    Mutant(
        BatchNormalization,
        ('BUFFERS = ("moving_mean", "moving_variance")', 'BUFFERS = ("moving_mean",)'),
        _SAVED,
        "the moving variance is not declared",
    ),
    Mutant(
        AnnealedNoise,
        ('BUFFERS = ("steps",)', "BUFFERS = ()"),
        _SAVED,
        "the number of steps is not declared",
    ),
    Mutant(
        NotebookBatchNorm,
        [
            ("self.moving_mean = None\n        self.moving_variance = None", "pass"),
            (
                "if self.moving_mean is None:\n                self.moving_mean,",
                'if not hasattr(self, "moving_mean"):\n                self.moving_mean,',
            ),
            ("elif self.moving_mean is None:", 'elif not hasattr(self, "moving_mean"):'),
        ],
        _SAVED,
        "the constructor knows nothing of the moving statistics",
    ),
    Mutant(
        BatchNorm,
        (
            "self.inverse = 1 / np.sqrt(self.running_var + self.eps)",
            "if self.inverse is None:\n                self.inverse = 1 / np.sqrt(self.running_var + self.eps)",
        ),
        _SAVED,
        "evaluation goes on with the deviation of the last training batch",
    ),
)
