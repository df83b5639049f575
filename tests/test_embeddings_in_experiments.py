"""An experiment whose first layer looks indices up: columns of whole numbers reach it as they are in the table."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_train import ExperimentError, Run, Session, read_experiment

EXPERIMENT = """
epochs = 12
batch_size = 16
seed = 0
model = [
    {first}
    {{ class = "Linear", n_in = 3, n_out = 2 }},
    {{ class = "LogSoftMax" }},
]
criterion = {{ class = "ClassNLLCriterion" }}
optimizer = {{ class = "Adam", lr = 0.1 }}

[data]
source = {{ class = "Csv", path = "words.csv", target = "kind" }}
"""
EMBEDDING = '{{ class = "{name}", num_embeddings = {n}, embedding_dim = 3 }}, {{ class = "Sum", axis = 1 }},'
BAG = '{ class = "EmbeddingBag", num_embeddings = 6, embedding_dim = 3, mode = "sum" },'


def experiment_of(folder, first):
    words = np.random.default_rng(0).integers(0, 6, (120, 4))
    words[0] = 5  # is in the first batch that is tried
    kinds = np.where(np.array([0, 1, -1, 2, -2, 0.5])[words].sum(axis=1) > 0, "good", "bad")
    rows = [",".join([*map(str, row), kind]) for row, kind in zip(words, kinds, strict=True)]
    (folder / "words.csv").write_text("\n".join(["a,b,c,d,kind", *rows]))
    path = folder / "experiment.toml"
    path.write_text(EXPERIMENT.format(first=first))
    return read_experiment(path)


@pytest.mark.parametrize("first", [EMBEDDING.format(name="LookupTable", n=6), BAG], ids=["LookupTable", "EmbeddingBag"])
def test_it_learns_the_vectors_of_words(tmp_path, monkeypatch, first):
    monkeypatch.chdir(tmp_path)
    with Session.begin(Run.prepare(experiment_of(tmp_path, first)), "run") as session:
        first_epoch, *_, last = session.epochs()
    assert last.loss < 0.2 < first_epoch.loss


def test_too_few_vectors_are_an_error_of_the_experiment_before_it_begins(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    message = r"model\[0\]: Embedding 2 x 3: expected indices from 0 to 1, received 5.0 at input\[0, 0\]"
    with pytest.raises(ExperimentError, match=message):
        Run.prepare(experiment_of(tmp_path, EMBEDDING.format(name="Embedding", n=2)))
