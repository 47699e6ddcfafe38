"""A staff drill on the station: an ordinary run on emulated devices, in which something goes wrong. No Qt.

Belt, strap, their drivers and every guard are those of any run; the fault is given to the emulator, on the other end of
the wire. Nothing of it is kept.
"""

from random import Random

from teststation.protocol.load import load_plan
from teststation.protocol.plan import Plan
from teststation.run.drill import Act, Done, Fault, Score, course_of, scored
from teststation.run.state import Phase
from ui.station.practice import DRILL
from ui.station.session import Session

# Somewhere in the first stage, so that nobody waits long and nobody knows when.
BEGINS_S = (8.0, 18.0)
GIVEN: dict[Fault, tuple[str, str]] = {
    Fault.STRAP_LOST: ("heart_rate", "drop"),
    Fault.CABLE_OUT: ("treadmill", "unplug"),
    Fault.STUCK: ("treadmill", "stuck"),
    Fault.STOP_IGNORED: ("treadmill", "ignore_stop"),
    Fault.OVER_SPEED: ("treadmill", "over_speed"),
    Fault.DECK_RISES: ("treadmill", "deck_rises"),
}
_TEXT = f"""
id = "{DRILL}"
title = "{{title}}"
citation = "Short stages, so that every fault shows itself soon."

[[stages]]
name = "1"
duration_s = 30
speed_kmh = 4.0
incline_pct = 0

[[stages]]
name = "2"
duration_s = 60
speed_kmh = 5.5
incline_pct = 0

[[stages]]
name = "3"
duration_s = 60
speed_kmh = 5.5
incline_pct = 4

[cool_down]
duration_s = 30
speed_kmh = 3.0
incline_pct = 0
"""


def drill_plan(title: str) -> Plan:
    """Three short stages, the second one faster."""
    return load_plan(_TEXT.format(title=title), DRILL)


class Drill:
    """One drill beside its session: call ``tick`` after the session's own."""

    def __init__(self, session: Session, fault: Fault, seed: int) -> None:
        assert session.emulated is not None, "a drill is on emulated devices alone"
        self.session, self.fault = session, fault
        self._emulated = session.emulated
        self._after_s = Random(seed).uniform(*BEGINS_S)
        self._began_s: float | None = None
        self._beside: list[Done] = []

    @property
    def begun(self) -> bool:
        """Whether the fault is there."""
        return self._began_s is not None

    def tick(self) -> None:
        """Let the fault begin when its time has come; a stop that is to be ignored is one from the first stage on."""
        state = self.session.controller.state
        if self.begun or state.phase is not Phase.STAGES:
            return
        if self.fault is Fault.STOP_IGNORED or self.session.controller.now_s() - state.phase_began_s >= self._after_s:
            self._began_s = self._run_s()
            self._emulated.fault(*GIVEN[self.fault])

    def red_button(self) -> None:
        """The treadmill's own red button is pressed: the belt is cut off, whatever else it does."""
        self._note(Act.RED_BUTTON)
        self._emulated.fault("treadmill", "ignore_stop", on=False)
        self._emulated.fault("treadmill", "e_stop")

    def check_strap(self) -> None:
        """Somebody moistens and tightens the strap."""
        self._note(Act.CHECK_STRAP)
        if self.fault is Fault.STRAP_LOST:
            self._emulated.fault(*GIVEN[self.fault], on=False)

    def score(self) -> Score | None:
        """How it went; None where nothing went wrong yet."""
        if self._began_s is None:
            return None
        run = self.session.controller.recording.record(self.session.controller.state)
        return scored(course_of(self.fault, self._began_s, run, self._beside))

    def _note(self, act: Act) -> None:
        if self.session.begun:
            self._beside.append(Done(act, self._run_s()))

    def _run_s(self) -> float:
        """Seconds since the run's start."""
        return self.session.controller.now_s() - self.session.controller.recording.zero_s
