"""Right layers in distributions whose metadata say something that cannot be read, or cannot be."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from layer_source import layer_source
from stranger import Stranger


def _described(name: str, cause: str, **more) -> Stranger:
    """Make a distribution with a layer, ``twin`` -> ``minnet-bad-twin:Twin``."""
    module, cls = f"minnet_bad_{name}", name.title()
    fields = {
        "name": f"minnet-bad-{name}",
        "modules": {module: layer_source(cls)},
        "entry_points": {"minnet.layers": {cls: f"{module}:{cls}"}},
        "components": {"layers": [cls]},
        **more,
    }
    return Stranger(**fields, cause=cause)


def rewritten(path: str, pattern: bytes, replacement: bytes) -> Callable[[Path], None]:
    """Return a function that changes a file below a site folder."""

    def rewrite(site: Path) -> None:
        file = site / path
        before = file.read_bytes()
        after = re.sub(pattern, replacement, before, count=1)
        assert after != before, f"{file} has no {pattern!r}"
        file.write_bytes(after)

    return rewrite


def install_second_copy(site: Path) -> None:
    """Have another version of a distribution in another folder, which comes later on ``sys.path``."""
    folder = site.parent / "second-copy"
    DOUBLE.install(folder)
    (folder / "minnet_bad_double-0.1.0.dist-info").rename(folder / "minnet_bad_double-0.2.0.dist-info")
    rewritten("minnet_bad_double-0.2.0.dist-info/METADATA", rb"\nVersion: 0.1.0", rb"\nVersion: 0.2.0")(folder)
    (site / "minnet_bad_double.pth").write_text(f"{folder}\n", "utf-8")


def install_over_itself(site: Path) -> None:
    """Leave the metadata of an older version, as where an upgrade was interrupted; 0.10 is newer than 0.9."""
    newer, older = (site / f"minnet_bad_relic-{version}.dist-info" for version in ("0.10.0", "0.9.0"))
    shutil.copytree(newer, older)
    rewritten(f"{older.name}/METADATA", rb"\nVersion: 0.10.0", b"\nVersion: 0.9.0")(site)


def remove_metadata(site: Path) -> None:
    """Leave the entry points, and no word of whose they are."""
    (site / "minnet_bad_hollow-0.1.0.dist-info" / "METADATA").unlink()


DOUBLE = _described("double", "0.2.0", kind="shadowed", tamper=install_second_copy)

# Without metadata that can be read, there is no distribution, and nobody provides the name.
UNREADABLE = {"error": "UnknownComponentError", "is_importable": False}

METADATA = (
    _described(
        "nameless",
        "Name",
        subject="minnet_bad_nameless-0.1.0.dist-info",
        tamper=rewritten("minnet_bad_nameless-0.1.0.dist-info/METADATA", rb"\nName: .*", b""),
        **UNREADABLE,
    ),
    _described(
        "encoding",
        "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff",
        subject="minnet_bad_encoding-0.1.0.dist-info",
        tamper=rewritten("minnet_bad_encoding-0.1.0.dist-info/METADATA", rb"Summary: ", b"Summary: \xff"),
        **UNREADABLE,
    ),
    _described(
        "latin",
        "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xe9",
        subject="minnet_bad_latin-0.1.0.dist-info",
        tamper=rewritten("minnet_bad_latin-0.1.0.dist-info/entry_points.txt", rb"$", b"\n# d\xe9j\xe0 vu\n"),
        **UNREADABLE,
    ),
    _described(
        "grammar",
        "its metadata cannot be read",
        subject="minnet_bad_grammar-0.1.0.dist-info",
        tamper=rewritten("minnet_bad_grammar-0.1.0.dist-info/entry_points.txt", rb"=", b" "),
        **UNREADABLE,
    ),
    _described(
        "bracket",
        "its metadata cannot be read",
        subject="minnet_bad_bracket-0.1.0.dist-info",
        tamper=rewritten("minnet_bad_bracket-0.1.0.dist-info/entry_points.txt", rb"\]", b""),
        **UNREADABLE,
    ),
    _described(
        "versionless",
        "Version",
        subject="minnet_bad_versionless-0.1.0.dist-info",
        tamper=rewritten("minnet_bad_versionless-0.1.0.dist-info/METADATA", rb"\nVersion: .*", b""),
        **UNREADABLE,
    ),
    _described("hollow", "Name", subject="minnet_bad_hollow-0.1.0.dist-info", tamper=remove_metadata, **UNREADABLE),
    _described(
        "protocol",
        "is written to version 99 of minnet's protocol",
        entry_points={
            "minnet.layers": {"Protocol": "minnet_bad_protocol:Protocol"},
            "minnet.protocol": {"99": "minnet_bad_protocol"},
        },
        kind="outdated",
        error="PluginLoadError",
        is_importable=False,
    ),
    _described("newer", "minnet-core>=9", requires=["minnet-core >=9"], kind="outdated"),
    *(
        _described(
            name,
            "Namesake",
            modules={f"minnet_bad_{name}": layer_source("Namesake")},
            entry_points={"minnet.layers": {"Namesake": f"minnet_bad_{name}:Namesake"}},
            components={"layers": ["Namesake"]},
            kind="ambiguous",
        )
        for name in ("castor", "pollux")
    ),
    DOUBLE,
    _described("relic", "0.9.0", version="0.10.0", kind="shadowed", tamper=install_over_itself),
)
