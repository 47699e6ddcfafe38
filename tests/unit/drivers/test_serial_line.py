"""Every way a port can go, on every system, is one known error with a sentence that says what to do."""

import sys
import time
from typing import Any

import pytest
import serial

from drivers import serial_line
from drivers.serial_line import LinkLost, SerialLine

WINDOWS_GONE = "ClearCommError failed (PermissionError(13, 'The device does not recognize the command.', None, 22))"
WINDOWS_READ = "GetOverlappedResult failed (PermissionError(13, 'Access is denied.', None, 5))"
WINDOWS_WRITE = "WriteFile failed (PermissionError(13, 'The device does not recognize the command.', None, 22))"
LOSSES: list[BaseException] = [
    serial.SerialException("device reports readiness to read but returned no data (device disconnected?)"),
    serial.SerialException(WINDOWS_GONE),
    serial.SerialException(WINDOWS_READ),
    serial.SerialException(WINDOWS_WRITE),
    serial.SerialTimeoutException("Write timeout"),
    OSError(5, "Input/output error"),
]
if sys.platform != "win32":
    import termios

    LOSSES.append(termios.error(5, "Input/output error"))


class BrokenPort:
    """A port that opens, and then is gone."""

    timeout: float | None = None

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def open(self) -> None: ...

    def write(self, data: bytes) -> int:
        raise self.error

    def read(self, size: int) -> bytes:
        raise self.error

    def close(self) -> None:
        raise self.error


@pytest.mark.parametrize("error", LOSSES, ids=lambda error: f"{type(error).__name__}: {str(error)[:24]}")
@pytest.mark.parametrize("act", ["write", "read", "drain"])
def test_a_port_that_goes_is_a_lost_link_and_is_closed_all_the_same(
    act: str, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serial_line.serial, "serial_for_url", lambda *_, **__: BrokenPort(error))
    line = SerialLine("COM3", 4800)
    acts = {
        "write": lambda: line.write(b"\xc0"),
        "read": lambda: line.read(1, time.monotonic() + 0.1),
        "drain": line.drain,
    }
    with pytest.raises(LinkLost, match="COM3: the connection was lost; check cable and adapter"):
        acts[act]()
    line.close()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("could not open port 'COM3': PermissionError(13, 'Access is denied.', None, 5)", "another program has"),
        ("could not open port 'COM3': PermissionError(13, 'Ingen tilgang.', None, 5)", "another program has"),
        ("[Errno 11] Could not exclusively lock port /dev/ttyUSB0: [Errno 11] Resource temporarily unavailable",
         "another program has the port"),
        ("could not open port 'COM9': FileNotFoundError(2, 'The system cannot find the file specified.', None, 2)",
         "plug the adapter in"),
        ("[Errno 13] could not open port /dev/ttyUSB0: [Errno 13] Permission denied: '/dev/ttyUSB0'", "may not open"),
    ],
)  # fmt: skip
def test_a_port_that_does_not_open_says_what_to_do(error: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: Any, **__: Any) -> None:
        raise serial.SerialException(error)

    monkeypatch.setattr(serial_line.serial, "serial_for_url", refuses)
    with pytest.raises(LinkLost, match=words):
        SerialLine("COM3", 4800)
