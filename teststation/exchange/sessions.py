"""Interval sessions for others to read: one row a session, one row a bout; their runs go the way of a test's."""

from collections.abc import Iterable

from teststation.exchange.tables import Cell
from teststation.physiology.advice import symptom_words
from teststation.records.tests.stored import StoredSession
from teststation.texts import texts


def session_rows(sessions: Iterable[StoredSession]) -> list[dict[str, Cell]]:
    """One row a session."""
    return [_session(stored) for stored in sessions]


def bout_rows(sessions: Iterable[StoredSession]) -> list[dict[str, Cell]]:
    """One row a bout."""
    return [
        {
            "session_id": stored.id,
            "number": bout.number,
            "whole": bout.whole,
            "duration_s": bout.ended_s - bout.began_s,
            "speed_kmh": bout.speed_kmh,
            "incline_pct": bout.incline_pct,
            "rpe": bout.rpe,
            "third_minute_bpm": bout.third_minute_bpm,
            "last_two_bpm": bout.last_two_bpm,
            "peak_bpm": bout.peak_bpm,
            "in_band_s": bout.in_band_s,
            "reached": bout.reached,
            "fell_bpm": bout.fell_bpm,
        }
        for stored in sessions
        for bout in stored.result.bouts
    ]


def _session(stored: StoredSession) -> dict[str, Cell]:
    run, found, signature = stored.run, stored.result, stored.signature
    return {
        "id": stored.id,
        "person_id": stored.person_id,
        "started_at": run.started_at,
        "protocol": run.plan.id,
        "outcome": None if run.outcome is None else run.outcome.value,
        "reason": None if run.reason is None else texts("en").of_session().told(run.reason),
        "symptoms": "; ".join(symptom_words(run, texts("en"))) or None,
        "cleared": stored.conditions.get("session_cleared"),
        "steered_by": found.steered_by,
        "bouts_planned": found.bouts_planned,
        "bouts_done": found.bouts_done,
        "bouts_reached": found.bouts_reached,
        "minutes": found.minutes,
        "distance_m": found.distance_m,
        "climbed_m": found.climbed_m,
        "hr_low_bpm": found.hr_low_bpm,
        "hr_high_bpm": found.hr_high_bpm,
        "in_band_s": found.in_band_s,
        "peak_bpm": None if found.peak is None else found.peak.bpm,
        "all_out": found.peak is not None and found.peak.all_out,
        "algorithm_version": found.algorithm_version,
        "software_version": stored.software_version,
        "events_sha256": stored.events_sha256,
        "signed_by": None if signature is None else signature.user_name,
        "signed_at": None if signature is None else signature.signed_at,
        "comment": None if signature is None else signature.comment,
        "demo": run.demo,
    }
