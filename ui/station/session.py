"""One run with its devices: what a screen or the command line holds while a person is on the belt."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from teststation.cause import Problem
from teststation.physiology.result import Assessment
from teststation.ports import Journal
from teststation.records.tests.stored import StoredTest
from teststation.run import events as ev
from teststation.run.controller import Controller
from teststation.run.record import RunRecord
from teststation.run.state import Phase, RunState
from teststation.snapshot import Snapshot, snapshot
from teststation.subject import Gait
from ui.station.awake import Awake
from ui.station.emulated import EmulatedPair
from ui.station.practice import nothing_is_kept

if TYPE_CHECKING:
    from teststation.physiology.assess import Choices, EarlierTest

ASSESS_EVERY_WALL_S = 0.5


@dataclass(frozen=True, slots=True)
class Keeping:
    """What becomes of a run in the record: kept when it has ended, discarded if it never began."""

    keep: Callable[[RunRecord, Assessment], StoredTest]
    discard: Callable[[], None]


class Session:
    """One run from prepared to kept. ``tick`` ten times a second; the rest whenever the operator acts."""

    def __init__(
        self,
        controller: Controller,
        journal: Journal,
        keeping: Keeping,
        earlier: "tuple[EarlierTest, ...]" = (),
        emulated: EmulatedPair | None = None,
        choices: "Choices | None" = None,
        awake: Awake | None = None,
    ) -> None:
        self.controller = controller
        self.emulated = emulated
        self._journal = journal
        self._keeping = keeping
        self._earlier = earlier
        self._choices = choices
        self._awake = awake
        self._stored: StoredTest | None = None
        self._concluded = False
        self._finishing = threading.Lock()
        self._run: RunRecord
        self._assessment: Assessment | None = None
        self._walked = self._where
        self._assess()

    # --- time ---

    def tick(self) -> None:
        """Take in what the devices said and let time pass."""
        self.controller.tick()
        state = self.controller.state
        if self.emulated is not None:
            _tell_emulated(self.emulated, state)

    def snapshot(self) -> Snapshot:
        """What to show now. The estimate is renewed twice a second, and at once where another stage began.

        What is asked about the last stage is read off the run: one that does not know of the new stage yet asks about
        the one before the last.
        """
        old = time.monotonic() - self._assessed_at_s >= ASSESS_EVERY_WALL_S
        if not self._concluded and (old or self._walked != self._where):
            self._walked = self._where
            self._assess()
        controller = self.controller
        again_kmh = controller.runs_again_kmh
        return snapshot(controller.state, controller.now_s(), self._run, self._assessment, runs_again_kmh=again_kmh)

    @property
    def run_id(self) -> str:
        """Under which the run is kept, and its journal meanwhile."""
        return self._run.id

    @property
    def begun(self) -> bool:
        """Whether Start was pressed: only then is there a test to keep."""
        return self.controller.state.begun

    @property
    def to_keep(self) -> bool:
        """Whether there is a test: of a run that never began there is none, nor of a practice walk or a drill."""
        return self.begun and not nothing_is_kept(self.controller.state.plan)

    @property
    def walked(self) -> bool:
        """Whether the person walked at all: a stage has begun."""
        return bool(self.controller.recording.record(self.controller.state).stages)

    @property
    def ended(self) -> bool:
        """Whether the run is over; the belt is then at rest, or the operator has been told otherwise."""
        return self.controller.state.phase is Phase.ENDED

    @property
    def belt_may_move(self) -> bool:
        """Whether the belt moves, or is not known to be at rest after it has moved."""
        state = self.controller.state
        return state.moving_phase or (state.phase is Phase.ENDED and state.armed and not state.at_rest)

    @property
    def belt_troubles(self) -> tuple[Problem, ...]:
        """What the treadmill's driver complains of while it goes on trying: a port that is taken, no adapter."""
        return getattr(self.controller.devices.treadmill, "trouble", ())

    @property
    def strap_troubles(self) -> tuple[Problem, ...]:
        """What the strap's driver complains of while it goes on trying: Bluetooth that is off, a strap out of range."""
        return getattr(self.controller.devices.heart_rate, "trouble", ())

    @property
    def strap_attempts(self) -> int:
        """How many attempts to reach the strap have come to nothing since the last pulse."""
        return getattr(self.controller.devices.heart_rate, "attempts", 0)

    # --- the operator ---

    def begin(self) -> None:
        """Start: called when the operator has held the start button to its end."""
        self._press(ev.TestBegan)

    def stop(self, reason: str = "operator") -> None:
        """Stop the belt at once."""
        self.controller.stop(reason)

    def explain_stop(self, reason: str) -> None:
        """Why the operator stopped, coded."""
        self._press(ev.StopExplained, reason=reason)

    def hold(self) -> None:
        """Stay on this load."""
        self._press(ev.HoldPressed)

    def release(self) -> None:
        """Go on from a hold."""
        self._press(ev.HoldReleased)

    def next(self) -> None:
        """End this stage now, or the cool-down."""
        self._press(ev.NextPressed)

    def extend(self) -> None:
        """Add the protocol's step to this stage."""
        self._press(ev.StageExtended)

    def cool_down(self, reason: str) -> None:
        """End the stages and cool down; before the start, give the run up."""
        self._press(ev.CoolDownPressed, reason=reason)

    def rpe(self, rpe: int) -> None:
        """Borg 6 to 20."""
        self._press(ev.RpeGiven, rpe=rpe)

    def override_limit(self, reason: str, limit: str = "") -> None:
        """Go on over one limit through this stage; by its code, or over the one that is asked about."""
        self._press(ev.LimitOverridden, reason=reason, limit=limit)

    def change_load(self, speed_kmh: float, incline_pct: float) -> None:
        """Set the load by hand; holds the stage."""
        self._press(ev.LoadChanged, speed_kmh=speed_kmh, incline_pct=incline_pct)

    def mark(self, kind: str, text: str) -> None:
        """Note an event (``note``) or a symptom (``symptom``)."""
        self._press(ev.Marked, kind=kind, text=text)

    def gait(self, gait: Gait) -> None:
        """The person walks or runs."""
        self._press(ev.GaitSet, gait=gait)

    def handrail(self, held: bool) -> None:
        """The person holds the handrail or lets go."""
        self._press(ev.HandrailSet, held=held)

    def blood_pressure(self, systolic_mmhg: int, diastolic_mmhg: int, stage_index: int | None = None) -> None:
        """Blood pressure of this stage, or of the one in which its measurement began."""
        self._press(
            ev.BloodPressureGiven,
            systolic_mmhg=systolic_mmhg,
            diastolic_mmhg=diastolic_mmhg,
            stage_index=stage_index,
        )

    def acknowledge(self, code: str, silenced: bool = False) -> None:
        """The operator has seen an alarm."""
        self._press(ev.AlarmAcknowledged, code=code, silenced=silenced)

    def confirm_load(self, by: str = "operator") -> None:
        """The load that was asked for is set at the treadmill; a belt at rest, if that was asked for."""
        prompt = self.controller.state.prompt
        if prompt is not None and prompt.setpoint is None:
            self.confirm_at_rest(by)
        else:
            self._press(ev.LoadConfirmed, by=by)

    def confirm_at_rest(self, by: str = "operator") -> None:
        """The operator sees that the belt stands still."""
        self._press(ev.AtRestConfirmed, by=by)

    # --- the end ---

    def conclude(self) -> None:
        """The ended run stands as it is kept: nothing more is written of it. Its belt can be stopped all the same."""
        if not self._concluded:
            self.controller.conclude()
            self._assess()
            self._concluded = True

    def finish(self) -> StoredTest:
        """Keep the ended run in the record, once; its journal goes only when the record has it.

        Takes a while. From any thread, when the one that ticks has concluded it.
        """
        with self._finishing:
            if self._stored is None:
                self.conclude()
                self._journal.close()
                self._stored = self._keeping.keep(*self.outcome)
            return self._stored

    @property
    def outcome(self) -> tuple[RunRecord, Assessment]:
        """The run as it stands, and what it means."""
        assert self._assessment is not None
        return self._run, self._assessment

    def close(self) -> None:
        """End the driver processes and the emulators. A belt that moves is brought to rest by its driver."""
        self.controller.devices.treadmill.close()
        self.controller.devices.heart_rate.close()
        self._journal.close()
        if not self.to_keep:
            self._keeping.discard()
        if self.emulated is not None:
            self.emulated.close()
        if self._awake is not None:
            self._awake.end()

    # --- parts ---

    def _press(self, kind: Callable[..., ev.AnyEvent], /, **values: object) -> None:
        self.controller.press(kind(t_s=self.controller.now_s(), **values))

    @property
    def _where(self) -> tuple[Phase, int]:
        return self.controller.state.phase, self.controller.state.stage_index

    def _assess(self) -> None:
        from teststation.physiology.assess import assess_run  # read from the disk when a session is prepared

        self._assessed_at_s = time.monotonic()
        self._run = self.controller.recording.record(self.controller.state)
        self._assessment = assess_run(self._run, self._earlier, self._choices)


def _tell_emulated(emulated: EmulatedPair, state: RunState) -> None:
    """What the emulators' operator does: obeys the prompts."""
    if state.guided and state.prompt is not None:
        asked = state.prompt.setpoint
        emulated.set_load(*((0.0, 0.0) if asked is None else (asked.speed_kmh, asked.incline_pct)))
