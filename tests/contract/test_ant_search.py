"""The strap an ANT stick hears is offered with its number and pulse, and chosen by nobody but the operator."""

import pytest

from drivers.emulators.ant_stick import DUMMY_KEY, AntStick
from drivers.emulators.patient import Patient, draw_body
from drivers.emulators.wire import TcpServer
from teststation.clock import TimeScale
from ui.station.strap_search import needs_a_choice, strap_on_stick

pytestmark = pytest.mark.process


def test_the_strap_on_the_stick_is_offered_with_its_pulse() -> None:
    stick = AntStick(Patient(draw_body(1), 1), lambda: (0.0, 0.0), TimeScale())
    with TcpServer(stick) as server:
        device = f"ant:{server.url}"
        (found,) = strap_on_stick(device, DUMMY_KEY.hex())
    assert found.device == f"{device},number=12345"
    assert found.name == "ANT+ 12345"
    assert found.bpm is not None


def test_a_stick_that_hears_nobody_offers_nobody() -> None:
    stick = AntStick(Patient(draw_body(1), 1), lambda: (0.0, 0.0), TimeScale())
    stick.give("drop")
    with TcpServer(stick) as server:
        assert strap_on_stick(f"ant:{server.url}", DUMMY_KEY.hex(), within_s=1.5) == []


@pytest.mark.parametrize(
    ("device", "open_"),
    [("ant:COM3", True), ("ant:COM3,number=1", False), ("ble:X", False), ("emulated:ant", False), ("nonsense", False)],
)
def test_only_an_ant_strap_without_its_number_needs_a_choice(device: str, open_: bool) -> None:
    assert needs_a_choice(device) is open_
