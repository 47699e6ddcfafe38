"""Tests and sessions as the record gives them, whole or as a line of a list. No database is needed for them."""

from dataclasses import dataclass

from teststation.cause import Cause
from teststation.physiology.result import Assessment
from teststation.records.tests.signature import Signature
from teststation.run.record import Outcome, RunRecord
from teststation.training.session.result import BoutResult, SessionResult


@dataclass(frozen=True, slots=True)
class StoredTest:
    """One kept test with its newest result."""

    id: str
    person_id: str
    run: RunRecord
    assessment: Assessment
    conditions: dict[str, str]  # the pre-test answers
    events_sha256: str  # of the raw data: see ``kept_tests.events_sha256``
    software_version: str  # that ran the test
    saved_at: str  # ISO 8601, UTC
    result_number: int  # 1 for the result made with the test
    newest_result: int = 1  # another one than ``result_number`` where a newer algorithm followed the signature
    signature: Signature | None = None  # the newest


@dataclass(frozen=True, slots=True)
class KeptLine:
    """A line of a list: a test without its run."""

    id: str
    person_id: str
    started_at: str  # as the run says it, with its zone
    protocol_id: str
    outcome: Outcome | None
    reason: Cause | None
    status: str  # of the headline: ok | withheld
    vo2max_ml_kg_min: float | None
    low: float | None
    high: float | None
    signed_by: str | None
    signed_at: str | None
    amended: bool
    reckoned_by: str = ""  # ``line_of``: numbers of another are in no line with these
    demo: bool = False  # a demonstration, and no test of a person


@dataclass(frozen=True, slots=True)
class LastEnd:
    """How a person's last test ended, as far as it says what must come before the next."""

    started_at: str  # ISO 8601, UTC
    outcome: Outcome | None
    number: bool  # whether it gave one
    symptom: bool  # whether it was stopped by one, or one was noted or told of after


@dataclass(frozen=True, slots=True)
class TrendFacts:
    """What a chart of all tests shows of one beside its line in a list."""

    likely_low: float | None
    likely_high: float | None
    verdict: str  # real_up or real_down, where the change up to this test is real, else empty


@dataclass(frozen=True, slots=True)
class KeptResult:
    """One result of a test, and by what and when it was made."""

    number: int
    made_at: str  # ISO 8601, UTC
    software: str
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class StoredSession:
    """One kept session with what it came to."""

    id: str
    person_id: str
    run: RunRecord
    result: SessionResult
    conditions: dict[str, str]
    events_sha256: str
    software_version: str
    saved_at: str  # ISO 8601, UTC
    signature: Signature | None = None  # the newest


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A line of a list: a session without its run."""

    id: str
    person_id: str
    started_at: str  # as the run says it, with its zone
    protocol_id: str
    outcome: Outcome | None
    reason: Cause | None
    bouts_planned: int
    bouts_done: int  # walked to their end
    bouts_reached: int | None  # whose last two minutes reached the band; None: not judged by the pulse
    minutes: float  # on the belt, warm-up and cool-down counted
    in_band_s: float | None
    peak_bpm: float | None
    peak_all_out: bool
    signed_by: str | None
    signed_at: str | None
    demo: bool
    bouts: tuple[BoutResult, ...] = ()

    @property
    def borg(self) -> int | None:
        """The hardest that a bout felt, Borg 6 to 20; None where none was rated."""
        return max((bout.rpe for bout in self.bouts if bout.rpe is not None), default=None)
