"""Sphinx directives that write what the conformance kit consists of, and what the tests prove of it.

``{kit-checks}`` lists the checks of each family, each with its level and how many mutants it is shown to kill.
``{kit-figures}`` counts checks, correct components, seeds and mutants, and how many of these differences alone find.
Everything is counted while the site is built; the tests in ``tests/conformance`` prove that the counts are so.
"""

import sys
from collections import Counter
from importlib import import_module
from itertools import groupby
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "conformance"))


class MarkdownDirective(SphinxDirective):
    """Parses Markdown that it writes itself."""

    def lines(self) -> list[str]:
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        node = nodes.container()
        self.state.nested_parse(StringList(self.lines(), source=self.env.docname), 0, node)
        return node.children


class KitChecks(MarkdownDirective):
    """A table of checks for each family, of the core or of the module that is named."""

    optional_arguments = 1

    def lines(self) -> list[str]:
        if self.arguments:
            return self._of_module(self.arguments[0])
        from mutants import MUTANTS

        from minnet_core.testing.checks import OWN_CHECKS

        killed = Counter(mutant.killed_by for mutant in MUTANTS)
        lines: list[str] = []
        for family, checks in groupby(OWN_CHECKS, key=lambda check: check.family):
            lines += [
                "",
                f"**{family}**",
                "",
                "| check | failing is a | of | what passing proves | mutants killed |",
                "|---|---|---|---|---|",
            ]
            lines += [
                f"| `{check.name}` | {check.level} | {check.about} | {check.proves} | {killed[check.name]} |"
                for check in checks
            ]
        return lines

    def _of_module(self, name: str) -> list[str]:
        """A table of the checks that a plugin adds."""
        return [
            "| check | failing is a | of | what passing proves |",
            "|---|---|---|---|",
            *(
                f"| `{check.name}` | {check.level} | {check.about} | {check.proves} |"
                for check in import_module(name).CHECKS
            ),
        ]


class KitFigures(MarkdownDirective):
    """The counts, in words."""

    def lines(self) -> list[str]:
        from figures import count_figures

        n = count_figures()
        return [
            f"- {n.checks} checks;",
            f"- {n.strangers} correct third-party components and {n.examples} examples of registered ones, all of "
            f"which pass under {n.seeds} seeds;",
            f"- {n.mutants} mutants, all of which are killed.",
            "",
            f"Of the {n.plain} mutants of layers and criterions, a single gradient check (training mode, one shape, "
            f"one draw), as is usual in homework, finds only {n.found_by_differences}.",
        ]


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("kit-checks", KitChecks)
    app.add_directive("kit-figures", KitFigures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
