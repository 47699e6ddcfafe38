"""A belt this station moves: asks, obeys the guard, and brings the belt to rest whatever happens.

Nothing here starts a belt but a fresh lease on an arming. Which machine it is, only the ``Machine`` behind it knows.
"""

import time
from collections.abc import Callable, Mapping

from drivers import guard as guards
from drivers import lines
from drivers.treadmill.loop import Emit, Inbox, Loop
from drivers.treadmill.ordinary_end import OrdinaryEnd
from drivers.treadmill.port import Answer, Machine, Order, Request, Running
from drivers.treadmill.seen import Seen
from drivers.treadmill.setting import Setting
from drivers.treadmill.stop_ladder import Rung, StopLadder
from teststation.cause import Cause
from teststation.clock import TimeScale
from teststation.ports import BeltState, BeltTelemetry, TreadmillInfo, TripReason
from teststation.window import Window

SETTLES_WITHIN_S = 3.0  # the vendor's power-up rule: a stop, this long, and only then the operator
LOST_AFTER_MISSES = 2
STOPPED_FOR_S, STOPPED_AMONG_S = 1.0, 3.0  # says so long, among so many seconds, that it has stopped by itself
CONFIRM_START_WITHIN_S = 30.0  # where the machine wants its own button pressed

RUNS_FOR_S, RUNS_AMONG_S = 1.0, 3.0  # is seen so long, among so many seconds, to run though it was not started here

STOPPED = Window(STOPPED_AMONG_S)  # 1 where it says that it has stopped while it is told to run
RUNS = Window(RUNS_AMONG_S)  # 1 where an armed belt that was not started here is seen to run

_ON = (Running.GUARDED, Running.UNGUARDED)
_WHEN_TRIPPED = frozenset({Request.AUTO_STOP, Request.STOP, Request.SPEED, Request.STATUS, Request.INCLINE})


def drive(
    machine: Callable[[Callable[[str, bytes], None]], Machine],
    port: str,
    options: Mapping[str, str],
    emit: Emit,
    inbox: Inbox,
    scale: TimeScale,
    *,
    recover: bool = False,
) -> None:
    """Run one treadmill until the station quits or is gone and the belt is at rest."""
    ControlledDriver(machine, port, options, emit, inbox, scale, recover=recover).run()


class ControlledDriver(Loop):
    """The poll loop of a machine that is told what to do. ``machine`` is made with the log of its bytes."""

    def __init__(
        self,
        machine: Callable[[Callable[[str, bytes], None]], Machine],
        port: str,
        options: Mapping[str, str],
        emit: Emit,
        inbox: Inbox,
        scale: TimeScale,
        *,
        recover: bool,
    ) -> None:
        super().__init__(options, emit, inbox, scale)
        self._port = port
        self._machine = machine(self._log_bytes)
        self._traits = self._machine.traits
        self._narrow(self._traits.highest_kmh, self._traits.highest_incline_pct, self._traits.speed_step_kmh)
        self._ladder: StopLadder | None = None  # from a trip to the next arming
        self._seen = Seen(self._traits)
        self._recover = recover
        self._setting = Setting(self._machine, options, self._ask, self._trip, self._note, self._tell_lowest)
        self._running = False  # the belt is on by our start
        self._start_by_s: float | None = None  # until when the start may be confirmed at the machine
        self._missed = 0  # answers in a row
        self._maybe_locked_out = False  # a start was refused, or the machine may have been without power meanwhile
        self._settled_s = float("-inf")
        self._stopped, self._runs = STOPPED, RUNS
        self._stop_asked_s: float | None = None
        self._end = OrdinaryEnd()

    @property
    def info(self) -> TreadmillInfo:
        traits, limits = self._traits, self._limits
        return TreadmillInfo(
            family=traits.family,
            port=self._port,
            speed_step_kmh=traits.speed_step_kmh,
            min_speed_kmh=self._setting.lowest_kmh,
            max_speed_kmh=limits.max_speed_kmh,
            incline_step_pct=traits.incline_step_pct,
            max_incline_pct=limits.max_incline_pct,
            start_confirmed_at_machine=traits.start_confirmed_at_machine,
        )

    # --- the loop's own ---

    @property
    def _is_open(self) -> bool:
        return self._machine.is_open

    def _open(self) -> None:
        self._machine.open()
        self._maybe_locked_out |= self._lost_once
        if self._ladder is not None:
            self._ladder.reopen(time.monotonic())

    def _close(self) -> None:
        self._machine.close()

    def _forget(self) -> None:
        self._seen = Seen(self._traits)
        self._setting.sent_incline_pct = None

    @property
    def _concerned(self) -> bool:
        return self._guard.moving or self._running

    @property
    def _hurries(self) -> bool:
        return self._ladder is not None and not self._ladder.begun

    def _at_rest(self) -> bool:
        return self._judged(self._seen.at_rest)

    def _judged(self, fact: Callable[..., bool]) -> bool:
        return fact(time.monotonic(), running=self._running, stop_asked_s=self._stop_asked_s, scale=self._scale)

    def _why_not_armed(self, now_s: float) -> Cause | None:
        if self._recover:
            return Cause("arm_second_driver")
        if not self._at_rest() or self._running or now_s - self._seen.answered_s >= 1.0:
            return Cause("arm_not_at_rest")
        return Cause("arm_settling") if self._maybe_locked_out or now_s < self._settled_s else None

    def _armed_anew(self) -> None:
        self._ladder = None
        self._end.call_off()
        counts = self._machine.counts
        counts.worst_gap_s, counts.commands, counts.retries = 0.0, 0, 0

    def _tripped_anew(self, now_s: float) -> None:
        distrusted = self._end.distrusted(now_s)
        moved = self._concerned or self._recover or distrusted
        self._ladder = StopLadder(
            self._traits.silence_s, now_s, self._guard.out_kmh, moved=moved, distrusted=distrusted
        )
        self._maybe_locked_out |= self._guard.tripped is TripReason.START_REFUSED

    def _cycle(self, now_s: float) -> None:
        # Also where the port is gone: a belt that is not seen to rest is not called one that does.
        if self._ladder is not None:
            seen = self._seen
            cut_off = seen.faulted and seen.running is Running.STOPPED  # by its own red button
            self._ladder.look(now_s, seen.speed_kmh, at_rest=cut_off or self._stands_for_good())
        super()._cycle(now_s)

    def _round(self, now_s: float) -> None:
        if self._ladder is not None:
            self._bring_to_rest(self._ladder)
            return
        if not self._look():
            return
        if self._recover and Request.STATUS not in self._traits.requests:
            # Without a word for stopped, a zero may be the lagging one of a belt that was on a moment ago.
            self._running = True
        if self._recover and not self._judged(self._seen.stands):
            self._trip(TripReason.DRIVER_LOST, "not known to rest by a second driver")
            self._round(now_s)
            return
        if self._start_by_s is not None:
            # The machine's own button is still to be pressed; the ramp waits for it.
            self._guard = guards.hold_at_zero(self._guard)
        self._check()
        self._check_end()
        if self._guard.tripped is None:
            self._settle()
        if self._guard.tripped is None:
            self._obey()

    # --- looking ---

    def _look(self) -> bool:
        """Read speed, status and incline. False when the treadmill did not answer."""
        for request in self._traits.looks:
            if self._guard.tripped is not None:
                return False
            answer = self._ask(request)
            if answer is None:
                return False
            self._note(answer)
        return True

    def _ask(self, request: Request, value: float | None = None, *, retry: bool = True) -> Answer | None:
        self._take_lines()
        if self._guard.tripped is not None and not self._allowed_when_tripped(request, value):
            return None
        ramp_kmh_s = self._limits.accel_kmh_s if request is Request.SET_SPEED else 0.0
        order = None if value is None else Order(value, ramp_kmh_s)
        answer = self._machine.ask(request, order, retry=retry)
        now_s = time.monotonic()
        if answer is None:
            self._seen.forget_measured()
            self._missed += 2 if retry else 1
            if (self._guard.armed or self._guard.moving or self._running) and retry:
                garbled = self._machine.garbled
                self._trip(TripReason.GARBLED if garbled else TripReason.NO_ANSWER, f"to {request.name}")
            return None
        self._seen.answered_s = now_s
        self._maybe_locked_out |= self._missed >= LOST_AFTER_MISSES
        self._missed = 0
        if answer.timed_out:
            self._trip_if_concerned(TripReason.STATE_UNEXPECTED, "its communication timer ran out")
            return None
        if request in (Request.STOP, Request.AUTO_STOP) and not answer.refused:
            self._stop_asked_s = self._stop_asked_s or now_s
        return answer

    def _allowed_when_tripped(self, request: Request, value: float | None) -> bool:
        """Looks, stops, and the stop ladder's lowest speed; never a ramp's step that a Stop has overtaken."""
        return request in _WHEN_TRIPPED or (request is Request.SET_SPEED and value == self._setting.lowest_kmh)

    def _note(self, answer: Answer) -> None:
        if not self._seen.note(answer, time.monotonic()):
            self._trip_if_concerned(TripReason.GARBLED, f"{answer.request.name} was refused")

    def _tell_lowest(self) -> None:
        self._emit(lines.Hello(version=lines.VERSION, treadmill=self.info))

    def _check(self) -> None:
        """Trip on what the treadmill says where the belt is on by our doing, or is armed and on by somebody else's."""
        seen, now_s = self._seen, time.monotonic()
        if seen.incline_pct is not None:
            self._let(guards.watch_deck(self._guard, now_s, seen.incline_pct))
        if not self._running:
            self._check_armed(now_s)
            return
        if seen.faulted:
            self._trip(TripReason.FAULT_REPORTED, "no speed but a fault")
        elif seen.running is Running.UNGUARDED:
            self._trip(TripReason.STATE_UNEXPECTED, "runs without its watchdog: started from elsewhere")
        elif seen.running is Running.UNKNOWN:
            self._trip(TripReason.GARBLED, "a status that no manual knows")
        elif seen.speed_kmh is not None:
            self._let(guards.watch(self._guard, now_s, seen.speed_kmh))
        if not self._guard.moving:
            self._stopped = STOPPED
            return
        stopped = seen.running is Running.STOPPED
        self._stopped = self._stopped.read(now_s, float(stopped))
        if stopped and self._stopped.at_least(STOPPED_FOR_S, now_s, STOPPED_AMONG_S, bool):
            self._trip(TripReason.STATE_UNEXPECTED, "stopped from elsewhere")

    def _check_armed(self, now_s: float) -> None:
        """Trip where an armed belt runs before it was started: nobody watches over a speed that nobody here has set."""
        if not self._guard.armed:
            self._runs = RUNS
            return
        runs = bool(self._seen.speed_kmh) or self._seen.running in _ON
        self._runs = self._runs.read(now_s, float(runs))
        if runs and self._runs.at_least(RUNS_FOR_S, now_s, RUNS_AMONG_S, bool):
            self._trip(TripReason.STATE_UNEXPECTED, "runs, and was not started from here")

    def _check_end(self) -> None:
        """Trip where an ordinary end is not obeyed, and where a belt that came to rest by one runs again."""
        now_s, guard, speed_kmh = time.monotonic(), self._guard, self._seen.speed_kmh
        if guard.tripped is not None:
            return
        if not self._running:
            if not guard.armed and self._end.runs_again(now_s, speed_kmh):
                self._trip(TripReason.STATE_UNEXPECTED, "it had come to rest, and runs again")
        elif guard.want is not None or self._start_by_s is not None:
            self._end.call_off()
        elif self._end.is_ignored(now_s, speed_kmh, guard.out_kmh, guard.limits.decel_kmh_s):
            self._trip(TripReason.NOT_FOLLOWING, "it was told to stop at its end, and does not come to rest")

    # --- obeying the guard ---

    def _obey(self) -> None:
        guard = self._guard
        if not self._running:
            if guard.armed and guard.want is not None:
                self._start()
            return
        if self._start_by_s is not None:
            self._await_start(self._start_by_s)
            return
        if guard.want is None and (not guard.moving or guard.out_kmh < self._setting.lowest_kmh):
            # A ramp to off ends where the machine knows nothing slower: it would wait there, like one that disobeys.
            self._guard = guards.hold_at_zero(guard)
            if self._ask(self._traits.finish) is not None and self._at_rest():
                self._rested()
                self._end.rested(time.monotonic())
                self._guard = guards.disarm(self._guard)
            return
        if Request.KEEP_ALIVE in self._traits.requests and guard.armed:
            self._ask(Request.KEEP_ALIVE)
        nearest = self._machine.nearest
        speed_kmh = nearest(Request.SET_SPEED, max(self._setting.lowest_kmh, guard.out_kmh))
        if speed_kmh != self._setting.sent_kmh:
            self._setting.set(Request.SET_SPEED, speed_kmh)
        incline_pct = nearest(Request.SET_INCLINE, guard.out_incline_pct)
        if incline_pct != self._setting.sent_incline_pct and self._guard.tripped is None:
            self._setting.set(Request.SET_INCLINE, incline_pct)

    def _start(self) -> None:
        """From rest, at the lowest speed, with the watchdog on, and verified where the machine has a word for it."""
        now_s = time.monotonic()
        # Whatever the ramp has come to while the belt was not on yet, it begins at zero.
        self._guard = guards.hold_at_zero(self._guard)
        if not self._at_rest():
            return
        if Request.REQUEST_CONTROL in self._traits.requests:
            granted = self._ask(Request.REQUEST_CONTROL)
            if granted is None or granted.refused:
                self._trip(TripReason.START_REFUSED, "control was not granted")
                return
        if not self._setting.set_lowest():
            return
        self._running = True
        self._stop_asked_s = None
        started = self._ask(Request.START, retry=False)
        if started is None or started.refused:
            self._trip(TripReason.START_REFUSED, "the start was not acknowledged")
        elif self._traits.start_confirmed_at_machine:
            self._start_by_s = now_s + CONFIRM_START_WITHIN_S
        elif Request.STATUS in self._traits.requests:
            self._verify_start()

    def _verify_start(self) -> None:
        status = self._ask(Request.STATUS)
        if status is not None:
            # At once, or the stopped of a moment ago would call a starting belt at rest.
            self._note(status)
        if status is None or status.running is not Running.GUARDED:
            self._trip(TripReason.START_REFUSED, "no running state after the start")

    def _await_start(self, start_by_s: float) -> None:
        """Whether somebody has pressed the machine's own button, or nobody will."""
        if self._seen.running is Running.GUARDED:
            self._start_by_s = None
        elif self._guard.want is None:
            reason = TripReason.OPERATOR_STOP if self._guard.armed else TripReason.LEASE_LAPSED
            self._trip(reason, "given up before the machine's own start")
        elif time.monotonic() > start_by_s:
            self._trip(TripReason.START_REFUSED, "nobody confirmed the start at the machine")

    # --- to rest ---

    def _bring_to_rest(self, ladder: StopLadder) -> None:
        """One round of the stop ladder, then a look. Only standstill that is read back ends it."""
        now_s = time.monotonic()
        answered = now_s - self._seen.answered_s < 1.0
        rung = ladder.rung(now_s, answers=answered, at_rest=self._stands_for_good())
        if rung is Rung.SILENCE:
            self._seen.forget_measured()
            return
        if rung is Rung.STEP_DOWN:
            answer = self._ask(Request.SET_SPEED, self._setting.lowest_kmh, retry=False)
            if answer is not None and answer.refused:
                self._setting.lowest_kmh = self._setting.next_lowest() or self._setting.lowest_kmh
            self._ask(Request.STOP, retry=False)
        elif rung is Rung.AUTO_STOP:
            self._ask(Request.AUTO_STOP, retry=False)
        for request in self._traits.looks:
            answer = self._ask(request, retry=False)
            if answer is None:
                break
            self._note(answer)
        if self._rests_for_good():
            self._rested()
        self._settle()

    def _settle(self) -> None:
        """Lead a machine that may be locked out back to where the operator can start it. Nothing starts here.

        A start soon after power-up is refused, and every one after it until a stop or twenty seconds without a word,
        which a polled machine never has. It is told to stop where it rests; after a refused start also where it says
        nothing more, as one model does.
        """
        refused = self._guard.tripped is TripReason.START_REFUSED
        if not self._maybe_locked_out or not (refused or self._rests_for_good()):
            return
        answer = self._ask(self._traits.finish, retry=False)
        if answer is not None and not answer.refused:
            self._maybe_locked_out = False
            self._settled_s = time.monotonic() + SETTLES_WITHIN_S

    def _rests_for_good(self) -> bool:
        """At rest, and no start that somebody may still confirm at the machine."""
        return self._at_rest() and (self._start_by_s is None or self._stop_asked_s is not None)

    def _stands_for_good(self) -> bool:
        """The same as one look shows it: nothing more is sent to a belt that stands. Rest is told later."""
        return self._judged(self._seen.stands) and (self._start_by_s is None or self._stop_asked_s is not None)

    def _rested(self) -> None:
        self._running = False
        self._start_by_s = None
        self._setting.forget()  # a stop lowers the deck, so the next start sets it anew
        self._seen.set_speed_kmh = self._seen.set_incline_pct = None

    # --- telling ---

    def _telemetry(self, now_s: float) -> BeltTelemetry:
        guard, seen, counts = self._guard, self._seen, self._machine.counts
        return BeltTelemetry(
            t_mono_s=now_s,
            state=self._state(now_s),
            requested=guard.want,
            sent_speed_kmh=self._setting.sent_kmh,
            sent_incline_pct=self._setting.sent_incline_pct,
            confirmed_speed_kmh=seen.set_speed_kmh,
            confirmed_incline_pct=seen.set_incline_pct,
            measured_speed_kmh=seen.speed_kmh,
            measured_incline_pct=seen.incline_pct,
            at_rest=self._at_rest(),
            trip=guard.tripped,
            trip_detail=guard.detail,
            stop_ignored=self._ladder is not None and self._ladder.ignored,
            worst_gap_ms=counts.worst_gap_s * 1000,
            commands=counts.commands,
            retries=counts.retries,
        )

    def _state(self, now_s: float) -> BeltState:
        if not self._machine.is_open or now_s - self._seen.answered_s > 0.5:
            return BeltState.OFFLINE
        if self._guard.tripped is not None:
            return BeltState.TRIPPED
        if self._running:
            return BeltState.MOVING
        return BeltState.ARMED if self._guard.armed else BeltState.IDLE
