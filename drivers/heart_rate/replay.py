"""A recorded heart rate, played through the same rules as a living one. Gaps in the file are real gaps.

A ``.raw`` file holds the bytes of a former test and goes through the codec of its family, byte by byte.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from drivers import lines
from drivers.heart_rate import freshness, raw_file
from drivers.heart_rate.freshness import Freshness
from drivers.heart_rate.link import Inbox, Station
from drivers.heart_rate.recording_files import read_recording
from drivers.heart_rate.samples import Sample
from teststation.clock import TimeScale

STEP_S = 0.05

Emit = Callable[[lines.FromDriver], None]


class Recording:
    """What to say at which second, whatever file it came from."""

    def __init__(self, path: str) -> None:
        """Raises BadInput: the file is no recording."""
        self.times_s: Sequence[float]
        path = str(Path(path).expanduser())
        if Path(path).suffix.lower() == raw_file.SUFFIX:
            file = raw_file.read_raw(path)
            self._frames, self._player = file.frames, raw_file.RawPlayer(file)
            self._points = ()
            self.times_s = [t_s for t_s, _, _ in file.frames]
        else:
            self._frames, self._player = (), None
            self._points = read_recording(path)
            self.times_s = [point.t_s for point in self._points]

    def frame(self, index: int) -> tuple[str, bytes] | None:
        """The raw frame of this place: channel and bytes; None where the file has none."""
        return self._frames[index][1:] if self._frames else None

    def samples(self, index: int) -> list[Sample]:
        """What this place says. Places are asked for in order, each once."""
        if self._player is not None:
            return self._player.feed(*self._frames[index])
        point = self._points[index]
        if not point.told:
            return []  # a gap in the file: how long the last pulse still holds is for freshness to say
        return [Sample(bpm=point.bpm, rr_1024=point.rr_1024, evidence=(index,), sensor="replay")]


def check(path: str) -> None:
    """Read the whole recording. Raises BadInput with what is wrong with it."""
    Recording(path)


def run(
    port: str,
    options: Mapping[str, str],
    emit: Emit,
    inbox: Inbox,
    scale: TimeScale,
    bound: str = "",
) -> None:
    """Play the file in test time until the station quits or is gone; after its end there is no more pulse.

    ``bound``: the only strap of a recording of several that is listened to.

    Raises:
        BadInput: the file is no recording.
    """
    recording = Recording(port)
    emit(lines.Hello(version=lines.VERSION))
    station = Station(emit, inbox)
    state = Freshness(scale, sensor=bound)
    began_s = time.monotonic()
    following = 0
    while not station.left(STEP_S):
        now_s = time.monotonic()
        played_s = (now_s - began_s) * scale.factor
        while following < len(recording.times_s) and recording.times_s[following] <= played_s:
            # The stamp is the recorded moment, however late this round comes.
            at_s = began_s + recording.times_s[following] / scale.factor
            raw = recording.frame(following)
            if raw is not None:
                emit(lines.Wire(t_mono_s=at_s, direction="in", data_hex=raw[1].hex(), channel=raw[0]))
            for sample in recording.samples(following):
                state, reading = freshness.take(state, sample, at_s)
                if reading is not None:
                    emit(lines.Heart(reading=reading))
            following += 1
        state, reading = freshness.pass_time(state, now_s)
        if reading is not None:
            emit(lines.Heart(reading=reading))
