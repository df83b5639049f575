"""Bugs of evaluation in several threads: one pass reads what another has stored."""

from __future__ import annotations

from strangers import HingeLoss, Residual

from minnet_layers import BatchNormalization, ChannelwiseScaling, LogSoftMax, SoftMax

from .mutant import Mutant

_THREADS = "evaluation_is_thread_safe"

THREADS = (
    Mutant(
        ChannelwiseScaling,
        (
            "            np.add(output, self.beta, out=output)\n        self.output = output\n        return output",
            "            self.output = np.add(output, self.beta, out=output)\n        return self.output",
        ),
        _THREADS,
        "the output is read again after the with statement",
    ),
    Mutant(
        SoftMax,
        (
            "        output = shifted_exp(as_floating(input), self.axis)\n        with whole_rows(output):\n"
            "            output *= 1 / axis_sums(output, self.axis)\n"
            "        self.output = output\n        return output",
            "        self.output = shifted_exp(as_floating(input), self.axis)\n"
            "        self.output = self.output / axis_sums(self.output, self.axis)\n        return self.output",
        ),
        _THREADS,
        "it works in self.output",
    ),
    Mutant(
        LogSoftMax,
        (
            "            sums = axis_sums(exponentials, self.axis)\n            output -= np.log(sums)",
            "            self.sums = sums = axis_sums(exponentials, self.axis)\n"
            "            output -= np.log(self.sums)",
        ),
        _THREADS,
        "the sums are read from the attribute",
    ),
    Mutant(
        BatchNormalization,
        [
            ('CACHES = ("inverse_deviation",)', 'CACHES = ("inverse_deviation", "centered")'),
            (
                "output = x - mean.astype(x.dtype, copy=False)\n                output *=",
                "self.centered = x - mean.astype(x.dtype, copy=False)\n                output = self.centered *",
            ),
        ],
        _THREADS,
        "evaluation centers in an attribute",
    ),
    Mutant(
        Residual,
        (
            'input + self.rethrowErrors(0, "forward", input)',
            'input + (self.rethrowErrors(0, "forward", input), self.modules[0].output)[1]',
        ),
        _THREADS,
        "the branch is read from its attribute",
    ),
    Mutant(
        HingeLoss,
        (
            "        self.output = float(np.maximum(0, self._shortfall(input, target)).sum()) / len(input)\n",
            "        self.output = float(np.maximum(0, self._shortfall(input, target)).sum())\n"
            "        self.output /= len(input)\n",
        ),
        _THREADS,
        "the sum is stored before the mean",
    ),
)
