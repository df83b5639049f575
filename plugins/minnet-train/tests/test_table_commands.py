"""What the commands say and do about tables."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from minnet_core import MinnetError
from minnet_train import DataError, read_experiment
from minnet_train.commands.evaluate import evaluate
from minnet_train.commands.init import init
from minnet_train.commands.predict import predict
from minnet_train.commands.train import train
from minnet_train.data.tables import note_reading
from minnet_train.display import reading, reading_display

pyarrow = pytest.importorskip("pyarrow")

RNG = np.random.default_rng(0)
A, B = RNG.normal(size=(2, 200))


@pytest.fixture(autouse=True)
def _in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(command, *arguments: str):
    """Run a command; what it writes to its two outputs, which CliRunner mixes in versions of click before 8.2."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="", write_through=True) for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        command.main(arguments, standalone_mode=False)
    return SimpleNamespace(
        **{name: each.buffer.getvalue().decode() for name, each in (("stdout", out), ("stderr", err))}
    )


def write(name: str, header: str, *columns, delimiter=",", decimal="."):
    rows = (delimiter.join(f"{cell:.4f}".replace(".", decimal) for cell in row) for row in zip(*columns, strict=True))
    Path(name).write_text("\n".join([header, *rows]) + "\n")
    return name


def test_a_header_of_years_is_said_by_every_command_and_read_by_all_of_them():
    write("t.csv", "2018,2019,2020", A, B, A + B)
    note = "the first row is taken for a header: 2018, 2019, 2020 count up, as nothing below does"
    assert note.partition(":")[2] in run(init, "t.toml", "--data", "t.csv").stderr
    assert 'source = { class = "Csv", path = "t.csv", header = true }' in Path("t.toml").read_text()
    Path("plain.toml").write_text(
        Path("t.toml").read_text().replace('{ class = "Csv", path = "t.csv", header = true }', '"t.csv"')
    )
    trained = run(train, "plain.toml", "--epochs", "40", "--no-run")
    assert note in trained.stderr
    assert "t.csv: 140 samples to train on" in trained.stdout
    measured = run(evaluate, "t.safetensors", "--json")
    assert note in measured.stderr
    assert json.loads(measured.stdout)["r2"] > 0.9
    assert len(run(predict, "t.safetensors", "t.csv").stdout.splitlines()) == 201


def test_a_european_file_goes_through_all_commands_without_a_change():
    write("t.csv", "größe;b;y", A, B, A - B, delimiter=";", decimal=",")
    said = run(init, "t.toml", "--data", "t.csv").stderr
    assert 'note: decimal = ",": line 2 has' in said
    text = Path("t.toml").read_text()
    assert "# delimiter = \";\": line 1 is 3 cells with ';' between them\n" in text
    assert 'source = { class = "Csv", path = "t.csv", delimiter = ";", decimal = "," }' in text
    run(train, "t.toml", "--epochs", "40", "--no-run")
    assert json.loads(run(evaluate, "t.safetensors", "--json").stdout)["r2"] > 0.9
    assert len(run(predict, "t.safetensors", "t.csv").stdout.splitlines()) == 201


@pytest.mark.parametrize(
    ("target", "expected", "said"),
    [
        ("2", "2", "note: --target 2 is the column called '2'; target = 2 is column 3 ('3')"),
        ("0", 0, ""),
        ("-1", -1, ""),
        ("y", "y", ""),
    ],
)
def test_a_target_is_the_column_of_that_name_before_it_is_an_index(target, expected, said):
    write("t.csv", "1,2,3,y", A, B, A + B, A - B)
    found = run(init, "t.toml", "--data", "t.csv", "--target", target)
    experiment = read_experiment("t.toml")
    assert (experiment.data.target or experiment.data.option("target", None)) == expected or expected == 0
    assert said in found.stderr
    with pytest.raises(DataError, match="expected the name of a column, or target from -4 to 3, received 7, which no"):
        run(init, "u.toml", "--data", "t.csv", "--target", "7")
    pytest.importorskip("pyarrow.parquet").write_table(pyarrow.table({"3": A, "1": B, "2": A + B}), "t.parquet")
    run(init, "p.toml", "--data", "t.parquet", "--target", "1")
    assert read_experiment("p.toml").data.target == "1"


def test_columns_of_one_name_in_another_order_are_the_same_data():
    a, b = (A > 0) * 1.0, B
    write("t.csv", "a,a,b,y", a, b, A + B, a)
    write("u.csv", "b,a,a,y", A + B, a, b, a)
    run(init, "t.toml", "--data", "t.csv")
    trained = run(train, "t.toml", "--epochs", "60", "--no-run")
    assert "note: t.csv: several columns are called 'a'" in trained.stderr
    one = run(evaluate, "t.safetensors", "--split", "all")
    other = run(evaluate, "t.safetensors", "--data", "u.csv", "--split", "all")
    # Its baseline is of other samples, for those that it was trained on are not known among other data.
    assert one.stdout.splitlines()[0].replace("t.csv", "") == other.stdout.splitlines()[0].replace("u.csv", "")
    assert run(predict, "t.safetensors", "t.csv").stdout == run(predict, "t.safetensors", "u.csv").stdout


def test_a_csv_file_for_a_model_of_another_format_is_looked_at():
    pytest.importorskip("pyarrow.parquet").write_table(pyarrow.table({"a": A, "b": B, "y": A + B}), "t.parquet")
    run(init, "t.toml", "--data", "t.parquet")
    run(train, "t.toml", "--epochs", "1", "--no-run")
    write("rows.csv", "b;a", B, A, delimiter=";", decimal=",")
    found = run(predict, "t.safetensors", "rows.csv")
    write("plain.csv", "a,b", A, B)
    assert found.stdout == run(predict, "t.safetensors", "plain.csv").stdout
    assert 'note: rows.csv: delimiter = ";"' in found.stderr


def test_predictions_are_utf8_whatever_the_terminal_has(monkeypatch):
    Path("t.csv").write_text("a,k\n" + "1,да\n2,нет\n" * 20, "utf-8")
    run(init, "t.toml", "--data", "t.csv")
    run(train, "t.toml", "--epochs", "1", "--no-run")
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    code = "import sys, minnet_core.cli.main as m; sys.argv = ['minnet', 'predict', 't.safetensors', 't.csv']; m.main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, check=True)
    assert "probability(нет)" in done.stdout.decode("utf-8")


def test_a_name_with_a_line_break_stays_one_line_of_toml():
    name = "line\nepochs = 99\x7f.csv"
    write(name, "a,b,y", A, B, A + B)
    run(init, "t.toml", "--data", name)
    experiment = read_experiment("t.toml")
    assert (experiment.data.source, experiment.epochs) == (name, 200)


def test_an_experiment_that_cannot_be_written_leaves_no_file_behind(monkeypatch):
    name = os.fsdecode(b"a\xff.csv")
    write(name, "a,b,y", A, B, A + B)
    with pytest.raises(MinnetError, match="t.toml: expected names that are text, received one with"):
        run(init, "t.toml", "--data", name)
    assert not Path("t.toml").exists()

    class Full(io.BytesIO):
        def write(self, _):
            raise OSError(28, "No space left on device")

    opened = Path.open

    def open_(path, mode="r", *rest, **more):
        file = opened(path, mode, *rest, **more)
        return file if mode != "xb" else file.close() or Full()

    monkeypatch.setattr(Path, "open", open_)
    with pytest.raises(MinnetError, match="t.toml: expected a file that can be written: No space left on device"):
        run(init, "t.toml")
    assert not Path("t.toml").exists()


def test_of_many_rows_a_step_takes_more():
    write("t.csv", "a,y", *np.random.default_rng(0).normal(size=(2, 150_000)))
    run(init, "t.toml", "--data", "t.csv")
    assert "batch_size = 256   # samples in a step, more than 32 for 150,000 rows\n" in Path("t.toml").read_text()


@pytest.mark.parametrize("is_terminal", [True, False])
def test_the_reading_of_a_large_file_is_shown(monkeypatch, is_terminal):
    written = io.StringIO()
    monkeypatch.setattr(written, "isatty", lambda: is_terminal, raising=False)
    monkeypatch.setattr("sys.stderr", written)
    monkeypatch.setattr(reading, "monotonic", iter(range(100)).__next__)
    with reading_display():
        note_reading("small.csv", 1, 1000)
        note_reading("t\n.csv", 5_000_000, 20_000_000)
        note_reading("t\n.csv", 20_000_000, 20_000_000)
    shown = written.getvalue()
    if is_terminal:
        assert shown == "\r\x1b[Kreading t\\n.csv   25%\r\x1b[Kreading t\\n.csv  100%\r\x1b[K"
    else:
        assert shown == "reading t\\n.csv (20 MB)\n"
    note_reading("t.csv", 1, 20_000_000)
    assert written.getvalue() == shown


def test_the_digits_need_no_arrow():
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "import minnet_core.cli.main as m\n"
        "sys.argv = ['minnet', 'train', '--no-run', '--epochs', '1']\nm.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    Path("t.csv").write_text("a,y\n1,2\n")
    code = code.replace("'train', '--no-run', '--epochs', '1'", "'init', 'n.toml', '--data', 't.csv'")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Tables: expected pyarrow to be installed" in done.stderr
    assert "pip install 'minnet-train[tables]'" in done.stderr
    assert "Traceback" not in done.stderr
