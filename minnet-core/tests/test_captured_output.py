"""What plugins print goes to stderr, whatever the number of threads; what anybody else prints stays where it was."""

from __future__ import annotations

import sys
from threading import Barrier, Event, Thread

import pytest

from minnet_core import layers
from minnet_core.plugins.captured_output import capture_output, fresh_capture, output_of
from minnet_core.testing import install_distribution

LAYER = "from minnet_core import Module\nclass Strange(Module): ...\n"


def install(site, source, name):
    module = name.replace("-", "_")
    points = {"minnet.layers": {"Strange": f"{module}:Strange"}}
    install_distribution(site, name, {module: source}, entry_points=points)
    layers.refresh()


def test_what_a_plugin_prints_goes_to_stderr_and_is_remembered(site, capsys):
    assert output_of("strange-noisy") == ""
    install(site, f"import sys\nprint('hello')\nsys.stdout.flush()\n{LAYER}", "strange-noisy")
    assert layers["Strange"]
    assert capsys.readouterr() == ("", "strange-noisy: hello\n")
    assert output_of("strange-noisy") == "hello\n"
    print("ours")
    assert capsys.readouterr() == ("ours\n", "")


def test_the_stream_that_a_plugin_sees_is_a_stream(site, capsys):
    source = """
import sys
assert sys.stdout.encoding.lower() and sys.stdout.isatty() in (True, False)
sys.stdout.writelines(["a", "b"])
sys.stdout.buffer.write(b"c")
sys.stdout.flush()
"""
    install(site, source + LAYER, "strange-writer")
    assert layers["Strange"]
    assert capsys.readouterr() == ("", "strange-writer: abc")


def test_a_stream_that_a_plugin_keeps_goes_on_working(site, capsys):
    install(site, f"import sys\nKEPT = sys.stdout\n{LAYER}", "strange-keeper")
    layers["Strange"]
    print("later", file=sys.modules["strange_keeper"].KEPT)
    assert capsys.readouterr() == ("later\n", ""), "once it is loaded, its stdout is everybody's"


def test_threads_that_end_in_any_order_leave_stdout_as_it_was(capsys):
    stdout, begun, first_ended = sys.stdout, Barrier(2), Barrier(2)

    def first():
        with capture_output("strange-first"):
            begun.wait()
            print("first")
        first_ended.wait()

    def second():
        with capture_output("strange-second"):
            begun.wait()
            first_ended.wait()
            print("second")

    threads = [Thread(target=first), Thread(target=second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sys.stdout is stdout
    assert (output_of("strange-first"), output_of("strange-second")) == ("first\n", "second\n")
    assert capsys.readouterr().out == ""


def test_another_thread_prints_where_it_did_meanwhile(capsys):
    begun = Event()

    def other():
        begun.wait()
        print("other")

    thread = Thread(target=other)
    thread.start()
    with capture_output("strange-quiet"):
        begun.set()
        thread.join()
    assert capsys.readouterr() == ("other\n", "")
    assert output_of("strange-quiet") == ""


def test_what_a_thread_of_a_plugin_prints_to_the_stdout_that_it_was_given_goes_to_stderr(capsys):
    ended = Event()

    def work(stdout):
        print("at once", file=stdout)
        ended.wait()
        print("later", file=stdout)

    with capture_output("strange-worker"):
        thread = Thread(target=work, args=[sys.stdout])
        thread.start()
    ended.set()
    thread.join()
    assert capsys.readouterr() == ("", "at once\nlater\n")


def test_it_nests_and_ends_with_an_error(capsys):
    stdout = sys.stdout
    with capture_output("strange-outer"):
        with pytest.raises(TypeError), capture_output("strange-inner"):
            print("inner") + 1
        print("outer")
    assert sys.stdout is stdout
    assert (output_of("strange-outer"), output_of("strange-inner")) == ("outer\n", "inner\n")


def test_a_stdout_that_a_plugin_puts_in_place_is_left_there(monkeypatch, capsys):
    own = sys.stderr
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    with capture_output("strange-replacer"):
        sys.stdout = own
    assert sys.stdout is own


def test_who_speaks_is_said_at_the_beginning_of_each_line(capsys):
    with capture_output("strange-a"):
        print("one\ntwo", end="")
        print(" and a half")
        print()
    assert capsys.readouterr().err == "strange-a: one\nstrange-a: two and a half\nstrange-a: \n"


def test_what_a_plugin_prints_cannot_command_the_terminal_and_is_cut(capsys):
    with capture_output("strange-painter"):
        print("\x1b]0;title\x07\rminnet: all is well\x9b2J\u202e", end="\n\n")
        print("x" * 3_000_000)
    written = capsys.readouterr().err
    shown, empty, long = written.splitlines()
    assert shown == r"strange-painter: \x1b]0;title\x07\rminnet: all is well\x9b2J\u202e"
    assert (empty, len(long) < 1100) == ("strange-painter: ", True)
    assert written.endswith("x\n")


def test_what_a_plugin_wraps_around_its_stdout_is_no_loop(monkeypatch, capsys):
    class Tee:
        def __init__(self, stream):
            self.stream = stream

        def write(self, text):
            return self.stream.write(text)

    stdout, stderr = sys.stdout, sys.stderr
    monkeypatch.setattr(sys, "stdout", stdout)
    monkeypatch.setattr(sys, "stderr", stderr)
    with capture_output("strange-wrapper"):
        sys.stdout = Tee(sys.stdout)
    print("after")
    sys.stdout = stdout
    with capture_output("strange-swapper"):
        sys.stderr = sys.stdout
    with capture_output("strange-next"):
        print("next")
    sys.stderr = stderr
    assert capsys.readouterr() == ("after\n", "strange-next: next\n")


@pytest.mark.parametrize("stdout", [None, "as it is"])
def test_a_program_without_a_console_can_load_what_prints(monkeypatch, stdout):
    if stdout is None:
        monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    with capture_output("strange-mute"):
        print("nobody hears it", flush=True)


def test_a_plugin_that_prints_without_end_takes_linear_time_and_little_memory(capsys):
    with fresh_capture():
        with capture_output("strange-a"):
            for _ in range(10_000):
                print("x" * 100)
        assert 4000 < len(output_of("strange-a")) < 5000
        with capture_output("strange-a"):
            print("a", end="")
            print("b")
    assert capsys.readouterr().err.endswith("strange-a: ab\n")
