"""`draw_diagram`: a diagram as SVG, without fonts and scripts, and ids that another picture on a page could have."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from .diagram import LINE, Box, Diagram
from .layout import Point, arrange

_STYLE = """
.minnet-picture text { font: 12px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #24292f; }
.minnet-picture .name { font-weight: bold; }
.minnet-picture rect { fill: #f6f8fa; stroke: #57606a; }
.minnet-picture .input rect { fill: #ddf4ff; stroke: #0969da; }
.minnet-picture .output rect { fill: #dafbe1; stroke: #1a7f37; stroke-width: 2; }
.minnet-picture .arrow { fill: none; stroke: #57606a; }
.minnet-picture .head { fill: #57606a; stroke: none; }
.minnet-picture .paper { fill: #ffffff; stroke: none; }
"""


def draw_diagram(diagram: Diagram) -> str:
    """Draw a diagram.

    Returns:
        An ``svg`` element, with a ``g`` of the class ``box`` for each box and one of the class ``edge`` for each arrow,
        each of which has a ``title``.
    """
    layout = arrange(diagram) if diagram.boxes else None
    width, height = (layout.width, layout.height) if layout else (1.0, 1.0)
    title = escape(diagram.title)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="minnet-picture" role="img" aria-label="{title}" '
        f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.1f} {height:.1f}">',
        f"<title>{title}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect class="paper" width="{width:.1f}" height="{height:.1f}"/>',
    ]
    if layout:
        for arrow, way in zip(diagram.arrows, layout.ways, strict=True):
            names = (_name(diagram.boxes[index]) for index in (arrow.source, arrow.target))
            lines.extend(_arrow(" to ".join(names), arrow.label, way))
        for box, centre in zip(diagram.boxes, layout.centres, strict=True):
            lines.extend(_box(box, centre))
    return "\n".join([*lines, "</svg>"])


def _name(box: Box) -> str:
    return box.lines[0] if box.lines else ""


def _box(box: Box, centre: Point) -> Iterator[str]:
    x, y = centre[0] - box.width / 2, centre[1] - box.height / 2
    yield f'<g class="box {box.kind}"><title>{escape(", ".join(box.lines))}</title>'
    yield f'<rect x="{x:.1f}" y="{y:.1f}" width="{box.width}" height="{box.height}" rx="5"/>'
    first = centre[1] - LINE * (len(box.lines) - 1) / 2 + 4
    for index, line in enumerate(box.lines):
        kind = ' class="name"' if index == 0 else ""
        yield (
            f'<text{kind} x="{centre[0]:.1f}" y="{first + LINE * index:.1f}" text-anchor="middle" '
            f'xml:space="preserve">{escape(line)}</text>'
        )
    yield "</g>"


def _arrow(title: str, label: str, way: tuple[Point, ...]) -> Iterator[str]:
    """Draw an arrow: straight down through rows, and bent between them."""
    (x, y), *others = way
    *_, (tip_x, tip_y) = others
    path = f"M{x:.1f},{y:.1f}"
    for next_x, next_y in others:
        is_straight = abs(next_x - x) < 0.05
        middle = (y + next_y) / 2
        path += (
            f" L{next_x:.1f},{next_y:.1f}"
            if is_straight
            else f" C{x:.1f},{middle:.1f} {next_x:.1f},{middle:.1f} {next_x:.1f},{next_y:.1f}"
        )
        x, y = next_x, next_y
    yield f'<g class="edge"><title>{escape(title)}</title><path class="arrow" d="{path}"/>'
    yield f'<path class="head" d="M{tip_x:.1f},{tip_y:.1f} l-3.5,-7 l7,0 z"/>'
    if label:
        yield f'<text x="{way[0][0] + 4:.1f}" y="{way[0][1] + 12:.1f}">{escape(label)}</text>'
    yield "</g>"
