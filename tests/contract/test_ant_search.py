"""The strap an ANT stick hears is offered with its number and pulse, and chosen by nobody but the operator."""

import pytest

import ui.commands.devices as devices_module
from drivers.emulators.ant_stick import DUMMY_KEY, AntStick
from drivers.emulators.fec import FecEmulator
from drivers.emulators.patient import Patient, draw_body
from drivers.emulators.wire import TcpServer
from teststation.clock import TimeScale
from ui.cli import main
from ui.commands.voice import all_said
from ui.station.stick_search import StickHears, heard_on_stick, stick_of
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


# --- whom a stick hears ---


def test_a_stick_tells_the_strap_and_the_treadmill_that_it_hears() -> None:
    room = FecEmulator(TimeScale(), patient=Patient(draw_body(1), 1))
    with TcpServer(room) as server:
        url, heard = server.url, heard_on_stick(server.url, DUMMY_KEY.hex())
    assert heard.treadmill == 4711
    assert heard.strap is not None
    assert heard.strap.device == f"ant:{url},number=12345"
    assert heard.trouble == ()


def test_a_stick_in_an_empty_room_hears_nobody_and_complains_of_nothing() -> None:
    room = FecEmulator(TimeScale())
    room.give("drop")
    with TcpServer(room) as server:
        assert heard_on_stick(server.url, DUMMY_KEY.hex(), within_s=1.5) == StickHears()


def test_a_stick_that_cannot_be_opened_is_told() -> None:
    heard = heard_on_stick("socket://127.0.0.1:9", DUMMY_KEY.hex(), within_s=8.0)
    assert (heard.strap, heard.treadmill) == (None, None)
    assert heard.trouble != ()


@pytest.mark.parametrize(
    ("port", "stick"),
    [
        ("ant:COM3", "COM3"),
        ("fec:COM3,number=4711", "COM3"),
        ("fec:socket://127.0.0.1:9", "socket://127.0.0.1:9"),
        ("usb", "usb"),
        ("COM7", "COM7"),
        ("COM3", None),
        ("socket://127.0.0.1:9", None),
    ],
)
def test_a_port_is_a_stick_by_its_maker_or_because_somebody_says_so(port: str, stick: str | None) -> None:
    assert stick_of(port, known=lambda name: name == "COM7") == stick


def test_the_command_names_a_stick_and_whom_it_hears(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TESTSTATION_ANT_KEY", DUMMY_KEY.hex())
    with TcpServer(FecEmulator(TimeScale(), patient=Patient(draw_body(1), 1))) as server:
        url = server.url
        assert main(["devices", "detect", f"fec:{url}"]) == 0
    all_said()
    out = capsys.readouterr().out
    assert f"fec:{url}: an ANT stick" in out
    assert f"fec:{url},number=4711" in out
    assert f"ant:{url},number=12345" in out


def test_without_the_clinics_key_a_stick_is_named_and_the_key_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("TESTSTATION_ANT_KEY", raising=False)
    monkeypatch.setattr(devices_module, "ant_key", lambda settings: "")
    assert main(["devices", "detect", "usb"]) == 2
    all_said()
    told = capsys.readouterr()
    assert told.out == "usb: an ANT stick\n"
    assert "ANT+ network key" in told.err
