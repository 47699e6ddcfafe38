"""The station's end of the driver processes. Nothing here blocks: lines go out at once, what came in is taken later."""

import collections
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from drivers import lines
from drivers.heart_rate.ant_key import ENVIRONMENT as ANT_KEY_ENVIRONMENT
from drivers.processes import child_environment, quiet_flags
from drivers.registry import HEART_RATE, TREADMILL, with_absolute_file
from teststation.cause import Cause, Problem
from teststation.clock import TimeScale
from teststation.ports import BeltTelemetry, HeartRateReading, HeartRateStatus, RawFrame, Setpoint, TreadmillInfo
from teststation.texts import english

QUIT_WITHIN_S = 15.0
WIRE_LOG_MAX = 200_000


class DriverProcess:
    """One driver process and the thread that reads it."""

    def __init__(
        self,
        kind: str,
        device: str,
        scale: TimeScale,
        *,
        recover: bool = False,
        secrets: Mapping[str, str] | None = None,  # go into the environment: a command line is for all to read
    ) -> None:
        command = [sys.executable, "-m", "drivers.host", kind, device, "--time-scale", str(scale.factor)]
        if recover:
            command.append("--recover")
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env={**child_environment(), **(secrets or {})},
            cwd=Path.home(),
            **quiet_flags(),
        )
        self.received: collections.deque[lines.FromDriver] = collections.deque()
        self.trouble: tuple[Problem, ...] = ()  # what the driver last complained of, while it goes on trying
        self.fatal: tuple[Problem, ...] = ()
        self.complaints = 0  # since it last worked: one for each attempt that came to nothing
        self.ended = threading.Event()
        self._sending = threading.Lock()
        self._reader = threading.Thread(target=self._read, name=f"{kind}-reader", daemon=True)
        self._reader.start()

    def send(self, line: lines.ToDriver) -> None:
        """Send one line. A pipe that takes nothing more belongs to a driver that is lost: its lease lapses."""
        assert self.process.stdin is not None
        with self._sending:
            try:
                os.write(self.process.stdin.fileno(), lines.encode(line))
            except (OSError, ValueError):
                return

    def close(self) -> None:
        """Quit, wait, terminate, kill: each bounded."""
        self.send(lines.Quit())
        try:
            self.process.wait(QUIT_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.terminate()
            try:
                self.process.wait(2.0)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(2.0)
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
            self.fatal = (Cause("driver_unreadable"),)
            return
        if isinstance(line, lines.Failed):
            self.trouble = line.causes
            self.complaints += 1
            if line.fatal:
                self.fatal = line.causes
        elif isinstance(line, lines.Refused):
            self.trouble = line.causes
        else:
            self.received.append(line)


def _fatal(driver: DriverProcess, died: str, *, closed: bool) -> tuple[Problem, ...]:
    """Why a driver works no more; nothing while it does."""
    return driver.fatal or ((Cause(died),) if driver.ended.is_set() and not closed else ())


class TreadmillClient:
    """``teststation.ports.Treadmill`` over a driver process."""

    def __init__(self, device: str, scale: TimeScale, *, recover: bool = False) -> None:
        self.driver = DriverProcess(TREADMILL, device, scale, recover=recover)
        self._info: TreadmillInfo | None = None
        self._wire: collections.deque[lines.Wire] = collections.deque(maxlen=WIRE_LOG_MAX)
        self._closed = False

    @property
    def trouble(self) -> tuple[Problem, ...]:
        """What the driver last complained of while it goes on trying."""
        return self.driver.trouble

    def info(self) -> TreadmillInfo | None:
        """What the treadmill can do; None until the driver has said."""
        return self._info

    def telemetry(self) -> Sequence[BeltTelemetry]:
        """Everything that arrived since the last call, oldest first."""
        taken: list[BeltTelemetry] = []
        while self.driver.received:
            match self.driver.received.popleft():
                case lines.Belt(telemetry=telemetry):
                    taken.append(telemetry)
                case lines.Hello(treadmill=info):
                    self._info = info
                case lines.Wire() as wire:
                    self._wire.append(wire)
        return taken

    def wire_log(self) -> list[lines.Wire]:
        """The bytes that passed the wire, oldest first."""
        return list(self._wire)

    def failure(self) -> str | None:
        """A sentence once the driver cannot work or its process has died."""
        return english(*self._fatal()) or None

    def problems(self) -> tuple[Problem, ...]:
        """Why the driver cannot work, or what it complains of while it goes on trying."""
        return self._fatal() or self.driver.trouble

    def _fatal(self) -> tuple[Problem, ...]:
        return _fatal(self.driver, "driver_died", closed=self._closed)

    def arm(self, max_speed_kmh: float, max_incline_pct: float) -> None:
        """Ask the guard to accept leases up to these limits."""
        self.driver.send(lines.Arm(max_speed_kmh=max_speed_kmh, max_incline_pct=max_incline_pct))

    def grant(self, setpoint: Setpoint | None, lease_s: float) -> None:
        """Grant a setpoint for ``lease_s`` wall seconds."""
        self.driver.send(lines.Lease(setpoint=setpoint, lease_s=lease_s))

    def stop(self) -> None:
        """Trip the guard now."""
        self.driver.send(lines.Stop())

    def close(self) -> None:
        """End the driver process; it brings a moving belt to rest first."""
        self._closed = True
        self.driver.close()


class HeartRateClient:
    """``teststation.ports.HeartRateMonitor`` over a driver process."""

    def __init__(self, device: str, scale: TimeScale, *, ant_key: str = "") -> None:
        secrets = {ANT_KEY_ENVIRONMENT: ant_key} if ant_key else {}
        self.driver = DriverProcess(HEART_RATE, with_absolute_file(device), scale, secrets=secrets)
        self._closed = False
        self._readings: list[HeartRateReading] = []
        self._frames: collections.deque[RawFrame] = collections.deque(maxlen=WIRE_LOG_MAX)

    @property
    def trouble(self) -> tuple[Problem, ...]:
        """What the driver last complained of while it goes on trying; nothing again once there is a pulse."""
        return self.driver.trouble

    @property
    def attempts(self) -> int:
        """How many attempts to reach the strap have come to nothing since the last pulse."""
        return self.driver.complaints

    def readings(self) -> Sequence[HeartRateReading]:
        """Everything that arrived since the last call, oldest first."""
        self._sort()
        taken, self._readings = self._readings, []
        return taken

    def frames(self) -> Sequence[RawFrame]:
        """Raw bytes that passed since the last call, oldest first."""
        self._sort()
        taken = tuple(self._frames)
        self._frames.clear()
        return taken

    def _sort(self) -> None:
        while self.driver.received:
            match self.driver.received.popleft():
                case lines.Heart(reading=reading):
                    self._readings.append(reading)
                    if reading.status is HeartRateStatus.OK:
                        self.driver.trouble, self.driver.complaints = (), 0
                case lines.Wire(t_mono_s=t_mono_s, direction=direction, data_hex=data_hex, channel=channel):
                    self._frames.append(RawFrame(t_mono_s, direction, data_hex, channel))

    def failure(self) -> str | None:
        """A sentence once the driver cannot work or its process has died."""
        return english(*_fatal(self.driver, "hr_driver_died", closed=self._closed)) or None

    def close(self) -> None:
        """End the driver process."""
        self._closed = True
        self.driver.close()
