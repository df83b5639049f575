from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from attrs import evolve

from minnet_core import Criterion, Module, build, criterions, layers, load, read_header
from minnet_core.nn.component import Component
from minnet_train import ExperimentError, ExperimentFile, Run, read_experiment, schedules
from minnet_train.experiment.build import build_metrics
from minnet_train.experiment.record import TrainingRecord


def error_of(name: str) -> str:
    """What is reported before any training."""
    file = ExperimentFile.read(name)
    with pytest.raises(ExperimentError) as caught, file.locating_errors():
        Run.prepare(file.experiment())
    return str(caught.value)


MISTAKES = [
    (
        "lr = 1e-2",
        "learning_rte = 1e-2, beta = 3",
        "small.toml, line 10: optimizer.learning_rte: unknown argument of Adam; ",
    ),
    ("lr = 1e-2", "module = 1", "small.toml, line 10: optimizer.module: unknown argument of Adam; "),
    ("lr = 1e-2", "lr = -1", "small.toml, line 10: optimizer: Adam: "),
    ("lr = 1e-2", 'lr = "fast"', "small.toml, line 10: optimizer.lr: expected a number, received 'fast'"),
    (
        "n_out = 3",
        "n_outt = 3",
        "small.toml, line 6: model[0].n_outt: unknown argument of Linear; did you mean 'n_out'? ",
    ),
    (", n_out = 3", "", "small.toml, line 6: model[0]: Linear: missing a required argument: 'n_out'"),
    ("n_out = 3", 'n_out = "3"', "small.toml, line 6: model[0].n_out: expected an integer, received '3'"),
    ('class = "LogSoftMax"', 'class = "LogSoftMx"', "small.toml, line 7: model[1].class: no distribution registers"),
    ('class = "LogSoftMax"', 'class = "LogSoftMx"', "did you mean 'LogSoftMax'"),
    ('class = "LogSoftMax"', 'class = "os:system"', "line 7: model[1].class: no distribution registers 'os:system'"),
    ('class = "Adam"', 'class = "Adm"', "small.toml, line 10: optimizer.class: no distribution registers 'Adm'"),
    ('"ClassNLLCriterion"', '"ClassNLLCriterio"', "line 9: criterion.class: no distribution registers"),
    (
        '"ClassNLLCriterion"',
        '"ClassNLLCriterion", eps = 1',
        "line 9: criterion.eps: unknown argument",
    ),
    ("n_in = 2", "n_in = 5", "small.toml, line 6: model[0]: Linear 5 -> 3: expected input (batch, 5), received (2, 2)"),
    (
        "n_out = 3",
        "n_out = 4",
        "small.toml, line 7: model[1]: expected an output for each of the 3 classes, (batch, 3), received (2, 4)",
    ),
    (
        "seed = 3",
        'schedule = { class = "OneCicle" }',
        "line 1: schedule.class: no distribution registers 'OneCicle' in schedules; did you mean 'OneCycle'",
    ),
    (
        "seed = 3",
        'schedule = { class = "StepDecay", evry = 2 }',
        "line 1: schedule.evry: unknown argument of ",
    ),
    ("seed = 3", 'schedule = { class = "StepDecay" }', "line 1: schedule: StepDecay: missing a required argument"),
    (
        "seed = 3",
        'schedule = { class = "WarmUp", steps = 2, after = { class = "CosineDecay", length = 0 } }',
        "CosineDecay: expected length to be an integer of at least 1, or None, received 0",
    ),
    (
        "seed = 3",
        'schedule = { class = "WarmUp", steps = 2, after = { class = "ReduceOnPlateau", metric = "acuracy" } }',
        "line 1: schedule.after.metric: expected a number of every report, one of loss, accuracy, validation_loss, "
        "validation_accuracy, received 'acuracy'",
    ),
    (
        "seed = 3",
        'early_stopping = { metric = "validation_acc" }',
        "line 1: early_stopping.metric: expected a number of every report, one of loss, accuracy, validation_loss, ",
    ),
    (
        "seed = 3",
        'metrics = ["Acuracy"]',
        "line 1: metrics[0].class: no distribution registers 'Acuracy' in metrics; did you mean 'Accuracy'",
    ),
    (
        "seed = 3",
        'metrics = ["MSE", { class = "TopK", k = 0 }]',
        "line 1: metrics[1]: TopK: ",
    ),
    (
        "seed = 3",
        'metrics = ["Accuracy", "Accuracy"]',
        "line 1: metrics[1]: expected metrics of different names, received 'accuracy' again",
    ),
    (
        'source = "flowers.csv"\ntarget = "species"',
        'source = { class = "TwoMoons", nosie = 0.1 }',
        "small.toml, line 13: data.source.nosie: unknown argument of TwoMoons; did you mean 'noise'?",
    ),
    (
        "scale = 10",
        "standardize_targets = true",
        "small.toml, line 16: data.standardize_targets: expected targets that",
    ),
    ('"flowers.csv"', '"flower.csv"', "small.toml, line 13: data.source: expected 'digits', the path of a data file"),
]


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES, ids=[repr(new) for _, new, _ in MISTAKES])
def test_what_does_not_fit_is_reported_before_training(edit, old, new, message):
    assert message in error_of(edit(old, new))


NESTED = '{ class = "Sequential", modules = [\n { class = "Linear", n_in = 3, n_out = 3 },\n { class = %s } ] },'


@pytest.mark.parametrize(
    ("inner", "message"),
    [
        (
            '"ReLu"',
            "line 9: model[1].modules[1].class: no distribution registers 'ReLu' in layers; did you mean 'ReLU'",
        ),
        ('"Dropout", q = 1', "line 9: model[1].modules[1].q: unknown argument of Dropout; expected one of p, rng"),
        ('"Dropout", p = 2', "line 9: model[1].modules[1]: Dropout: "),
        ('"Linear", n_in = 3', "line 9: model[1].modules[1]: Linear: missing a required argument"),
    ],
)
def test_a_mistake_inside_a_container_is_located(edit, inner, message):
    assert message in error_of(edit('{ class = "LogSoftMax" }', NESTED % inner + '{ class = "LogSoftMax" }'))


def test_all_names_are_checked_at_once(edit):
    edit("n_in = 2", "n_inn = 2")
    edit('class = "Adam"', 'class = "Adm"')
    lines = error_of("small.toml").splitlines()
    assert [line.split(": ")[1] for line in lines] == ["model[0].n_inn", "optimizer.class"]


def test_containers_train(edit):
    run = Run.prepare(read_experiment(edit('{ class = "LogSoftMax" }', NESTED % '"ReLU"' + '{ class = "LogSoftMax" }')))
    assert len(list(run.epochs())) == 2


@pytest.mark.parametrize("criterion", ["MSECriterion", "ClassNLLCriterionUnstable"])
def test_every_criterion_of_the_notebook_trains_a_classifier(edit, criterion):
    edit('"LogSoftMax"', '"SoftMax"')
    edit('"ClassNLLCriterion"', f'"{criterion}"')
    edit("epochs = 2", "epochs = 300")
    edit("lr = 1e-2", "lr = 0.1")
    *_, last = Run.prepare(read_experiment("small.toml")).epochs()
    assert last.metrics["validation_accuracy"] == 1


def test_how_to_train_is_done(edit):
    edit("seed = 3\n", 'schedule = { class = "StepDecay", every = 1 }\nmetrics = [{ class = "TopK", k = 2 }]\n')
    edit("validation_fraction = 0", "validation_fraction = 0.25")
    edit("epochs = 2", "epochs = 9\nclip_norm = 1\nclip_value = 0.5\nearly_stopping = { patience = 1, min_delta = 9 }")
    run = Run.prepare(read_experiment("small.toml"))
    reports = list(run.epochs())
    assert [report.lr for report in reports] == pytest.approx([1e-2, 1e-3])
    assert set(reports[0].metrics) == {"top2", "validation_top2"}
    assert run.trainer.stopped.startswith("early stopping: validation_loss has not got better for 1 epochs")
    assert (run.trainer.clipping.clip_norm, run.trainer.clipping.clip_value) == (1.0, 0.5)


@pytest.mark.parametrize(("metrics", "names"), [("", {"accuracy"}), ("metrics = []\n", set())])
def test_what_is_usual_is_measured_unless_it_is_said(edit, metrics, names):
    run = Run.prepare(read_experiment(edit("seed = 3\n", metrics)))
    assert {metric.name for metric in run.trainer.metrics} == names


def test_usual_for_a_regression_are_errors(folder):
    experiment = read_experiment("small.toml")
    assert [metric.name for metric in build_metrics(experiment, "regression")] == ["mae", "r2"]
    wrong = evolve(experiment, metrics=({"class": "MSE"}, {"class": "Accuracy"}))
    message = r"^metrics\[1\]: expected a metric of regression, received Accuracy, which is of classification$"
    with pytest.raises(ExperimentError, match=message):
        build_metrics(wrong, "regression")


@pytest.mark.parametrize(
    ("key", "looks"),
    [
        ("early_stopping.metric", 'early_stopping = { metric = "validation_confusion_matrix" }'),
        ("schedule.metric", 'schedule = { class = "ReduceOnPlateau", metric = "validation_confusion_matrix" }'),
    ],
)
def test_a_matrix_is_no_number_to_go_by(edit, key, looks):
    with pytest.raises(ExperimentError, match=rf"^{key}: expected a number of every report, one of loss, top5, vali"):
        Run.prepare(read_experiment(edit("seed = 3", f'metrics = ["ConfusionMatrix", "TopK"]\n{looks}')))


def test_a_schedule_must_be_one(edit):
    @schedules.register
    class Strange(Component):
        def __init__(self):
            self.per = "day"

    with pytest.raises(ExperimentError, match=r"^schedule: expected a schedule, with per \('step' or 'epoch'\), "):
        Run.prepare(read_experiment(edit("seed = 3", 'schedule = { class = "Strange" }')))


def test_a_run_is_taken_up_again_bit_for_bit(folder):
    whole, first, second = (Run.prepare(read_experiment("small.toml")) for _ in range(3))
    list(whole.epochs())
    next(first.epochs())
    second.trainer.load_state_dict(first.trainer.state_dict())
    assert [report.epoch for report in second.epochs()] == [2]
    assert np.array_equal(second.model[0].W, whole.model[0].W)


def test_the_model_is_what_build_makes_of_the_config(folder):
    experiment = read_experiment("small.toml")
    config = {"class": "Sequential", "modules": list(experiment.model)}
    expected = build(config, rng=np.random.default_rng(experiment.seed).spawn(3)[1])
    assert np.array_equal(Run.prepare(experiment).model[0].W, expected[0].W)


def test_the_same_experiment_gives_the_same_model_bit_for_bit(edit):
    edit('{ class = "LogSoftMax" }', '{ class = "Dropout", p = 0.5 },\n    { class = "LogSoftMax" }')

    def bits() -> Iterator[bytes]:
        run = Run.prepare(read_experiment("small.toml"))
        list(run.epochs())
        return (array.tobytes() for array in run.model.getParameters()[0])

    assert list(bits()) == list(bits())


def test_another_seed_gives_another_model_and_another_split(folder, edit):
    first = Run.prepare(read_experiment("small.toml"))
    second = Run.prepare(read_experiment(edit("seed = 3", "seed = 4")))
    assert not np.array_equal(first.model[0].W, second.model[0].W)
    assert not np.array_equal(first.test.inputs, second.test.inputs)


def test_preparing_leaves_no_trace_in_the_model(folder):
    run = Run.prepare(read_experiment("small.toml"))
    assert run.model.output is None
    assert run.model.training


def test_a_class_of_this_program_trains_and_is_saved(folder, edit):
    @layers.register
    class Halve(Module):
        def updateOutput(self, input):
            self.output = input / 2
            return self.output

        def updateGradInput(self, input, gradOutput):
            self.gradInput = gradOutput / 2
            return self.gradInput

    edit('{ class = "LogSoftMax" }', '{ class = "Halve" }, { class = "LogSoftMax" }')
    run = Run.prepare(read_experiment("small.toml"))
    assert len(list(run.epochs())) == 2
    run.save("halve.safetensors")
    assert isinstance(load("halve.safetensors", prepared=True)[1], Halve)


def test_the_record_of_the_training_is_in_the_model_file(folder):
    run = Run.prepare(read_experiment("small.toml"))
    run.save("m.safetensors")
    record = TrainingRecord.read(read_header("m.safetensors"), "m.safetensors")
    expected = TrainingRecord.of(evolve(run.experiment, output="model.safetensors"), run.dataset, run.preparation)
    assert record == expected  # all but where it was written
    assert record.classes == ("setosa", "versicolor", "virginica")
    assert record.preparation.columns.names == ("length", "width")
    assert record.experiment.data.source == "flowers.csv"


def test_trying_to_save_leaves_nothing_behind(folder):
    before = sorted(folder.iterdir())
    Run.prepare(read_experiment("small.toml")).try_saving("m.safetensors")
    assert sorted(folder.iterdir()) == before


def test_trying_to_save_keeps_an_older_model(folder):
    (folder / "m.safetensors").write_text("old")
    Run.prepare(read_experiment("small.toml")).try_saving("m.safetensors")
    assert (folder / "m.safetensors").read_text() == "old"


@pytest.mark.parametrize(
    ("path", "reason"),
    [("none/m.safetensors", "No such file or directory"), (".", "Is a directory"), ("small.toml/m", "Not a directory")],
)
def test_an_output_that_cannot_be_written_is_an_error(folder, path, reason):
    with pytest.raises(ExperimentError) as caught:
        Run.prepare(read_experiment("small.toml")).try_saving(path)
    assert str(caught.value) == f"output: expected a file that can be written, received {path!r}: {reason}"


@pytest.mark.parametrize("path", ["small.toml", "flowers.csv", "sub/.bashrc"])
def test_what_is_no_model_is_not_replaced_by_one(folder, path):
    (folder / "sub").mkdir()
    (folder / "sub/.bashrc").write_text("export A=1\n")
    before = (folder / path).read_bytes()
    with pytest.raises(
        ExperimentError, match=f"output: expected a file .*, received '{path}': it is there, and no model"
    ):
        Run.prepare(read_experiment("small.toml")).try_saving(path)
    assert (folder / path).read_bytes() == before


def test_a_model_and_an_empty_file_are_replaced_by_a_model(folder):
    run = Run.prepare(read_experiment("small.toml"))
    run.save("model")
    (folder / "empty").touch()
    for path in ("model", "empty", "new"):
        run.try_saving(path)


@pytest.mark.parametrize("path", ["a\0b", "x" * 300])
def test_a_name_that_no_file_can_have_is_found_before_training(folder, path):
    with pytest.raises(ExperimentError, match="output: expected a file that can be written"):
        Run.prepare(read_experiment("small.toml")).try_saving(path)


def test_criterion_whose_backward_alone_does_not_fit_is_found_before_training(edit):
    class Forward(Criterion):
        def updateOutput(self, input, target):
            self.output = 0.0
            return self.output

        def updateGradInput(self, input, target):
            raise ValueError("expected something else")

    with criterions.override("Forward", Forward), pytest.raises(ExperimentError, match="criterion: expected something"):
        Run.prepare(read_experiment(edit("ClassNLLCriterion", "Forward")))
