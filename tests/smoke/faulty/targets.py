"""Modules that can be imported, and have not in them what the entry point promises."""

from pathlib import Path

from layer_source import layer_source
from stranger import Stranger


def _promising(name: str, kind: str, source: str, cause: str, **more) -> Stranger:
    """Make a distribution with a component, ``kind`` -> ``minnet-bad-kind:Kind``."""
    module, cls = f"minnet_bad_{name}", name.title()
    return Stranger(
        name=f"minnet-bad-{name}",
        modules={module: source},
        entry_points={f"minnet.{kind}": {cls: f"{module}:{cls}"}},
        components={kind: [cls]},
        cause=cause,
        **{"error": "PluginLoadError", **more},
    )


def write_bad_value(site: Path) -> None:
    """Write what the builder of a wheel would refuse."""
    entry_points = site / "minnet_bad_value-0.1.0.dist-info" / "entry_points.txt"
    entry_points.write_text("[minnet.layers]\nValue = not a valid target!\n", "utf-8")


CONSTRUCTOR = (
    layer_source("Constructor")
    + """
    def __init__(self):
        raise RuntimeError("no constructor today")
"""
)

NO_EXAMPLES = layer_source("Examples").replace("(Example(input=(4, 3)),)", "7")
JUNK_EXAMPLES = layer_source("Samples").replace("(Example(input=(4, 3)),)", "('not an example',)")

TARGETS = (
    _promising("attribute", "criterions", "", "AttributeError: module 'minnet_bad_attribute' has no attribute"),
    _promising("kind", "layers", "class Kind: ...", "expected a subclass of Module for layers"),
    _promising("instance", "optimizers", "Instance = 7", "expected a subclass of Optimizer for optimizers, received 7"),
    _promising(
        "value", "layers", layer_source("Value"), "not a valid target!", tamper=write_bad_value, is_importable=False
    ),
    _promising("constructor", "layers", CONSTRUCTOR, "RuntimeError: no constructor today", error="RuntimeError"),
    _promising("examples", "layers", NO_EXAMPLES, "minnet_bad_examples:Examples", error=""),
    _promising("samples", "layers", JUNK_EXAMPLES, "minnet_bad_samples:Samples", error=""),
)
