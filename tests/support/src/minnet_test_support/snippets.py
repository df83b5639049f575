"""A pytest plugin that runs the snippets of Markdown files, top to bottom, each file in a folder of its own.

``python`` blocks are executed, or checked as a doctest where they have prompts; one whose first line is a comment with
a file name is written there instead.
``console`` blocks are run line by line, each line that begins with ``$``, and what they print is compared.
``cd`` alone on a line changes the folder of what follows.
``toml`` blocks must parse, and one whose first line is a comment with a file name is written there.
``<!-- environment: throwaway -->`` makes a virtual environment in which the commands after it install what they like.
``<!-- skip: next -->`` before a block passes it over.
"""

import doctest
import os
import re
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from sybil import Document, Example, Region, Sybil
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser, SkipParser

from .environment import Environment

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


BRIDGES = ("onnx", "torch")
"""What `minnet-BRIDGE` adds to a report is no matter of a page that all can follow; pages about it show it."""


def without_bridges(command: str, path: str, variables: Mapping[str, str]) -> dict[str, str]:
    """The variables of a command: ``minnet check`` and pytest do without the checks of bridges of other pages."""
    if not command.startswith(("minnet check", "pytest")):
        return dict(variables)
    others = [f"minnet-{bridge}" for bridge in BRIDGES if bridge not in path]
    chosen = [variables.get("MINNET_DISABLE_PLUGINS", ""), *others]
    return {**variables, "MINNET_DISABLE_PLUGINS": ",".join(filter(None, chosen))}


def run_console(example: Example) -> str | None:
    """Run the commands of a block, and compare what each prints; ``...`` stands for anything."""
    checker = doctest.OutputChecker()
    environment = example.namespace.get("_environment")
    variables = {**os.environ, "COLUMNS": "120"} if environment is None else environment.variables
    for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n?)*)", example.parsed, re.MULTILINE):
        if command.startswith("cd "):
            os.chdir(command.removeprefix("cd "))
            continue
        done = subprocess.run(
            command,
            shell=True,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=without_bridges(command, example.path, variables),
            check=False,
        )
        if expected.strip() and not checker.check_output(expected, done.stdout, OPTIONS):
            return f"$ {command}\nexpected:\n{expected}\nreceived:\n{done.stdout}"
        if not expected.strip() and done.returncode:
            return f"$ {command}\nexited with {done.returncode}:\n{done.stdout}"
    return None


FILE_NAME = re.compile(r"# ([\w./-]+\.(?:toml|py))$", re.MULTILINE)


def read_toml(example: Example) -> None:
    tomllib.loads(example.parsed)
    write_file(example)


def write_file(example: Example) -> None:
    if name := FILE_NAME.match(example.parsed):
        Path(name[1]).write_text(example.parsed)


def parse_python(document: Document) -> Iterator[Region]:
    """Parse ``python`` blocks, those among them that are files to write."""
    for region in PythonCodeBlockParser(doctest_optionflags=OPTIONS)(document):
        if isinstance(region.parsed, str) and FILE_NAME.match(region.parsed):
            region.evaluator = write_file
        yield region


def parse_environment(document: Document) -> Iterator[Region]:
    """Parse the comment that asks for an environment."""
    for match in re.finditer("<!-- environment: throwaway -->", document.text):
        yield Region(match.start(), match.end(), evaluator=make_environment, parsed=match[0])


def make_environment(example: Example) -> None:
    folder = tempfile.TemporaryDirectory()
    example.namespace["_environment_folder"] = folder
    example.namespace["_environment"] = Environment.create(
        Path(folder.name), without=[f"minnet-{bridge}" for bridge in BRIDGES]
    )


def enter_folder(namespace: dict[str, object]) -> None:
    folder = tempfile.TemporaryDirectory()
    namespace["_folder"], namespace["_before"] = folder, os.getcwd()
    os.chdir(folder.name)


def leave_folder(namespace: dict[str, object]) -> None:
    os.chdir(str(namespace["_before"]))
    for name in ("_folder", "_environment_folder"):
        if name in namespace:
            namespace[name].cleanup()  # type: ignore[attr-defined]


pytest_collect_file = Sybil(
    parsers=[
        SkipParser(),
        parse_python,
        parse_environment,
        CodeBlockParser("console", run_console),
        CodeBlockParser("toml", read_toml),
    ],
    pattern="*.md",
    path=str(Path(__file__).parents[4]),  # of the repository
    setup=enter_folder,
    teardown=leave_folder,
).pytest()
