"""What came of a hand-over from a station to its server. No database is needed for it."""

from dataclasses import dataclass

from teststation.cause import Problem


@dataclass(frozen=True, slots=True)
class HandedOver:
    """How much went to the server, and in ``kept_here`` a sentence for each that the server could not take."""

    people: int = 0
    tests: int = 0
    kept_here: tuple[Problem, ...] = ()
