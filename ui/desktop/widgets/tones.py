"""When to sound, and what: a pure decision."""

from teststation.run.alarms import Priority
from teststation.snapshot import Snapshot
from ui.desktop.widgets.sounds import Speaker

COUNTED_S = (10, 5, 4, 3, 2, 1)  # whole seconds left at which the rising tones sound
REPEAT_WALL_S = {Priority.HIGH: 4.0, Priority.MEDIUM: 6.0, Priority.LOW: 120.0}
OVER_WALL_S = 6.0  # one that is away for less, and comes again, is the same
PROMPT_REPEAT_WALL_S = 8.0  # a load that waits for the operator


class Tones:
    """Rising tones before a change of load, an alarm's own while it sounds, and one while a load waits."""

    def __init__(self, speaker: Speaker | None = None) -> None:
        self._speaker = speaker
        self._counted: int | None = None
        self._alarmed_s: dict[tuple[str, Priority], float] = {}  # when each was last heard, as loud as it was
        self._prompted_s = float("-inf")
        self._asked_of: int | None = None

    def due(self, moment: Snapshot, wall_s: float) -> str:
        """The sound to make now, or none. ``wall_s`` is wall time: ears do not run on a time scale."""
        return self._alarm(moment, wall_s) or self._count(moment) or self._prompt(moment, wall_s) or self._rpe(moment)

    def sound(self, moment: Snapshot, wall_s: float) -> None:
        """Sound if it is time."""
        name = self.due(moment, wall_s)
        if name and self._speaker is not None:
            self._speaker.play(name)

    def _alarm(self, moment: Snapshot, wall_s: float) -> str:
        """The loudest's, as soon as one that is as loud has not been heard, and again while it sounds."""
        sounding = {(alarm.code, alarm.priority) for alarm in moment.alarms if alarm.sounding}
        self._alarmed_s = {
            one: at_s for one, at_s in self._alarmed_s.items() if one in sounding or wall_s - at_s < OVER_WALL_S
        }
        if not sounding:
            return ""
        loudest = max(priority for _, priority in sounding)
        asking = [one for one in sounding if one[1] is loudest]
        if all(wall_s - self._alarmed_s.get(one, float("-inf")) < REPEAT_WALL_S[loudest] for one in asking):
            return ""
        self._alarmed_s |= dict.fromkeys(asking, wall_s)
        return loudest.name.lower()

    def _count(self, moment: Snapshot) -> str:
        left = None if moment.countdown_s is None else int(-(-moment.countdown_s // 1))
        counted, self._counted = self._counted, left
        return f"count_{left}" if left != counted and left in COUNTED_S else ""

    def _prompt(self, moment: Snapshot, wall_s: float) -> str:
        if moment.prompt is None:
            self._prompted_s = float("-inf")
        elif wall_s - self._prompted_s >= PROMPT_REPEAT_WALL_S:
            self._prompted_s = wall_s
            return "asked"
        return ""

    def _rpe(self, moment: Snapshot) -> str:
        """Once, when a stage is over and its exertion is missing; in the stage the strip asks by its look."""
        over = moment.rpe.stage is not None and moment.rpe.stage in moment.rpe.missing
        asked = moment.rpe.stage if moment.rpe.due and over else None
        before, self._asked_of = self._asked_of, asked
        return "asked" if asked is not None and asked != before else ""
