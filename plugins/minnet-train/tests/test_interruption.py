from __future__ import annotations

import os
import signal
import threading

import pytest

from minnet_train.experiment import import_files
from minnet_train.training.interruption import Interruption

CASES = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]


@pytest.mark.parametrize(("number", "code"), CASES)
def test_the_first_signal_asks_what_runs_to_stop(number, code):
    asked = []
    with Interruption(lambda: asked.append(1)) as interruption:
        assert interruption.exit_code == 0
        os.kill(os.getpid(), number)
        assert asked == [1]
        assert interruption.received == number
        assert interruption.exit_code == code


@pytest.mark.parametrize(("number", "code"), CASES)
def test_the_second_signal_ends_the_program(number, code):
    with pytest.raises(SystemExit) as caught, Interruption(lambda: os.kill(os.getpid(), number)):
        os.kill(os.getpid(), signal.SIGTERM)
    assert caught.value.code == code


@pytest.mark.parametrize(("number", "code"), CASES)
def test_what_two_senders_pass_on_is_one_request_and_what_one_sends_twice_is_two(number, code):
    (other,) = {each for each, _ in CASES} - {number}
    asked = []

    def work():
        with Interruption(lambda: asked.append(1), one_request=60) as interruption:
            for each in (number, other, other):
                os.kill(os.getpid(), each)
            assert (asked, interruption.received) == ([1], number)
            os.kill(os.getpid(), number)

    with pytest.raises(SystemExit) as caught:
        work()
    assert caught.value.code == code
    assert asked == [1]


@pytest.mark.parametrize(("number", "code"), CASES)
def test_where_nothing_runs_the_first_signal_ends_the_program(number, code):
    with pytest.raises(SystemExit) as caught, Interruption():
        os.kill(os.getpid(), number)
    assert caught.value.code == code


@pytest.mark.parametrize(("number", "code"), CASES)
def test_a_signal_is_no_error_of_the_file_that_is_imported_as_it_comes(number, code, tmp_path):
    (tmp_path / "own.py").write_text(f"import os\nos.kill(os.getpid(), {int(number)})\n")
    with pytest.raises(SystemExit) as caught, Interruption():
        import_files([str(tmp_path / "own.py")])
    assert caught.value.code == code


def test_what_runs_may_begin_later():
    asked = []
    with Interruption() as interruption:
        interruption.stop = lambda: asked.append(1)
        os.kill(os.getpid(), signal.SIGINT)
    assert asked == [1]


def test_afterwards_signals_do_what_they_did_before():
    before = [signal.getsignal(number) for number, _ in CASES]
    with Interruption():
        assert signal.getsignal(signal.SIGINT) is not before[0]
    assert [signal.getsignal(number) for number, _ in CASES] == before


def test_a_signal_that_was_ignored_stays_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Interruption() as interruption:
            os.kill(os.getpid(), signal.SIGINT)
            assert interruption.received is None
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_in_another_thread_signals_are_left_to_the_main_one():
    def enter():
        with Interruption():
            seen.append(signal.getsignal(signal.SIGINT))

    seen = []
    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGINT)]
