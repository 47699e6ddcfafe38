"""Who serves an emulated device and was kept waiting lets the client speak before the device feels a silence."""

import select
import time

import pytest

from drivers.emulators.wire import CATCHES_UP_S, GRAIN_S, IDLE_S, TcpServer
from tests.unit.drivers.test_serial_line import Echo


@pytest.fixture
def waits_s(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """For how long a client's word was waited for, each time in vain."""
    waited: list[float] = []

    def in_vain(_: object, __: object, ___: object, within_s: float) -> tuple[list, list, list]:
        waited.append(within_s)
        return [], [], []

    monkeypatch.setattr(select, "select", in_vain)
    return waited


def not_serving(device: Echo) -> TcpServer:
    server = TcpServer(device)
    server.close()
    return server


def test_who_was_kept_waiting_waits_for_the_word_of_whoever_waited_with_him(waits_s: list[float]) -> None:
    server = not_serving(Echo())
    waits_s.clear()
    server._looked_s = time.monotonic() - 0.6
    assert not server._heard(-1)
    assert waits_s == [IDLE_S, CATCHES_UP_S]


@pytest.mark.parametrize(("busy", "grain_s"), [(False, IDLE_S), (True, GRAIN_S)])
def test_for_who_is_served_time_passes_as_finely_as_bytes_are_under_way(
    waits_s: list[float], busy: bool, grain_s: float
) -> None:
    device = Echo()
    device.busy = busy
    server = not_serving(device)
    waits_s.clear()
    server._looked_s = time.monotonic() + 60.0
    assert not server._heard(-1)
    assert waits_s == [grain_s]
