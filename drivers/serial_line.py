"""A serial port with one way to fail: every loss of the link, on every system, is ``LinkLost``."""

import contextlib
import re
import socket
import sys
import time

import serial
from serial.tools import list_ports

from drivers.adapters import resolve
from drivers.port_names import one_spelling, why_no_port
from teststation.cause import Cause
from teststation.errors import DeviceError

WRITE_TIMEOUT_S = 0.2
# What Windows' numbers mean at opening, whatever language it speaks: access denied and sharing violation.
WINDOWS_TAKEN = (5, 32)
_WINDOWS_ERROR = re.compile(r"None, (\d+)\)\s*$")
# How long one read waits in the system. It is set at opening and never again: to set it, pyserial sets the whole port
# anew (on Windows SetCommState), and adapters lose or spoil the bytes just leaving (pyserial issues 394, 504, 772).
POLL_S = 0.02
DRAIN_MOST = 4096

if sys.platform != "win32":
    import termios

    # The last is raised by reset_input_buffer where the device behind the port has gone.
    _LOSSES: tuple[type[BaseException], ...] = (serial.SerialException, OSError, termios.error)
else:
    _LOSSES = (serial.SerialException, OSError)


class LinkLost(DeviceError):
    """The port is gone, or cannot be opened; the sentence says which and what to do."""


class SerialLine:
    """One open port. Reads have deadlines; nothing blocks for ever."""

    def __init__(self, port: str, baudrate: int) -> None:
        self.port = port
        if wrong := why_no_port(port):
            raise LinkLost(*wrong)
        try:
            name = resolve(one_spelling(port))
        except DeviceError as error:
            raise LinkLost(*error.causes) from error
        try:
            self._serial = serial.serial_for_url(
                name, baudrate=baudrate, timeout=POLL_S, write_timeout=WRITE_TIMEOUT_S, do_not_open=True
            )
            if "://" not in name and sys.platform != "win32":
                self._serial.exclusive = True  # POSIX locks only where asked to; Windows always does
            self._serial.open()
            self._socket: socket.socket | None = getattr(self._serial, "_socket", None)
        except (*_LOSSES, ValueError) as error:
            raise LinkLost(_not_opened(port, error)) from error

    def write(self, data: bytes) -> None:
        """Send bytes. Raises LinkLost."""
        try:
            self._serial.write(data)
        except _LOSSES as error:
            raise LinkLost(Cause("port_lost", {"port": self.port})) from error

    def read(self, size: int, deadline_s: float) -> bytes:
        """Up to ``size`` bytes, what has come by ``deadline_s`` of ``time.monotonic``; full, it returns at once.

        Where less comes it ends up to ``POLL_S`` after the deadline. Raises LinkLost.
        """
        got = bytearray()
        try:
            while len(got) < size and time.monotonic() < deadline_s:
                got += self._serial.read(min(size - len(got), self._ask_for()))
            # A process kept waiting past the deadline still takes what came in time.
            return bytes(got) + self._lying(size - len(got))
        except _LOSSES as error:
            raise LinkLost(Cause("port_lost", {"port": self.port})) from error

    def drain(self) -> bytes:
        """What lies in the input unread. Never waits. Raises LinkLost."""
        try:
            return self._lying(DRAIN_MOST)
        except _LOSSES as error:
            raise LinkLost(Cause("port_lost", {"port": self.port})) from error

    def _ask_for(self) -> int:
        """How many bytes the next read may wait for: a serial port is never asked for more than must come together.

        A read that is half full when its time is up ends on Windows; Wine lets it wait for the rest, for ever.
        """
        return DRAIN_MOST if self._socket is not None else max(1, self._serial.in_waiting)

    def _lying(self, size: int) -> bytes:
        got = bytearray()
        while len(got) < size and (here := self._serial.in_waiting):
            came = self._taken(here, size - len(got))
            if not came:
                break
            got += came
        return bytes(got)

    def _taken(self, here: int, most: int) -> bytes:
        """What is said to lie there, without waiting.

        A socket says 1 however much lies there. Taken byte by byte, a wire that talks is never read to its end where
        each look at it is dear: a driver stood in here for seconds on Wine, and began its link anew.
        """
        if self._socket is None:
            return self._serial.read(min(here, most))
        try:
            came = self._socket.recv(most)
        except BlockingIOError:
            return b""
        if not came:
            raise serial.SerialException("socket disconnected")
        return came

    def close(self) -> None:
        """Close the port; a port that is already gone is closed all the same."""
        with contextlib.suppress(*_LOSSES):
            self._serial.close()
        # Pyserial's socket handler leaves its socket open where the other end has gone first.
        if self._socket is not None:
            self._socket.close()


def _not_opened(port: str, error: BaseException) -> Cause:
    text = str(error)
    # Windows says it in the user's own language; the number at the end of pyserial's text says the same in all.
    number = _WINDOWS_ERROR.search(text)
    if number is not None and int(number[1]) in WINDOWS_TAKEN:
        return Cause("port_taken", {"port": port})
    if number is not None and "PermissionError" in text:
        return Cause("port_ill", {"port": port, "number": int(number[1])})
    if "Resource temporarily unavailable" in text or "exclusively lock" in text or "Access is denied" in text:
        return Cause("port_taken", {"port": port})
    if "Permission denied" in text or "PermissionError" in text:
        return Cause("port_forbidden", {"port": port})
    if "://" in port:
        return Cause("port_nobody", {"port": port})
    there = [found.device for found in list_ports.comports()]
    if not there:
        return Cause("port_none_here", {"port": port})
    return Cause("port_not_there", {"port": port, "ports": ", ".join(there)})
