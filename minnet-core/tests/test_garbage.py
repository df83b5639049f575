from __future__ import annotations

import gc

import pytest

from minnet_core.support import collection_paused


def test_it_is_put_back_after_an_error_too():
    with pytest.raises(ZeroDivisionError), collection_paused():
        print(1 // gc.isenabled())
    assert gc.isenabled()


def test_what_somebody_else_has_turned_off_stays_off():
    gc.disable()
    try:
        with collection_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
