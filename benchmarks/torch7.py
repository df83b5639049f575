"""What became of the modules and criterions of Torch7's ``nn``: their counterparts here, or why there are none."""

from __future__ import annotations

from collections.abc import Mapping

RENAMED: Mapping[str, str] = {
    "LookupTable": "Embedding",
    "SpatialAdaptiveAveragePooling": "AdaptiveAvgPool2d",
    "SpatialAdaptiveMaxPooling": "AdaptiveMaxPool2d",
    "SpatialAveragePooling": "AvgPool2d",
    "SpatialBatchNormalization": "BatchNormalization",
    "SpatialConvolution": "Conv2d",
    "SpatialConvolutionMM": "Conv2d",
    "SpatialDepthWiseConvolution": "Conv2d",
    "SpatialDilatedConvolution": "Conv2d",
    "SpatialDilatedMaxPooling": "MaxPool2d",
    "SpatialFullConvolution": "ConvTranspose2d",
    "SpatialLogSoftMax": "LogSoftMax",
    "SpatialMaxPooling": "MaxPool2d",
    "SpatialReflectionPadding": "ReflectionPad2d",
    "SpatialReplicationPadding": "Conv2d",
    "SpatialSoftMax": "SoftMax",
    "SpatialUpSamplingBilinear": "Upsample",
    "SpatialUpSamplingNearest": "Upsample",
    "SpatialZeroPadding": "ZeroPad2d",
    "TemporalConvolution": "Conv1d",
    "TemporalMaxPooling": "MaxPool1d",
    "UpSampling": "Upsample",
    "WhiteNoise": "GaussianNoise",
}
"""Torch7's name -> that of the component here, where the two differ, or Torch7 had several."""

ALIKE = (
    *("Abs", "AbsCriterion", "Add", "BCECriterion", "BatchNormalization", "Bilinear", "Bottle", "CAdd", "CAddTable"),
    *("CDivTable", "CMaxTable", "CMinTable", "CMul", "CMulTable", "CSubTable", "Clamp", "ClassNLLCriterion", "Concat"),
    *("ConcatTable", "Cosine", "CosineDistance", "CosineEmbeddingCriterion", "CrossEntropyCriterion"),
    *(
        "DistKLDivCriterion",
        "DotProduct",
        "Dropout",
        "ELU",
        "Euclidean",
        "Exp",
        "FlattenTable",
        "GradientReversal",
        "HardShrink",
    ),
    *("HardTanh", "HingeEmbeddingCriterion", "Identity", "JoinTable", "LayerNormalization", "LeakyReLU"),
    *("Linear", "Log", "LogSigmoid", "LogSoftMax", "MM", "MSECriterion", "MapTable", "MarginCriterion"),
    "MarginRankingCriterion",
    *("Max", "Maxout", "Mean", "Min", "Mul", "MultiCriterion", "MultiLabelMarginCriterion"),
    *("MultiLabelSoftMarginCriterion", "MultiMarginCriterion", "Narrow", "NarrowTable", "Normalize", "PReLU"),
    *("Padding", "PairwiseDistance", "ParallelCriterion", "ParallelTable", "PixelShuffle", "Power", "RReLU", "ReLU"),
    *("ReLU6", "Replicate", "Reshape", "Select", "SelectTable", "Sequential", "Sigmoid", "SmoothL1Criterion"),
    *("SoftMarginCriterion", "SoftMax", "SoftMin", "SoftPlus", "SoftShrink", "SoftSign", "SplitTable", "Sqrt"),
    *(
        "SpatialDropout",
        "Square",
        "Squeeze",
        "Sum",
        "Tanh",
        "TanhShrink",
        "Threshold",
        "Transpose",
        "Unsqueeze",
        "View",
    ),
    "WeightedMSECriterion",
)
"""Those that have the same name here."""

LEFT_OUT: Mapping[str, tuple[str, ...]] = {
    "are the protocol, or tools that minnet has elsewhere (`minnet_core`, the conformance kit, the trainer)": (
        *("Container", "Criterion", "Decorator", "ErrorMessages", "Jacobian", "Module", "Profile", "SparseJacobian"),
        *("StochasticGradient", "THNN", "hessian", "init", "test", "utils"),
    ),
    "are about devices, types and memory of Torch7": (
        *("Contiguous", "Convert", "Copy", "DontCast", "GPU", "NaN", "PrintSize"),
    ),
    "are one line with others, or an argument of them": (
        *("AddConstant", "MulConstant", "Constant", "CReLU", "Collapse", "CriterionTable", "CAddTensorTable"),
        *("GatedLinearUnit", "L1Cost", "L1HingeEmbeddingCriterion", "MV", "MixtureTable", "ModuleCriterion"),
        *("OneHot", "Parallel", "SpatialClassNLLCriterion", "SpatialAutoCropMSECriterion", "WeightedEuclidean"),
        *("ZeroGrad", "ZipTable", "ZipTableOneToMany", "Index", "DepthConcat"),
    ),
    "change a parameter or a gradient behind the formula, which is a penalty of the optimizer here": (
        *("L1Penalty", "LinearWeightNorm", "WeightNorm"),
    ),
    "are for sparse inputs, which no layer of minnet takes": (*("IndexLinear", "PartialLinear", "SparseLinear"),),
    "have outputs whose shape depends on the numbers, for which a table has no place": (
        *("MaskedSelect", "SpatialMaxUnpooling", "TemporalDynamicKMaxPooling", "VolumetricMaxUnpooling"),
    ),
    "are of volumes, which come when somebody needs them": (
        *("VolumetricAveragePooling", "VolumetricBatchNormalization", "VolumetricConvolution"),
        *("VolumetricDilatedConvolution", "VolumetricDilatedMaxPooling", "VolumetricDropout"),
        *("VolumetricFractionalMaxPooling", "VolumetricFullConvolution", "VolumetricMaxPooling"),
        "VolumetricReplicationPadding",
    ),
    "went out of use with the networks that they were made for": (
        *("ClassSimplexCriterion", "DistanceRatioCriterion", "FeatureLPPooling", "Kmeans"),
        *("SpatialContrastiveNormalization", "SpatialConvolutionLocal", "SpatialConvolutionMap", "SpatialCrossMapLRN"),
        *("SpatialDivisiveNormalization", "SpatialFractionalMaxPooling", "SpatialFullConvolutionMap"),
        *("SpatialLPPooling", "SpatialSubSampling", "SpatialSubtractiveNormalization", "TemporalRowConvolution"),
        "TemporalSubSampling",
    ),
}
"""Why -> Torch7's names."""

COUNTERPARTS: Mapping[str, str] = {name: name for name in ALIKE} | dict(RENAMED)
"""Torch7's name -> that of the component here."""
