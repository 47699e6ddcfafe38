"""One merge of two people as it is read. No database is needed for it."""

from teststation.ports import Value


class Merge(Value, frozen=True):
    """One merge that stands."""

    id: str
    kept_id: str
    duplicate_id: str
    merged_at: str  # ISO 8601, UTC
    tests: tuple[str, ...]  # that moved
