"""Components whose module cannot be imported."""

from stranger import Stranger


def _failing(name: str, source: str, cause: str, **more) -> Stranger:
    """Make a distribution with a layer, ``zero`` -> ``minnet-bad-zero:Zero``, in a module with this source."""
    module, cls = f"minnet_bad_{name}", name.title()
    return Stranger(
        name=f"minnet-bad-{name}",
        modules={module: source},
        entry_points={"minnet.layers": {cls: f"{module}:{cls}"}},
        components={"layers": [cls]},
        cause=cause,
        error="PluginLoadError",
        **more,
    )


CATASTROPHE = """
class Catastrophe(BaseException):
    pass


raise Catastrophe("nobody catches this")
"""

MUTE = """
class Mute(Exception):
    def __str__(self):
        raise ValueError("no message either")


raise Mute
"""

IMPORTS = (
    _failing("zero", "1 / 0", "ZeroDivisionError: division by zero"),
    _failing("syntax", "def broken(:", "SyntaxError: ", is_importable=False),
    _failing("exit", "import sys\nsys.exit('this plugin exits')", "SystemExit: this plugin exits"),
    _failing("catastrophe", CATASTROPHE, "Catastrophe: nobody catches this"),
    _failing("mute", MUTE, "Mute"),
    _failing("surrogate", "raise ValueError('\\udcff')", "ValueError: \\udcff"),
    _failing("recursion", "def f():\n    f()\nf()", "RecursionError: maximum recursion depth exceeded"),
    _failing(
        "missing",
        "import absent_thing",
        "ModuleNotFoundError: No module named 'absent_thing'",
        remedy="pip install absent-thing",
        requires=["absent-thing"],
    ),
)
