"""A recorded heart rate, played through the same freshness rules as a living one. Gaps in the file are real gaps."""

import time
from collections.abc import Callable, Mapping

from drivers import lines
from drivers.heart_rate import freshness
from drivers.heart_rate.freshness import Freshness
from drivers.heart_rate.link import Inbox, station_left
from drivers.heart_rate.recording_files import read_recording
from drivers.heart_rate.samples import Sample
from teststation.clock import TimeScale

STEP_S = 0.05


def run(
    port: str,
    options: Mapping[str, str],
    emit: Callable[[lines.FromDriver], None],
    inbox: Inbox,
    scale: TimeScale,
) -> None:
    """Play the file in test time until the station quits or is gone; after its end there is no more pulse.

    Raises:
        BadInput: the file is no recording.
    """
    points = read_recording(port)
    emit(lines.Hello(version=lines.VERSION))
    state = Freshness(scale)
    began_s = time.monotonic()
    following = 0
    while not station_left(inbox, STEP_S):
        now_s = time.monotonic()
        played_s = (now_s - began_s) * scale.factor
        while following < len(points) and points[following].t_s <= played_s:
            point = points[following]
            following += 1
            # The stamp is the point's own moment, however late this round comes.
            at_s = began_s + point.t_s / scale.factor
            sample = Sample(bpm=point.bpm, evidence=(following,), sensor="replay")
            state, reading = freshness.take(state, sample, at_s)
            if reading is not None:
                emit(lines.Heart(reading=reading))
        state, reading = freshness.pass_time(state, now_s)
        if reading is not None:
            emit(lines.Heart(reading=reading))
