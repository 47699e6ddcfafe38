"""A reason that stands on no list is kept in own words: as why the run ended, in its marks, on the page."""

import pytest

from tests.mutants import fails_with
from tests.unit.run.builders import Bench
from tests.unit.run.test_stopping import runs_on, stopping
from teststation.cause import Cause
from teststation.run import events as ev
from teststation.run import reasons
from teststation.run.reasons import cause_of, in_own_words, own_words
from teststation.run.record import Mark
from teststation.run.recording import fold
from teststation.texts import LANGUAGES, texts

WORDS = "vond fot: venstre"


def test_own_words_come_back_as_they_were_written() -> None:
    assert own_words(in_own_words(f"  {WORDS} ")) == WORDS
    assert cause_of(in_own_words(WORDS)) == Cause("stop_own_words", {"words": WORDS})


def test_a_code_is_no_words_and_nothing_written_is_the_code_alone() -> None:
    assert in_own_words("  ") == "other"
    assert (cause_of("other"), own_words("other")) == (Cause("stop_other"), "")
    assert (cause_of("dizzy"), own_words("dizzy")) == (Cause("stop_dizzy"), "")


def test_own_words_of_a_cool_down_and_of_a_stop_are_in_the_record() -> None:
    bench = Bench().started()
    bench.feed(ev.CoolDownPressed(t_s=bench.now_s, reason=in_own_words(WORDS)))
    stopped = stopping("operator")
    runs_on(stopped, 5.0, 0.0)
    stopped.feed(ev.StopExplained(t_s=stopped.now_s, reason=in_own_words(WORDS)))
    for one, kind in ((bench, "cool_down_pressed"), (stopped, "stop_explained")):
        state, recording = fold(one.events)
        record = recording.record(state)
        assert record.reason == Cause("stop_own_words", {"words": WORDS})
        (mark,) = [mark for mark in record.marks if mark.kind == kind]
        assert own_words(mark.text) == WORDS


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_tells_them_behind_that_it_was_another_reason(language: str) -> None:
    from teststation.report.known import _reason

    say = texts(language)
    assert say.told(cause_of(in_own_words(WORDS))) == f"{say.plain('cause.stop_other')}: {WORDS}"
    mark = Mark(1.0, "stop_explained", in_own_words(WORDS))
    assert _reason(say, mark.text) == f"{say.plain('cause.stop_other')}: {WORDS}"


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ("return words if code == OTHER", 'return "" if code == OTHER', test_own_words_come_back_as_they_were_written),
        ("if said else OTHER", "", test_a_code_is_no_words_and_nothing_written_is_the_code_alone),
    ],
)  # fmt: skip
def test_own_words_fail_on_a_planted_fault(old: str, new: str, fact: object) -> None:
    fails_with(reasons, old, new, fact)  # type: ignore[arg-type]
