"""What a Trackmaster last said of itself. None is unknown; nothing is held beyond the next failed look."""

from dataclasses import dataclass

from drivers.treadmill.trackmaster_codec import FAULT_TENTHS, STOPPED, Opcode, Reply, SpeedUnit

FAULT_RESTS_AFTER_S = 5.0  # a treadmill that reports stopped and a fault this long stands still


@dataclass(slots=True)
class Seen:
    """The latest replies, and when the treadmill last answered at all (wall seconds)."""

    unit: SpeedUnit
    status: int | None = None
    speed_kmh: float | None = None
    incline_pct: float | None = None
    set_speed_kmh: float | None = None
    set_incline_pct: float | None = None
    faulted_since_s: float | None = None  # reports 999.9
    answered_s: float = float("-inf")

    @property
    def faulted(self) -> bool:
        """Whether the treadmill reports its own fault or emergency stop."""
        return self.faulted_since_s is not None

    def note(self, reply: Reply, now_s: float) -> bool:
        """Take in one reply; False where it is no answer to what was asked."""
        if reply.refused or reply.value is None:
            return False
        match reply.opcode:
            case Opcode.ACTUAL_SPEED if reply.value == FAULT_TENTHS:
                self.speed_kmh = None
                self.faulted_since_s = now_s if self.faulted_since_s is None else self.faulted_since_s
            case Opcode.ACTUAL_SPEED:
                self.speed_kmh = self.unit.speed_kmh(reply.value)
                self.faulted_since_s = None
            case Opcode.STATUS:
                self.status = reply.value
            case Opcode.ACTUAL_INCLINE:
                self.incline_pct = reply.value / 10
            case Opcode.SPEED_SETTING:
                self.set_speed_kmh = self.unit.speed_kmh(reply.value)
            case Opcode.INCLINE_SETTING:
                self.set_incline_pct = reply.value / 10
        return True

    def forget_measured(self) -> None:
        """A look that was not answered: what was measured before it is no longer known."""
        self.speed_kmh = self.status = self.incline_pct = None

    def at_rest(self, now_s: float, *, running: bool, fault_rests_after_s: float) -> bool:
        """Whether the belt is known to stand still.

        The reported speed lags: just after a start it is still zero, so a belt that is on by our doing (``running``)
        must also say that it has stopped.
        """
        if self.speed_kmh is not None:
            return self.speed_kmh == 0.0 and (self.status == STOPPED or not running)
        if self.faulted_since_s is None or self.status != STOPPED:
            return False
        return now_s - self.faulted_since_s > fault_rests_after_s
