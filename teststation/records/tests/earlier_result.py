"""A result of an earlier test that somebody else measured, as it is brought and as it is kept."""

from teststation.ports import Value


class EarlierResult(Value, frozen=True):
    """One result as a table brings it. ``method`` in the words of who measured."""

    person_id: str
    tested_on: str  # ISO date
    vo2max_ml_kg_min: float
    method: str
    hr_max_bpm: float | None = None
    weight_kg: float | None = None
    comment: str = ""


class ImportedResult(EarlierResult, frozen=True):
    """A kept one, with where it came from."""

    id: str = ""
    source_sha256: str = ""  # of the file
    imported_at: str = ""  # ISO 8601, UTC
    imported_by: str = ""
