"""Every way a port can go, on every system, is one known error with a sentence that says what to do."""

import contextlib
import select
import sys
import time
import types
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import serial
from serial.urlhandler import protocol_socket

from drivers import serial_line
from drivers.emulators.wire import PtyServer, TcpServer
from drivers.serial_line import DRAIN_MOST, LinkLost, SerialLine
from tests.mutants import planted_fault

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

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def open(self) -> None: ...

    @property
    def in_waiting(self) -> int:
        raise self.error

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


NOT_OPENED = [
        ("could not open port 'COM3': PermissionError(13, 'Access is denied.', None, 5)", "another program has"),
        ("could not open port 'COM3': PermissionError(13, 'Ingen tilgang.', None, 5)", "another program has"),
        ("could not open port 'COM3': PermissionError(13, 'Filen er i bruk.', None, 32)", "another program has"),
        ("could not open port 'COM3': PermissionError(13, 'Enheten kjenner ikke kommandoen.', None, 22)",
         "Windows error 22); unplug it, wait five seconds"),
        ("[Errno 11] Could not exclusively lock port /dev/ttyUSB0: [Errno 11] Resource temporarily unavailable",
         "another program has the port"),
        ("could not open port 'COM9': FileNotFoundError(2, 'The system cannot find the file specified.', None, 2)",
         "plug the adapter in"),
        ("[Errno 13] could not open port /dev/ttyUSB0: [Errno 13] Permission denied: '/dev/ttyUSB0'", "may not open"),
]  # fmt: skip


def says_what_to_do(module: types.ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    for error, words in NOT_OPENED:

        def refuses(*_: Any, said: str = error, **__: Any) -> None:
            raise serial.SerialException(said)

        monkeypatch.setattr(serial, "serial_for_url", refuses)
        with pytest.raises(LinkLost) as caught:
            module.SerialLine("COM3", 4800)
        assert words in str(caught.value), error


def test_a_port_that_does_not_open_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    says_what_to_do(serial_line, monkeypatch)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("WINDOWS_TAKEN = (5, 32)", "WINDOWS_TAKEN = (32,)"),
        ("WINDOWS_TAKEN = (5, 32)", "WINDOWS_TAKEN = (5,)"),
        ("number is not None and int(number[1]) in WINDOWS_TAKEN", "False"),
        ('number is not None and "PermissionError" in text', "False"),
    ],
)
def test_the_sentences_fail_on_a_planted_fault(old: str, new: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with planted_fault(serial_line, old, new) as broken:
        broken.__dict__["LinkLost"] = LinkLost
        with pytest.raises(AssertionError):
            says_what_to_do(broken, monkeypatch)


class Echo:
    """A device that says at once what it heard."""

    unplugged = False
    busy = False

    def __init__(self) -> None:
        self.out = bytearray()

    def receive(self, data: bytes, now_s: float) -> None:
        self.out += data

    def transmit(self, now_s: float) -> bytes:
        said, self.out = bytes(self.out), bytearray()
        return said

    def advance(self, now_s: float) -> None: ...


WIRES = ["socket"] if sys.platform == "win32" else ["terminal", "socket"]


@pytest.fixture(params=WIRES)
def wire(request: pytest.FixtureRequest) -> Iterator[TcpServer | PtyServer]:
    server = PtyServer(Echo()) if request.param == "terminal" else TcpServer(Echo())
    yield server
    server.close()


def touches_no_setting_while_bytes_leave(module: types.ModuleType, url: str, settings: list[int]) -> None:
    """Every setting is made at opening: what is made anew while bytes leave costs bytes on some adapters."""
    line = module.SerialLine(url, 4800)
    try:
        made = len(settings)
        for size in (1, 3, 5):
            line.drain()
            line.write(b"\xc0\xc1\xc2\xc3\xc4"[:size])
            assert line.read(size, time.monotonic() + 10.0) == b"\xc0\xc1\xc2\xc3\xc4"[:size]
        assert line.read(4, time.monotonic() + 0.05) == b""
        assert line.read(4, time.monotonic() - 1.0) == b""
        assert len(settings) == made > 0
    finally:
        line.close()


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for every time a port is set."""
    made: list[int] = []

    def counted(real: Callable[..., None]) -> Callable[..., None]:
        def count(port: Any, *given: Any, **named: Any) -> None:
            made.append(1)
            real(port, *given, **named)

        return count

    for kind in (serial.Serial, protocol_socket.Serial):
        monkeypatch.setattr(kind, "_reconfigure_port", counted(vars(kind)["_reconfigure_port"]))
    return made


def test_no_setting_is_touched_while_bytes_leave(wire: TcpServer | PtyServer, settings: list[int]) -> None:
    touches_no_setting_while_bytes_leave(serial_line, wire.url, settings)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("                got += self._serial.read(min(",
         "                self._serial.timeout = 0.05\n                got += self._serial.read(min("),
        ("            return self._lying(DRAIN_MOST)\n",
         "            self._serial.timeout = 0\n            return self._serial.read(DRAIN_MOST)\n"),
    ],
    ids=["read", "drain"],
)  # fmt: skip
def test_the_settings_test_fails_on_a_line_that_sets_its_port_anew(
    old: str, new: str, wire: TcpServer | PtyServer, settings: list[int]
) -> None:
    with planted_fault(serial_line, old, new) as broken, pytest.raises(AssertionError):
        touches_no_setting_while_bytes_leave(broken, wire.url, settings)


def test_what_lies_in_the_input_is_taken_whole(wire: TcpServer | PtyServer) -> None:
    """A socket only says that something lies there; a deadline that has passed still takes what has come."""
    said = bytes(range(40))
    line = SerialLine(wire.url, 4800)
    try:
        for take in (line.drain, lambda: line.read(40, time.monotonic() - 1.0)):
            line.write(said)
            end_s, got = time.monotonic() + 10.0, b""
            while len(got) < len(said) and time.monotonic() < end_s:
                got += take()
            assert got == said
        assert line.drain() == b""
        line.write(said)
        assert line.read(3, time.monotonic() + 10.0) == said[:3], "no more than was asked for"
        assert line.read(37, time.monotonic() + 10.0) == said[3:]
    finally:
        line.close()


def takes_what_lies_there_in_few_looks(module: types.ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a look at a socket is dear, one for each byte keeps a driver from ever reaching the wire's end."""
    said, looks = bytes(2000), 0

    def counted(*asked: Any) -> Any:
        nonlocal looks
        looks += 1
        return select.select(*asked)

    with (
        contextlib.closing(TcpServer(Echo())) as server,
        contextlib.closing(module.SerialLine(server.url, 4800)) as line,
        monkeypatch.context() as patch,
    ):
        patch.setattr(protocol_socket, "select", types.SimpleNamespace(select=counted, error=OSError))
        for take in (line.drain, lambda: line.read(DRAIN_MOST, time.monotonic() - 1.0)):
            line.write(said)
            end_s, got, tries, looks = time.monotonic() + 10.0, b"", 0, 0
            while len(got) < len(said) and time.monotonic() < end_s:
                time.sleep(0.01)
                got, tries = got + take(), tries + 1
            assert got == said
            assert looks <= 4 * tries


def test_what_lies_in_a_socket_is_taken_in_few_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    takes_what_lies_there_in_few_looks(serial_line, monkeypatch)


def test_few_looks_fail_on_a_socket_read_byte_by_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        planted_fault(
            serial_line, "        if self._socket is None:\n            return", "        if True:\n            return"
        ) as broken,
        pytest.raises(AssertionError),
    ):
        takes_what_lies_there_in_few_looks(broken, monkeypatch)


def test_a_socket_that_ends_between_two_looks_is_a_lost_link() -> None:
    """Asked without waiting, it gives nothing where there is nothing, and is lost where the other end has gone."""
    server = TcpServer(Echo())
    line = SerialLine(server.url, 4800)
    assert line._taken(1, 10) == b""
    server.close()
    end_s, lost = time.monotonic() + 10.0, False
    while not lost and time.monotonic() < end_s:
        try:
            line.drain()
        except LinkLost:
            lost = True
    assert lost
    line.close()


class HalfFilled:
    """A port on which a read that has something waits for the rest of what it asked for, as under Wine."""

    def __init__(self, *comings: bytes) -> None:
        self._comings = list(comings)
        self._here = b""

    def open(self) -> None: ...

    def close(self) -> None: ...

    @property
    def in_waiting(self) -> int:
        return len(self._here)

    def read(self, size: int) -> bytes:
        if not self._here and self._comings:
            self._here = self._comings.pop(0)
        while len(self._here) < size:
            assert self._comings, "a read that waits for ever"
            self._here += self._comings.pop(0)
        got, self._here = self._here[:size], self._here[size:]
        return got


def takes_what_has_come(module: types.ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serial, "serial_for_url", lambda *_, **__: HalfFilled(b"12345", b"678"))
    line, got = module.SerialLine("COM3", 115200), b""
    for _ in range(2):
        now_s = iter([0.0, 2.0])  # the deadline comes with the first bytes
        monkeypatch.setattr(module, "time", types.SimpleNamespace(monotonic=now_s.__next__))
        got += line.read(4096, 1.0)
    assert got == b"12345678"


def test_no_read_waits_for_more_than_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    takes_what_has_come(serial_line, monkeypatch)


def test_the_read_test_fails_on_a_line_that_asks_for_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        planted_fault(serial_line, "max(1, self._serial.in_waiting)", "DRAIN_MOST") as broken,
        pytest.raises(AssertionError, match="for ever"),
    ):
        takes_what_has_come(broken, monkeypatch)
