"""Sessions on the bench: a walked 4x4 with a pulse as a function of time."""

import math
from collections.abc import Callable
from functools import lru_cache

import msgspec

from tests.unit.run.builders import Bench, belt
from tests.unit.run.test_bouts import plan
from teststation.ports import BeltState, HeartRateStatus
from teststation.run import events as ev
from teststation.run.record import RunRecord
from teststation.run.state import Phase
from teststation.subject import Subject
from teststation.training.session.analysis import analyse
from teststation.training.session.pulse import Reading, Span, readings_of
from teststation.training.session.result import SessionResult

WARM, HARD, EASY = 125.0, 168.0, 130.0
BOUTS = tuple(Span(began, began + 240.0) for began in (300.0, 720.0, 1140.0, 1560.0))
END_S = 2100.0


def true_bpm(t_s: float) -> float:
    """A heart that answers each load with a time constant of forty seconds."""
    bpm = 90.0
    changes = [(0.0, WARM)] + [pair for bout in BOUTS for pair in ((bout.began_s, HARD), (bout.ended_s, EASY))]
    for index, (from_s, goal) in enumerate(changes):
        to_s = changes[index + 1][0] if index + 1 < len(changes) else END_S
        if t_s <= from_s:
            break
        bpm = goal + (bpm - goal) * math.exp(-(min(t_s, to_s) - from_s) / 40.0)
    return bpm


@lru_cache(maxsize=4)
def true_pulse(*, intervals: bool = True) -> tuple[Reading, ...]:
    """One reading a second of the whole session, with beat intervals if the strap tells any."""
    found = []
    for second in range(int(END_S)):
        bpm = round(true_bpm(float(second)) + (second % 3 - 1))
        found.append(Reading(float(second), bpm, (round(60 * 1024 / bpm),) * 2 if intervals else (), True))
    return tuple(found)


def changed(readings: tuple[Reading, ...], how: Callable[[Reading], Reading]) -> tuple[Reading, ...]:
    return tuple(how(one) for one in readings)


def walked(
    pulse: Callable[[float], int | None] = lambda t_s: round(true_bpm(t_s)),
    *,
    borg: tuple[int, ...] = (15, 16, 16, 17),
    hr_max_bpm: float | None = 180.0,
    until_s: float = END_S + 10,
    subject: Subject | None = None,
    kind: str = "4x4",
) -> tuple[RunRecord, tuple[Reading, ...]]:
    """A session walked to its end, or to ``until_s``, and what the strap said."""
    bench = Bench(plan(kind, hr_max_bpm), hr_limit_bpm=hr_max_bpm)
    if subject is not None:
        bench.first = msgspec.structs.replace(bench.first, subject=subject)
        bench.recording._first = bench.first
    bench.bpm = None
    bench.ready()
    bench.feed(ev.TestBegan(t_s=0.0), *_arm())
    answers = list(borg)
    rated: set[int] = set()
    while bench.now_s < until_s and bench.state.phase is not Phase.ENDED:
        bpm = pulse(bench.now_s)
        status = HeartRateStatus.OK if bpm is not None else HeartRateStatus.STALE
        beats = () if bpm is None else (round(60 * 1024 / bpm),) * 2
        bench.feed(
            ev.HeartRateRead(
                t_s=bench.now_s, status=status, bpm=bpm, rr_1024=beats, contact=None if bpm is None else True
            )
        )
        bench.run_for(1.0, dt_s=1.0)
        index = bench.state.stage_index
        resting = bench.state.stage.part == "pause" or bench.state.phase is Phase.COOL_DOWN
        if resting and index not in rated and answers:
            rated.add(index if bench.state.phase is not Phase.COOL_DOWN else -1)
            if bench.state.phase is Phase.COOL_DOWN and len(rated) > len(borg):
                continue
            bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=answers.pop(0)))
    return bench.recording.record(bench.state), readings_of(bench.events)


def _arm() -> tuple[ev.AnyEvent, ...]:
    return (belt(0.0, 0.0, BeltState.ARMED), belt(0.0, 4.0, BeltState.MOVING))


def result(*args: object, **more: object) -> SessionResult:
    run, readings = walked(*args, **more)  # type: ignore[arg-type]
    return analyse(run, readings)
