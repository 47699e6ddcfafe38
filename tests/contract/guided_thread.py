"""A guided driver on a thread of its own, and the station's and the operator's hands."""

import queue
import threading
import time
from collections.abc import Callable

from drivers import lines
from drivers.emulators.operated_belt import OperatedBelt
from drivers.processes import come_first_alone
from tests.patience import PATIENCE
from teststation.clock import TimeScale
from teststation.ports import BeltState, BeltTelemetry, Setpoint, TreadmillInfo

SCALE = TimeScale(20 / PATIENCE)
WALK = Setpoint(speed_kmh=4.8, incline_pct=2.0)


class GuidedThread:
    """``run`` on a thread, told to quit at the end."""

    def __init__(self, run: Callable[..., None], port: str, options: dict[str, str] | None = None) -> None:
        self.seen: list[BeltTelemetry] = []
        self.infos: list[TreadmillInfo | None] = []
        self.said: list[str] = []
        self.wires: list[lines.Wire] = []
        self.hearts: list[lines.Heart] = []
        self.inbox: queue.Queue[lines.ToDriver | Exception | None] = queue.Queue()

        def drives() -> None:
            come_first_alone()  # as its process does
            run(port, options or {}, self._emit, self.inbox, SCALE)

        self._thread = threading.Thread(target=drives, daemon=True)
        self._thread.start()

    def __enter__(self) -> "GuidedThread":
        return self

    def __exit__(self, *_: object) -> None:
        self.inbox.put(lines.Quit())
        self._thread.join(8.0)
        assert not self._thread.is_alive()

    def _emit(self, line: lines.FromDriver) -> None:
        match line:
            case lines.Belt(telemetry=telemetry):
                self.seen.append(telemetry)
            case lines.Hello(treadmill=info):
                self.infos.append(info)
            case lines.Failed(sentence=sentence) | lines.Refused(sentence=sentence):
                self.said.append(sentence)
            case lines.Heart():
                self.hearts.append(line)
            case lines.Wire():
                self.wires.append(line)

    @property
    def last(self) -> BeltTelemetry:
        return self.seen[-1]

    def until(self, fact: Callable[[], bool], what: str, within_s: float = 10.0, lease: bool = False) -> None:
        end_s = time.monotonic() + within_s * PATIENCE
        while not (self.seen and fact()):
            assert time.monotonic() < end_s, f"in vain: {what}; last {self.seen[-1:]}, said {self.said[-3:]}"
            if lease:
                self.inbox.put(lines.Lease(setpoint=WALK, lease_s=1.0))
            time.sleep(0.02)

    def rests(self) -> "GuidedThread":
        self.until(lambda: self.last.at_rest, "a belt at rest", 15.0)
        return self

    def walks(self, machine: OperatedBelt) -> "GuidedThread":
        self.rests()
        self.inbox.put(lines.Arm(max_speed_kmh=6.0, max_incline_pct=12.0))
        self.until(lambda: self.last.state is BeltState.ARMED, "the arming")
        machine.operator_sets(WALK.speed_kmh, WALK.incline_pct)
        self.until(lambda: (self.last.measured_speed_kmh or 0) > 4.7, "the speed", lease=True)
        return self
