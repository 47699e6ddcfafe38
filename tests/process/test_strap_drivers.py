"""A strap's driver as a process: bound to its strap by the one before it, and deaf to what piled up while it slept."""

import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from drivers.emulators.ant_stick import DUMMY_KEY, AntStick
from drivers.emulators.patient import Patient, draw_body
from drivers.emulators.strap_bridge import StrapBridge
from drivers.emulators.wire import TcpServer
from drivers.heart_rate_client import HeartRateClient
from tests.process.floor import freeze, side_by_side, thaw
from tests.process.strap_room import FAMILIES, Cell, bluetooth_room, cell
from teststation.clock import TimeScale
from teststation.ports import HeartRateReading, HeartRateStatus

pytestmark = pytest.mark.process
SLEEPS_S = 4.0  # longer than a loop may take, shorter than a driver that hangs
OK = HeartRateStatus.OK


def read_for(client: HeartRateClient, seconds: float) -> list[HeartRateReading]:
    """What is heard in the next seconds, looked for as often as a run does."""
    readings: list[HeartRateReading] = []
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s:
        readings += client.readings()
        time.sleep(0.05)
    return readings


def until_pulse(client: HeartRateClient, within_s: float = 30.0) -> HeartRateReading:
    """The first pulse that comes."""
    until_s = time.monotonic() + within_s
    while time.monotonic() < until_s:
        for reading in read_for(client, 0.1):
            if reading.status is OK:
                return reading
    raise AssertionError(f"no pulse came; {client.trouble}")


def sleeps_and_wakes(sleeper: Cell, _: Path) -> None:
    """What the strap said before it fell silent has piled up, and is no pulse of the moment the driver wakes in."""
    until_pulse(sleeper.client)
    process = sleeper.client.driver.process
    freeze(process.pid)
    time.sleep(1.5)
    sleeper.strap.give("drop")
    read_for(sleeper.client, SLEEPS_S - 1.5)
    woken_s = time.monotonic()
    thaw(process.pid)
    heard = read_for(sleeper.client, 3.0)
    assert [r for r in heard if r.status is OK and r.t_mono_s > woken_s] == []
    sleeper.strap.take("drop")
    until_pulse(sleeper.client)
    assert sleeper.client.driver.process is process, "the driver was replaced, not woken"


def test_what_piled_up_while_a_driver_slept_is_no_pulse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as room:
        radio = bluetooth_room(room, monkeypatch)
        sleepers = {
            family: partial(sleeps_and_wakes, cell(room, radio, family, "", number, 1.0))
            for number, family in enumerate(FAMILIES)
        }
        side_by_side(sleepers, tmp_path)


@pytest.mark.parametrize("family", ["bridge", "ant"])
def test_a_new_driver_takes_the_strap_of_the_one_before_it_and_no_other(family: str) -> None:
    """The first strap leaves as its driver dies; another one is there."""
    scale, patient = TimeScale(5.0), Patient(draw_body(1), 1)
    strap: AntStick | StrapBridge = (AntStick if family == "ant" else StrapBridge)(patient, lambda: (4.8, 0.0), scale)
    with TcpServer(strap) as server:
        client = HeartRateClient(f"{family}:{server.url}", scale, ant_key=DUMMY_KEY.hex())
        try:
            sensor = until_pulse(client).sensor
            strap.give("second_strap")
            strap.give("drop")
            client.driver.process.kill()
            heard = read_for(client, 6.0)
            assert HeartRateStatus.OFFLINE in {r.status for r in heard}
            assert [r for r in heard[1:] if r.status is OK] == []
            strap.take("drop")
            assert until_pulse(client).sensor == sensor
        finally:
            client.close()
