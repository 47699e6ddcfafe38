"""Runs, results and events as small as a record takes them."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager

import msgspec
from sqlalchemy import Connection

from teststation.cause import Cause
from teststation.physiology.result import Assessment, Estimate, HrMax
from teststation.protocol.plan import Extension, Limits, Plan, StagePlan
from teststation.records.database import Record
from teststation.records.upkeep.verification import problems
from teststation.run.record import BeltSample, HeartSample, Outcome, RunRecord, StagePlanRef, StageSpan
from teststation.subject import Gait, Sex, Subject
from teststation.texts import english
from teststation.training.session.result import BoutResult, NextLoad, Peak, SessionResult

PASSPHRASE = "riktig hest, batteri, stift"
PLAN = Plan(
    id="submax-13",
    title="Submaksimal 13 minutter",
    text='id = "submax-13"\n',
    sha256="ab" * 32,
    speed_name="normal",
    stages=(StagePlan("Trinn 1", 180.0, 4.8, 0.0), StagePlan("Trinn 2", 180.0, 4.8, 4.0)),
    cool_down=StagePlan("Ned", 120.0, 3.0, 0.0),
    limits=Limits(),
    extension=Extension(),
)


class Happened(msgspec.Struct, frozen=True, tag_field="event", tag="happened"):
    """An event like those of a run."""

    t_s: float
    note: str = ""


def events_of(count: int, **answered: str) -> tuple[bytes, ...]:
    """``count`` events as a journal gives them; the first brings the conditions."""
    first = msgspec.json.encode(
        {"event": "run_prepared", "t_s": 0.0, "conditions": {"medication": "metadon", **answered}}
    )
    rest = (msgspec.json.encode(Happened(t_s=number / 10, note="puls æøå")) for number in range(1, count))
    return (first, *rest)[:count]


BELT = "trackmaster:COM3,units=kmh"


def run_of(run_id: str = "run-1", started_at: str = "2026-01-02T10:00:00+01:00", treadmill: str = BELT) -> RunRecord:
    return RunRecord(
        id=run_id,
        started_at=started_at,
        plan=PLAN,
        subject=Subject(sex=Sex.FEMALE, age_years=52, weight_kg=92.5, height_cm=170, beta_blocker=True),
        treadmill=treadmill,
        heart_rate="bridge:COM4",
        stages=(
            StageSpan(0, StagePlanRef("Trinn 1", 180.0, 4.8, 0.0), 12.5, 192.5, rpe=11),
            StageSpan(1, StagePlanRef("Trinn 2", 180.0, 4.8, 4.0), 192.5, None, gait=Gait.RUN, handrail=True),
        ),
        heart=(HeartSample(0.0, 90), HeartSample(1.0, None)),
        belt=(BeltSample(0.0, 4.8, 4.79, 0.0, None),),
        outcome=Outcome.LIMIT,
        reason=Cause("limit_hr", {"bpm": 153.0, "limit": 151.0}),
        belt_at_rest=True,
    )


def assessment_of(vo2max: float | None = 31.25, algorithm_version: str = "1") -> Assessment:
    estimate = (
        Estimate("withheld", why=Cause("pulse_not_to_be_trusted"))
        if vo2max is None
        else Estimate("ok", None, vo2max, vo2max - 4, vo2max + 5, 0.99, 3)
    )
    return Assessment(
        algorithm_version=algorithm_version,
        stages=(),
        hr_max=HrMax(bpm=177.7, source="nes2013", see_bpm=10.8),
        estimates={"extrapolation": estimate},
        headline="extrapolation",
    )


def session_of(peak_bpm: float | None = 171.0, *, all_out: bool = False) -> SessionResult:
    """What a session came to: one of four bouts, say."""
    bout = BoutResult(
        number=1, began_s=300.0, ended_s=540.0, whole=True, speed_kmh=5.0, incline_pct=8.0, rpe=16, pulse_s=238.0,
        in_band_s=150.0, above_s=0.0, third_minute_bpm=160.5, last_two_bpm=163.0, peak_bpm=peak_bpm, reached=True,
        fell_bpm=24.0,
    )  # fmt: skip
    return SessionResult(
        algorithm_version="1",
        steered_by="pulse",
        bouts_planned=4,
        bouts=(bout,),
        hr_low_bpm=153.0,
        hr_high_bpm=171.0,
        hr_max_bpm=180.0,
        in_band_s=150.0,
        peak=None if peak_bpm is None else Peak(peak_bpm, 1, 530.0, all_out, True),
        peak_refused=(),
        highest_read_bpm=174,
        minutes=12.5,
        distance_m=950.0,
        climbed_m=26.0,
        next_load=NextLoad(5.0, 8.0, Gait.WALK, Cause("next_same")),
    )


def notes(events: Sequence[bytes]) -> list[str]:
    """The notes of journalled ``Happened`` events."""
    return [msgspec.json.decode(event, type=Happened).note for event in events]


class _Undo(Exception):
    pass


@contextmanager
def undone(record: Record) -> Generator[Connection]:
    """A transaction that is taken back at its end, for changes by hand that only one look is to see."""
    try:
        with record.database.writing() as connection:
            yield connection
            raise _Undo
    except _Undo:
        pass


def sentences(record: Record) -> list[str]:
    """What verification finds, in the command line's English, without the record's name before it."""
    return [english(cause).removeprefix(f"{record.database.name}: ") for cause in problems(record.database)]
