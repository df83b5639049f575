"""Each operator table entry of minnet-onnx computes what PyTorch does under that name, whatever layer names it."""

import numpy as np
import pytest
import torch

from minnet_core import Module, Reference, hookimpl
from minnet_core.plugins import plugin_host

onnx = pytest.importorskip("onnx")

from minnet_onnx import runners, to_onnx  # noqa: E402  # after the skip
from minnet_onnx.operators import RULES  # noqa: E402  # likewise
from minnet_onnx.running import differences  # noqa: E402  # likewise


class Theirs(Module):
    """Computes what PyTorch has under a name: a stranger's layer that says so by the hook ``minnet_counterpart``."""

    def __init__(self, name, arguments):
        super().__init__()
        self.name, self.given = name, arguments
        found = torch
        for step in name.split("."):
            found = getattr(found, step)
        self.function = found(**arguments).eval() if isinstance(found, type) else found
        self.names = {}
        if isinstance(self.function, torch.nn.Module):
            for index, (its, tensor) in enumerate(self.function.state_dict().items()):
                if tensor.ndim:
                    setattr(self, f"array{index}", tensor.numpy())
                    self.names[f"array{index}"] = its

    def updateOutput(self, input):
        parts = [
            torch.from_numpy(np.ascontiguousarray(part)) for part in (input if isinstance(input, tuple) else (input,))
        ]
        arguments = {} if isinstance(self.function, torch.nn.Module) else self.given
        if self.name == "cat":
            parts = [parts]
        with torch.no_grad():
            made = self.function(*parts, **arguments)
        made = made[0] if isinstance(made, tuple) and hasattr(made, "values") else made
        self.output = tuple(each.numpy() for each in made) if isinstance(made, tuple) else made.numpy()
        return self.output

    def __deepcopy__(self, memo):
        return self


class Plugin:
    @hookimpl
    def minnet_counterpart(self, component):
        if isinstance(component, Theirs):
            return Reference(f"torch.{component.name}", component.given, component.names)
        return None


@pytest.fixture(autouse=True, scope="module")
def _says_what_pytorch_has():
    host = plugin_host()
    name = next(plugin for plugin in host.loaded if plugin.distribution == "minnet-onnx")
    from attrs import evolve

    declared = evolve(name, name="theirs", distribution="theirs", target="theirs")
    host.manager.register(Plugin(), declared.qualified)
    host.loaded.append(declared)
    yield
    host.loaded.remove(declared)
    host.manager.unregister(name=declared.qualified)


ROW, PAIR, IMAGE, LINE = (6,), ((6,), (6,)), (4, 6, 8), (4, 9)
CASES = [
    *(
        (name, {}, ROW)
        for name in ("relu", "sigmoid", "tanh", "selu", "celu", "abs", "exp", "neg", "sin", "cos", "erf")
    ),
    *((name, {}, ROW) for name in ("floor", "ceil", "sign", "round", "square", "reciprocal")),
    *((f"nn.functional.{name}", {}, ROW) for name in ("relu6", "hardtanh", "elu", "silu", "gelu", "mish", "softsign")),
    *((f"nn.functional.{name}", {}, ROW) for name in ("hardswish", "hardsigmoid", "softplus", "logsigmoid", "glu")),
    *((f"nn.functional.{name}", {}, ROW) for name in ("hardshrink", "softshrink", "tanhshrink", "leaky_relu", "rrelu")),
    ("nn.functional.threshold", {"threshold": 0.2, "value": -1.0}, ROW),
    *((f"nn.{name}", {}, ROW) for name in ("Hardsigmoid", "Dropout1d", "FeatureAlphaDropout", "GLU", "Hardtanh")),
    *((f"nn.{name}", {"dim": 1}, IMAGE) for name in ("GLU", "Softmin", "Softmax", "LogSoftmax")),
    ("nn.Softplus", {"beta": 2.5}, ROW),
    ("nn.GELU", {"approximate": "tanh"}, ROW),
    ("clip", {"max": 0.3}, ROW),
    ("clamp", {"min": -0.3}, ROW),
    *((name, {}, PAIR) for name in ("add", "sub", "mul", "div", "maximum", "minimum")),
    *((name, {"dim": -1}, IMAGE) for name in ("mean", "sum", "amax", "amin", "prod", "max", "min")),
    *((name, {"dim": (1, 2), "keepdim": True}, IMAGE) for name in ("mean", "sum", "amax", "amin")),
    ("matmul", {}, ((3, 4), (4, 5))),
    ("bmm", {}, ((3, 4), (4, 5))),
    ("cat", {"dim": 1}, ((3, 4), (2, 4))),
    ("linalg.vecdot", {"dim": 1}, ((3, 4), (3, 4))),
    ("nn.Linear", {"in_features": 6, "out_features": 2}, (3, 6)),
    ("nn.Linear", {"in_features": 6, "out_features": 2, "bias": False}, ROW),
    ("flatten", {"start_dim": 1}, IMAGE),
    ("unflatten", {"dim": 1, "sizes": (2, 2)}, IMAGE),
    ("squeeze", {"dim": 2}, (3, 1)),
    ("swapaxes", {"axis0": 1, "axis1": 3}, IMAGE),
    ("permute", {"dims": (0, 3, 1, 2)}, IMAGE),
    ("narrow", {"dim": 1, "start": 1, "length": 2}, IMAGE),
    ("select", {"dim": 3, "index": -1}, IMAGE),
    ("unbind", {"dim": 1}, LINE),
    *(
        ("nn.functional.pad", {"pad": (1, 2, 0, 1), "mode": mode}, IMAGE)
        for mode in ("constant", "reflect", "circular")
    ),
    ("nn.functional.pad", {"pad": (-1, 2), "value": 3.0}, IMAGE),
    *((f"nn.{name}1d", {"padding": 2}, LINE) for name in ("ZeroPad", "ReflectionPad", "ReplicationPad", "CircularPad")),
    *(
        (f"nn.{name}2d", {"padding": (1, 2, 3, 0)}, IMAGE)
        for name in ("ReplicationPad", "CircularPad", "ReflectionPad")
    ),
    ("nn.ConstantPad1d", {"padding": 1, "value": 2.0}, LINE),
    ("nn.ConstantPad2d", {"padding": (1, 0, -1, 2), "value": 2.0}, IMAGE),
    ("nn.Conv1d", {"in_channels": 4, "out_channels": 6, "kernel_size": 3, "padding": "valid"}, LINE),
    ("nn.Conv2d", {"in_channels": 4, "out_channels": 6, "kernel_size": (2, 4), "padding": "same"}, IMAGE),
    ("nn.Conv3d", {"in_channels": 2, "out_channels": 3, "kernel_size": 2, "stride": 2, "padding": 1}, (2, 4, 5, 6)),
    ("nn.ConvTranspose3d", {"in_channels": 2, "out_channels": 3, "kernel_size": 2, "stride": 2}, (2, 3, 4, 3)),
    ("nn.PixelUnshuffle", {"downscale_factor": 2}, IMAGE),
    ("nn.PixelShuffle", {"upscale_factor": 2}, IMAGE),
    *(("nn.Upsample", {"scale_factor": factor}, IMAGE) for factor in (2, (1.5, 2.0), 0.5)),
    *(("nn.Upsample", {"size": size}, IMAGE) for size in (5, (9, 11), (3, 8))),
    *(("nn.Upsample", {"size": (9, 11), "mode": "bilinear", "align_corners": way}, IMAGE) for way in (True, False)),
    *(("nn.Upsample", {"size": 13, "mode": mode}, LINE) for mode in ("nearest", "linear")),
    ("nn.UpsamplingNearest2d", {"scale_factor": 2}, IMAGE),
    ("nn.UpsamplingBilinear2d", {"size": (9, 11)}, IMAGE),
    *(
        ("nn.MaxPool2d", {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": way}, IMAGE)
        for way in (True, False)
    ),
    *(
        ("nn.AvgPool2d", {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": a, "count_include_pad": b}, IMAGE)
        for a in (True, False)
        for b in (True, False)
    ),
    ("nn.functional.avg_pool1d", {"kernel_size": 2, "stride": 2, "ceil_mode": True}, LINE),
    *((f"nn.Adaptive{kind}Pool1d", {"output_size": size}, LINE) for kind in ("Avg", "Max") for size in (1, 3, 4)),
    *((f"nn.Adaptive{kind}Pool2d", {"output_size": (4, 3)}, IMAGE) for kind in ("Avg", "Max")),
    *((f"nn.BatchNorm{axes}d", {"num_features": 4, "eps": 0.01}, shape) for axes, shape in ((1, LINE), (2, IMAGE))),
    ("nn.BatchNorm1d", {"num_features": 6, "momentum": None}, ROW),
    *((f"nn.InstanceNorm{axes}d", {"num_features": 4, "affine": True}, s) for axes, s in ((1, LINE), (2, IMAGE))),
    *(("nn.GroupNorm", {"num_groups": groups, "num_channels": 4}, IMAGE) for groups in (1, 2, 4)),
    *(("nn.LayerNorm", {"normalized_shape": (6, 8), "bias": bias}, IMAGE) for bias in (True, False)),
    ("nn.RMSNorm", {"normalized_shape": (6, 8)}, IMAGE),
    *(("nn.functional.normalize", {"p": p, "dim": 1}, IMAGE) for p in (1, 2.0, 3.0, float("inf"))),
    *((f"nn.functional.{name}", {}, PAIR) for name in ("cosine_similarity", "pairwise_distance")),
    *(("nn.PairwiseDistance", {"p": p, "keepdim": True}, PAIR) for p in (1.0, 2.0, 3.0)),
    *(("nn.PReLU", {"num_parameters": count}, IMAGE) for count in (1, 4)),
]


def drawn(rng, shape, batch):
    if isinstance(shape[0], tuple):
        return tuple(drawn(rng, part, batch) for part in shape)
    return (rng.standard_normal((batch, *shape)) * 2).astype(np.float32)


@pytest.mark.parametrize(("name", "arguments", "shape"), CASES, ids=[f"{i}-{case[0]}" for i, case in enumerate(CASES)])
def test_what_is_written_computes_what_pytorch_does(name, arguments, shape):
    torch.manual_seed(0)
    layer = Theirs(name, arguments)
    for array in layer.names:  # other numbers than 0 and 1, which hide mistakes
        getattr(layer, array)[...] = np.random.default_rng(1).uniform(0.3, 1.2, getattr(layer, array).shape)
    model = to_onnx(layer, shape, verified=False)
    input = drawn(np.random.default_rng(0), shape, 5)
    received = runners()[-1].load(model)(input)
    assert max(differences(layer.forward(input), received)) < 5e-6


def test_every_name_in_the_table_is_one_of_pytorch():
    for name in RULES:
        found = torch
        for step in name.split(".")[1:]:
            found = getattr(found, step)
        assert callable(found)


def test_most_of_the_table_is_compared():
    compared = {f"torch.{name}" for name, _, _ in CASES}
    functions = {RULES[name] for name in compared}
    assert {name for name, rule in RULES.items() if rule not in functions} <= {
        *("torch.nn.Embedding", "torch.nn.EmbeddingBag", "torch.nn.Bilinear"),  # minnet's own layers are compared
        *("torch.log", "torch.sqrt", "torch.rsqrt", "torch.pow"),  # of positive numbers, as these are
        *("torch.unsqueeze", "torch.transpose"),
    }
