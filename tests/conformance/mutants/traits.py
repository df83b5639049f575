"""Traits that say what is not so, and components that are not what their traits say."""

from __future__ import annotations

from strangers import (
    CosineEmbeddingLoss,
    CrossEntropyLoss,
    Embedding,
    GaussianNoise,
    GlobalDropout,
    HingeLoss,
    InstanceNorm,
    KLDivLoss,
    Log,
    NotebookBatchNorm,
    NotebookLayerNorm,
    NotebookLinear,
    NotebookSoftMax,
    PReLU,
    RReLU,
    SmoothL1Loss,
    StochasticDepth,
)

from minnet_criterions import ClassNLLCriterion, ClassNLLCriterionUnstable
from minnet_layers import ELU, BatchNormalization, Dropout, LeakyReLU, Linear, ReLU, SoftPlus

from .mutant import Mutant

RANDOMNESS = (
    Mutant(
        GaussianNoise,
        ("traits=_NOISY", 'traits={*_NOISY, "changes-mean"}'),
        "changes_mean_is_declared_rightly",
        "declared to change the mean, which it keeps",
    ),
    Mutant(
        Dropout,
        (
            'input=(4, 3),\n            traits={"stochastic", "train-differs"}',
            'input=(4, 3),\n            traits={"train-differs"}',
        ),
        "stochastic_is_declared_rightly",
        "it is not declared stochastic",
    ),
    Mutant(
        StochasticDepth,
        ('traits={"stochastic", "train-differs"}', 'traits={"train-differs"}'),
        "stochastic_is_declared_rightly",
        "it is not declared stochastic",
    ),
    Mutant(
        Linear,
        ("input=(2, 5),", 'input=(2, 5), traits={"stochastic"},'),
        "stochastic_is_declared_rightly",
        "initial values are declared to be draws",
    ),
    Mutant(
        RReLU,
        (
            "negative = self.rng.uniform(self.lower, self.upper, input.shape).astype(input.dtype)",
            "negative = self.lower",
        ),
        "stochastic_is_declared_rightly",
        "no slope is drawn",
    ),
    Mutant(
        NotebookLinear,
        [
            ("self.W = np.random.uniform(", "self.W = np.random.default_rng(0).uniform("),
            ("self.b = np.random.uniform(", "self.b = np.random.default_rng(1).uniform("),
        ],
        "global_generator_is_declared_rightly",
        "it has a generator of its own by now",
    ),
    Mutant(
        GlobalDropout,
        ("np.random.rand(*input.shape)", "np.random.default_rng().random(input.shape)"),
        "global_generator_is_declared_rightly",
        "a new generator is made in every pass",
    ),
    Mutant(
        NotebookSoftMax,
        ("Example(input=[(4, 3), (2, 5)])", 'Example(input=[(4, 3), (2, 5)], traits={"global-generator"})'),
        "global_generator_is_declared_rightly",
        "it is declared as the layers beside it are",
    ),
)

MODES = (
    Mutant(
        BatchNormalization,
        (
            'input=(6, 3),\n            traits={"batch-coupled", "train-differs"}',
            'input=(6, 3),\n            traits={"batch-coupled"}',
        ),
        "train_differs_is_declared_rightly",
        "evaluation is not declared to differ",
    ),
    Mutant(
        ReLU,
        ('traits={"kinks"}', 'traits={"kinks", "train-differs"}'),
        "train_differs_is_declared_rightly",
        "evaluation is declared to differ",
    ),
    Mutant(
        NotebookBatchNorm,
        [
            ("        if self.training:\n            mean = ", "        if True:\n            mean = "),
            ("        if self.training:\n            std = ", "        if True:\n            std = "),
        ],
        "train_differs_is_declared_rightly",
        "evaluation normalizes by the batch",
    ),
    Mutant(
        RReLU,
        [("if self.training:", "if self.training and self.lower < 0:")],
        "train_differs_is_declared_rightly",
        "training takes the branch of evaluation",
    ),
)

COUPLING = (
    Mutant(
        InstanceNorm,
        ("Example(input=(2, 2, 4),", 'Example(input=(2, 2, 4), traits={"batch-coupled"},'),
        "batch_coupling_is_declared_rightly",
        "it is declared as BatchNorm is",
    ),
    Mutant(
        NotebookLayerNorm,
        ("Example(input=(3, 4))", 'Example(input=(3, 4), traits={"batch-coupled"})'),
        "batch_coupling_is_declared_rightly",
        "it is declared as batch normalization is",
    ),
    Mutant(
        CosineEmbeddingLoss,
        (
            'target=_draw_sign_of_sample, traits={"kinks"}),\n        Example(arguments',
            'target=_draw_sign_of_sample, traits={"kinks", "batch-coupled"}),\n        Example(arguments',
        ),
        "batch_coupling_is_declared_rightly",
        "the mean over the batch is declared to couple",
    ),
)

KINKS = (
    Mutant(ReLU, (', traits={"kinks"}', ""), "kinks_are_declared_rightly", "its kink is not declared"),
    Mutant(
        LeakyReLU,
        ('input=(6,),\n            traits={"kinks"},', "input=(6,),"),
        "kinks_are_declared_rightly",
        "its kink is not declared in the second example",
    ),
    Mutant(
        ELU,
        ("Example(input=(4, 3),", 'Example(input=(4, 3), traits={"kinks"},'),
        "kinks_are_declared_rightly",
        "a kink is declared where alpha is 1",
    ),
    Mutant(
        SoftPlus,
        ("(2, 3, 5)]", '(2, 3, 5)], traits={"kinks"}'),
        "kinks_are_declared_rightly",
        "a kink is declared, as ReLU has it",
    ),
    Mutant(HingeLoss, ('traits={"kinks"}, ', ""), "kinks_are_declared_rightly", "its kink is not declared"),
    Mutant(
        SmoothL1Loss,
        (
            "float((near * (distance - near / 2)).sum() / (self.beta * len(input)))",
            "float(np.where(distance < self.beta, near**2 / 2 / self.beta, distance).sum() / len(input))",
        ),
        "kinks_are_declared_rightly",
        "the two pieces do not meet, though each has its slope",
    ),
    Mutant(
        PReLU,
        ("np.where(input > 0, input, self.a * input)", "np.where(input > 0, input, input)"),
        "kinks_are_declared_rightly",
        "forward is the identity",
    ),
)

DOMAINS = (
    Mutant(
        ClassNLLCriterion,
        ('traits={"log-probability-input", "integer-target"}', 'traits={"log-probability-input"}'),
        "inputs_are_of_the_declared_domain",
        "its class indices are not declared",
    ),
    Mutant(
        HingeLoss,
        ('traits={"kinks"}', 'traits={"kinks", "integer-target"}'),
        "inputs_are_of_the_declared_domain",
        "signs are declared to be integers",
    ),
    Mutant(
        CrossEntropyLoss,
        (
            'target=_draw_classes_and_one_to_ignore,\n            traits={"integer-target"},',
            "target=_draw_classes_and_one_to_ignore,",
        ),
        "inputs_are_of_the_declared_domain",
        "its class indices are not declared in the second example",
    ),
    Mutant(
        Log,
        (
            'traits={"positive-input"}',
            'traits={"positive-input"}, draw=lambda rng, shape, dtype: rng.standard_normal(shape).astype(dtype)',
        ),
        "inputs_are_of_the_declared_domain",
        "half of what it draws is negative",
    ),
    Mutant(
        Embedding,
        (
            'traits={"integer-input"},',
            'traits={"integer-input"}, draw=lambda rng, shape, dtype: np.full(shape, 0.5, dtype),',
        ),
        "inputs_are_of_the_declared_domain",
        "what it draws is no index",
    ),
    Mutant(
        KLDivLoss,
        (
            "input=[(4, 3), (2, 2, 3)],",
            "input=[(4, 3), (2, 2, 3)], draw=lambda rng, shape, dtype: -rng.random(shape).astype(dtype),",
        ),
        "inputs_are_of_the_declared_domain",
        "its log-probabilities sum to more than 1",
    ),
    Mutant(
        ClassNLLCriterionUnstable,
        (
            'traits={"probability-input", "integer-target"}',
            'traits={"unit-interval-input", "integer-target"},\n'
            "draw=lambda rng, shape, dtype: rng.uniform(0.5, 1.5, shape).astype(dtype)",
        ),
        "inputs_are_of_the_declared_domain",
        "some of its probabilities are above 1",
    ),
)

TRAITS = (*RANDOMNESS, *MODES, *COUPLING, *KINKS, *DOMAINS)
