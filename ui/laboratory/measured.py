"""Real tests whose maximal uptake was measured: what the estimate says of them, beside what a textbook's line says.

A table has one row a stage, with the columns ``subject``, ``visit`` (where somebody came more than once), ``sex``,
``age``, ``weight_kg``, ``hr_bpm`` and the truth, ``vo2max_ml_kg_min``; the load as ``vo2_ml_kg_min``, or as
``speed_kmh`` and ``incline_pct``; and what else there is of ``height_cm``, ``hr_max_bpm`` and ``rpe``. Lines that
begin with ``#`` are remarks.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import linear_regression

from teststation.errors import BadInput
from teststation.files.reading import RECORDING_BYTES, read_bytes
from teststation.files.table import decoded, shown, split
from teststation.files.table import number as to_number
from teststation.physiology.assess import assess
from teststation.physiology.hrmax import nes2013_bpm
from teststation.physiology.result import Estimate, Load, StageObservation
from teststation.subject import Sex, Subject
from ui.laboratory.trial import Seen

NEEDED = ("subject", "sex", "age", "weight_kg", "hr_bpm", "vo2max_ml_kg_min")
BORG_COLUMNS = ("rpe", "rpe_breath", "rpe_legs")
TEXTBOOK_FROM_BPM, TEXTBOOK_TO_SHARE = 110.0, 0.85


@dataclass(frozen=True, slots=True)
class MeasuredTest:
    """One person's stages, and the uptake that was then measured at the maximum."""

    name: str
    subject: Subject
    hr_max_bpm: float | None
    stages: tuple[StageObservation, ...]
    vo2max_ml_kg_min: float


def read_measured(path: str, rpe_column: str | None = None) -> list[MeasuredTest]:
    """Every test of a table.

    Args:
        rpe_column: Which answers count; the first of ``BORG_COLUMNS`` that the table has where None.

    Raises:
        BadInput: the table cannot be read as one.
    """
    try:
        table = split(decoded(read_bytes(path, RECORDING_BYTES)))
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read as text ({error}); check the name") from error
    rows = [dict(zip(table.header, row.cells, strict=False)) for row in table.rows if row.problem is None]
    missing = [name for name in NEEDED if not rows or name not in rows[0]]
    if missing:
        raise BadInput(f"{path}: needs the columns {', '.join(missing)}; add them")
    rpe_column = rpe_column or next((name for name in BORG_COLUMNS if name in rows[0]), "rpe")
    grouped: dict[tuple[str, str], list[Mapping[str, str]]] = {}
    for row in rows:
        grouped.setdefault((row["subject"], row.get("visit") or ""), []).append(row)
    return [_test(path, key, stages, rpe_column) for key, stages in grouped.items()]


def scored(tests: Iterable[MeasuredTest]) -> list[Seen]:
    """The estimates of every test: as walked, without Borg answers, with HRmax told, and a textbook's line."""
    found: list[Seen] = []
    for test in tests:
        silent = tuple(_with(stage, rpe=None) for stage in test.stages)
        found += [_seen("textbook line", test, _textbook(test.stages, nes2013_bpm(test.subject.age_years)))]
        for name, stages in (("", silent), (", Borg", test.stages)):
            estimates = assess(test.subject, stages).estimates
            if not name:
                found.append(_seen("extrapolation", test, estimates["extrapolation"]))
            found.append(_seen(f"combined{name}", test, estimates["combined"]))
        if test.hr_max_bpm is None:
            continue
        found.append(_seen("textbook line, HRmax told", test, _textbook(test.stages, test.hr_max_bpm)))
        told = _told(test.subject, test.hr_max_bpm)
        for name, stages in (("", silent), (", Borg", test.stages)):
            found.append(_seen(f"combined, HRmax told{name}", test, assess(told, stages).estimates["combined"]))
    return found


def _told(subject: Subject, hr_max_bpm: float) -> Subject:
    return Subject(
        sex=subject.sex,
        age_years=subject.age_years,
        weight_kg=subject.weight_kg,
        height_cm=subject.height_cm,
        hr_max_measured_bpm=hr_max_bpm,
    )


def _with(stage: StageObservation, rpe: int | None) -> StageObservation:
    return StageObservation(
        index=stage.index,
        name=stage.name,
        planned=None,
        actual=stage.actual,
        hr_bpm=stage.hr_bpm,
        rpe=rpe,
        vo2_ml_kg_min=stage.vo2_ml_kg_min,
    )


def _test(path: str, key: tuple[str, str], rows: Sequence[Mapping[str, str]], rpe_column: str) -> MeasuredTest:
    first, name = rows[0], " ".join(part for part in key if part)

    def needed(column: str) -> float:
        value = to_number(first[column])
        if value is None:
            raise BadInput(f"{path}: {name}: {column}: {shown(first[column])!r} is not a number; correct it")
        return value

    if first["sex"] not in list(Sex):
        raise BadInput(f"{path}: {name}: sex: {shown(first['sex'])!r} is not male or female; correct it")
    subject = Subject(
        sex=Sex(first["sex"]),
        age_years=needed("age"),
        weight_kg=needed("weight_kg"),
        height_cm=_optional(first, "height_cm"),
    )
    stages = tuple(
        StageObservation(
            index=index,
            name=str(index + 1),
            planned=None,
            actual=Load(_optional(row, "duration_s"), _optional(row, "speed_kmh"), _optional(row, "incline_pct")),
            hr_bpm=_optional(row, "hr_bpm"),
            rpe=None if (rpe := _optional(row, rpe_column)) is None else round(rpe),
            vo2_ml_kg_min=_optional(row, "vo2_ml_kg_min"),
        )
        for index, row in enumerate(rows)
    )
    return MeasuredTest(name, subject, _optional(first, "hr_max_bpm"), stages, needed("vo2max_ml_kg_min"))


def _optional(row: Mapping[str, str], column: str) -> float | None:
    return to_number(row.get(column) or "")


def _textbook(stages: Sequence[StageObservation], hr_max_bpm: float) -> Estimate:
    """Least squares of pulse on uptake from 110 bpm to 85 % of HRmax, read at HRmax: a number without a range."""
    pairs = [
        (stage.vo2_ml_kg_min, stage.hr_bpm)
        for stage in stages
        if stage.vo2_ml_kg_min is not None
        and stage.hr_bpm is not None
        and TEXTBOOK_FROM_BPM <= stage.hr_bpm <= TEXTBOOK_TO_SHARE * hr_max_bpm
    ]
    if len({vo2 for vo2, _ in pairs}) > 1:
        slope, intercept = linear_regression([vo2 for vo2, _ in pairs], [hr for _, hr in pairs])
        if slope > 0:
            found = (hr_max_bpm - intercept) / slope
            return Estimate(status="ok", vo2max_ml_kg_min=found, low=found, high=found)
    return Estimate(status="withheld")


def _seen(method: str, test: MeasuredTest, found: Estimate) -> Seen:
    return Seen(
        method=method,
        groups=("all",),
        truth=test.vo2max_ml_kg_min,
        value=found.vo2max_ml_kg_min,
        low=found.low,
        high=found.high,
        likely_low=found.likely_low,
        likely_high=found.likely_high,
    )
