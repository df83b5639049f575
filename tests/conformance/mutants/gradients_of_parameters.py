"""Bugs in the gradients of parameters."""

from __future__ import annotations

from strangers import (
    RNN,
    Conv1d,
    DropConnect,
    Embedding,
    EmbeddingSum,
    GRUCell,
    LayerNorm,
    LowRankLinear,
    LSTMCell,
    MapTable,
    Maxout,
    PaddedEmbedding,
    PReLU,
    ReZero,
    Scale,
    SelfAttention,
    TiedAutoencoder,
    WeightNormLinear,
)

from minnet_layers import ChannelwiseScaling, Linear

from .mutant import Mutant

SLOPES = "parameter_gradients_are_the_slopes"

SUMS = (
    Mutant(
        PaddedEmbedding,
        ("kept = input != self.padding_idx", "kept = input != 0"),
        SLOPES,
        "index 0 is taken for the padding",
    ),
    Mutant(
        Linear,
        ("self.gradb += column_sums(gradOutput)", "self.gradb += gradOutput.mean(axis=0)"),
        SLOPES,
        "a mean over the batch for b",
    ),
    Mutant(
        Scale,
        ("np.vdot(input, gradOutput)", "np.vdot(input, gradOutput) / len(input)"),
        SLOPES,
        "the gradient of a is divided by the batch",
    ),
    Mutant(
        Linear,
        ("np.dot(as_floating(gradOutput).T, input)", "np.dot(as_floating(gradOutput).T, input) + 1e-4 * self.W"),
        SLOPES,
        "weight decay hides in gradW",
    ),
    Mutant(
        Embedding,
        ("np.add.at(self.gradVectors, input, gradOutput)", "self.gradVectors[input] += gradOutput"),
        SLOPES,
        "a word that is there twice counts once",
    ),
    Mutant(
        EmbeddingSum,
        ("gradOutput[:, None], (*input.shape", "gradOutput[:, None] / input.shape[1], (*input.shape"),
        SLOPES,
        "the sum is differentiated as a mean",
    ),
    Mutant(
        Conv1d,
        ("self.gradb += gradOutput.sum(axis=(0, 2))", "self.gradb += gradOutput[:, :, 0].sum(axis=0)"),
        SLOPES,
        "b has the gradient of the first step alone",
    ),
    Mutant(
        ChannelwiseScaling,
        (
            "self.gradGamma += column_sums(as_floating(gradOutput) * input)",
            "self.gradGamma += column_sums(as_floating(gradOutput) * self.output)",
        ),
        SLOPES,
        "output in the place of input",
    ),
    Mutant(
        LayerNorm,
        ("(gradOutput * self.normal).sum", "(gradOutput * input).sum"),
        SLOPES,
        "input in the place of what is normal",
    ),
)

TERMS = (
    Mutant(
        TiedAutoencoder,
        ("self.hidden.T @ gradOutput + gradHidden.T @ input", "gradHidden.T @ input"),
        SLOPES,
        "the decoder's share of W is missing",
    ),
    Mutant(
        TiedAutoencoder,
        ("self.hidden.T @ gradOutput + gradHidden.T @ input", "self.hidden.T @ gradOutput"),
        SLOPES,
        "the encoder's share of W is missing",
    ),
    Mutant(WeightNormLinear, ("(G - direction * gradS[:, None])", "G"), SLOPES, "the length is taken for a constant"),
    Mutant(PReLU, ("np.minimum(input, 0)", "input"), SLOPES, "the positive side counts too"),
    Mutant(
        ReZero,
        ("(gradOutput * self.modules[0].output)", "(gradOutput * self.output)"),
        SLOPES,
        "a has the gradient of the whole output",
    ),
    Mutant(
        MapTable,
        (
            'enumerate(zip(input, gradOutput, strict=True)):\n            self.rethrowErrors(i, "acc',
            'enumerate(zip(input[:1], gradOutput[:1], strict=True)):\n            self.rethrowErrors(i, "acc',
        ),
        SLOPES,
        "only the first part of the table counts",
    ),
    Mutant(RNN, ("self.output[:, :-1])", "self.output[:, 1:])"), SLOPES, "U meets the states of the same step"),
    Mutant(
        RNN,
        ('"nth,nti->hi", self.deltas, input', '"nth,nti->hi", self.deltas[:, 1:], input[:, 1:]'),
        SLOPES,
        "the first step is left out",
    ),
    Mutant(
        GRUCell, ("self.gradU += of_h.T @ input[1]", "self.gradU += of_x.T @ input[1]"), SLOPES, "U has the slopes of W"
    ),
    Mutant(
        GRUCell,
        ("self.gradd += of_h.sum(axis=0)", "self.gradd += of_x.sum(axis=0)"),
        SLOPES,
        "two biases are taken for one",
    ),
    Mutant(
        LSTMCell,
        ("self.slope.T @ np.concatenate([x, h], axis=1)", "self.slope.T @ np.concatenate([x, self.output[0]], axis=1)"),
        SLOPES,
        "the new state in the place of the old",
    ),
    Mutant(
        SelfAttention,
        ("input, slope)\n", 'input, slope if role != "value" else gradOutput)\n'),
        SLOPES,
        "the values are not traced back through the last matrix",
    ),
    Mutant(
        Maxout,
        ("self.gradb += routed.sum(axis=0)", "self.gradb += gradOutput.sum(axis=0)"),
        SLOPES,
        "all pieces have the gradient of b",
    ),
    Mutant(
        DropConnect,
        ("self.mask * (gradOutput.T @ input)", "gradOutput.T @ input"),
        SLOPES,
        "weights that were dropped have a gradient",
    ),
)

ONE_SAMPLE = (
    Mutant(
        Linear,
        (
            '        expect_shape(self, self.gradW, self.W.shape, "gradW")\n',
            '        expect_shape(self, self.gradW, self.W.shape, "gradW")\n'
            "        if len(input) == 1:\n"
            "            self.gradW += np.outer(gradOutput, input)\n"
            "            return\n",
        ),
        "parameter_gradients_are_the_slopes_for_one_sample",
        "a short cut for one sample forgets b",
    ),
    Mutant(
        LowRankLinear,
        ("(gradOutput @ self.U).T @ input", "(gradOutput @ self.U).T @ (input - input.mean() * (len(input) == 1))"),
        "parameter_gradients_are_the_slopes_for_one_sample",
        "one sample is centered",
    ),
    Mutant(
        WeightNormLinear,
        ("        self.gradS += gradS\n", "        self.gradS += gradS if len(input) > 1 else G.sum(axis=1)\n"),
        "parameter_gradients_are_the_slopes_for_one_sample",
        "of one sample s has a gradient without directions",
    ),
)

GRADIENTS_OF_PARAMETERS = (
    *SUMS,
    *TERMS,
    *ONE_SAMPLE,
)
