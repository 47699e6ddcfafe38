"""Real wires for emulated devices: TCP everywhere, a pseudo-terminal where the system has them."""

import contextlib
import os
import select
import socket
import sys
import threading
import time
from typing import Protocol, Self

from drivers.processes import come_first_alone
from teststation.errors import BadInput

GRAIN_S = 0.002  # how finely time passes for the device while bytes are under way: one takes as long
IDLE_S = 0.008  # and while none is
KEPT_WAITING_S = 0.05  # who has not had the processor for so long does not know what was said meanwhile,
CATCHES_UP_S = 0.05  # and whoever speaks to him may have waited with him


class WireDevice(Protocol):
    """A device on a wire, sans-io: bytes in, bytes out, time given in wall seconds."""

    @property
    def unplugged(self) -> bool:
        """Whether the cable is out: the server closes the wire and keeps it closed."""
        ...

    @property
    def busy(self) -> bool:
        """Whether bytes are under way, so that its time has to pass finely."""
        ...

    def receive(self, data: bytes, now_s: float) -> None:
        """Bytes that came in."""
        ...

    def transmit(self, now_s: float) -> bytes:
        """Bytes that have left by now."""
        ...

    def advance(self, now_s: float) -> None:
        """Let time pass without a wire."""
        ...


class _Server:
    """A thread that carries bytes between one client and one device. ``lock`` guards the device for tests."""

    def __init__(self, device: WireDevice) -> None:
        self.device = device
        self.lock = threading.Lock()
        self._ending = threading.Event()
        self._looked_s = time.monotonic()
        self._thread = threading.Thread(target=self._come_first_and_serve, name="emulated-wire", daemon=True)

    def _begin(self) -> None:
        self._thread.start()

    def _come_first_and_serve(self) -> None:
        come_first_alone()  # a machine does not wait for what else this program does
        self._serve()

    def close(self) -> None:
        """End the thread and the wire."""
        self._ending.set()
        self._thread.join(2.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _serve(self) -> None:
        raise NotImplementedError

    def _heard(self, end: socket.socket | int) -> bool:
        """Wait for a word, as long as the device's own time may stand still; whether there is one.

        A computer that had no time for this thread had perhaps none for its client either: its word is waited for,
        before a device would take the silence for the client's.
        """
        ready, _, _ = select.select([end], [], [], GRAIN_S if self.device.busy else IDLE_S)
        if not ready and time.monotonic() - self._looked_s > KEPT_WAITING_S:
            ready, _, _ = select.select([end], [], [], CATCHES_UP_S)
        return bool(ready)

    def _step(self, data: bytes) -> bytes:
        with self.lock:
            now_s = self._looked_s = time.monotonic()
            self.device.receive(data, now_s)
            return self.device.transmit(now_s)

    def _idle(self) -> None:
        with self.lock:
            self._looked_s = time.monotonic()
            self.device.advance(self._looked_s)


class TcpServer(_Server):
    """Serves one client at a time on the loopback interface."""

    def __init__(self, device: WireDevice, port: int = 0) -> None:
        super().__init__(device)
        self._listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if sys.platform != "win32":
            self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._listening.bind(("127.0.0.1", port))
        except OSError as error:
            self._listening.close()
            raise BadInput(f"--tcp {port}: the port is taken ({error.strerror}); choose another") from error
        except OverflowError as error:
            self._listening.close()
            raise BadInput(f"--tcp {port}: a port is a number from 0 to 65535; choose another") from error
        self._listening.listen(1)
        self._listening.setblocking(False)
        self._begin()

    @property
    def url(self) -> str:
        """What a client opens."""
        return f"socket://127.0.0.1:{self._listening.getsockname()[1]}"

    def _serve(self) -> None:
        client: socket.socket | None = None
        try:
            while not self._ending.is_set():
                if self.device.unplugged and client is not None:
                    client.close()
                    client = None
                client = self._exchange(client)
        finally:
            if client is not None:
                client.close()
            self._listening.close()

    def _exchange(self, client: socket.socket | None) -> socket.socket | None:
        if client is None:
            ready, _, _ = select.select([self._listening], [], [], IDLE_S)
            self._idle()
            if not ready or self.device.unplugged:
                # A cable that is out refuses nobody: what knocks is let in and dropped.
                if ready:
                    self._listening.accept()[0].close()
                return None
            client, _ = self._listening.accept()
            client.setblocking(False)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return client
        ready = self._heard(client)
        try:
            data = client.recv(4096) if ready else b""
            if ready and not data:
                raise ConnectionError
            reply = self._step(data)
            if reply:
                client.sendall(reply)
        except BlockingIOError:
            return client
        except OSError:
            client.close()
            return None
        return client


class PtyServer(_Server):
    """Serves a pseudo-terminal, raw and without echo."""

    url: str
    _master: int
    _slave: int
    _closed: bool

    def __init__(self, device: WireDevice) -> None:
        if sys.platform != "win32":
            super().__init__(device)
            import pty
            import tty

            self._master, self._slave = pty.openpty()
            tty.setraw(self._master)
            tty.setraw(self._slave)
            self.url = os.ttyname(self._slave)
            self._closed = False
            self._begin()
        else:
            raise BadInput("--pty: Windows has no pseudo-terminals; use --tcp PORT")

    def _serve(self) -> None:
        try:
            while not self._ending.is_set():
                if self.device.unplugged:
                    self._hang_up()
                if self._closed:
                    time.sleep(IDLE_S)
                    self._idle()
                    continue
                data = os.read(self._master, 4096) if self._heard(self._master) else b""
                reply = self._step(data)
                if reply:
                    os.write(self._master, reply)
        finally:
            self._hang_up()

    def _hang_up(self) -> None:
        if not self._closed:
            self._closed = True
            for descriptor in (self._master, self._slave):
                with contextlib.suppress(OSError):
                    os.close(descriptor)
