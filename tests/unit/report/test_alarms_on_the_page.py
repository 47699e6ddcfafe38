"""Every alarm of a test stands on page 2, once, with how often it stood and for how long."""

from functools import partial

import msgspec
import pytest

import teststation.report.known as known_module
from tests.mutants import fails_with
from tests.sample_tests import sample
from tests.unit.report.test_report import report
from teststation.cause import Cause
from teststation.report.known import told_of
from teststation.run.record import ALARM_OVER, ALARM_RAISED, Mark, alarm_text

DECK = Cause("incline_off_target", {"set": 4.0, "read": 0.5})
MARKS = (
    Mark(100.0, ALARM_RAISED, alarm_text(DECK)),
    Mark(104.0, "alarm_seen", "incline_off_target"),
    Mark(130.0, ALARM_OVER, "incline_off_target"),
    Mark(200.0, "hr_lost", "stale"),
    Mark(215.0, ALARM_RAISED, "belt_off_target"),
    Mark(225.0, ALARM_OVER, "belt_off_target"),
    Mark(300.0, ALARM_RAISED, "belt_off_target"),
    Mark(304.5, ALARM_OVER, "belt_off_target"),
    Mark(305.0, "alarm_silenced", "belt_off_target_was"),
    Mark(900.0, ALARM_RAISED, "press_red_button"),
)


def words(language: str = "nb", *, everything: bool = False) -> list[str]:
    run, found = sample()
    made = report(msgspec.structs.replace(run, marks=MARKS, ended_s=960.0), found, language=language)
    return [one.words for one in told_of(made, everything=everything)]


def test_page_two_tells_each_alarm_once_with_how_often_and_how_long() -> None:
    assert words() == [
        "alarm: stigningen er 0,5 %, ikke 4,0 % som innstilt (30 s)",
        "pulsen falt ut",
        "alarm 2 ganger, 14 s i alt: båndet holder ikke innstilt fart",
        "alarm: båndet står kanskje ikke stille (60 s)",
    ]


def test_page_two_says_which_alarm_nobody_wanted_to_hear_again() -> None:
    run, found = sample()
    off = (*MARKS[:4], *MARKS[4:6], Mark(226.0, "alarm_silenced", "belt_off_target"))
    told = [one.words for one in told_of(report(msgspec.structs.replace(run, marks=off), found))]
    assert told[-1] == "alarm: båndet holder ikke innstilt fart (10 s); slått av for resten av testen"
    assert "slått av" not in told[0], "the other one sounded on"


def test_the_ledger_tells_every_time_and_who_saw_it() -> None:
    told = words(everything=True)
    assert len(told) == len(MARKS)
    assert "alarm sett: stigningen er 0,5 %, ikke 4,0 % som innstilt" in told
    assert "alarm slått av: båndet holder ikke innstilt fart" in told
    assert told.count("alarm: båndet holder ikke innstilt fart") == 2


@pytest.mark.parametrize("language", ["nn", "en"])
def test_no_alarm_is_told_by_its_code(language: str) -> None:
    told = words(language, everything=True)
    assert not [line for line in told if "_" in line or "{" in line]


FAULTS = [
    ("return code not in before", "return False", test_page_two_tells_each_alarm_once_with_how_often_and_how_long),
    ("return code not in before", "return True", test_page_two_tells_each_alarm_once_with_how_often_and_how_long),
    ("_same(one, cause.code) for one in later)", "True for one in later)",
     test_page_two_says_which_alarm_nobody_wanted_to_hear_again),
    ("if off else words", "if False else words", test_page_two_says_which_alarm_nobody_wanted_to_hear_again),
    ("cause = next((one for one in raised if one.code == code), Cause(code))", "pass",
     partial(test_no_alarm_is_told_by_its_code, "en")),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "fact"), FAULTS)
def test_each_rule_fails_on_a_planted_fault(old: str, new: str, fact: object) -> None:
    fails_with(known_module, old, new, fact)  # type: ignore[arg-type]
