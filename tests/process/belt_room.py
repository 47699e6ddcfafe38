"""The real controller and engine on a real driver loop and an emulated treadmill on a real socket, in one process."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from drivers import lines
from drivers.emulators.operated_belt import OperatedBelt
from drivers.treadmill_client import TreadmillClient, second_driver
from tests.contract.treadmill_rig import Case, Rig, serve
from tests.patience import PATIENCE
from tests.unit.run.builders import SUBJECT
from teststation.clock import ScaledClock, TimeScale
from teststation.ports import BeltTelemetry, HeartRateReading, HeartRateStatus, Setpoint, Treadmill, TreadmillInfo
from teststation.protocol.plan import Extension, Limits, Plan, StagePlan
from teststation.run import events as ev
from teststation.run.controller import Controller, Devices
from teststation.run.engine import why_not_begin
from teststation.run.state import Phase
from ui.station.station import run_timing

TICK_S = 0.05
ONE_STAGE = Plan(
    id="matrix",
    title="",
    text="",
    sha256="0" * 64,
    speed_name="normal",
    stages=(StagePlan("1", 3600.0, 4.8, 0.0),),
    cool_down=StagePlan("ned", 20.0, 3.0, 0.0),
    limits=Limits(),
    extension=Extension(),
)


class RigTreadmill:
    """``teststation.ports.Treadmill`` over a driver's loop in a thread."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self._told: BeltTelemetry | None = None

    def info(self) -> TreadmillInfo | None:
        return self.rig.info

    def telemetry(self) -> Sequence[BeltTelemetry]:
        last, told = self.rig.last, self._told
        self._told = last
        return () if last is None or last is told else (last,)

    def failure(self) -> str | None:
        return None

    def arm(self, max_speed_kmh: float, max_incline_pct: float) -> None:
        self.rig.inbox.put(lines.Arm(max_speed_kmh=max_speed_kmh, max_incline_pct=max_incline_pct))

    def grant(self, setpoint: Setpoint | None, lease_s: float) -> None:
        self.rig.inbox.put(lines.Lease(setpoint=setpoint, lease_s=lease_s))

    def stop(self) -> None:
        self.rig.inbox.put(lines.Stop())

    def close(self) -> None:
        self.rig.close()


class SteadyStrap:
    """One pulse."""

    def readings(self) -> Sequence[HeartRateReading]:
        return (HeartRateReading(t_mono_s=time.monotonic(), status=HeartRateStatus.OK, bpm=110),)

    def frames(self) -> Sequence[Any]:
        return ()

    def failure(self) -> str | None:
        return None

    def close(self) -> None: ...


class NoJournal:
    """Keeps nothing: what is looked at here is the belt."""

    def append(self, event: msgspec.Struct, *, durable: bool) -> None: ...

    def close(self) -> None: ...


class BeltRoom:
    """One run. An operator stands by who sets what is asked, where the belt is the operator's."""

    def __init__(self, case: Case, scale: TimeScale, plan: Plan = ONE_STAGE, set_load_s: float = 60.0) -> None:
        self.rig = Rig(case)
        self.emulator = self.rig.treadmill
        self._prepare(case, scale, plan, set_load_s, RigTreadmill(self.rig))

    def _prepare(
        self,
        case: Case,
        scale: TimeScale,
        plan: Plan,
        set_load_s: float,
        treadmill: Treadmill,
        recover: Callable[[Treadmill], Treadmill] | None = None,
    ) -> None:
        self.clock = ScaledClock(time.monotonic, scale)
        first = ev.RunPrepared(
            t_s=0.0, run_id="room", started_at="2026-01-02T10:00:00+01:00", plan=plan, subject=SUBJECT,
            hr_limit_bpm=150.0, treadmill=case.family, heart_rate="steady",
        )  # fmt: skip
        timing = msgspec.structs.replace(run_timing(scale), set_load_s=set_load_s)
        devices = Devices(treadmill, SteadyStrap())
        self.controller = Controller(first, devices, NoJournal(), self.clock, timing, recover)
        self._asked: object = ()
        self.on_air = case.radio

    @property
    def phase(self) -> Phase:
        return self.controller.state.phase

    def tick(self) -> None:
        """One tick, and the operator's hand."""
        time.sleep(TICK_S)
        self.controller.tick()
        prompt, treadmill = self.controller.state.prompt, self.emulator
        asked = () if prompt is None else (prompt.setpoint,)
        if asked and asked != self._asked and isinstance(treadmill, OperatedBelt):
            load = prompt.setpoint if prompt is not None else None
            treadmill.operator_sets(*((0.0, 0.0) if load is None else (load.speed_kmh, load.incline_pct)))
        if asked and asked != self._asked and treadmill is None and self.phase is not Phase.STOPPING:
            self.controller.press(ev.LoadConfirmed(t_s=self.controller.now_s(), by="operator"))
        self._asked = asked

    def until(self, fact: Callable[[], bool], within_s: float) -> bool:
        """Whether a fact comes true in time."""
        end_s = time.monotonic() + within_s * PATIENCE
        while not fact():
            if time.monotonic() > end_s:
                return False
            self.tick()
        return True

    def begin(self) -> bool:
        """Start the test; whether the belt was known to be at rest so that it could."""
        ready = lambda: not why_not_begin(self.controller.state, self.controller.now_s())  # noqa: E731
        if not self.until(ready, 15.0 if self.on_air else 6.0):
            return False
        self.controller.press(ev.TestBegan(t_s=self.controller.now_s()))
        return True

    def close(self) -> None:
        """End the driver."""
        self.rig.close()


class ProcessRoom(BeltRoom):
    """The same with the driver in a process of its own, as at the clinic; a second one comes where it dies."""

    def __init__(self, case: Case, scale: TimeScale) -> None:
        self.emulator = case.emulator()
        self.server = None if self.emulator is None else serve(self.emulator)
        device = case.family if self.server is None else f"{case.family}:{self.server.url}"
        device += "".join(f",{name}={value}" for name, value in case.options.items())
        self.client = TreadmillClient(device, scale)
        self._prepare(case, scale, ONE_STAGE, 60.0, self.client, lambda lost: second_driver(lost, device, scale))

    def close(self) -> None:
        """End whichever driver there is."""
        self.controller.devices.treadmill.close()
        self.client.close()
        if self.server is not None:
            self.server.close()
