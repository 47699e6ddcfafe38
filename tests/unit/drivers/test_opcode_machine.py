"""One request on an opcode line, on a real socket: what is written when the input holds more than answers."""

import socket
from collections.abc import Iterator

import pytest

import drivers.treadmill.opcode_machine as machine_module
from drivers.treadmill.port import Request
from drivers.treadmill.woodway import DIALECT
from tests.mutants import fails_with

TIMED_OUT = b"\xbd"


class Wire:
    """A Woodway's end of the line, moved by hand."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            url = f"socket://127.0.0.1:{listening.getsockname()[1]}"
            self.machine = machine_module.OpcodeMachine(DIALECT, url, lambda way, data: None)
            self.machine.open()
            self.end, _ = listening.accept()
        self.end.settimeout(0.05)

    def heard(self) -> bytes:
        """What has been written to the treadmill since last asked."""
        try:
            return self.end.recv(100)
        except TimeoutError:
            return b""

    def close(self) -> None:
        self.machine.close()
        self.end.close()


@pytest.fixture
def wire() -> Iterator[Wire]:
    made = Wire()
    yield made
    made.close()


@pytest.mark.parametrize(("request_", "written"), [(Request.AUTO_STOP, b"\xaa"), (Request.STOP, b"\xa2")])
def test_a_stop_is_written_whatever_lies_in_the_input(request_: Request, written: bytes, wire: Wire) -> None:
    for _ in range(3):
        wire.end.sendall(TIMED_OUT)
        wire.machine.ask(request_, retry=False)
        assert wire.heard() == written


@pytest.mark.parametrize("request_", [Request.START, Request.SPEED])
def test_a_timer_that_ran_out_is_told_and_no_start_goes_behind_it(request_: Request, wire: Wire) -> None:
    wire.end.sendall(TIMED_OUT)
    answer = wire.machine.ask(request_, retry=False)
    assert answer is not None
    assert answer.timed_out
    assert wire.heard() == b""


def test_the_fact_fails_on_a_machine_that_lets_a_stop_wait() -> None:
    def fact() -> None:
        wire = Wire()
        try:
            test_a_stop_is_written_whatever_lies_in_the_input(Request.AUTO_STOP, b"\xaa", wire)
        finally:
            wire.close()

    fails_with(machine_module, "if timed_out and request not in _STOPS:", "if timed_out:", fact)
