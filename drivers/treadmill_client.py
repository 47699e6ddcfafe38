"""The station's end of a treadmill's driver process. Nothing here blocks."""

import collections
import threading
from collections.abc import Sequence

from drivers import lines
from drivers.driver_process import DriverProcess
from drivers.radio.ant_key import ENVIRONMENT as ANT_KEY_ENVIRONMENT
from drivers.registry import TREADMILL
from teststation.cause import Problem
from teststation.clock import TimeScale
from teststation.ports import BeltState, BeltTelemetry, Setpoint, Treadmill, TreadmillInfo
from teststation.texts import english

WIRE_LOG_MAX = 200_000


class TreadmillClient:
    """``teststation.ports.Treadmill`` over a driver process."""

    def __init__(self, device: str, scale: TimeScale, *, recover: bool = False, ant_key: str = "") -> None:
        secrets = {ANT_KEY_ENVIRONMENT: ant_key} if ant_key and device.startswith("fec:") else {}
        self.driver = DriverProcess(TREADMILL, device, scale, recover=recover, secrets=secrets)
        self._info: TreadmillInfo | None = None
        self._wire: collections.deque[lines.Wire] = collections.deque(maxlen=WIRE_LOG_MAX)
        self._closed = False

    @property
    def trouble(self) -> tuple[Problem, ...]:
        """What the driver complains of while it goes on trying, or why it refused; nothing again once that is over."""
        return self.driver.trouble or self.driver.refusal

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
                    if telemetry.state is not BeltState.OFFLINE and telemetry.t_mono_s > self.driver.complained_s:
                        self.driver.trouble = ()
                    if telemetry.state in (BeltState.ARMED, BeltState.MOVING):
                        self.driver.refusal = ()
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
        return self._fatal() or self.trouble

    def _fatal(self) -> tuple[Problem, ...]:
        return () if self._closed else self.driver.why_lost("driver_died")

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


def second_driver(lost: Treadmill, device: str, scale: TimeScale, *, ant_key: str = "") -> TreadmillClient:
    """A driver that may only bring a belt to rest, in the place of one that is lost.

    The lost one is ended beside the caller, who must go on looking at the belt: one that still lives brings the belt to
    rest before it gives up the port, and the second one waits for that.
    """
    threading.Thread(target=lost.close, name="lost-driver", daemon=True).start()
    return TreadmillClient(device, scale, recover=True, ant_key=ant_key)
