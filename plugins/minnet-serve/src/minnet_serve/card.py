"""The model card as a page: what `minnet explain` tells of the file, all of it escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from minnet_core.diagnosis import ModelExplanation
from minnet_core.support import printable

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""What the page may do: nothing but look like something."""

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1c1c1c;
  background: #fff }
h1, h2 { font-weight: 600; line-height: 1.2 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-top: 1px solid #ddd;
  overflow-wrap: anywhere }
th { width: 9rem; font-weight: 600 }
pre { background: #f4f4f4; padding: .8rem; overflow-x: auto }
@media (prefers-color-scheme: dark) {
  body { color: #ddd; background: #181818 } th, td { border-color: #444 } pre { background: #262626 } }
"""


def card_page(found: ModelExplanation, example: str) -> str:
    """Write the page.

    Args:
        found: what there is to know of the file.
        example: a row to ask about, as JSON; empty if there is none.
    """
    title = _shown(found.path)
    asked = [
        "<h2>Ask it</h2>",
        "<p><code>POST /predict</code> takes a row or a list of rows as JSON; <code>GET /openapi.json</code> describes"
        " them, <code>GET /model</code> is this page as JSON.</p>",
        *([f"<pre>{_shown(example)}</pre>"] if example else []),
    ]
    sections = [line for section in found.sections for line in _section(section.title, section.rows)]
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            f'<head><meta charset="utf-8"><title>{title}</title>',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<style>{_STYLE}</style></head>",
            f"<body><h1>{title}</h1>",
            *_section("", found.rows),
            *sections,
            *asked,
            "</body></html>\n",
        ]
    )


def _section(title: str, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    if title:
        yield f"<h2>{_shown(title)}</h2>"
    yield "<table>"
    last = None
    for label, text in rows:
        if text:
            yield f'<tr><th scope="row">{_shown(label) if label != last else ""}</th><td>{_shown(text)}</td></tr>'
            last = label
    yield "</table>"


def _shown(text: str) -> str:
    """Write a text that a stranger may have written."""
    return escape(printable(text))
