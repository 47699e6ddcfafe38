"""While the test runs: how wide the interval is now, and what one more stage would bring."""

import msgspec
import pytest

from tests.sample_tests import sample
from tests.unit.physiology.test_assess import FOUR, MAN
from teststation.physiology.assess import assess, assess_run
from teststation.physiology.observe import observe
from teststation.physiology.result import Load
from teststation.run.record import RunRecord

NEXT = Load(180.0, 4.8, 12.0)


def advice(stages: int, next_load: Load | None = NEXT) -> str:
    found = assess(MAN, FOUR[:stages], next_load=next_load)
    assert found.outlook is not None
    return found.outlook.advice


def test_without_a_line_stages_are_needed() -> None:
    assert advice(1) == "need_stages"
    assert advice(1, None) == "no_more_stages"


def test_one_more_stage_is_worth_it_while_it_narrows_the_interval() -> None:
    found = assess(MAN, FOUR[:3], next_load=NEXT).outlook
    assert found is not None
    assert found.advice == "one_more"
    assert found.width_now is not None
    assert found.width_next is not None
    assert found.width_next < 0.95 * found.width_now
    assert found.next_hr_bpm == pytest.approx(148, abs=6)


def test_the_foreseen_width_is_the_one_that_then_comes_if_the_pulse_lies_on_the_line() -> None:
    before = assess(MAN, FOUR[:3], next_load=NEXT)
    assert before.outlook is not None
    came = msgspec.structs.replace(FOUR[3], hr_bpm=before.outlook.next_hr_bpm)
    estimate = assess(MAN, (*FOUR[:3], came)).estimates["combined"]
    assert (estimate.high or 0) - (estimate.low or 0) == pytest.approx(before.outlook.width_next or 0)


def test_a_stage_that_brings_little_is_enough() -> None:
    many = [msgspec.structs.replace(FOUR[n % 4], index=n) for n in range(12)]
    found = assess(MAN, many, next_load=NEXT).outlook
    assert found is not None
    assert found.advice == "enough"


def test_a_next_stage_over_the_limit_is_told() -> None:
    assert advice(4, Load(180.0, 4.8, 18.0)) == "limit_near"


def test_after_the_last_stage_there_is_no_more() -> None:
    assert advice(4, None) == "no_more_stages"


def test_on_beta_blockers_there_is_no_outlook() -> None:
    assert assess(msgspec.structs.replace(MAN, beta_blocker=True), FOUR, next_load=NEXT).outlook is None


def walked(run: RunRecord, stages: int, into_s: float) -> RunRecord:
    """A run as it stood so many seconds into a stage."""
    now_s = run.stages[stages - 1].began_s + into_s
    open_stage = msgspec.structs.replace(run.stages[stages - 1], ended_s=None)
    return msgspec.structs.replace(
        run,
        stages=(*run.stages[: stages - 1], open_stage),
        heart=tuple(s for s in run.heart if s.t_s <= now_s),
        belt=tuple(s for s in run.belt if s.t_s <= now_s),
        stages_ended_s=None,
        ended_s=None,
        outcome=None,
    )


def test_the_stage_being_walked_is_the_next_to_count_until_it_stands() -> None:
    run, _ = sample()
    early, late = (assess_run(walked(run, 4, into_s)).outlook for into_s in (20.0, 178.0))
    assert early is not None
    assert late is not None
    assert early.advice in ("one_more", "enough")
    assert early.next_hr_bpm == pytest.approx(observe(run)[3].hr_bpm or 0, abs=5)
    assert late.advice == "no_more_stages"
