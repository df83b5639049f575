"""Without scikit-learn, or with an old one, importing says so in a sentence; and nobody imports it early."""

import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest

MESSAGE = "minnet-sklearn: expected scikit-learn 1.6 or later, received {}; pip install 'scikit-learn>=1.6'"


def last_line(statement, *folders):
    """The last line of what Python says of a statement, with these folders for its path and no site-packages."""
    code = f"import sys; sys.path[:0] = {[*map(str, folders)]!r}; {statement}"
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=False)
    return (done.stderr or done.stdout).strip().splitlines()[-1]


@pytest.fixture
def without_scikit_learn(tmp_path):
    """The path of this process, with all that is installed beside scikit-learn but that."""
    home = Path(distribution("scikit-learn").locate_file("")).resolve()
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    for entry in home.iterdir():
        if not entry.name.lower().startswith(("sklearn", "scikit_learn")):
            (mirror / entry.name).symlink_to(entry)
    return [mirror if Path(entry).resolve() == home else entry for entry in sys.path if entry]


def test_a_missing_one_is_told(without_scikit_learn):
    told = last_line("import minnet_sklearn", *without_scikit_learn)
    assert told == f"minnet_sklearn.errors.ScikitLearnError: {MESSAGE.format('none')}"


def test_an_old_one_is_told(tmp_path, without_scikit_learn):
    folder = tmp_path / "old" / "scikit_learn-1.5.2.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: scikit-learn\nVersion: 1.5.2\n")
    told = last_line("import minnet_sklearn", folder.parent, *without_scikit_learn)
    assert told == f"minnet_sklearn.errors.ScikitLearnError: {MESSAGE.format('1.5.2')}"


@pytest.mark.parametrize("statement", ["import minnet_core, minnet_train", "import minnet_core.cli.main as m"])
def test_nobody_else_imports_it(statement):
    assert last_line(f"{statement}; print('sklearn' in sys.modules)", *filter(None, sys.path)) == "False"


def test_help_does_not_import_it():
    code = "from minnet_core.cli import main; main(['--help'], standalone_mode=False); print('sklearn' in sys.modules)"
    assert last_line(code, *filter(None, sys.path)) == "False"
