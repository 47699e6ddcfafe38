"""A signature as it is read, and a signed test that waits to go to the journal. No database is needed for them."""

from teststation.ports import Value
from teststation.subject import Subject


class Signature(Value, frozen=True):
    """Who stands for a test, and what they say of it. From number 2 on it is an amendment."""

    test_id: str
    number: int
    user_id: str
    user_name: str
    user_role: str
    signed_at: str  # ISO 8601, UTC
    result_number: int
    comment: str
    reason: str
    subject: Subject | None = None  # the subject corrected; None: as the test was run
    symptoms: tuple[str, ...] = ()  # told of after the test, of ``TOLD_AFTER``; earlier amendments' among them

    @property
    def is_amendment(self) -> bool:
        """Whether an earlier signature stands before it."""
        return self.number > 1


class Waiting(Value, frozen=True):
    """A signed test that has not gone to the journal since."""

    test_id: str
    person_id: str
    started_at: str  # ISO 8601
    signed_at: str  # ISO 8601, UTC
    signed_by: str
