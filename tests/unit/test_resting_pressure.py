"""Blood pressure at rest: how it is written, and everywhere that it is told."""

import argparse

import msgspec
import pytest

from tests.sample_tests import sample
from tests.unit.report.test_report import report
from teststation.output import run_object
from teststation.report.known import known_words
from teststation.report.numbers import _values
from teststation.subject import pressure_is_high, read_pressure
from ui.commands.options import pressure


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("132/84", (132, 84)), (" 132 / 84 ", (132, 84)), ("84/132", None), ("132", None), ("132/84/70", None),
        ("1320/84", None), ("59/40", None), ("132/20", None), ("-132/84", None), ("", None), ("120/120", None),
    ],
)  # fmt: skip
def test_a_pressure_is_read_or_refused_and_never_turned_round(text: str, read: tuple[int, int] | None) -> None:
    assert read_pressure(text) == read


@pytest.mark.parametrize(("pressure", "high"), [((200, 110), False), ((201, 90), True), ((150, 111), True)])
def test_what_the_question_before_the_test_asks_for_is_high(pressure: tuple[int, int], high: bool) -> None:
    assert pressure_is_high(pressure) is high


def test_the_command_line_takes_it_or_says_how_it_is_written() -> None:
    assert pressure("132/84") == {"resting_systolic_mmhg": 132, "resting_diastolic_mmhg": 84}
    with pytest.raises(argparse.ArgumentTypeError, match="write it as 132/84"):
        pressure("high")


def test_it_stands_on_page_two_and_in_the_json() -> None:
    run, found = sample()
    known = msgspec.structs.replace(
        run.subject, resting_hr_bpm=62.0, resting_systolic_mmhg=132, resting_diastolic_mmhg=84
    )
    run = msgspec.structs.replace(run, subject=known)
    made = report(run, found)
    assert "Hvilepuls 62 slag/min. Blodtrykk i hvile 132/84 mmHg." in " ".join(known_words(made))
    assert _values(made, run, found)["pressure"] == "132/84"
    told = run_object(run, found)["subject"]
    assert (told["resting_systolic_mmhg"], told["resting_diastolic_mmhg"]) == (132, 84)
