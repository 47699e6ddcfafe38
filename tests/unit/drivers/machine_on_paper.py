"""A whole driver on a machine in simulated time: no wire and no waiting, and every answer as a test wants it."""

import queue
import time
from collections import deque
from collections.abc import Callable

import pytest

import drivers.treadmill.controlled as controlled_module
from drivers import guard as guards
from drivers import lines
from drivers.serial_line import LinkLost
from drivers.treadmill.opcode_codec import Dialect
from drivers.treadmill.port import Answer, Order, Request, Running, Traits, WireCounts
from drivers.treadmill.trackmaster import dialect
from teststation.cause import Cause
from teststation.clock import TimeScale
from teststation.ports import BeltTelemetry, Setpoint

EXCHANGE_S = 0.02
CYCLE_S = 0.15
WATCHDOG_S = 0.5
REPORTS_AFTER_S = 0.6  # what it reports is this old
ARM = lines.Arm(max_speed_kmh=8.0, max_incline_pct=12.0)


class Wall:
    """Time that moves when told."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class PaperMachine:
    """``port.Machine``. ``answers`` may put another answer in the place of its own, or None."""

    def __init__(self, wall: Wall, table: Dialect) -> None:
        self.traits: Traits = table.traits
        self.counts = WireCounts()
        self.garbled = False
        self.gone = False  # the port
        self.is_open = False
        self.said: list[tuple[float, Request, float | None]] = []
        self.repeatable: list[tuple[float, Request]] = []  # what would be asked once more where it is not answered
        self.speed_kmh = self.incline_pct = 0.0
        self.set_kmh = self.traits.lowest_kmh
        self.set_incline_pct = 0.0
        self.own_lowest_kmh = 0.0  # below it a speed is refused
        self.takes_own_lowest = False  # or taken as its own lowest, without a word
        self.rate_kmh_s = 2.0
        self.stopped_goal_kmh: Callable[[float], float] = lambda _: 0.0  # from the speed at its stop
        self.obeys_speeds = True
        self.deck_pct_s: float | None = None  # by itself, up or down; None: it is where it is set
        self.watchdog_works = True
        self.watchdog_fired = 0
        self.answers: Callable[[Request, Answer], Answer | None] = lambda _, answer: answer
        self._table = table
        self._wall = wall
        self._on = False
        self._goal_kmh: float | None = None
        self._at_s = self._spoken_s = wall()
        self._past: deque[tuple[float, float]] = deque([(wall(), 0.0)])

    def open(self) -> None:
        if self.gone:
            raise LinkLost(Cause("port_lost", {"port": "paper"}))
        self.is_open = True

    def close(self) -> None:
        self.is_open = False

    def nearest(self, request: Request, value: float) -> float:
        return self._table.value(request, self._table.tenths(request, value))

    def ask(self, request: Request, order: Order | None = None, *, retry: bool = True) -> Answer | None:
        self._wall.now_s += EXCHANGE_S
        self.live()
        if self.gone:
            self.close()
            raise LinkLost(Cause("port_lost", {"port": "paper"}))
        value = None if order is None else order.value
        self.said.append((self._wall.now_s, request, value))
        if retry is not False:
            self.repeatable.append((self._wall.now_s, request))
        self.counts.sent(self._wall.now_s)
        self.counts.commands += 1
        self._spoken_s = self._wall.now_s
        return self.answers(request, self._obey(request, value))

    def _obey(self, request: Request, value: float | None) -> Answer:
        match request:
            case Request.START:
                self._on, self._goal_kmh = True, None
            case Request.STOP | Request.AUTO_STOP if self._on and self._goal_kmh is None:
                self._goal_kmh = self.stopped_goal_kmh(self.speed_kmh)
            case Request.SET_SPEED:
                assert value is not None
                if value < self.own_lowest_kmh - 1e-6 and not self.takes_own_lowest:
                    return Answer(request, refused=True)
                self.set_kmh = max(value, self.own_lowest_kmh)
            case Request.SET_INCLINE:
                assert value is not None
                self.set_incline_pct = value
                if self.deck_pct_s is None:
                    self.incline_pct = value
            case Request.SPEED:
                tenths = self._reported_kmh() / self.traits.speed_step_kmh
                return Answer(request, round(tenths) * self.traits.speed_step_kmh)
            case Request.INCLINE:
                return Answer(request, self.incline_pct)
            case Request.STATUS:
                return Answer(request, running=Running.GUARDED if self._on else Running.STOPPED)
            case Request.SPEED_SETTING:
                return Answer(request, self.set_kmh)
            case Request.INCLINE_SETTING:
                return Answer(request, self.set_incline_pct)
        return Answer(request)

    def _reported_kmh(self) -> float:
        while len(self._past) > 1 and self._past[1][0] <= self._wall.now_s - REPORTS_AFTER_S:
            self._past.popleft()
        return self._past[0][1]

    def run_again(self, kmh: float) -> None:
        """By itself, without a word from anybody."""
        self._on, self._goal_kmh = True, kmh

    def live(self) -> None:
        """Let the belt move up to now."""
        dt_s, self._at_s = self._wall.now_s - self._at_s, self._wall.now_s
        self.incline_pct += (self.deck_pct_s or 0.0) * dt_s
        silent = self._wall.now_s - self._spoken_s > WATCHDOG_S
        if self._on and silent and self.watchdog_works and self._goal_kmh != 0.0:
            self._goal_kmh = 0.0
            self.watchdog_fired += 1
        goal_kmh = self.set_kmh if self._goal_kmh is None else self._goal_kmh
        if not self._on:
            goal_kmh = 0.0
        elif self._goal_kmh is None and not self.obeys_speeds:
            goal_kmh = max(goal_kmh, self.speed_kmh)
        step_kmh = self.rate_kmh_s * dt_s
        self.speed_kmh += max(-step_kmh, min(step_kmh, goal_kmh - self.speed_kmh))
        self._past.append((self._wall.now_s, self.speed_kmh))
        if self._on and self._goal_kmh == self.speed_kmh == 0.0:
            self._on = False

    def count(self, request: Request, since_s: float = 0.0) -> int:
        return sum(said is request and at_s >= since_s for at_s, said, _ in self.said)

    def values(self, request: Request) -> list[float]:
        return [value for _, said, value in self.said if said is request and value is not None]


class PaperRoom:
    """A driver on its machine, and the station's hand."""

    def __init__(
        self,
        wall: Wall,
        table: Dialect | None = None,
        options: dict[str, str] | None = None,
        *,
        recover: bool = False,
    ) -> None:
        self.wall = wall
        self.machine = PaperMachine(wall, table or dialect("kmh"))
        self.said: list[lines.FromDriver] = []
        self.seen: list[BeltTelemetry] = []
        self.driver = controlled_module.ControlledDriver(
            lambda log: self.machine, "paper", options or {}, self.said.append, queue.Queue(), TimeScale(),
            recover=recover,
        )  # fmt: skip

    @property
    def last(self) -> BeltTelemetry:
        return self.seen[-1]

    def round(self, *said: lines.ToDriver | None) -> BeltTelemetry:
        """One cycle of the loop."""
        driver = self.driver
        for line in said:
            driver._take(line)
        began_s = self.wall.now_s
        driver._let(guards.advance(driver._guard, began_s))
        try:
            driver._cycle(began_s)
        except LinkLost as error:
            driver._link_lost(error)
        self.seen.append(driver._telemetry(self.wall.now_s))
        self.wall.now_s = max(self.wall.now_s, began_s + CYCLE_S)
        self.machine.live()
        return self.last

    def run(self, seconds: float, *said: lines.ToDriver) -> "PaperRoom":
        """Cycles for a while, with these lines in each."""
        end_s = self.wall.now_s + seconds
        while self.wall.now_s < end_s:
            self.round(*said)
        return self

    def until(self, fact: Callable[[BeltTelemetry], bool], within_s: float, *said: lines.ToDriver) -> float:
        """How long it takes until a fact comes true."""
        began_s = self.wall.now_s
        while not fact(self.round(*said)):
            if self.wall.now_s - began_s > within_s:
                raise AssertionError(f"not within {within_s} s: {self.last}")
        return self.last.t_mono_s - began_s

    def armed(self) -> "PaperRoom":
        self.run(3.0)
        self.round(ARM)
        assert self.last.state == "armed", self.said
        return self

    def walking(self, speed_kmh: float = 4.0, incline_pct: float = 0.0) -> "PaperRoom":
        self.armed()
        self.until(
            lambda seen: (seen.measured_speed_kmh or 0.0) > speed_kmh - 0.11, 30.0, lease(speed_kmh, incline_pct)
        )
        self.run(1.0, lease(speed_kmh, incline_pct))
        assert self.last.trip is None
        return self


def lease(speed_kmh: float | None, incline_pct: float = 0.0) -> lines.Lease:
    setpoint = None if speed_kmh is None else Setpoint(speed_kmh=speed_kmh, incline_pct=incline_pct)
    return lines.Lease(setpoint=setpoint, lease_s=1.0)


OFF = lease(None)
RoomMaker = Callable[..., PaperRoom]


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> RoomMaker:
    """Makes rooms in simulated time."""
    wall = Wall()
    monkeypatch.setattr(time, "monotonic", wall)

    def make(*words: object, **named: object) -> PaperRoom:
        return PaperRoom(wall, *words, **named)  # type: ignore[arg-type]

    return make
