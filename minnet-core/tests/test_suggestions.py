from __future__ import annotations

import pytest

from minnet_core.support.suggestions import nearest


@pytest.mark.parametrize(
    ("name", "known", "options", "said"),
    [
        ("slop", ["slope", "bias"], {}, "did you mean 'slope'?"),
        ("RELU", {"ReLU": "minnet-layers:ReLU"}, {}, "did you mean 'minnet-layers:ReLU'?"),
        ("slope", ["slopes", "slop"], {}, "did you mean 'slopes' or 'slop'?"),
        ("slope", ["slopes", "slop"], {"most": 1}, "did you mean 'slopes'?"),
        ("slope", ["slow"], {"cutoff": 0.9}, ""),
        ("slope", [], {}, ""),
    ],
)
def test_close_names_are_said_nearest_first_as_they_are_written(name, known, options, said):
    assert nearest(name, known, **options) == said
