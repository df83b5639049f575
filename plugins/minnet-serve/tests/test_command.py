from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from minnet_core import Sequential, layers, save
from minnet_test_support.processes import run_minnet, run_python


def listening(process: int) -> set[tuple[str, int]]:
    """The addresses that a process listens on, as the kernel tells."""
    links = (os.readlink(path) for path in Path(f"/proc/{process}/fd").iterdir() if path.is_symlink())
    inodes = {link[8:-1] for link in links if link.startswith("socket:[")}
    found = set()
    for name in ("tcp", "tcp6"):
        table = Path(f"/proc/{process}/net/{name}")
        for line in table.read_text().splitlines()[1:] if table.exists() else ():
            cells = line.split()
            if cells[3] == "0A" and cells[9] in inodes:
                address, _, port = cells[1].partition(":")
                found.add((address, int(port, 16)))
    return found


linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel of Linux tells it in /proc")


@linux
def test_it_listens_on_one_address_of_this_machine_and_says_which(serving):
    server = serving("quantiles.safetensors")
    assert server.greeting == f"quantiles.safetensors answers at http://127.0.0.1:{server.port}; Ctrl-C ends it\n"
    assert listening(server.process.pid) == {("0100007F", server.port)}
    assert server.log.read_text() == ""


@linux
def test_it_listens_on_the_address_that_is_asked_for_and_no_other(start):
    server = start("quantiles.safetensors", "--host", "127.0.0.2")
    assert "http://127.0.0.2:" in server.greeting
    assert listening(server.process.pid) == {("0200007F", server.port)}
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=10)
    assert server.log.read_text() == ""


@linux
def test_a_name_of_several_addresses_means_the_first(start):
    server = start("quantiles.safetensors", "--host", "localhost")
    assert len(listening(server.process.pid)) == 1


@linux
def test_an_address_that_others_reach_comes_with_a_warning(start):
    server = start("quantiles.safetensors", "--host", "0.0.0.0")
    assert listening(server.process.pid) == {("00000000", server.port)}
    assert server.log.read_text() == (
        "warning: 0.0.0.0 is an address that others reach, too, and nobody is asked for a password\n"
    )


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("", "Error: expected an address to listen on, received an empty one; 0.0.0.0 is all of IPv4"),
        ("no-such-name.invalid", "Error: no-such-name.invalid, port 0: expected an address of this machine: "),
        ("192.0.2.1", "Error: 192.0.2.1, port 0: expected an address that is free: Cannot assign requested address"),
        ("a\x1b[2Jb", "Error: a\\x1b[2Jb, port 0: expected an address of this machine: "),
    ],
)
def test_what_is_no_address_here_is_refused(models, host, told):
    done = run_minnet("serve", str(models / "quantiles.safetensors"), "--port", "0", "--host", host)
    assert done.returncode == 1
    assert done.stderr.startswith(told)
    assert len(done.stderr.splitlines()) == 1


def test_a_port_that_is_taken_is_told(models):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = run_minnet("serve", str(models / "quantiles.safetensors"), "--port", port)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Error: 127.0.0.1, port {port}: expected an address that is free: Address already in use\n"


def test_a_file_that_is_no_model_is_refused(tmp_path):
    (tmp_path / "x.safetensors").write_bytes(b"hello")
    done = run_minnet("serve", str(tmp_path / "x.safetensors"), "--port", "0")
    assert done.returncode == 1
    assert "expected a whole safetensors file, received a damaged one" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_network_whose_inputs_somebody_else_prepares_comes_with_a_warning(start, tmp_path):
    network = Sequential()
    network.add(layers["ReLU"]())
    path = save(network, tmp_path / "n.safetensors", metadata={"inputs": {"prepared_by": "strange.load"}})
    server = start(str(path))
    server.stop()
    assert "strange.load" in server.log.read_text()
    assert server.log.read_text().startswith("warning: ")


def test_a_second_interrupt_does_not_wait(start):
    server = start("slow.safetensors", "--import", "own.py")
    server.predict([[0]])
    held = server.open(
        b"POST /predict HTTP/1.1\r\nContent-Type: application/json\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n"
    )
    assert server.request("GET", "/health")[0] == 200  # which comes after it
    server.process.send_signal(signal.SIGINT)
    with pytest.raises(Exception, match="timed out"):
        server.process.wait(2)
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(10) == 0
    held.close()


def test_a_second_interrupt_waits_for_what_threads_compute_and_for_nothing_else(start):
    server = start("slow.safetensors", "--import", "own.py", "--threads", "1")
    server.predict([[0]])
    with ThreadPoolExecutor(3) as clients:
        begin = time.monotonic()
        asked = [clients.submit(server.predict, [[2]])]
        time.sleep(0.5)
        asked += [clients.submit(server.predict, [[9]]) for _ in range(2)]
        time.sleep(0.5)
        server.process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(30) == 0
        assert 1.5 < time.monotonic() - begin < 8
        assert all(each.exception() is not None for each in asked), "somebody was answered"
    assert server.log.read_text() == ""


@pytest.mark.parametrize("library", ["starlette", "uvicorn"])
def test_a_library_that_is_missing_is_told_in_a_sentence(models, library):
    code = f"""
import sys
sys.modules[{library!r}] = None  # as Python marks what is not to be found
from minnet_core.cli.main import main
main(["serve", {str(models / "quantiles.safetensors")!r}])
"""
    done = run_python("-c", code)
    assert done.returncode == 1
    assert done.stderr == (
        f"Error: minnet serve: expected starlette and uvicorn to be installed, received no {library}; "
        "pip install minnet-serve\n"
    )


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"], ["layers"]])
def test_nothing_is_imported_before_the_command_runs(arguments):
    code = f"""
import sys
from minnet_core.cli.main import main
try:
    main({arguments})
except SystemExit:
    pass
late = ["starlette", "uvicorn", "numpy", "minnet_train.data", *["minnet_serve.command"] * ("serve" not in {arguments})]
print([name for name in late if name in sys.modules])
"""
    done = run_python("-c", code)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


def test_the_application_can_be_run_by_another_server(models):
    """With the interface alone: no server, no socket."""
    code = f"""
import asyncio, json
from minnet_core.diagnosis import explain_model
from minnet_serve import Limits, Served, application

path = {str(models / "quantiles.safetensors")!r}
app = application(Served.open(path), explain_model(path), Limits())
sent = []

async def receive():
    return {{"type": "http.request", "body": b"[[1, 2]]", "more_body": False}}

async def send(message):
    sent.append(message)

scope = {{"type": "http", "method": "POST", "path": "/predict", "raw_path": b"/predict", "query_string": b"",
          "headers": [(b"content-type", b"application/json")], "http_version": "1.1", "scheme": "http",
          "root_path": "", "asgi": {{"version": "3.0"}}}}
asyncio.run(app(scope, receive, send))
print(json.dumps([sent[0]["status"], json.loads(sent[1]["body"])]))
"""
    done = run_python("-c", code)
    status, (answer,) = json.loads(done.stdout)
    assert (status, [*answer]) == (200, ["low", "middle", "high"]), done.stderr


IN_A_THREAD = """
import threading, urllib.request
from minnet_core.diagnosis import explain_model
from minnet_serve import Limits, Served, application, bound_socket, serve

path, limits, ready = "quantiles.safetensors", Limits(threads=1), threading.Event()
listening = bound_socket("127.0.0.1", 0)
port = listening.getsockname()[1]
app = application(Served.open(path), explain_model(path), limits)
threading.Thread(target=serve, args=(app, listening, limits), kwargs={"when_ready": ready.set}, daemon=True).start()
assert ready.wait(60)
print(urllib.request.urlopen(f"http://127.0.0.1:{port}/health").status)
"""


def test_it_can_be_served_in_a_thread_where_signals_are_somebody_elses(models):
    assert run_python(IN_A_THREAD, cwd=models).stdout == "200\n"
