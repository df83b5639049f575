"""Bugs that show only in company: in long runs, large batches, other people's programs."""

from __future__ import annotations

from strangers import (
    AddTable,
    AnnealedNoise,
    BCELoss,
    CosineSimilarity,
    DropConnect,
    GaussianNoise,
    InstanceNorm,
    L2Normalize,
    LayerNorm,
    MeanOverTime,
    NotebookLayerNorm,
    Residual,
    Square,
    Tanh,
    WeightedNLLLoss,
)

from minnet_layers import Dropout, Linear, ReLU

from .mutant import Mutant

COMPANY = (
    Mutant(
        AnnealedNoise,
        (
            "self.steps = np.array(0)",
            "import threading\n        self.lock = threading.Lock()\n        self.steps = np.array(0)",
        ),
        "can_be_copied",
        "a lock is kept",
    ),
    Mutant(
        Tanh,
        (
            "self.output = np.tanh(input)",
            'self.output = np.tanh(input)\n        self.history = [*getattr(self, "history", []), self.output]',
        ),
        "passes_leave_nothing_behind",
        "all outputs are kept",
    ),
    Mutant(
        Tanh,
        ("self.output = np.tanh(input)", "print(input.shape)\n        self.output = np.tanh(input)"),
        "the_program_is_left_alone",
        "a print is left in",
    ),
    Mutant(
        Tanh,
        ("self.output = np.tanh(input)", 'np.seterr(all="ignore")\n        self.output = np.tanh(input)'),
        "the_program_is_left_alone",
        "NumPy's warnings are switched off for all",
    ),
    Mutant(
        Tanh,
        (
            "self.output = np.tanh(input)",
            'import warnings\n\n        warnings.filterwarnings("ignore")\n        self.output = np.tanh(input)',
        ),
        "the_program_is_left_alone",
        "warnings are ignored for all",
    ),
    Mutant(
        Residual,
        (
            'self.output = input + self.rethrowErrors(0, "forward", input)',
            'self.output = self.rethrowErrors(0, "forward", input)\n        self.output += input',
        ),
        "results_of_inner_modules_are_kept",
        "the output of the inner module is added to",
    ),
    Mutant(
        Residual,
        (
            'self.gradInput = gradOutput + self.rethrowErrors(0, "updateGradInput", input, gradOutput)',
            'self.gradInput = self.rethrowErrors(0, "updateGradInput", input, gradOutput)\n'
            "        self.gradInput += gradOutput",
        ),
        "results_of_inner_modules_are_kept",
        "the gradInput of the inner module is added to",
    ),
    Mutant(
        AddTable,
        ("tuple(gradOutput.copy() for _ in input)", "(gradOutput.copy(),) * len(input)"),
        "results_share_no_memory",
        "all parts of gradInput are one array",
    ),
    Mutant(
        MeanOverTime,
        (
            "np.repeat(gradOutput[:, None] / input.shape[1], input.shape[1], axis=1)",
            "np.broadcast_to(gradOutput[:, None] / input.shape[1], input.shape)",
        ),
        "results_share_no_memory",
        "gradInput is a read-only broadcast",
    ),
    Mutant(
        Square,
        (
            "self.gradInput = 2 * input * gradOutput",
            "self.gradInput = np.multiply(2 * input, gradOutput, out=self.output)",
        ),
        "earlier_results_are_kept",
        "gradInput is written over the output",
    ),
    Mutant(
        ReLU,
        (
            "self.gradInput = where_positive(input, gradOutput)",
            "self.gradInput = where_positive(input, gradOutput)\n        self.output[...] = self.gradInput",
        ),
        "earlier_results_are_kept",
        "backward uses the output as scratch",
    ),
)

MANY = (
    Mutant(
        WeightedNLLLoss,
        (
            "classes = target.astype(np.intp)\n        return (np.arange(len(input)), classes)",
            "classes = target.astype(np.intp)\n"
            "        flat = target + np.arange(len(target), dtype=target.dtype) * input.shape[1]\n"
            "        return np.unravel_index(flat, input.shape)",
        ),
        "a_large_batch_is_treated_alike",
        "an index into the batch overflows a byte",
    ),
    Mutant(
        Square,
        (
            "self.output = np.square(input)",
            "self.output = np.square(input)\n        if len(input) > 64:\n            self.output[64:] = 0",
        ),
        "a_large_batch_is_treated_alike",
        "only the first 64 samples are squared",
    ),
    Mutant(
        Linear,
        (
            "        self.gradW += np.dot(as_floating(gradOutput).T, input)",
            "        for start in range(0, len(input), 64):\n"
            "            block = slice(start, start + 64)\n"
            "            self.gradW[...] = self.gradW * (start == 0) + np.dot(gradOutput[block].T, input[block])",
        ),
        "a_large_batch_is_treated_alike",
        "only the last block of 64 samples counts",
    ),
)

SEEDS = (
    Mutant(
        DropConnect,
        ("np.random.default_rng(rng)", "np.random.default_rng(0)"),
        "seeds_give_different_components",
        "the seed is always 0",
    ),
    Mutant(
        Dropout,
        ("np.random.default_rng(rng)", "np.random.default_rng(rng or 0)"),
        "rng_is_what_numpy_takes",
        "no seed is seed 0",
    ),
    Mutant(
        Dropout,
        ("np.random.default_rng(rng)", "np.random.default_rng(None if rng is None else int(rng))"),
        "rng_is_what_numpy_takes",
        "a generator is refused",
    ),
    Mutant(
        GaussianNoise,
        ("np.random.default_rng(rng)", "np.random.RandomState(rng)"),
        "rng_is_what_numpy_takes",
        "the generator is one of the old kind",
    ),
)

NOTHING = (
    Mutant(L2Normalize, (" + 1e-12)", ")"), "tiny_inputs_give_finite_results", "a length of zero is divided by"),
    Mutant(NotebookLayerNorm, (" + 1e-5)", ")"), "tiny_inputs_give_finite_results", "a deviation of 0 is divided by"),
    Mutant(
        CosineSimilarity, (" + self.EPS**2)", ")"), "tiny_inputs_give_finite_results", "lengths of zero are divided by"
    ),
    Mutant(
        LayerNorm, ("self.eps = float(eps)", "self.eps = 0.0"), "one_huge_row_gives_finite_results", "eps is ignored"
    ),
    Mutant(InstanceNorm, ("1e-5", "0"), "one_huge_row_gives_finite_results", "eps is zero"),
    Mutant(
        BCELoss,
        ("np.maximum(p, self.FLOOR)", "np.maximum(p, 0)"),
        "a_certain_and_right_answer_is_finite",
        "the logarithm of zero times zero",
    ),
    Mutant(
        BCELoss,
        ("np.maximum(input * (1 - input), self.FLOOR)", "input * (1 - input)"),
        "a_certain_and_right_answer_is_finite",
        "the gradient divides by zero at 0 and 1",
    ),
)
