"""Where `minnet predict` writes: files, links and devices, and nothing where it fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from minnet_train import DataError, Run, read_experiment
from minnet_train.commands.predict import predict
from minnet_train.errors import OutputError

ROWS = "1,2\n9,8\n6.5,3\n"


def run(*arguments: str) -> str:
    result = CliRunner().invoke(predict, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    # Older versions of click mix standard error, where the epoch is said, into the output.
    return "".join(line for line in result.stdout.splitlines(True) if not line.startswith("weights of "))


@pytest.fixture
def model(folder):
    run = Run.prepare(read_experiment("small.toml"))
    list(run.epochs())
    run.save("m.safetensors")
    return "m.safetensors"


@pytest.fixture
def data(folder):
    def write(text: str) -> str:
        (folder / "rows.csv").write_text(text)
        return "rows.csv"

    return write


def test_the_output_goes_to_a_file(model, data, folder):
    plain = run(model, data(ROWS))
    assert run(model, "rows.csv", "-o", "out.csv") == ""
    assert (folder / "out.csv").read_text() == plain


def test_a_mistake_in_the_data_leaves_an_older_output_as_it_was(model, data, folder):
    (folder / "out.csv").write_text("old")
    with pytest.raises(DataError):
        run(model, data("1,x\n2,3\n"), "-o", "out.csv")
    assert (folder / "out.csv").read_text() == "old"


def test_an_output_that_cannot_be_written_is_an_error(model, data):
    with pytest.raises(OutputError, match="none/p.csv: expected a file that can be written: No such file or directory"):
        run(model, data(ROWS), "-o", "none/p.csv")
    with pytest.raises(OutputError, match="expected a file that can be written: Is a directory"):
        run(model, data(ROWS), "-o", ".")


def test_no_file_is_left_behind(model, data, folder):
    before = {*folder.iterdir(), folder / "rows.csv", folder / "p.csv"}
    run(model, data(ROWS), "-o", "p.csv")
    with pytest.raises(DataError):
        run(model, data("1,x\n"), "-o", "q.csv")
    assert set(folder.iterdir()) == before


def test_a_link_stays_one(model, data, folder):
    (folder / "link.csv").symlink_to(folder / "p.csv")
    run(model, data(ROWS), "-o", "link.csv")
    assert (folder / "link.csv").is_symlink()
    assert (folder / "p.csv").read_text() == run(model, "rows.csv")


def test_a_device_is_written_to_and_not_replaced(model, data):
    assert run(model, data(ROWS), "-o", "/dev/null") == ""
    assert not Path("/dev/null").is_file()
