"""What `fuse` does not take, and what stands for the ``Fused`` that it made before it returned a `Sequential`."""

from __future__ import annotations

import pytest

from minnet_core import Sequential, build, fuse

FORMER = {"class": "minnet-core:Fused", "modules": [{"class": "minnet-core:Sequential"}]}


@pytest.mark.parametrize("config", [FORMER, {**FORMER, "floating": True}, {"class": FORMER["class"]}])
def test_what_fuse_made_in_the_version_before_is_built_as_a_sequence_in_evaluation_mode(config):
    for fused in (build(config), build({"class": "Sequential", "modules": [config]})[0]):
        assert type(fused) is Sequential
        assert not any(module.training for module in (fused, *fused))
        assert len(fused) == len(config.get("modules", []))


@pytest.mark.parametrize("model", [3, Sequential, None, [Sequential()]])
def test_what_is_no_module_is_refused(model):
    with pytest.raises(TypeError, match="fuse: expected a Module, received"):
        fuse(model)
