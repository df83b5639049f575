"""``minnet serve``."""

from __future__ import annotations

import warnings
from contextlib import suppress

import click

from minnet_core.support import printable

from .errors import MissingServerError
from .limits import Limits

_DEFAULT = Limits()


@click.command()
@click.argument("model", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--host",
    metavar="ADDRESS",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on, this one and no other.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port; 0 takes one that is free."
)
@click.option(
    "--allow-host",
    "names",
    metavar="NAME",
    multiple=True,
    help="Name by which requests may call the server, besides addresses and localhost. May be repeated.  "
    "[default: none on an address of this machine alone, any on another]",
)
@click.option(
    "--limit-body",
    metavar="BYTES",
    type=click.IntRange(min=1),
    default=_DEFAULT.body,
    show_default=True,
    help="Largest body of a request.",
)
@click.option(
    "--limit-rows",
    metavar="ROWS",
    type=click.IntRange(min=1),
    default=_DEFAULT.rows,
    show_default=True,
    help="Most rows of a request.",
)
@click.option(
    "--limit-requests",
    metavar="COUNT",
    type=click.IntRange(min=1, max=10_000),
    default=_DEFAULT.requests,
    show_default=True,
    help="Most requests at a time; others are refused.",
)
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(min=0, min_open=True, max=86400),
    default=_DEFAULT.seconds,
    show_default=True,
    help="Time in which a request is read and answered.",
)
@click.option(
    "--threads",
    type=click.IntRange(min=1, max=1024),
    help="Number of threads that compute.  [default: one for each processor, 4 at most]",
)
@click.option(
    "--probabilities/--no-probabilities",
    default=True,
    help="Whether to answer with a number for each class (the default).",
)
@click.option(
    "--unknown",
    type=click.Choice(["error", "ignore"]),
    help="What a text is that the training data did not have.  [default: as unknown in the experiment says]",
)
@click.option(
    "--import",
    "imports",
    metavar="FILE",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False),
    help="Run this Python file first, for its classes. May be repeated.",
)
def serve(
    model: str,
    host: str,
    port: int,
    names: tuple[str, ...],
    limit_body: int,
    limit_rows: int,
    limit_requests: int,
    timeout: float,
    threads: int | None,
    probabilities: bool,
    unknown: str | None,
    imports: tuple[str, ...],
) -> None:
    """Answer requests with the predictions of MODEL, over HTTP.

    POST /predict takes a row or a list of rows as JSON: objects of columns by name, or lists of their values. It
    answers what `minnet predict` writes for them, if `minnet train` wrote MODEL; else it takes the inputs of the
    network, and answers with its outputs. GET / is the model card as a page, GET /model the same as JSON,
    GET /openapi.json a description, GET /health whether it answers.

    Nobody is asked for a password, and nothing is encrypted: another address than 127.0.0.1 is for a network that you
    trust, or behind a server that does both. Where only this machine can reach it, requests that call it by a name that
    is not its own are refused, so that no page of a browser can ask it. MODEL is read once. Ctrl-C or SIGTERM ends it
    when the requests under way are answered.
    """
    try:
        import starlette  # noqa: F401  # looked for before a model is read
        import uvicorn  # noqa: F401
    except ImportError as error:
        missing = (error.name or str(error)).partition(".")[0]
        raise MissingServerError(
            f"minnet serve: expected starlette and uvicorn to be installed, received no {printable(missing)}; "
            "pip install minnet-serve"
        ) from error
    from minnet_core.diagnosis import explain_model  # here and below: --help needs none of them
    from minnet_train.evaluation import CHUNK
    from minnet_train.experiment import changed_files, import_files
    from minnet_train.training import Threads

    from .asgi import application, without_folder
    from .served import Served, ServedPredictor
    from .server import bound_socket, is_local, serve as answer, url_of

    files = import_files(imports)
    limits = Limits(
        body=limit_body,
        rows=limit_rows,
        requests=limit_requests,
        seconds=timeout,
        threads=_DEFAULT.threads if threads is None else threads,
    )
    with bound_socket(host, port) as listening:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            served = Served.open(model, most_rows=limit_rows, with_all=probabilities, unknown=unknown)
            found = explain_model(model)
        told = [str(each.message) for each in caught]
        told += [f"{failure}; see: minnet plugins" for failure in found.failures]
        if isinstance(served, ServedPredictor) and (card := served.predictor.record.card):
            told += changed_files(card.sources, files)
        if not is_local(listening):
            told.append(f"{host} is an address that others reach, too, and nobody is asked for a password")
        for each in told:
            click.echo(f"warning: {printable(each)}", err=True)
        own = [host, *names] if names or is_local(listening) else None
        app = application(served, without_folder(found, served.name), limits, names=own)
        where = f"{printable(served.name)} answers at {url_of(listening)}; Ctrl-C ends it"
        with Threads.chosen(served.model, CHUNK, served.width).limit(), suppress(KeyboardInterrupt):
            answer(app, listening, limits, when_ready=lambda: click.echo(where))
    click.echo("ended")
