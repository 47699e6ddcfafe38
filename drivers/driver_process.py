"""One driver process, as the station holds it: lines go out at once, what came in is taken later."""

import collections
import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from drivers import lines
from drivers.processes import child_environment, first_flags
from teststation.cause import Cause, Problem
from teststation.clock import TimeScale

QUIT_WITHIN_S = 15.0
# A pipe that is full blocks who writes to it, and the smallest ones (Windows) hold 4 KiB. Every line the driver says
# shows that it has read what lay there; one that says nothing is left with this much at most.
UNREAD_BYTES = 2048
UNREAD_BYTES_AT_LAST = 3072  # for a stop or a quit, so that leases that nobody reads take no place from them


class DriverProcess:
    """One driver process and the thread that reads it."""

    def __init__(
        self,
        kind: str,
        device: str,
        scale: TimeScale,
        *,
        recover: bool = False,
        bound: str = "",
        secrets: Mapping[str, str] | None = None,  # go into the environment: a command line is for all to read
    ) -> None:
        command = [sys.executable, "-m", "drivers.host", kind, device, "--time-scale", str(scale.factor)]
        if recover:
            command.append("--recover")
        if bound:
            command.append(f"--bound={bound}")
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env={**child_environment(), **(secrets or {})},
            cwd=Path.home(),
            **first_flags(),
        )
        self.received: collections.deque[lines.FromDriver] = collections.deque()
        self.trouble: tuple[Problem, ...] = ()  # what the driver last complained of, while it goes on trying
        self.refusal: tuple[Problem, ...] = ()  # why it last refused an order
        self.fatal: tuple[Problem, ...] = ()
        self.garbled = False  # it has said something that is no line
        self.complaints = 0  # since it last worked: one for each attempt that came to nothing
        self.complained_s = 0.0
        self.ended = threading.Event()
        self.greeted = False
        self.heard_s = time.monotonic()  # when it last said anything
        self._sending = threading.Lock()
        self._unread = 0  # bytes sent since the driver last said anything
        self._reader = threading.Thread(target=self._read, name=f"{kind}-reader", daemon=True)
        self._reader.start()

    def send(self, line: lines.ToDriver) -> None:
        """Send one line; never blocks. A driver that reads no more is lost: its lease lapses, and it has its stop."""
        assert self.process.stdin is not None
        data = lines.encode(line)
        last = isinstance(line, lines.Stop | lines.Quit)
        with self._sending:
            if self._unread + len(data) > (UNREAD_BYTES_AT_LAST if last else UNREAD_BYTES):
                return
            self._unread += len(data)
            with contextlib.suppress(OSError, ValueError):
                os.write(self.process.stdin.fileno(), data)

    def why_lost(self, died: str) -> tuple[Problem, ...]:
        """Why this driver works no more, ``died`` where it has not said; nothing while it does."""
        return self.fatal or ((Cause(died),) if self.ended.is_set() else ())

    def close(self, within_s: float = QUIT_WITHIN_S) -> None:
        """Quit, wait ``within_s``, terminate, kill: each bounded."""
        self.send(lines.Quit())
        try:
            self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            self.process.terminate()
            try:
                self.process.wait(2.0)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(2.0)
        self._clear_away()

    def kill(self) -> None:
        """End a driver of which nothing is to be hoped."""
        self.process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):  # stuck in the system: nobody waits for it
            self.process.wait(2.0)
        self._clear_away()

    def _clear_away(self) -> None:
        self._reader.join(2.0)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        rest = b""
        while data := self.process.stdout.read(65536):
            *whole, rest = (rest + data).split(b"\n")
            for line in whole:
                self._take(line)
        self.ended.set()

    def _take(self, data: bytes) -> None:
        try:
            line = lines.decode_from_driver(data)
        except msgspec.MsgspecError:
            self.garbled, self.fatal = True, (Cause("driver_unreadable"),)
            return
        self.heard_s = time.monotonic()
        self._unread = 0
        if isinstance(line, lines.Hello):
            self.greeted = True
        if isinstance(line, lines.Failed):
            self.trouble = line.causes
            self.complaints += 1
            self.complained_s = time.monotonic()
            if line.fatal:
                self.fatal = line.causes
        elif isinstance(line, lines.Refused):
            self.refusal = line.causes
        elif not isinstance(line, lines.Alive):
            self.received.append(line)
