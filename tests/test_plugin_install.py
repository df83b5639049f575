"""Installing a stranger's package makes its layer appear; uninstalling it makes it go; nothing else changes."""

from pathlib import Path

ROOT = Path(__file__).parent.parent

EXPERIMENT = """
seed = 0
epochs = 1
batch_size = 64
output = "model.safetensors"
model = [
    { class = "Linear", n_in = 64, n_out = 16 },
    { class = "Swish", beta = 1.5 },
    { class = "Linear", n_in = 16, n_out = 10 },
    { class = "LogSoftMax" },
]
criterion = { class = "ClassNLLCriterion" }
optimizer = { class = "Adam", lr = 1e-3 }

[data]
source = "digits"
test_fraction = 0.2
scale = 16.0
"""


def test_swish_comes_and_goes(environment):
    def minnet(*arguments, code=0):
        done = environment.run("minnet", *arguments, code=code)
        return done.stdout + done.stderr

    (environment.work / "experiment.toml").write_text(EXPERIMENT)

    before = minnet("layers")
    assert "minnet-swish" not in before
    complaint = minnet("train", "experiment.toml", code=1)
    assert "'Swish'" in complaint
    assert "Traceback" not in complaint

    environment.run("pip", "install", "--no-deps", ROOT / "plugins/minnet-swish")
    assert "minnet_swish:Swish" in minnet("layers")
    assert "minnet-swish" in minnet("plugins")
    minnet("train", "experiment.toml")
    assert "accuracy" in minnet("evaluate", "model.safetensors")

    environment.run("pip", "uninstall", "--yes", "minnet-swish")
    assert minnet("layers") == before
    missing = minnet("evaluate", "model.safetensors", code=1)
    assert "pip install minnet-swish" in missing


RUNNING = """
import subprocess
from minnet_core import layers

def pip(*arguments):
    subprocess.run(["pip", "--quiet", *arguments], check=True)

before = list(layers)
assert "Swish" not in layers
pip("install", "--no-deps", {path!r})
assert "Swish" not in layers, "nobody has asked to look again"
layers.refresh()
print(layers["Swish"](beta=2.0))
pip("uninstall", "--yes", "minnet-swish")
layers.refresh()
assert list(layers) == before
"""


def test_a_running_session_finds_what_is_installed_meanwhile_once_it_is_refreshed(environment):
    code = RUNNING.format(path=str(ROOT / "plugins/minnet-swish"))
    assert environment.run("python", "-c", code).stdout == "Swish\n"
