"""The picture on the page of graphs is what the code on that page draws."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs/concepts/graph.md"


def test_the_picture_is_that_of_the_graph_on_the_page():
    code = re.search("```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict = {}
    exec(code[1], names)
    # If the drawing was changed on purpose: PAGE.with_suffix(".svg").write_text(f"{graph.picture((2, 4))}\n")
    assert PAGE.with_suffix(".svg").read_text(encoding="utf-8") == f"{names['graph'].picture((2, 4))}\n"
