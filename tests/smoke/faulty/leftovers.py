"""What is left of distributions that are gone: by an interrupted pip, or by a folder that was moved away."""

import json
from pathlib import Path

from layer_source import layer_source
from stranger import Stranger

GONE = "/nowhere/on/this/disk"


def _left(name: str, cause: str, **more) -> Stranger:
    module, cls = f"minnet_gone_{name}", name.title()
    return Stranger(
        name=f"minnet-gone-{name}",
        modules={module: layer_source(cls)},
        entry_points={"minnet.layers": {cls: f"{module}:{cls}"}},
        components={"layers": [cls]},
        cause=cause,
        is_importable=False,
        **more,
    )


def make_stale_editable(site: Path) -> None:
    """Leave what ``pip install -e`` writes, of a folder that is gone."""
    (site / "minnet_gone_editable.py").unlink()
    record = {"url": f"file://{GONE}/editable", "dir_info": {"editable": True}}
    (site / "minnet_gone_editable-0.1.0.dist-info" / "direct_url.json").write_text(json.dumps(record), "utf-8")
    (site / "minnet_gone_editable.pth").write_text(f"{GONE}/editable/src\n", "utf-8")


def interrupt_pip(site: Path) -> None:
    """Leave what pip has moved out of the way, when it is killed before it removes that."""
    for file in site.glob("minnet_gone_uninstalled*"):
        file.rename(file.with_name(f"~{file.name[1:]}"))


LEFTOVERS = (
    _left(
        "editable",
        "No module named 'minnet_gone_editable'",
        remedy=f"its source {GONE}/editable is gone",
        tamper=make_stale_editable,
        error="PluginLoadError",
    ),
    _left(
        "uninstalled",
        "interrupted pip",
        subject="~innet_gone_uninstalled-0.1.0.dist-info",
        tamper=interrupt_pip,
        error="UnknownComponentError",
    ),
)
