from __future__ import annotations

import os
import subprocess
import sys

import pytest

from minnet_train.plots import Curves, PlotError, draw_curves, write_picture

matplotlib = pytest.importorskip("matplotlib")


@pytest.fixture
def figure():
    return draw_curves([Curves("run", [{"epoch": 1, "loss": 1.0}, {"epoch": 2, "loss": 0.5}])])


@pytest.mark.parametrize(("suffix", "beginning"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".PDF", b"%PDF")])
def test_the_suffix_decides_the_kind(tmp_path, figure, suffix, beginning):
    path = write_picture(figure, tmp_path / f"curves{suffix}")
    assert path.read_bytes().startswith(beginning)


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_the_same_picture_is_the_same_file(tmp_path, suffix):
    contents = set()
    for name in ("one", "two"):
        figure = draw_curves([Curves("run", [{"epoch": 1, "loss": 1.0}, {"epoch": 2, "loss": 0.5}])])
        contents.add(write_picture(figure, tmp_path / f"{name}{suffix}").read_bytes())
    assert len(contents) == 1


@pytest.mark.parametrize("name", ["curves", "curves.jpg"])
def test_other_suffixes_are_refused(tmp_path, figure, name):
    with pytest.raises(PlotError, match=r"expected the name of a picture to end in .pdf, .png, .svg"):
        write_picture(figure, tmp_path / name)


def test_a_folder_that_is_not_there_is_named(tmp_path, figure):
    with pytest.raises(PlotError, match=r"none.curves.png: expected a file that can be written: .*No such|folder"):
        write_picture(figure, tmp_path / "none/curves.png")


def test_drawing_changes_no_setting_and_ignores_those_of_the_user(tmp_path):
    with matplotlib.rc_context({"axes.facecolor": "red", "font.size": 30}):
        before = dict(matplotlib.rcParams)
        figure = draw_curves([Curves("run", [{"epoch": 1, "loss": 1.0}])])
        write_picture(figure, tmp_path / "curves.png")
        assert dict(matplotlib.rcParams) == before
    assert figure.axes[0].xaxis.label.get_fontsize() == 10
    assert figure.axes[0].get_facecolor() == (1, 1, 1, 1)


def test_a_backend_that_is_not_installed_is_no_hindrance(tmp_path):
    script = (
        "from minnet_train.plots import Curves, draw_curves, write_picture\n"
        "figure = draw_curves([Curves('run', [{'epoch': 1, 'loss': 1.0}, {'epoch': 2, 'loss': 0.5}])])\n"
        "write_picture(figure, 'curves.png')\n"
    )
    environment = {**os.environ, "MPLBACKEND": "module://no_such_package.backend_inline"}
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, check=True)
    assert (tmp_path / "curves.png").exists()
