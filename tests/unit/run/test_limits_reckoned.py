"""When a limit is reached, taken back and asked again, to the beat and to the second: the whole state that follows."""

import pytest
from msgspec.structs import replace

from tests.unit.run.builders import Bench
from teststation.cause import Cause
from teststation.run.engine import limits
from teststation.run.engine.limits import borg_given, gone_on, limit_bpm
from teststation.run.state import HoldCause, LimitNotice, Override, RunState, TakenBack
from teststation.window import Window

T_S = 100.0
LIMIT_BPM = 153.0  # 15 s over it announce, and 15 s later the notice acts
HELD = frozenset({HoldCause.LIMIT})
PULSE = LimitNotice(Cause("limit_hr", {"bpm": 160, "limit": 153}), 110.0)
BORG = LimitNotice(Cause("limit_rpe", {"rpe": 18}), 112.0)


def pulse(*spells: tuple[float, float]) -> Window:
    """What was read: (seconds before ``T_S``, bpm), each until the next."""
    window = Window(180.0)
    for before_s, bpm in spells:
        window = window.read(T_S - before_s, bpm)
    return window


def walked(*spells: tuple[float, float], **changed: object) -> RunState:
    state = replace(Bench().started().state, pulse=pulse(*spells), hr_limit_bpm=LIMIT_BPM, stage_ends_s=130.0)
    return replace(state, **changed)  # type: ignore[arg-type]


def asked(*spells: tuple[float, float], notices: tuple[LimitNotice, ...] = (PULSE,), **changed: object) -> RunState:
    return walked(*spells, notices=notices, holds=HELD, held_since_s=95.0, **changed)


def watched(state: RunState, t_s: float) -> RunState:
    """But for the highest pulse, which is told beside and decides nothing: test_limits has its facts."""
    after = limits.watched(state, t_s)
    return replace(after, notices=tuple(replace(notice, highest_bpm=None) for notice in after.notices))


def announces(state: RunState, t_s: float = T_S) -> bool:
    return watched(state, t_s).notice is not None


# --- the pulse -------------------------------------------------------------------------------------------------


def test_fifteen_seconds_over_the_limit_announce_that_it_is_reached_and_hold_the_load() -> None:
    state = walked((60.0, 150), (15.0, 160), (1.0, 170))
    assert watched(state, T_S - 0.1) == state
    reached = LimitNotice(Cause("limit_hr", {"bpm": 160, "limit": 153}), T_S + 15.0)
    assert watched(state, T_S) == replace(state, notices=(reached,), holds=HELD, held_since_s=T_S)


def test_what_is_told_of_the_pulse_is_the_middle_of_what_was_over_the_limit_of_late() -> None:
    at_it = watched(walked((60.0, 153), (15.0, 160.6), (1.0, 190)), T_S).notice
    assert at_it is not None
    assert at_it.cause.values == {"bpm": 161, "limit": 153}
    earlier = watched(
        walked((75.0, 200), (45.0, 150), (15.0, 160)),
        T_S,
    ).notice
    assert earlier is not None
    assert earlier.cause.values["bpm"] == 160
    odd = watched(walked((60.0, 150), (15.0, 160), hr_limit_bpm=152.6), T_S).notice
    assert odd is not None
    assert odd.cause.values["limit"] == 153


def test_what_is_at_the_limit_is_not_over_it() -> None:
    assert not announces(walked((120.0, 153)))
    assert announces(walked((120.0, 153.5)))


def test_the_seconds_are_counted_among_twice_as_many() -> None:
    assert announces(walked((24.0, 160), (14.0, 150), (5.0, 160)))
    assert not announces(walked((45.0, 160), (31.0, 150), (4.0, 160))), "18 in all, and 4 of late"
    assert announces(walked((90.0, 150), (30.0, 160), (20.0, 150), (10.05, 160), (5.05, 150)))


def test_over_it_for_half_of_a_minute_announces_however_it_is_spread() -> None:
    spread = [(60.0, 160), (41.0, 150), (31.0, 160), (29.0, 150), (20.0, 160), (15.0, 150), (10.0, 160), (6.0, 150)]
    assert announces(walked((120.0, 150), *spread))
    spread[0] = (59.9, 160)
    assert not announces(walked((120.0, 150), *spread))


@pytest.mark.parametrize(("below_s", "reached"), [(9.9, True), (10.0, False)])
def test_nothing_is_announced_of_a_pulse_that_is_below_again(below_s: float, reached: bool) -> None:
    assert announces(walked((60.0, 190), (below_s, 153))) is reached


def test_without_a_limit_or_a_pulse_nothing_is_announced() -> None:
    state = walked((60.0, 200), hr_limit_bpm=None)
    assert watched(state, T_S) == state
    assert limit_bpm(state, T_S) is None
    assert watched(walked(), T_S) == walked()


def test_a_notice_that_stands_is_not_made_again() -> None:
    state = asked((60.0, 150), (20.0, 190))
    assert watched(state, T_S) == state


def test_below_for_ten_seconds_the_notice_is_taken_back_and_the_stage_goes_on() -> None:
    state = asked((60.0, 150), (25.0, 160), (10.0, 153))
    assert watched(state, T_S - 0.1) == state
    assert watched(state, T_S) == replace(
        state,
        notices=(),
        taken_back=TakenBack(110.0, T_S),
        holds=frozenset(),
        held_since_s=None,
        stage_ends_s=135.0,
    )


def test_with_another_question_open_the_stage_stays_held() -> None:
    state = asked((60.0, 150), notices=(PULSE, BORG))
    after = watched(state, T_S)
    assert (after.notices, after.holds, after.held_since_s) == ((BORG,), HELD, 95.0)
    assert after.taken_back == TakenBack(110.0, T_S)


@pytest.mark.parametrize(("over_s", "stays"), [(29.9, False), (30.0, True)])
def test_over_for_half_of_a_minute_a_notice_stays_until_it_is_answered(over_s: float, stays: bool) -> None:
    state = asked((120.0, 150), (over_s + 5.0, 160), (5.0, 150), notices=(BORG, PULSE))
    after = watched(state, T_S)
    assert after == replace(state, notices=(BORG, replace(PULSE, stays=stays)))
    below = replace(after, pulse=pulse((120.0, 150)))
    assert (watched(below, T_S).notices == after.notices) is stays


def test_half_of_a_minute_is_half_of_the_last_one() -> None:
    old = asked((120.0, 160), (60.0, 150), (29.9, 160), (5.0, 150))
    assert watched(old, T_S).notices == (PULSE,)
    at_it = asked((120.0, 153), (20.0, 160), (5.0, 150))
    assert watched(at_it, T_S).notices == (PULSE,)


# --- the same question again -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("acts_at_s", "taken_back_s", "acts_again_s"),
    [
        (108.0, 40.0, 108.0),  # its time has run on
        (104.0, 40.0, 105.0),  # and leaves a third of an answer's time
        (90.0, 40.0, 105.0),
        (108.0, 39.9, 115.0),  # a minute later it is another one
    ],
)
def test_a_notice_that_comes_back_within_a_minute_has_the_time_that_it_had(
    acts_at_s: float, taken_back_s: float, acts_again_s: float
) -> None:
    state = walked((60.0, 150), (15.0, 160), taken_back=TakenBack(acts_at_s, taken_back_s))
    after = watched(state, T_S).notice
    assert after is not None
    assert after.acts_at_s == acts_again_s
    borg = borg_given(state, T_S, 17).notice
    assert borg is not None
    assert borg.acts_at_s == T_S + 15.0, "what was taken back was the pulse's"


def test_a_new_notice_is_heard_though_the_last_one_of_its_limit_was_seen_and_silenced() -> None:
    seen = {"acknowledged": (("limit_hr", 50.0), ("hr_lost", 60.0)), "silenced": frozenset({"limit_hr", "hr_frozen"})}
    after = watched(walked((60.0, 150), (15.0, 160), **seen), T_S)
    assert (after.acknowledged, after.silenced) == ((("hr_lost", 60.0),), frozenset({"hr_frozen"}))
    borg = borg_given(walked(**seen), T_S, 17)
    assert (borg.acknowledged, borg.silenced) == (seen["acknowledged"], seen["silenced"])


# --- Borg ------------------------------------------------------------------------------------------------------


def test_borg_at_the_limit_announces_and_below_it_is_kept_alone() -> None:
    assert borg_given(walked(), T_S, 16) == walked(rpe=16)
    reached = LimitNotice(Cause("limit_rpe", {"rpe": 17}), T_S + 15.0)
    assert borg_given(walked(), T_S, 17) == walked(rpe=17, notices=(reached,), holds=HELD, held_since_s=T_S)


@pytest.mark.parametrize(("rpe", "told"), [(17, 18), (18, 18), (19, 19)])
def test_a_second_answer_to_an_open_question_is_told_where_it_is_higher(rpe: int, told: int) -> None:
    state = asked((60.0, 150), notices=(PULSE, BORG))
    after = borg_given(state, T_S, rpe)
    assert after == replace(state, rpe=rpe, notices=(PULSE, replace(BORG, cause=Cause("limit_rpe", {"rpe": told}))))
    assert borg_given(state, T_S, 16) == replace(state, rpe=16)


@pytest.mark.parametrize(
    ("level", "stage", "until_s", "rpe", "asks"),
    [
        (18.0, 0, 120.0, 17, False),
        (18.0, 0, 120.0, 18, False),
        (18.0, 0, 120.0, 19, True),
        (18.0, 1, 120.0, 18, True),
        (18.0, 0, T_S, 18, True),
    ],
)
def test_what_was_gone_on_over_is_asked_again_only_where_it_is_more_or_later(
    level: float, stage: int, until_s: float, rpe: int, asks: bool
) -> None:
    other = Override("limit_hr", 165.0, 0, 999.0)
    state = walked(overrides=(other, Override("limit_rpe", level, stage, until_s)))
    assert (borg_given(state, T_S, rpe).notice is not None) is asks


@pytest.mark.parametrize(("rpe", "asks"), [(None, False), (16, False), (17, True), (18, True)])
def test_after_its_stage_an_answer_at_the_limit_is_asked_about_again_with_the_last_one(
    rpe: int | None, asks: bool
) -> None:
    over = walked(rpe=rpe, overrides=(Override("limit_rpe", 18.0, 0, T_S),))
    assert watched(over, T_S - 0.1) == over
    again = LimitNotice(Cause("limit_rpe", {"rpe": rpe or 0}), T_S + 15.0)
    assert watched(over, T_S).notices == ((again,) if asks else ())
    assert watched(walked(rpe=rpe), T_S).notices == (), "what was never gone on over is asked about once"


# --- going on --------------------------------------------------------------------------------------------------


def test_going_on_over_the_pulse_is_for_the_rest_of_the_stage_and_up_to_its_level() -> None:
    state = asked((60.0, 150), taken_back=TakenBack(50.0, 50.0))
    after = gone_on(state, T_S, "limit_hr")
    # Held since 95 s, the stage has 35 s left.
    given = Override("limit_hr", 160.0, 0, T_S + 35.0)
    assert after == replace(
        state,
        notices=(),
        overrides=(given,),
        taken_back=None,
        holds=frozenset(),
        held_since_s=None,
        stage_ends_s=135.0,
    )
    assert gone_on(state, T_S, "") == after
    assert gone_on(state, T_S, "limit_rpe") == state
    assert gone_on(walked(), T_S, "") == walked()


def test_going_on_near_a_stages_end_holds_for_as_long_as_a_limit_takes_to_be_reached() -> None:
    late = replace(asked(stage_ends_s=105.0), held_since_s=None)
    assert gone_on(late, T_S, "").overrides == (Override("limit_hr", 160.0, 0, T_S + 15.0),)


def test_going_on_over_borg_answers_borg_alone_and_gives_the_other_question_its_whole_time() -> None:
    before = (Override("limit_hr", 165.0, 0, 90.0), Override("limit_rpe", 17.0, 0, 90.0))
    state = asked(notices=(BORG, PULSE), overrides=before, taken_back=TakenBack(50.0, 50.0), stage_index=1)
    after = gone_on(state, T_S, "")
    assert after == replace(
        state,
        notices=(replace(PULSE, acts_at_s=T_S + 15.0),),
        overrides=(before[0], Override("limit_rpe", 18.0, 1, T_S + 35.0)),
    )
    later = replace(state, notices=(BORG, replace(PULSE, acts_at_s=T_S + 20.0)))
    assert gone_on(later, T_S, "").notices == (replace(PULSE, acts_at_s=T_S + 20.0),)


@pytest.mark.parametrize(
    ("level", "stage", "until_s", "limit"),
    [
        (160.0, 0, 120.0, 170.0),
        (140.0, 0, 120.0, 153.0),  # never lower than the person's own
        (160.0, 1, 120.0, 153.0),
        (160.0, 0, T_S, 153.0),
    ],
)
def test_gone_on_over_the_limit_lies_ten_beats_above_that_pulse(
    level: float, stage: int, until_s: float, limit: float
) -> None:
    borg = Override("limit_rpe", 18.0, 0, 999.0)
    state = walked(overrides=(borg, Override("limit_hr", level, stage, until_s)))
    assert limit_bpm(state, T_S) == limit
    assert limit_bpm(walked(overrides=(borg,)), T_S) == LIMIT_BPM


def test_gone_on_over_a_limit_every_rule_asks_for_the_raised_one() -> None:
    higher = (Override("limit_hr", 160.0, 0, 999.0),)
    assert not announces(walked((120.0, 170), overrides=higher))
    reached = watched(walked((120.0, 170), (15.0, 171), overrides=higher), T_S).notice
    assert reached == LimitNotice(Cause("limit_hr", {"bpm": 171, "limit": 153}), T_S + 15.0)
    assert watched(asked((120.0, 170), overrides=higher), T_S).notices == ()


def test_a_notice_is_announced_once() -> None:
    state = asked()
    assert limits.announced(state, T_S, PULSE.cause) == state
