"""Tables of vectors, indexed by integers or by position."""

import numpy as np

from minnet_core import Example, Module, Reference, expect_shape


def _look_up_an_unknown_word(layer):
    layer.forward(np.array([[0, len(layer.vectors)]]))


class Embedding(Module):
    """The vector of each index; an index has no gradient, so gradInput is zero."""

    PARAMETERS = {"vectors": "gradVectors"}
    EXAMPLES = (
        Example(
            arguments={"n_words": 5, "n_feats": 3, "rng": 0},
            input=[(2, 3), (4,)],
            traits={"integer-input"},
            rejects=[_look_up_an_unknown_word],
            reference=Reference("torch.nn.Embedding", {"num_embeddings": 5, "embedding_dim": 3}, {"vectors": "weight"}),
        ),
    )

    def __init__(self, n_words, n_feats, *, rng=None, dtype="float32"):
        super().__init__()
        self.vectors = np.random.default_rng(rng).standard_normal((n_words, n_feats)).astype(dtype)
        self.gradVectors = np.zeros_like(self.vectors)

    def updateOutput(self, input):
        if input.size and not 0 <= input.min() <= input.max() < len(self.vectors):
            raise IndexError(f"{self}: expected indices from 0 to {len(self.vectors) - 1}, received {input}")
        self.output = self.vectors[input]
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.zeros(input.shape, gradOutput.dtype)
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        np.add.at(self.gradVectors, input, gradOutput)

    def __repr__(self):
        return f"{type(self).__name__} {len(self.vectors)} x {self.vectors.shape[1]}"


class EmbeddingSum(Embedding):
    """The sum of the vectors of a sample's indices (batch, words): a bag of words."""

    EXAMPLES = (
        Example(
            arguments={"n_words": 4, "n_feats": 2, "rng": 3}, input=(3, 4), traits={"integer-input"}, rejects=[(3,)]
        ),
    )

    def updateOutput(self, input):
        expect_shape(self, input, ("batch", "words"))
        self.output = super().updateOutput(input).sum(axis=1)
        return self.output

    def accGradParameters(self, input, gradOutput):
        super().accGradParameters(input, np.broadcast_to(gradOutput[:, None], (*input.shape, gradOutput.shape[1])))


class PositionalEmbedding(Module):
    """Adds a learned vector for each of the first steps: y[n, t] = x[n, t] + P[t]."""

    PARAMETERS = {"positions": "gradPositions"}
    EXAMPLES = (
        Example(arguments={"n_steps": 4, "n_feats": 2, "rng": 1}, input=[(2, 4, 2), (3, 2, 2)], rejects=[(2, 5, 2)]),
    )

    def __init__(self, n_steps, n_feats, rng=None):
        super().__init__()
        self.positions = 0.02 * np.random.default_rng(rng).standard_normal((n_steps, n_feats), dtype=np.float32)
        self.gradPositions = np.zeros_like(self.positions)

    def updateOutput(self, input):
        _, steps, features = input.shape
        if steps > len(self.positions) or features != self.positions.shape[1]:
            raise ValueError(f"expected at most {self.positions.shape} steps and features, received {input.shape}")
        self.output = input + self.positions[:steps]
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.array(gradOutput)
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradPositions[: input.shape[1]] += gradOutput.sum(axis=0)


class PaddedEmbedding(Embedding):
    """The vector of each index; that of ``padding_idx`` is looked up, but not trained, as in ``torch.nn.Embedding``."""

    EXAMPLES = (
        Example(
            arguments={"n_words": 4, "n_feats": 3, "padding_idx": 1, "rng": 0}, input=(4, 3), traits={"integer-input"}
        ),
    )

    def __init__(self, n_words, n_feats, padding_idx, *, rng=None):
        super().__init__(n_words, n_feats, rng=rng)
        self.padding_idx = padding_idx
        self.vectors[padding_idx] = 0

    def accGradParameters(self, input, gradOutput):
        kept = input != self.padding_idx
        np.add.at(self.gradVectors, input[kept], gradOutput[kept])


class MeanOfWords(Embedding):
    """The mean of the vectors of a sample's words; index 0 fills up what is short, and all of a sample may be that."""

    EXAMPLES = (Example(arguments={"n_words": 4, "n_feats": 2, "rng": 3}, input=(3, 4), traits={"integer-input"}),)

    def updateOutput(self, input):
        self.output = (self.vectors[input] * self._shares(input)).sum(axis=1)
        return self.output

    def accGradParameters(self, input, gradOutput):
        super().accGradParameters(input, self._shares(input) * gradOutput[:, None])

    def _shares(self, input):
        counted = input != 0
        count = np.maximum(counted.sum(axis=1, keepdims=True), 1)
        return (counted / count).astype(self.vectors.dtype)[:, :, None]


class Sinusoids(Module):
    """Adds sin(t/10000^(j/d)), from a table for the longest sequence, which the constructor makes."""

    BUFFERS = ("table",)
    EXAMPLES = (Example(arguments={"n_feats": 3, "longest": 8}, input=(2, 4, 3)),)

    def __init__(self, n_feats, longest=100):
        super().__init__()
        times, features = np.arange(longest)[:, None], np.arange(n_feats)
        self.table = np.sin(times / 10000.0 ** (features / n_feats)).astype(np.float32)

    def updateOutput(self, input):
        self.output = input + self.table[: input.shape[1]].astype(input.dtype)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.copy()
        return self.gradInput
