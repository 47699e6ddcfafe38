"""Ten times a second: let the session take in what the devices said, and hand one snapshot to whoever shows it."""

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from teststation.ports import BeltState
from teststation.run.state import Phase
from teststation.snapshot import Snapshot
from ui.station.session import Session

TICK_MS = 100


class SessionBridge(QObject):
    """One session in a window. It never moves a belt by itself."""

    moment_changed = Signal(object)  # Snapshot
    came_to_rest = Signal()  # once: the run has ended and the belt is known, or was seen, to stand still

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._seen_at_rest = False
        self.last_stop = ""  # what the last stop of a begun test was for
        self._told = False
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)

    def start(self) -> None:
        """Begin to tick."""
        self._timer.start()
        self.tick()

    def halt(self) -> None:
        """Tick no more. Only for a session that is being closed."""
        self._timer.stop()

    def tick(self) -> None:
        """One tenth of a second."""
        self.session.tick()
        moment: Snapshot = self.session.snapshot()
        self.moment_changed.emit(moment)
        if self.session.ended and not self.belt_may_move and not self._told:
            self._told = True
            self.came_to_rest.emit()

    def confirm_at_rest(self) -> None:
        """The operator sees the belt stand still."""
        self._seen_at_rest = True
        self.session.confirm_at_rest()

    @property
    def at_rest(self) -> bool:
        """Whether the treadmill itself says that the belt stands still, now."""
        return self.session.controller.belt_rests

    @property
    def belt_may_move(self) -> bool:
        """Whether the belt moves, or has moved in this session and is not known to be at rest."""
        state = self.session.controller.state
        if state.phase is Phase.ENDED:
            unknown = self.session.belt_may_move and not self._seen_at_rest and not self.at_rest
            return unknown or self.session.controller.runs_again
        if state.phase is Phase.READY:
            return state.belt_state is BeltState.MOVING or bool(state.measured_speed_kmh)
        return state.moving_phase

    @property
    def is_stopping(self) -> bool:
        """Whether the belt is being brought to rest, or has not come to it."""
        phase = self.session.controller.state.phase
        return phase is Phase.STOPPING or (phase is Phase.ENDED and self.belt_may_move)

    @property
    def stop_key_stops(self) -> bool:
        """Whether Escape and Space stop the belt: a stop too many does no harm, so any doubt counts."""
        state = self.session.controller.state
        doubtful = state.phase is Phase.READY and state.belt_state is not BeltState.OFFLINE and not state.at_rest
        return self.belt_may_move or doubtful

    def cut(self) -> None:
        """The stop alone, before anything else."""
        self.session.controller.devices.treadmill.stop()

    def stop(self, reason: str = "operator") -> None:
        """Stop the belt at once."""
        self.session.stop(reason)
        if self.session.begun:
            self.last_stop = reason
