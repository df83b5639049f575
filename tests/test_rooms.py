"""The rooms inside a distribution: imports go upwards only, never round in a circle, and never past a room's door."""

import ast
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from importlib.util import resolve_name
from pathlib import Path

import pytest
from attrs import frozen

ROOT = Path(__file__).parent.parent
SOURCES = {
    path.name: path
    for folder in ("*/src/*", "plugins/*/src/*")
    for path in sorted(ROOT.glob(folder))
    if (path / "__init__.py").is_file()
}

ROOMS = {
    "minnet_core": (
        *(
            "support",
            "errors",
            "hookspecs",
            "drawing",
            "nn",
            "state",
            "discovery",
            "plugins",
            "registry",
            "source_files",
            "saving",
            "counterparts",
            "fusion",
            "compilation",
        ),
        *("testing", "diagnosis", "exporting", "cli", "__main__"),
    ),
    "minnet_core.testing": (
        *(
            "kinds",
            "adapters",
            "check",
            "numerics",
            "passes",
            "gradient_check",
            "cases",
            "drawn_inputs",
            "trial",
            "mean_shifts",
            "trait_detection",
        ),
        *("selection", "checks", "acceleration", "report", "runner", "processes", "fixtures"),
    ),
    "minnet_layers": (
        *("arguments", "feature_rows", "initializers", "activations", "elementwise", "scaling", "similarities"),
        *("lookups", "reductions", "noise"),
        *("batch_normalization", "channelwise_scaling", "dropout", "group_normalization", "identity"),
        *("instance_normalization", "layer_normalization", "linear", "residual", "rms_normalization"),
        *("operations", "formulas", "conformance", "counterparts", "exporting", "plugin"),
    ),
    "minnet_conv": (
        *("images", "convolving", "pooling"),
        *("adaptive_avg_pool2d", "adaptive_max_pool2d", "avg_pool1d", "avg_pool2d", "conv1d", "conv2d"),
        *("conv_transpose1d", "conv_transpose2d", "flatten", "global_avg_pool2d", "global_max_pool2d", "max_pool1d"),
        *("max_pool2d", "pixel_shuffle", "reflection_pad2d", "same_conv2d", "spatial_dropout", "unflatten", "upsample"),
        *("zero_pad2d", "operations", "formulas", "exporting", "plugin"),
    ),
    "minnet_tables": (
        *("arguments", "tensors", "joining"),
        *("containers", "tables", "arithmetic", "similarities", "shapes", "gradient_reversal", "operations"),
        *("formulas", "exporting", "plugin"),
    ),
    "minnet_onnx": (
        *("errors", "hookspecs", "package", "graph", "operators", "containers", "running", "calendars"),
        *("preparation", "exporting", "importing", "trying", "checks", "model_files", "plugin"),
    ),
    "minnet_criterions": (
        *("arguments", "batch", "targets", "class_targets"),
        *("regression", "classification", "margins", "composite", "operations"),
    ),
    "minnet_optimizers": (
        *("hyperparameters", "moving_average", "weight_decay"),
        *("gradient_descent", "adaptive", "line_search", "functional", "schedules"),
    ),
    "minnet_train": (
        *("errors", "extras", "validators", "registries", "hookspecs", "ranks", "data", "augmentations", "metrics"),
        *(
            "plots",
            "progress",
            "training",
            "conformance",
            "experiment",
            "runs",
            "many_runs",
            "evaluation",
            "numpy_program",
            "divided_command",
            "display",
            "commands",
            "plugin",
        ),
    ),
    "minnet_sklearn": (
        *("errors", "requirement", "plain", "components", "options", "inputs", "weights", "targets", "answers"),
        *("refusals", "networks", "training", "stopping", "saving", "estimator", "classifier", "regressor", "encoder"),
    ),
    "minnet_sweep": ("errors", "configuration", "study", "trials", "reports", "commands", "plugin"),
}
"""The rooms of a package, and the files beside them, from the ground up: each imports only what stands before it."""


@frozen
class Import:
    """A name that one module imports from another, at its top or in a function; not for type checkers alone."""

    module: str
    source: str
    name: str

    def __str__(self):
        return f"{self.module}: from {self.source} import {self.name}"


def module_name(package, path):
    parts = [package, *path.relative_to(SOURCES[package]).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(package, path):
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "not TYPE_CHECKING"):
            node.body = []
    module = module_name(package, path)
    parents = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            base = ".".join(parents[: len(parents) - node.level + 1]) if node.level else ""
            source = ".".join(filter(None, [base, node.module]))
            yield from (Import(module, source, alias.name) for alias in node.names if source.startswith("minnet_"))


FILES = [(package, path) for package, folder in SOURCES.items() for path in sorted(folder.rglob("*.py"))]
IMPORTS = [each for package, path in FILES for each in imports_of(package, path)]
MODULES = {module_name(package, path) for package, path in FILES}
ROOM_NAMES = {module_name(package, path) for package, path in FILES if path.name == "__init__.py"}


LAZY = {
    module_name(package, path): ast.parse(source)
    for package, path in FILES
    if path.name == "__init__.py" and "= lazy_exports(" in (source := path.read_text("utf-8"))
}


def type_checking_imports(package):
    """Public name -> module, as a type checker sees what a lazy package exports: what is imported as itself."""
    imports = [node for node in ast.walk(LAZY[package]) if isinstance(node, ast.ImportFrom)]
    homes = {node: resolve_name("." * node.level + (node.module or ""), package) for node in imports if node.level}
    return {alias.asname: homes[node].rstrip(".") for node in homes for alias in node.names if alias.asname}


PASSED_ON = {(package, name): home for package in LAZY for name, home in type_checking_imports(package).items()}
PASSED_ON |= {(each.module, each.name): each.source for each in IMPORTS if each.module in ROOM_NAMES}


def definer(source, name):
    """The module that a name comes from, past the rooms that pass it on."""
    if f"{source}.{name}" in MODULES:
        return f"{source}.{name}"
    while (source, name) in PASSED_ON:
        source = PASSED_ON[source, name]
    return source


@pytest.mark.parametrize("package", ROOMS)
def test_each_room_is_in_the_order(package):
    folder = SOURCES[package.partition(".")[0]].joinpath(*package.split(".")[1:])
    rooms = {path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert rooms - {"__init__"} == set(ROOMS[package])


@pytest.mark.parametrize("package", ROOMS)
def test_each_room_imports_only_what_stands_before_it(package):
    order = {f"{package}.{room}": place for place, room in enumerate(ROOMS[package])}

    def room_of(module):
        return ".".join(module.split(".")[: package.count(".") + 2])

    backwards = []
    for each in IMPORTS:
        importer, imported = room_of(each.module), room_of(f"{each.source}.{each.name}")
        imported = imported if imported in order else room_of(each.source)
        if importer in order and imported in order and order[imported] > order[importer]:
            backwards.append(str(each))
    assert not backwards


@pytest.mark.parametrize("package", SOURCES)
def test_no_imports_go_round_in_a_circle(package):
    graph = {}
    for each in IMPORTS:
        if {each.module.partition(".")[0], each.source.partition(".")[0]} == {
            package
        } and each.module not in ROOM_NAMES:
            graph.setdefault(each.module, set()).add(definer(each.source, each.name))
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


def test_distributions_use_of_each_other_what_rooms_export():
    past_the_door = []
    for each in IMPORTS:
        package, _, rest = each.source.partition(".")
        if each.module.partition(".")[0] != package and package in SOURCES:
            is_exported = rest in ("errors", "hookspecs") or each.name in import_module(each.source).__all__
            if "." in rest or not is_exported:
                past_the_door.append(str(each))
    assert not past_the_door


def test_rooms_use_of_each_other_what_they_export():
    past_the_door = []
    for each in IMPORTS:
        own, source = each.module.split("."), each.source.split(".")
        rooms = [".".join(source[:depth]) for depth in range(2, len(source))]
        if own[0] == source[0] and any(not f"{each.module}.".startswith(f"{room}.") for room in rooms):
            past_the_door.append(str(each))
    assert not past_the_door


@pytest.mark.parametrize("package", LAZY)
def test_what_a_lazy_package_exports_is_what_type_checkers_see(package):
    pytest.importorskip(package.partition(".")[0])  # bridges are not installed wherever their other side is missing
    module = import_module(package)
    seen = type_checking_imports(package)
    assert sorted(seen) == module.__all__
    for name, home in seen.items():
        assert getattr(module, name) is getattr(import_module(home), name)
        assert name in dir(module)
