"""Correct components as strangers write them, each in a style of its own: what the kit must never blame."""

from .attention import DotProductAttention, SelfAttention
from .binary import BCELoss, BCEWithLogitsLoss
from .containers import DeepNet, Fork, ParallelColumns, Residual, ReZero, StochasticDepth
from .convolution import AvgPool1d, Conv1d, DepthwiseConv2d, MaxPool1d, OverlappingMaxPool1d
from .drawn import ArcTanhOfUnit, LargestShare, LocalMean, MaskedSigmoid, Steps
from .elementwise import GELU, Abs, Exp, Log, Logit, Reciprocal, Scale, Sigmoid, Softsign, Sqrt, Square, Tanh
from .hard_cases import BiaslessNet, ClippedSGD, FarClip, ManyClassesLoss, RareDropout, RootScale, Rprop, StrictKLDiv
from .likelihoods import CrossEntropyLoss, KLDivLoss, LogKLDivLoss, PoissonNLLLoss, WeightedMeanNLL, WeightedNLLLoss
from .linear import GroupedLinear, LowRankLinear, RandomFourierFeatures, TiedAutoencoder, WeightNormLinear
from .lookup import Embedding, EmbeddingSum, MeanOfWords, PaddedEmbedding, PositionalEmbedding, Sinusoids
from .losses import CosineEmbeddingLoss, HingeLoss, L1Loss, MultiMarginLoss, NotebookMSE, SmoothL1Loss
from .noise import AnnealedNoise, DropConnect, GaussianDropout, GaussianNoise, GlobalDropout, GumbelSoftmax
from .normalization import BatchNorm, GatheringNorm, InstanceNorm, L2Normalize, LayerNorm, RunningMeanSubtractor
from .notebook import ForgetfulScale, NotebookLinear, NotebookMaxOverTime, NotebookNet, NotebookSoftMax
from .notebook_normalization import NotebookBatchNorm, NotebookLayerNorm
from .once_blamed import (
    ColumnWeights,
    FlattenBatch,
    LinearNormReLU,
    MaskedDropout,
    MeanOver,
    MeanOverTokens,
    MergeTime,
    MixUp,
    OneHotLoss,
    PaddedConv2d,
    Resized,
    ZeroGradEmbedding,
)
from .order_statistics import Median, Sort
from .rectifiers import GLU, Hardtanh, Maxout, PReLU, RReLU
from .recurrent import RNN, GRUCell, LSTMCell
from .sequences import LengthGRU, MaskedAttention, MaskedMax, MeanOverLength, WordMean
from .shapes import CumulativeSum, Flatten, MeanOverTime, Pad, Reshape, Reverse, Transpose
from .students import NormalizedChain, RunningScale, StudentNorm
from .table_losses import CosineLoss, MaskedMSE, SoftCrossEntropy, TripletLoss, WeightedSamplesNLL
from .tables import AddTable, Bilinear, CosineSimilarity, JoinTable, MapTable, MaximumTable, MulTable, SplitTable

STRANGERS = (
    *(Tanh, Sigmoid, Softsign, GELU, Abs, Square, Exp, Log, Sqrt, Reciprocal, Logit),
    *(Hardtanh, PReLU, RReLU, Maxout, GLU),
    *(LayerNorm, InstanceNorm, BatchNorm, GatheringNorm, RunningMeanSubtractor, L2Normalize),
    *(Conv1d, DepthwiseConv2d, MaxPool1d, AvgPool1d, OverlappingMaxPool1d),
    *(Flatten, Reshape, Transpose, Reverse, Pad, MeanOverTime, CumulativeSum, Sort, Median),
    *(Embedding, EmbeddingSum, PositionalEmbedding, PaddedEmbedding, MeanOfWords, Sinusoids),
    *(Scale, LowRankLinear, WeightNormLinear, TiedAutoencoder, RandomFourierFeatures, GroupedLinear),
    *(GRUCell, LSTMCell, RNN),
    *(GaussianNoise, AnnealedNoise, GaussianDropout, GlobalDropout, DropConnect, GumbelSoftmax),
    *(AddTable, MulTable, MaximumTable, JoinTable, SplitTable, Bilinear, CosineSimilarity),
    *(DotProductAttention, SelfAttention),
    *(Residual, ReZero, StochasticDepth, Fork, ParallelColumns, MapTable, DeepNet),
    *(NotebookLinear, NotebookSoftMax, NotebookBatchNorm, NotebookLayerNorm, NotebookMaxOverTime),
    *(ForgetfulScale, NotebookNet),
    *(NotebookMSE, L1Loss, SmoothL1Loss, HingeLoss, MultiMarginLoss, CosineEmbeddingLoss),
    *(BCELoss, BCEWithLogitsLoss, PoissonNLLLoss, KLDivLoss, LogKLDivLoss, CrossEntropyLoss, WeightedNLLLoss),
    WeightedMeanNLL,
    *(BiaslessNet, RootScale, RareDropout, FarClip, StrictKLDiv, ManyClassesLoss, Rprop, ClippedSGD),
    *(PaddedConv2d, MeanOver, Resized, ColumnWeights, MeanOverTokens, OneHotLoss, LinearNormReLU, NormalizedChain),
    *(MixUp, MaskedDropout, ZeroGradEmbedding, FlattenBatch, MergeTime, StudentNorm, RunningScale),
    *(MaskedAttention, MaskedMax, MeanOverLength, WordMean, LengthGRU),
    *(MaskedMSE, WeightedSamplesNLL, CosineLoss, TripletLoss, SoftCrossEntropy),
    *(MaskedSigmoid, LargestShare, ArcTanhOfUnit, Steps, LocalMean),
)
