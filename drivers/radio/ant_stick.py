"""An ANT stick, opened once and listened to by several: a strap's driver and a treadmill's are two processes.

Who opens the stick first shares it on this computer's own loopback address, and before it does it writes down where, in
the user's own cache folder; who comes later finds it there. When the first one ends, or dies, the others lose the stick
for a moment, and the first of them to try again is the one that has it.
"""

import contextlib
import hashlib
import json
import secrets
import select
import socket
import threading
import time
from pathlib import Path
from typing import Protocol

import platformdirs

from drivers.adapters import resolve
from drivers.port_names import one_spelling
from drivers.radio.ant_mux import StickMux
from drivers.serial_line import LinkLost, SerialLine
from teststation.cause import Cause
from teststation.errors import DeviceError

BAUDRATE = 115200
USB_PORT = "usb"
LISTENS_FOR_S = 0.02
JOINS_WITHIN_S = 1.0
LOOKS_EVERY_S = 1.0
WAITS_FOR_OWNER_S = 5.0
JOINED = b"+"
# In the environment of a strap's driver beside a treadmill on ANT+, whose stick must not hang with the strap's driver.
WAITS = "TESTSTATION_ANT_WAITS"


class ByteStream(Protocol):
    """What a stick is on: serial, USB, or another driver that has it."""

    def write(self, data: bytes) -> None:
        """Send bytes. Raises LinkLost."""
        ...

    def read(self, size: int, deadline_s: float) -> bytes:
        """Up to ``size`` bytes by ``deadline_s`` of ``time.monotonic``. Raises LinkLost."""
        ...

    def close(self) -> None:
        """Close it; never raises."""
        ...


def open_stick(port: str, baudrate: int = BAUDRATE) -> ByteStream:
    """A share in the stick on this port. Raises LinkLost where it cannot be had."""
    note = _note_of(port)
    written = _read(note)
    joined = _join(written)
    if joined is not None:
        return _Share(joined, port)
    claim = _Claim(port, note, written)
    try:
        hub = _Hub(_open(port, baudrate), claim)
    except LinkLost:
        claim.give_up()
        raise
    return _Share(hub.own, port, hub)


def wait_for_owner(port: str, within_s: float = WAITS_FOR_OWNER_S) -> None:
    """Let another driver have the stick first, for a while: one that a test cannot go on without."""
    note, until_s = _note_of(port), time.monotonic() + within_s
    while _read(note) is None and time.monotonic() < until_s:
        time.sleep(LISTENS_FOR_S)


def _open(port: str, baudrate: int) -> ByteStream:
    if port == USB_PORT:
        # Only who uses a stick without a serial port needs libusb.
        from drivers.radio.ant_usb import UsbStick

        return UsbStick()
    return SerialLine(port, baudrate)


def _note_of(port: str) -> Path:
    """Where it is written who has the stick of this port; one file for all names of a port."""
    name = one_spelling(port)
    with contextlib.suppress(DeviceError):
        name = resolve(name)
    if name.startswith("/"):
        name = str(Path(name).resolve())
    digest = hashlib.sha256(name.encode("utf-8")).hexdigest()[:16]
    return platformdirs.user_cache_path("teststation", appauthor=False) / f"ant-{digest}.json"


def _read(note: Path) -> str | None:
    """What is written down; None where nothing is."""
    try:
        return note.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return ""


def _join(written: str | None) -> socket.socket | None:
    """A connection to who has the stick; None where nobody does, or what is written down is out of date."""
    try:
        told = json.loads(written or "")
        connection = socket.create_connection(("127.0.0.1", int(told["port"])), JOINS_WITHIN_S)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    try:
        connection.settimeout(JOINS_WITHIN_S)
        connection.sendall(str(told["token"]).encode("utf-8") + b"\n")
        if connection.recv(1) == JOINED:
            return connection
    except OSError:
        pass
    connection.close()
    return None


class _Claim:
    """The place where the stick will be had, written down by one process alone. ``listening`` takes the others in."""

    def __init__(self, port: str, note: Path, out_of_date: str | None) -> None:
        """Raises LinkLost where another was quicker; it can be joined a moment later."""
        self.port = port
        self.token = secrets.token_hex(16)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.listening.setblocking(False)
        self._note = note
        if out_of_date is not None and _read(note) == out_of_date:
            with contextlib.suppress(OSError):
                note.unlink()
        self.keep()
        if not self.is_ours():
            self.give_up()
            raise LinkLost(Cause("port_taken", {"port": port}))

    def keep(self) -> None:
        """Write it down, unless there is something already."""
        told = json.dumps({"port": self.listening.getsockname()[1], "token": self.token})
        with contextlib.suppress(OSError):
            self._note.parent.mkdir(parents=True, exist_ok=True)
            with self._note.open("x", encoding="utf-8") as file:
                self._note.chmod(0o600)
                file.write(told)

    def is_ours(self) -> bool:
        """Whether what is written down is still this process."""
        return self.token in (_read(self._note) or "")

    def give_up(self) -> None:
        """Take it back."""
        if self.is_ours():
            with contextlib.suppress(OSError):
                self._note.unlink()
        self.listening.close()


class _Share:
    """One listener's end."""

    def __init__(self, connection: socket.socket, port: str, hub: "_Hub | None" = None) -> None:
        self._connection = connection
        self._port = port
        self._hub = hub

    def write(self, data: bytes) -> None:
        """Send bytes. Raises LinkLost."""
        try:
            self._connection.settimeout(JOINS_WITHIN_S)
            self._connection.sendall(data)
        except OSError as error:
            raise self._lost() from error

    def read(self, size: int, deadline_s: float) -> bytes:
        """What has come by the deadline. Raises LinkLost."""
        try:
            self._connection.settimeout(max(0.001, deadline_s - time.monotonic()))
            data = self._connection.recv(size)
        except TimeoutError:
            return b""
        except OSError as error:
            raise self._lost() from error
        if not data:
            raise self._lost()
        return data

    def close(self) -> None:
        """Leave; where the stick is ours, it is closed for all."""
        self._connection.close()
        if self._hub is not None:
            self._hub.close()

    def _lost(self) -> LinkLost:
        lost = None if self._hub is None else self._hub.lost
        return LinkLost(*lost.causes) if lost is not None else LinkLost(Cause("port_lost", {"port": self._port}))


class _Hub:
    """A thread that carries bytes between the stick and all who listen. ``lost``: why the stick is gone."""

    def __init__(self, stick: ByteStream, claim: _Claim) -> None:
        self.lost: LinkLost | None = None
        self.own, ours = socket.socketpair()
        self._stick, self._claim = stick, claim
        self._mux = StickMux()
        self._ending = threading.Event()
        self._listening = claim.listening
        self._places: dict[socket.socket, int] = {}
        self._strangers: dict[socket.socket, tuple[bytes, float]] = {}  # what they have said, and until when
        self._looked_s = float("-inf")
        self._admit(ours)
        self._thread = threading.Thread(target=self._serve, name="ant-stick", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Give the stick back."""
        self._ending.set()
        self._thread.join(2.0)

    def _serve(self) -> None:
        try:
            while not self._ending.is_set():
                self._keep_note()
                self._take_in()
                data = self._stick.read(4096, time.monotonic() + LISTENS_FOR_S)
                if data:
                    self._mux.from_stick(data)
                out = self._mux.take_out()
                if out:
                    self._stick.write(out)
                self._hand_out()
        except LinkLost as error:
            self.lost = error
        finally:
            self._claim.give_up()
            self._stick.close()
            for one in (*self._places, *self._strangers):
                one.close()

    # --- who listens ---

    def _keep_note(self) -> None:
        """See that others find the way. Raises LinkLost where another has the stick and says so."""
        now_s = time.monotonic()
        if now_s - self._looked_s < LOOKS_EVERY_S:
            return
        self._looked_s = now_s
        self._claim.keep()
        if not self._claim.is_ours():
            raise LinkLost(Cause("port_taken", {"port": self._claim.port}))

    def _admit(self, connection: socket.socket) -> bool:
        place = self._mux.join()
        if place is None:
            return False
        connection.setblocking(False)
        self._places[connection] = place
        return True

    def _dismiss(self, connection: socket.socket) -> None:
        self._mux.leave(self._places.pop(connection))
        connection.close()

    def _take_in(self) -> None:
        ready, _, _ = select.select([self._listening, *self._places, *self._strangers], [], [], 0)
        for one in ready:
            if one is self._listening:
                with contextlib.suppress(OSError):
                    stranger, _ = one.accept()
                    stranger.setblocking(False)
                    self._strangers[stranger] = (b"", time.monotonic() + JOINS_WITHIN_S)
            elif one in self._strangers:
                self._hear_stranger(one)
            else:
                self._hear_listener(one)
        for one, (_, until_s) in list(self._strangers.items()):
            if time.monotonic() > until_s:
                self._send_away(one)

    def _hear_listener(self, one: socket.socket) -> None:
        try:
            data = one.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._mux.from_listener(self._places[one], data)
        else:
            self._dismiss(one)

    def _hear_stranger(self, one: socket.socket) -> None:
        said, until_s = self._strangers[one]
        try:
            said += one.recv(64)
        except OSError:
            said = b"\n"
        if b"\n" not in said and len(said) < 64:
            self._strangers[one] = (said, until_s)
            return
        known = secrets.compare_digest(said.strip(), self._claim.token.encode("utf-8"))
        if not known or not self._admit(one):
            self._send_away(one)
            return
        del self._strangers[one]
        with contextlib.suppress(OSError):
            one.send(JOINED)

    def _send_away(self, one: socket.socket) -> None:
        del self._strangers[one]
        one.close()

    def _hand_out(self) -> None:
        for one, place in list(self._places.items()):
            out = self._mux.take_for(place)
            if not out:
                continue
            try:
                one.sendall(out)
            except OSError:
                self._dismiss(one)  # it has gone, or reads no more
