"""A belt that the operator sets: this loop tells what is read of it, refuses what its limits forbid, writes nothing.

A trip cannot bring such a belt to rest. It is latched and told, and the operator stops the belt.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from drivers import lines
from drivers.guard import OVER_LIMIT_KMH
from drivers.steepness import OVER_PCT
from drivers.treadmill.gauge import KNOWN_FOR_S, Gauge, Reading
from drivers.treadmill.loop import Emit, Inbox, Loop
from teststation.cause import Cause
from teststation.clock import TimeScale
from teststation.ports import BeltState, BeltTelemetry, TreadmillInfo, TripReason
from teststation.units import KMH_PER_MPH
from teststation.window import Window

MISSED_MAX = 3
OVER_AMONG = 3.0  # too fast for as long as the guard says among so many times as long: consoles tell once a second
CONSOLE_STEP = 0.1  # of a km/h or a mile an hour: what consoles show
CONSOLE_INCLINE_STEP_PCT = 0.5


class Log(Protocol):
    """Takes every byte that passes: its way (in or out), the bytes, and the channel where there are several."""

    def __call__(self, direction: str, data: bytes, channel: str = "") -> None:
        """Note the bytes."""
        ...


class GuidedDriver(Loop):
    """The loop of a treadmill that is read through a ``gauge`` (made with the log of its bytes), or has no wire."""

    def __init__(
        self,
        family: str,
        port: str,
        gauge: Callable[[Log], Gauge] | None,
        options: Mapping[str, str],
        emit: Emit,
        inbox: Inbox,
        scale: TimeScale,
    ) -> None:
        super().__init__(options, emit, inbox, scale)
        self._family, self._port = family, port
        self._gauge = None if gauge is None else gauge(self._log_bytes)
        self._units = options.get("units", "kmh")
        self._knows_tops = self._gauge is None or self._gauge.tops is not None
        self._forget()

    @property
    def info(self) -> TreadmillInfo:
        return TreadmillInfo(
            family=self._family,
            port=self._port,
            speed_step_kmh=CONSOLE_STEP * (KMH_PER_MPH if self._units == "mph" else 1.0),
            min_speed_kmh=0.0,
            max_speed_kmh=self._limits.max_speed_kmh,
            incline_step_pct=CONSOLE_INCLINE_STEP_PCT,
            max_incline_pct=self._limits.max_incline_pct,
            controls_belt=False,
            reads_belt=self._gauge is not None,
            console_units=self._units,
        )

    # --- the loop's own ---

    @property
    def _is_open(self) -> bool:
        return self._gauge is None or self._gauge.is_open

    def _open(self) -> None:
        if self._gauge is not None:
            self._gauge.open()

    def _close(self) -> None:
        if self._gauge is not None:
            self._gauge.close()

    def _forget(self) -> None:
        self._speed_kmh: float | None = None
        self._incline_pct: float | None = None
        self._speed_s = self._incline_s = self._answered_s = float("-inf")
        self._zero_since_s: float | None = None
        # 1 where the speed was read over its limit, 0 where it was not
        self._over = Window(OVER_AMONG * self._guard.patience.over_s, stands_s=KNOWN_FOR_S)
        # The same of the incline.
        self._too_steep = Window(OVER_AMONG * self._guard.deck.over_for_s, stands_s=self._incline_known_s)

    @property
    def _concerned(self) -> bool:
        return self._guard.armed or self._guard.moving

    def _may_end(self) -> bool:
        # There is nothing this loop could do for the belt by staying.
        return self._quit_by_s is not None and time.monotonic() > self._stays_until_s

    def _at_rest(self) -> bool:
        if self._gauge is None or self._zero_since_s is None or self._speed() != 0.0:
            return False
        return time.monotonic() - self._zero_since_s > self._scale.wall_s(self._gauge.rests_after_s, 0.5)

    def _why_not_armed(self, now_s: float) -> Cause | None:
        return None if self._gauge is None or self._at_rest() else Cause("arm_not_at_rest")

    def _armed_anew(self) -> None:
        if self._gauge is not None:
            counts = self._gauge.counts
            counts.worst_gap_s, counts.commands, counts.retries = 0.0, 0, 0

    def _tripped_anew(self, now_s: float) -> None:
        # Latched and told; the guard's own ramp means nothing where the operator sets the belt.
        self._guard = replace(self._guard, out_kmh=0.0)

    def _greet(self) -> None:
        # What a radio's machine can do is known once it has been reached; a hello without it is only a sign of life.
        self._emit(lines.Hello(version=lines.VERSION, treadmill=self.info if self._knows_tops else None))

    def _learn_tops(self, gauge: Gauge) -> None:
        if self._knows_tops or gauge.tops is None:
            return
        limits, tops = self._limits, gauge.tops
        self._narrow(_or(tops.speed_kmh, limits.max_speed_kmh), _or(tops.incline_pct, limits.max_incline_pct))
        self._knows_tops = True
        self._greet()

    def _round(self, now_s: float) -> None:
        self._take_lines()
        if self._gauge is None:
            self._answered_s = now_s
            return
        readings = self._gauge.turn()
        self._learn_tops(self._gauge)
        for reading in readings:
            self._note(reading, time.monotonic())
        self._check()

    def _note(self, reading: Reading, now_s: float) -> None:
        self._answered_s = now_s
        if reading.doubtful:
            self._speed_kmh, self._speed_s, self._zero_since_s = None, float("-inf"), None
            self._over = self._over.silent(now_s)
        if reading.speed_kmh is not None:
            # A zero before a silence and a zero after it are no rest that was seen.
            since_s = self._zero_since_s if now_s - self._speed_s <= KNOWN_FOR_S else None
            self._speed_kmh, self._speed_s = reading.speed_kmh, now_s
            self._zero_since_s = (since_s or now_s) if reading.speed_kmh == 0.0 else None
            self._judge(reading.speed_kmh, now_s)
        if reading.incline_pct is not None:
            self._incline_pct, self._incline_s = reading.incline_pct, now_s
            self._judge_deck(reading.incline_pct, now_s)
        if reading.fault:
            self._trip_if_concerned(TripReason.FAULT_REPORTED, reading.fault)

    def _judge(self, speed_kmh: float, now_s: float) -> None:
        """Trip where the belt is read over its limit, and was for long enough of late: one reading is none.

        One that is right, or doubtful, in between does not begin the waiting anew.
        """
        over = speed_kmh > self._limits.max_speed_kmh + OVER_LIMIT_KMH
        self._over = self._over.read(now_s, float(over))
        over_s = self._guard.patience.over_s
        if over and self._over.at_least(over_s, now_s, OVER_AMONG * over_s, bool):
            self._trip_if_concerned(TripReason.OVER_SPEED, f"measured {speed_kmh:.1f} km/h")

    def _judge_deck(self, incline_pct: float, now_s: float) -> None:
        """The same of a deck that is read above its limit: some tell it once in ten seconds, so that takes two."""
        over = incline_pct > self._limits.max_incline_pct + OVER_PCT
        self._too_steep = self._too_steep.read(now_s, float(over))
        over_s = self._guard.deck.over_for_s
        if over and self._too_steep.at_least(over_s, now_s, OVER_AMONG * over_s, bool):
            self._trip_if_concerned(TripReason.TOO_STEEP, f"measured {incline_pct:.1f} %")

    def _check(self) -> None:
        assert self._gauge is not None
        if self._gauge.missed_in_a_row >= MISSED_MAX:
            garbled = self._gauge.garbled
            self._trip_if_concerned(TripReason.GARBLED if garbled else TripReason.NO_ANSWER, "to a question")

    # --- telling ---

    def _speed(self) -> float | None:
        return self._speed_kmh if time.monotonic() - self._speed_s <= KNOWN_FOR_S else None

    @property
    def _incline_known_s(self) -> float:
        return KNOWN_FOR_S if self._gauge is None else self._gauge.incline_known_s

    def _incline(self, now_s: float) -> float | None:
        return self._incline_pct if now_s - self._incline_s <= self._incline_known_s else None

    def _telemetry(self, now_s: float) -> BeltTelemetry:
        counts = None if self._gauge is None else self._gauge.counts
        return BeltTelemetry(
            t_mono_s=now_s,
            state=self._state(now_s),
            requested=self._guard.want,
            measured_speed_kmh=self._speed(),
            measured_incline_pct=self._incline(now_s),
            at_rest=self._at_rest(),
            trip=self._guard.tripped,
            trip_detail=self._guard.detail,
            worst_gap_ms=0.0 if counts is None else counts.worst_gap_s * 1000,
            commands=0 if counts is None else counts.commands,
            retries=0 if counts is None else counts.retries,
        )

    def _state(self, now_s: float) -> BeltState:
        if not self._is_open or now_s - self._answered_s > KNOWN_FOR_S:
            return BeltState.OFFLINE
        if self._guard.tripped is not None:
            return BeltState.TRIPPED
        if self._speed():
            return BeltState.MOVING
        return BeltState.ARMED if self._guard.armed else BeltState.IDLE


def _or(value: float | None, other: float) -> float:
    return other if value is None else value
