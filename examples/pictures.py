"""The pictures of the page: curves of each comparison, and what some of the models have learned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from minnet_train import Run
from minnet_train.plots import Curves, draw_curves, write_picture

from .catalogue import COMPARISONS
from .drawings import DRAWINGS
from .results import Outcome

FOLDER = Path(__file__).parents[1] / "docs/experiments"
"""Where the pictures are."""

SHOWN = {
    "confusion": ("digits-sgd", "The confusion matrix of plain `SGD`:"),
    "mistakes": ("digits-sgd", "Its misclassified digits, the most confident first:"),
    "kernels": ("digits-conv", "The kernels of the first convolution of `digits-conv`:"),
    "maps": ("digits-conv", "What each of its layers makes of a held-out digit:"),
    "saliency": ("digits-conv", "What its predictions hang on, the gradient of the score of the predicted class:"),
    "weights": ("overfitting", "The weights of the first 64 units of the first layer, without `Dropout`:"),
}
"""What `minnet plot --kind` draws of a model -> the experiment, and what the page says above the picture."""


def draw_comparisons(outcomes: Mapping[str, Outcome]) -> None:
    """Draw the curves of every comparison all of whose experiments have been run."""
    for comparison in COMPARISONS:
        if all(name in outcomes for name in comparison.names):
            curves = [Curves(name, outcomes[name].reports) for name in comparison.names]
            write_picture(draw_curves(curves, log=comparison.log), FOLDER / f"{comparison.key}.png")


def draw_model(name: str, run: Run) -> None:
    """Draw what the model of an experiment has learned, if the page shows that."""
    for kind, (experiment, _) in SHOWN.items():
        if experiment == name:
            _plot(run, name, kind)
    for drawing in DRAWINGS:
        if drawing.name == name:
            run.model.evaluate()
            write_picture(drawing.draw(run), FOLDER / drawing.file)


def _plot(run: Run, name: str, kind: str) -> None:
    """Call the command, as a reader does."""
    from minnet_train.commands.plot import plot

    with TemporaryDirectory() as folder:
        run.save(Path(folder, f"{name}.safetensors"))
        call: Callable[..., None] = plot.main
        output = str(FOLDER / f"{name}-{kind}.png")
        call([str(Path(folder, f"{name}.safetensors")), "--kind", kind, "-o", output], standalone_mode=False)
