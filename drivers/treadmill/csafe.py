"""CSAFE: speed, grade and state are read; the operator sets the belt.

A machine in use does not take a speed from outside (its own firmware, and its maker's engineers, say so), so none is
sent. A speed in a unit that is no belt's, such as a bicycle's revolutions a minute, is no speed.
"""

from collections.abc import Mapping

from drivers.treadmill.csafe_codec import BAUDRATE, FrameDecoder, Question, Response, State, ask, response
from drivers.treadmill.gauge import PolledGauge, Reading
from drivers.treadmill.guided import GuidedDriver
from drivers.treadmill.loop import Emit, Inbox
from teststation.clock import TimeScale


class CsafeReader:
    """``gauge.ReadCodec`` for CSAFE."""

    baudrate = BAUDRATE
    questions: tuple[bytes, ...] = (ask(Question.SPEED), ask(Question.GRADE))

    def __init__(self) -> None:
        self._decoder = FrameDecoder()
        self._unread = 0

    @property
    def damaged(self) -> int:
        """Frames that could not be read."""
        return self._decoder.damaged + self._unread

    def feed(self, data: bytes) -> list[Reading]:
        """Bytes in, answers out."""
        readings: list[Reading] = []
        for contents in self._decoder.feed(data):
            answer = response(contents)
            if answer is None or _is_question(contents):
                self._unread += 1
            else:
                readings.append(_reading(answer))
        return readings


def _is_question(contents: bytes) -> bool:
    """Our own words come back on a line that echoes: they are nobody's answer."""
    return len(contents) == 1 and contents[0] in (Question.SPEED, Question.GRADE)


def _reading(answer: Response) -> Reading:
    fault = "the machine reports an error" if answer.state is State.ERROR else ""
    return Reading(answer.speed_kmh, answer.incline_pct, fault)


def run(
    port: str,
    options: Mapping[str, str],
    emit: Emit,
    inbox: Inbox,
    scale: TimeScale,
    *,
    recover: bool = False,
) -> None:
    """Read one CSAFE machine until the station quits or is gone. A second driver (``recover``) reads like the first."""
    GuidedDriver("csafe", port, lambda log: PolledGauge(CsafeReader, port, log), options, emit, inbox, scale).run()
