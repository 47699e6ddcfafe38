"""COM ports of that Windows whose other end is a socket: a pseudo-terminal of this computer between the two.

Windows has no pseudo-terminals, and a test that runs there has its emulated treadmill on a socket. It asks here, on
one connection for each port it wants: it sends the socket's number in a line, gets ``COM20`` or the like in a line, and
the port lives as long as that connection. A socket that ends is a cable that is pulled: the port is gone, and comes
back under its name when the socket takes connections again.
"""

import contextlib
import os
import pty
import select
import socket
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path

RETRY_S = 0.05
SETTLES_S = 0.1  # an unplugged emulator lets in what knocks, and drops it
FIRST = 20

Place = Callable[[str, Path | None], None]


class Crossing:
    """Serves such ports until it is closed. ``place`` links a COM name to a terminal, or to nothing."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._given, self._lock = FIRST, threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> "Crossing":
        return self

    def __exit__(self, *_: object) -> None:
        # Shut down first: a close alone leaves a thread in accept.
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                asking, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._keep, args=(asking,), daemon=True).start()

    def _keep(self, asking: socket.socket) -> None:
        with asking, contextlib.suppress(OSError, ValueError):
            number = int(asking.recv(16))
            with self._lock:
                name, self._given = f"COM{self._given}", self._given + 1
            said = False
            while not _ended(asking):
                wire = _connected(number)
                if wire is None:
                    time.sleep(RETRY_S)
                    continue
                master, terminal = _terminal()
                self._place(name, terminal)
                if not said:
                    asking.sendall(f"{name}\n".encode("ascii"))
                    said = True
                with wire:
                    _carry(master, wire, asking)
                self._place(name, None)
                os.close(master)


def _terminal() -> tuple[int, Path]:
    master, slave = pty.openpty()
    tty.setraw(slave)
    path = Path(os.ttyname(slave))
    os.close(slave)
    return master, path


def _connected(number: int) -> socket.socket | None:
    try:
        wire = socket.create_connection(("127.0.0.1", number), 1.0)
    except OSError:
        return None
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if select.select([wire], [], [], SETTLES_S)[0] and _ended(wire):
        wire.close()
        return None
    return wire


def _ended(end: socket.socket) -> bool:
    """Whether the other end has closed; what it sent stays to be read."""
    if not select.select([end], [], [], 0)[0]:
        return False
    try:
        return not end.recv(1, socket.MSG_PEEK)
    except OSError:
        return True


def _carry(master: int, wire: socket.socket, asking: socket.socket) -> None:
    while True:
        ready, _, _ = select.select([master, wire, asking], [], [], 0.2)
        if asking in ready:
            return
        if wire in ready:
            try:
                data = wire.recv(4096)
            except OSError:
                return
            if not data:
                return
            os.write(master, data)
        if master in ready:
            try:
                wire.sendall(os.read(master, 4096))
            except OSError:
                # Nobody has the terminal open, which reads as an error, not as an end; or the socket is gone.
                time.sleep(0.005)
                if _ended(wire):
                    return
