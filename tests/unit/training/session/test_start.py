"""Where the next session starts: what steers it after the last test, and how long a session's load counts."""

import msgspec
import pytest

from tests.mutants import fails_with
from tests.unit.physiology.test_assess import FOUR, MAN
from teststation.cause import Cause
from teststation.physiology.advice import BORG_ZONES, EVERYTHING, Advice
from teststation.physiology.assess import assess
from teststation.ports import Setpoint
from teststation.protocol.load import find, load_session, session_band
from teststation.subject import Gait
from teststation.training.session import start as module
from teststation.training.session.result import NextLoad
from teststation.training.session.start import LastLoad, last_load, propose, typed

BAND = session_band(*find("4x4"))
LEFT = NextLoad(4.8, 6.0, Gait.WALK, Cause("next_same"))
SILENT = Advice((BORG_ZONES,), Cause("advice_pulse_does_not_follow"), again=True)


def fact_a_pulse_that_did_not_follow_the_load_steers_nothing() -> None:
    """Zones by pulse are withheld after such a test, and a session's band is one."""
    found = assess(MAN, FOUR)
    start = propose(MAN, BAND, (found, SILENT), LastLoad(LEFT, 7), 176.0)
    assert start.borg_cause == Cause("session_by_borg")
    assert start.loads is not None
    assert start.loads.bout == Setpoint(4.8, 6.0), "the load of the last session is known and is not withheld"
    said = typed(MAN, Setpoint(4.8, 6.0), found.line, start.band_of_bpm, by_pulse=start.by_pulse)
    for loads in (start.loads, said):
        terms = load_session(*find("4x4"), loads).session
        assert terms is not None
        assert (terms.hr_low_bpm, terms.hr_high_bpm, terms.warm_up_hr_bpm, terms.pause_hr_bpm) == (None,) * 4
    without = propose(MAN, BAND, (found, SILENT))
    assert (without.loads, without.by_pulse, without.cause) == (None, False, SILENT.withheld_because)


def test_a_pulse_that_did_not_follow_the_load_steers_nothing() -> None:
    fact_a_pulse_that_did_not_follow_the_load_steers_nothing()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("irregular_rhythm or silent)", "irregular_rhythm)"),
        ("by_pulse = by_pulse and not (", "by_pulse = not ("),
        ('advice.withheld_because or Cause("session_no_prescription"), by_pulse=by_pulse)', "advice.withheld_because)"),
    ],
)
def test_the_fact_fails_where_the_test_is_not_asked(old: str, new: str) -> None:
    fails_with(module, old, new, fact_a_pulse_that_did_not_follow_the_load_steers_nothing)


def test_after_any_other_test_the_pulse_steers() -> None:
    found = assess(MAN, FOUR)
    for last in (None, (found, Advice(EVERYTHING)), (found, msgspec.structs.replace(SILENT, allowed=EVERYTHING))):
        start = propose(MAN, BAND, last, LastLoad(LEFT, 7))
        assert start.by_pulse
        assert start.borg_cause is None
        assert start.loads is not None
        assert start.loads.hr_max_bpm is not None


@pytest.mark.parametrize(
    ("days", "tested_since", "stands"),
    [(3, False, True), (21, True, True), (22, True, False), (22, False, True), (400, False, True)],
)
def test_a_load_older_than_three_weeks_gives_way_to_a_test_since(
    days: int, *, tested_since: bool, stands: bool
) -> None:
    assert last_load(LEFT, days, tested_since=tested_since) == (LastLoad(LEFT, days) if stands else None)


def test_an_old_load_says_how_old_it_is() -> None:
    assert LastLoad(LEFT, 21).cause == Cause("session_from_last")
    old = propose(MAN, BAND, None, LastLoad(LEFT, 30))
    assert old.cause == Cause("session_from_old", {"weeks": 4})
