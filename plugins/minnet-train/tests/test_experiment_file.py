from __future__ import annotations

import re
from pathlib import Path

import pytest

from minnet_train import DataConfig, DataError, EarlyStopping, ExperimentError, ExperimentFile, Run, read_experiment


def error_of(name: str) -> str:
    with pytest.raises(ExperimentError) as caught:
        read_experiment(name)
    return str(caught.value)


def test_a_file_is_read_as_it_is_written(folder):
    experiment = read_experiment("small.toml")
    assert (experiment.seed, experiment.epochs, experiment.batch_size) == (3, 2, 8)
    assert experiment.model == ({"class": "Linear", "n_in": 2, "n_out": 3}, {"class": "LogSoftMax"})
    assert experiment.optimizer == {"class": "Adam", "lr": 1e-2}
    assert experiment.data.test_fraction == 0.25
    assert experiment.data.scale == 10.0


def test_what_is_left_out_has_a_default(folder, edit):
    edit("seed = 3\n", "")
    edit("batch_size = 8\n", "")
    edit('output = "small.safetensors"\n', "")
    edit('target = "species"\ntest_fraction = 0.25\nscale = 10\nvalidation_fraction = 0\n', "")
    experiment = read_experiment("small.toml")
    assert (experiment.seed, experiment.batch_size, experiment.output) == (0, 32, "model.safetensors")
    assert experiment.data == DataConfig(source="flowers.csv")


def test_how_to_train_is_read_as_it_is_written(edit):
    name = edit(
        "seed = 3\n",
        """
schedule = { class = "WarmUp", steps = 3, after = { class = "CosineDecay", per = "step" } }
metrics = ["Accuracy", { class = "TopK", k = 2 }]
clip_norm = 1
clip_value = 0.5
early_stopping = { patience = 3, metric = "validation_accuracy", mode = "max" }
checkpoint_every = 10
keep = 2
""",
    )
    experiment = read_experiment(name)
    assert experiment.schedule["after"] == {"class": "CosineDecay", "per": "step"}
    assert experiment.metrics == ({"class": "Accuracy"}, {"class": "TopK", "k": 2})
    assert (experiment.clip_norm, experiment.clip_value) == (1.0, 0.5)
    assert experiment.early_stopping == EarlyStopping(patience=3, metric="validation_accuracy", mode="max")
    assert (experiment.checkpoint_every, experiment.keep) == (10, 2)


def test_how_to_train_has_defaults(folder):
    experiment = read_experiment("small.toml")
    assert experiment.schedule is experiment.metrics is experiment.early_stopping is None
    assert experiment.clip_norm is experiment.clip_value is None
    assert (experiment.checkpoint_every, experiment.keep) == (0, 3)


def test_the_path_of_a_data_file_is_relative_to_the_experiment(folder, monkeypatch):
    monkeypatch.chdir("/")
    assert read_experiment(folder / "small.toml").data.source == str(folder / "flowers.csv")


@pytest.mark.parametrize("source", ["flowers.csv", "./digits", "../digits", "/flowers.csv"])
def test_beside_the_experiment_a_source_is_as_it_is_written(edit, source):
    assert read_experiment(edit("flowers.csv", source)).data.source == source


def test_the_path_of_a_data_file_starts_where_the_path_of_the_experiment_does(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    assert read_experiment(Path(folder.name, "small.toml")).data.source == str(Path(folder.name, "flowers.csv"))


def test_the_name_of_the_embedded_data_is_no_path(edit):
    assert read_experiment(edit('"flowers.csv"', '"digits"')).data.source == "digits"


def test_a_model_may_be_an_array_of_tables(folder, edit):
    edit('model = [\n    { class = "Linear", n_in = 2, n_out = 3 },\n    { class = "LogSoftMax" },\n]\n', "")
    edit(
        "validation_fraction = 0\n",
        'validation_fraction = 0\n[[model]]\nclass = "Linear"\nn_in = 2\nn_out = 3\n[[model]]\nclass = "LogSoftMax"\n',
    )
    assert read_experiment("small.toml").model[1] == {"class": "LogSoftMax"}


def test_a_byte_order_mark_is_no_mistake(folder):
    path = folder / "small.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_experiment(path).seed == 3


def test_the_default_experiment_is_one():
    assert ExperimentFile.default().experiment().data.source == "digits"


MISTAKES = [
    (
        "epochs = 2",
        "epocs = 2",
        "small.toml, line 2: epocs: unknown key; did you mean 'epochs'? (expected one of accumulate, augmentations, "
        "average_decay, batch_size, batch_statistics, checkpoint_every, clip_norm, clip_value, compile, criterion, "
        "data, dtype, early_stopping, epochs, imports, initializer, keep, metrics, model, optimizer, output, outputs, "
        "schedule, seed, shards, start)\n"
        "small.toml: epochs: expected this key, which is missing",
    ),
    (
        'source = "flowers.csv"\ntarget',
        'sorce = "flowers.csv"\nsource = "a"\ntarget',
        "small.toml, line 13: data.sorce: unknown key; did you mean 'source'? (expected one of autoencode, "
        "class_weights, fold, folds, group, inputs, missing, order, scale, shuffle_block, source, standardize, "
        "standardize_targets, target, test_fraction, unknown, validation, validation_fraction, weights)",
    ),
    ('source = "flowers.csv"', "", "small.toml, line 12: data.source: expected this key, which is missing"),
    ("epochs = 2", "epochs = 0", "small.toml, line 2: epochs: expected an integer of at least 1, received 0"),
    ("epochs = 2", 'epochs = "2"', "small.toml, line 2: epochs: expected an integer, received '2'"),
    ("epochs = 2", "epochs = 2.0", "small.toml, line 2: epochs: expected an integer, received 2.0"),
    ("epochs = 2", "epochs = true", "small.toml, line 2: epochs: expected an integer, received True"),
    ("seed = 3", "seed = -1", "small.toml, line 1: seed: expected an integer of at least 0, received -1"),
    ("batch_size = 8", "batch_size = 0", "line 3: batch_size: expected an integer of at least 1, received 0"),
    ('"small.safetensors"', '""', "line 4: output: expected a text that is not empty, received ''"),
    ('"small.safetensors"', "7", "small.toml, line 4: output: expected a text, received 7"),
    (
        "test_fraction = 0.25",
        "test_fraction = 1.5",
        "small.toml, line 15: data.test_fraction: expected a number between 0 and 1, received 1.5",
    ),
    (
        "test_fraction = 0.25",
        "test_fraction = nan",
        "data.test_fraction: expected a number between 0 and 1, received nan",
    ),
    (
        "scale = 10",
        "scale = 0",
        "small.toml, line 16: data.scale: expected a positive number that float32 can hold, 1.18e-38 to 3.4e38, "
        "received 0.0",
    ),
    (
        "scale = 10",
        "scale = inf",
        "data.scale: expected a positive number that float32 can hold, 1.18e-38 to 3.4e38, received inf",
    ),
    ("scale = 10", "scale = 1e-50", "3.4e38, received 1e-50"),
    ("scale = 10", "scale = 1e39", "3.4e38, received 1e+39"),
    ("scale = 10", "scale = -1", "3.4e38, received -1.0"),
    ("scale = 10", "scale = nan", "3.4e38, received nan"),
    ("scale = 10", "scale = false", "data.scale: expected a number, received False"),
    ('target = "species"', "target = 1.5", "data.target: expected the name of a column or its index, received 1.5"),
    ('"flowers.csv"', '"flowers.csv"\n[data.more]\nx = 1\n[other]', "line 14: data.more: unknown key; did you mean"),
    ('{ class = "LogSoftMax" }', '"ELU"', 'line 7: model[1]: expected a component such as { class = "ELU" }, received'),
    ('class = "LogSoftMax"', 'clas = "LogSoftMax"', "line 7: model[1]: expected a component with a key class"),
    ('class = "LogSoftMax"', "class = 3", "line 7: model[1].class: expected the name of a component, received 3"),
    (
        "lr = 1e-2",
        "lr = inf",
        "line 10: optimizer.lr: expected a finite number, text, boolean, list or table",
    ),
    ("n_in = 2", "n_in = 1979-05-27", "line 6: model[0].n_in: expected a finite number, text, boolean"),
    ('{ class = "ClassNLLCriterion" }', '["x"]', "line 9: criterion: expected a component such as"),
    (
        "seed = 3",
        "metrics = 3",
        'line 1: metrics: expected a list of metrics such as "Accuracy" or { class',
    ),
    ("seed = 3", 'metrics = ["A", { k = 3 }]', "line 1: metrics[1]: expected a component with a key class"),
    ("seed = 3", 'schedule = "OneCycle"', "line 1: schedule: expected a component such as"),
    ("seed = 3", "initializer = 3", 'line 1: initializer: expected an initializer such as "Kaiming" or { class'),
    ("seed = 3", "initializer = { mode = 1 }", "line 1: initializer: expected a component with a key class"),
    ("seed = 3", "clip_norm = 0", "line 1: clip_norm: expected a positive finite number, received 0.0"),
    ("seed = 3", 'clip_norm = "1"', "line 1: clip_norm: expected a number, received '1'"),
    ("seed = 3", "clip_value = -1", "line 1: clip_value: expected a positive finite number, received -1.0"),
    ("seed = 3", "checkpoint_every = -1", "line 1: checkpoint_every: expected an integer of at least 0, received -1"),
    ("seed = 3", "keep = 0", "line 1: keep: expected an integer of at least 1, received 0"),
    (
        "seed = 3",
        "early_stopping = { patience = 0 }",
        "line 1: early_stopping.patience: expected an integer of at least 1, received 0",
    ),
    (
        "seed = 3",
        "early_stopping = { patiense = 1 }",
        "line 1: early_stopping.patiense: unknown key; did you mean 'patience'? (expected one of metric, min_delta, "
        "mode, patience, restore_best)",
    ),
    (
        "seed = 3",
        'early_stopping = { mode = "best" }',
        "line 1: early_stopping.mode: expected 'min' or 'max', received 'best'",
    ),
    (
        "seed = 3",
        "early_stopping = { restore_best = 1 }",
        "line 1: early_stopping.restore_best: expected true or false, received 1",
    ),
    ("seed = 3", "early_stopping = 5", "line 1: early_stopping: expected a table such as { patience = 5 }, received 5"),
    ("seed = 3", "seed = ", "small.toml: expected TOML: Invalid value (at line 1, column 8)"),
    ("seed = 3", "seed = 3\nseed = 4", "small.toml: expected TOML: Cannot overwrite a value (at line 2, column 9)"),
]


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES, ids=[repr(new) for _, new, _ in MISTAKES])
def test_a_mistake_is_reported_with_file_line_key_and_what_was_expected(edit, old, new, message):
    assert message in error_of(edit(old, new))


def test_an_empty_model_is_a_mistake(edit):
    name = edit('{ class = "Linear", n_in = 2, n_out = 3 },\n    { class = "LogSoftMax" },', "")
    assert "line 5: model: expected a list of at least one layer, received ()" in error_of(name)


def test_a_model_that_is_no_list_is_a_mistake(edit):
    edit("model = [", 'model = "Linear"\nmodules = [')
    assert "line 5: model: expected a list of layers such as { class" in error_of("small.toml")


def test_all_mistakes_are_reported_at_once(edit):
    edit("seed = 3", "seed = 0.5")
    edit("scale = 10", "scal = 10")
    edit('class = "LogSoftMax"', 'clas = "LogSoftMax"')
    lines = error_of("small.toml").splitlines()
    assert sorted(line.split(": ")[1] for line in lines) == ["data.scal", "model[1]", "seed"]


def test_a_file_that_is_not_there_is_named(folder):
    assert error_of("none.toml").startswith("none.toml: expected a TOML file in UTF-8: [Errno 2]")


def test_a_file_that_is_no_text_is_named(folder):
    Path("small.toml").write_bytes(b"\xff\xfe\x00")
    assert error_of("small.toml").startswith("small.toml: expected a TOML file in UTF-8: 'utf-8' codec")


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("lr = 1e-2", "Lr = 1e-2", "optimizer.Lr: unknown argument of Adam; did you mean 'lr'?"),
        ("epochs = 2", "Epochs = 2", "Epochs: unknown key; did you mean 'epochs'?"),
        ('class = "LogSoftMax"', 'clas = "LogSoftMax"', "did you mean 'class' by 'clas'?"),
        ('class = "LogSoftMax"', 'Class = "LogSoftMax"', "did you mean 'class' by 'Class'?"),
    ],
)
def test_nearest_valid_key_is_found_whatever_its_case(edit, old, new, hint):
    with pytest.raises(ExperimentError, match=re.escape(hint)):
        Run.prepare(read_experiment(edit(old, new)))


def test_nearest_key_is_found_inside_a_container_too(edit):
    nested = '{ class = "Sequential", modules = [{ clas = "LogSoftMax" }] }'
    with pytest.raises(ExperimentError, match=r"model\[1\].modules\[0\]: .*did you mean 'class' by 'clas'\?"):
        read_experiment(edit('{ class = "LogSoftMax" }', nested))


def test_a_component_that_is_a_text_is_an_error_with_the_component_that_it_means(edit):
    with pytest.raises(ExperimentError, match=r'expected a component such as { class = "Adam" }, received \'Adam\''):
        read_experiment(edit('{ class = "Adam", lr = 1e-2 }', '"Adam"'))


def test_data_in_the_place_of_an_experiment_are_told_what_they_are_for(folder):
    with pytest.raises(
        ExperimentError, match=r"flowers.csv: expected TOML: .*; minnet init --data flowers.csv writes an"
    ):
        read_experiment("flowers.csv")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("seed = 3\n", 'seed = 3\n"a\\u001b[2J\\u009b\\u202e\\nb" = 1\n'),
        ("seed = 3\n", 'seed = 3\n"' + "k" * 3_000_000 + '" = 1\n'),
        ("seed = 3\n", "seed = 3\n" + "".join(f"key{index} = 1\n" for index in range(10_000))),
        ("seed = 3\n", f"seed = {list(range(100_000))}\n"),
        ('source = "flowers.csv"', 'source = "\\u001b[2J\\u009b\\u202e.csv"'),
        ('class = "Linear"', 'class = "minnet-x; rm -rf ~\\u001b[2J:Linear"'),
        ('class = "Linear"', 'class = "' + "x" * 3_000_000 + '"'),
        ('class = "Linear"', 'class = { "\\u001b[2J" = "\\u009b" }'),
    ],
)
def test_what_a_strange_file_says_cannot_command_the_terminal_and_is_cut(edit, old, new):
    name = edit(old, new)
    with pytest.raises((ExperimentError, DataError)) as caught:
        Run.prepare(read_experiment(name))
    text = str(caught.value)
    assert all(line.isprintable() for line in text.split("\n"))
    assert text.startswith(("small.toml", "data.source", "model"))
    assert len(text) < 5000
    assert "pip install" not in text


def test_a_line_break_in_a_key_begins_no_line(edit):
    told = error_of(edit("seed = 3\n", 'seed = 3\n"x\\nsmall.toml, line 1: seed" = 1\n'))
    assert told.startswith(r"small.toml, line 2: x\nsmall.toml, line 1: seed: unknown key; ")


def test_letters_of_another_alphabet_in_a_key_are_named(edit):
    told = error_of(edit("seed = 3\n", '"s\u0435ed" = 3\n'))
    assert "s\u0435ed: unknown key (its '\u0435' is CYRILLIC SMALL LETTER IE); did you mean 'seed'?" in told
