"""A result as a row: what lists and others read of it stands in columns, the whole beside them."""

from datetime import UTC, datetime

import msgspec

from teststation import __version__
from teststation.physiology.result import Assessment
from teststation.training.session.result import SessionResult


def result_row(test_id: str, number: int, assessment: Assessment) -> dict[str, object]:
    """The row of result ``number`` of a test."""
    headline = assessment.estimates[assessment.headline]
    age = assessment.fitness_age
    return {
        "test_id": test_id,
        "number": number,
        "created_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "algorithm_version": assessment.algorithm_version,
        "software_version": __version__,
        "headline": assessment.headline,
        "status": headline.status,
        "vo2max_ml_kg_min": headline.vo2max_ml_kg_min,
        "low_ml_kg_min": headline.low,
        "high_ml_kg_min": headline.high,
        "hr_max_bpm": assessment.hr_max.bpm,
        "hr_max_source": assessment.hr_max.source,
        # An end of the table is no age: "over 80" is not 80, and the whole says which it was.
        "fitness_age_years": None if age is None or age.capped != "none" else age.years,
        "assessment_json": msgspec.json.encode(assessment).decode("utf-8"),
    }


def session_row(test_id: str, number: int, found: SessionResult) -> dict[str, object]:
    """The row of what a session came to."""
    peak = found.peak
    return {
        "test_id": test_id,
        "number": number,
        "created_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "algorithm_version": found.algorithm_version,
        "software_version": __version__,
        "bouts_planned": found.bouts_planned,
        "bouts_done": found.bouts_done,
        "bouts_reached": found.bouts_reached,
        "minutes": found.minutes,
        "in_band_s": found.in_band_s,
        "peak_bpm": None if peak is None else peak.bpm,
        "peak_all_out": int(peak is not None and peak.all_out),
        "session_json": msgspec.json.encode(found).decode("utf-8"),
    }
