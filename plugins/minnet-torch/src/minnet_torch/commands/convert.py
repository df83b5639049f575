"""``minnet convert``."""

from __future__ import annotations

from pathlib import Path

import click

from minnet_core import MinnetError
from minnet_core.support import printable

from ..requirement import expect_torch


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--model", metavar="FILE", type=click.Path(path_type=Path), help="A minnet model of the architecture.")
@click.option(
    "--experiment",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="An experiment whose model is the architecture.",
)
@click.option(
    "--key",
    metavar="NAME",
    help="The entry of a checkpoint that is the state dict, or what its names begin with: state_dict.module, say.",
)
@click.option("--force", is_flag=True, help="Overwrite TARGET if there is one.")
def convert(
    source: Path, target: Path, model: Path | None, experiment: Path | None, key: str | None, force: bool
) -> None:
    """Convert SOURCE, a model, to TARGET: a PyTorch state dict to a minnet model, or back.

    A state dict is arrays without the network that they are of. That is given by --model or --experiment, and TARGET
    becomes a minnet model with the arrays of SOURCE: a safetensors file, or what torch.save wrote (.pt), which is read
    with weights_only=True, so that no code in it runs. Without these options SOURCE is a minnet model, and TARGET
    becomes its state dict, with the names of PyTorch: what torch.load reads if it is called .pt, .pth, .bin or .ckpt,
    else safetensors. Layers of one network have these names by their places, as in torch.nn.Sequential: 0.weight,
    0.bias, 1.running_mean. A SOURCE called so (.pt, say) is no minnet model: its arrays are written as
    safetensors.
    """
    expect_torch()
    from ..conversion import OF_TORCH, from_state_dict, to_safetensors, to_state_dict  # here, for it imports PyTorch

    if model is not None and experiment is not None:
        raise click.UsageError("expected --model or --experiment, received both")
    if target.exists() and not force:
        raise MinnetError(
            f"{printable(str(target))}: expected a new file, received one that exists; --force overwrites it"
        )
    has_network = model is not None or experiment is not None
    if not has_network and source.suffix in OF_TORCH and target.suffix not in OF_TORCH:
        count = to_safetensors(source, target, key=key)
        click.echo(
            f"{count} arrays are in {printable(str(target))}, under their own names; with --model or --experiment, "
            "which says what network they are of, it is a minnet model"
        )
    elif not has_network:
        if key is not None:
            raise click.UsageError("expected --key with --model or --experiment: a minnet model has no entries")
        count = to_state_dict(source, target)
        click.echo(f"{count} arrays, with the names of PyTorch, are in {printable(str(target))}")
    else:
        count = from_state_dict(source, target, model=model, experiment=experiment, key=key)
        click.echo(f"A minnet model with the {count} arrays of {printable(str(source))} is in {printable(str(target))}")
