"""The result in words, without a window."""

import msgspec

from tests.sample_tests import follow_up, sample
from tests.unit.report.test_report import report
from teststation.cause import Cause
from ui.desktop.result.text import change_words, first_words, since_first_words


def test_the_change_since_the_first_test_is_told_in_the_window_too() -> None:
    _, found = follow_up()
    assert since_first_words(found) == ""
    assert found.change is not None
    first = msgspec.structs.replace(
        found.change, earlier_started_at="2024-03-01T10:00:00+01:00", change_ml_kg_min=6.1, low=1.0, high=11.2,
        wording="real", pulse_at_equal_load_bpm=-9.0, not_comparable=(),
    )  # fmt: skip
    words = since_first_words(msgspec.structs.replace(found, since_first=first))
    assert words == (
        "Siden første test 01.03.2024: +6,1 mL/kg/min (95 %: +1,0 til +11,2). Reell endring: bedre. "
        "Puls ved samme belastning: −9 slag/min."
    )
    apart = msgspec.structs.replace(first, wording="not_comparable", not_comparable=(Cause("differs_handrail"),))
    words = since_first_words(msgspec.structs.replace(found, since_first=apart))
    assert words == "Første test 01.03.2024 kan ikke sammenlignes direkte: rekkverk brukt ved bare én av testene."


def test_an_equal_pulse_is_a_word_and_no_zero() -> None:
    _, found = follow_up()
    assert found.change is not None
    change = msgspec.structs.replace(found.change, pulse_at_equal_load_bpm=-0.3, not_comparable=())
    assert "Lik puls ved samme belastning." in change_words(change)


def test_a_demonstration_is_not_told_as_the_first_test_of_a_person() -> None:
    run, found = sample()
    shown = msgspec.structs.replace(run, treadmill="emulated:trackmaster")
    said = "en demonstrasjon sammenlignes ikke med personens egne tester"
    for words in (first_words(shown, found, None), report(shown, found).first_words):
        assert said in words
        assert "Første test med tall" not in words
    assert said not in first_words(run, found, None)
    assert said not in report(run, found).first_words
