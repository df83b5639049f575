import pytest
import torch

from minnet_core.testing import ConformanceError
from minnet_torch.lookup import find


def test_classes_and_functions_are_found():
    assert find("torch.nn.SiLU") is torch.nn.SiLU
    assert find("torch.nn.functional.gelu") is torch.nn.functional.gelu
    assert find("torch.tanh") is torch.tanh


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("torch.nn.Silu", "received 'torch.nn.Silu': torch.nn has no 'Silu'; did you mean torch.nn.SiLU"),
        ("torch.xyzzy", "received 'torch.xyzzy': torch has no 'xyzzy'$"),
        ("torch.nn.SiLU.nothing", "torch.nn.SiLU has no 'nothing'"),
        ("torch.os.system", "torch has no 'os'"),
        ("torch.nn.functional.warnings.warn", "torch.nn.functional has no 'warnings'"),
        ("torch.nn.functional", "expected a torch.nn.Module or a function, .*, which is a module"),
        ("torch.float32", "which is a dtype"),
        ("torch.Tensor", "which is another class"),
    ],
)
def test_anything_else_is_refused(name, message):
    with pytest.raises(ConformanceError, match=message):
        find(name)
