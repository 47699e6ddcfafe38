"""What a bout's pulse and Borg lead to, to the beat and to the second: the whole state that follows."""

from typing import cast

import msgspec
import pytest
from msgspec.structs import replace

from tests.unit.run.builders import Bench
from tests.unit.run.test_bouts import BOUT, machine
from tests.unit.run.test_bouts import plan as session_plan
from teststation.cause import Cause
from teststation.ports import Setpoint
from teststation.protocol.plan import Plan
from teststation.run import events as ev
from teststation.run.engine import bouts, step
from teststation.run.engine.bouts import accepted, begun, declined, rated, set_by_hand, watched
from teststation.run.frozen import Frozen
from teststation.run.state import Bouts, LimitNotice, Offer, Phase, RunState
from teststation.subject import Gait
from teststation.window import Window

BEGAN_S = 1000.0
READ_S = BEGAN_S + 180.0  # the third minute is over
PLAN = session_plan()  # the band is 153 to 171, Borg 15 to 17
WARM_UP, FIRST, PAUSE, SECOND, THIRD, LAST = 0, 1, 2, 3, 5, 7
HARDER, EASIER = Setpoint(speed_kmh=5.0, incline_pct=9.0), Setpoint(speed_kmh=5.0, incline_pct=7.0)
OFFER = Offer(HARDER, Cause("offer_pulse_below", {"bpm": 8, "read": 145}))


def bout(index: int = FIRST, plan: Plan = PLAN, **changed: object) -> RunState:
    """The part of the session that this is, since ``BEGAN_S``, with the bouts' load on the belt."""
    state = replace(
        Bench(plan).state,
        phase=Phase.STAGES,
        stage_index=index,
        stage_began_s=BEGAN_S,
        stage_ends_s=BEGAN_S + plan.stages[index].duration_s,
        setpoint=BOUT,
    )
    return replace(state, **changed)  # type: ignore[arg-type]


def pulse(bpm: float, from_s: float = BEGAN_S) -> Window:
    return Window(180.0).read(from_s, bpm)


def with_terms(**changed: object) -> Plan:
    assert PLAN.session is not None
    return msgspec.structs.replace(PLAN, session=msgspec.structs.replace(PLAN.session, **changed))


# --- the minute that is read -----------------------------------------------------------------------------------


def test_the_third_minutes_mean_is_read_with_its_last_second_and_once() -> None:
    state = bout(pulse=pulse(160).read(BEGAN_S + 120.0, 150).read(BEGAN_S + 150.0, 162))
    assert watched(state, READ_S - 0.1) == state
    read = replace(state, bouts=Bouts(read_index=FIRST, read_bpm=156.0))
    assert watched(state, READ_S) == read
    lower = replace(read, pulse=pulse(140))
    assert watched(lower, READ_S + 5.0) == lower


def test_a_minute_with_too_little_pulse_in_it_is_read_as_none_and_leads_to_nothing() -> None:
    none = watched(bout(pulse=pulse(140, READ_S - 29.9)), READ_S).bouts
    assert none == Bouts(read_index=FIRST, read_bpm=None)
    assert watched(bout(pulse=pulse(140, READ_S - 30.0)), READ_S).bouts.read_bpm == 140


@pytest.mark.parametrize(("bpm", "says"), [(152, (1, 152)), (145, (8, 145)), (145.6, (7, 146)), (153, None)])
def test_below_the_band_a_harder_load_is_offered_and_says_by_how_much(bpm: float, says: tuple[int, int] | None) -> None:
    state = bout(SECOND, pulse=pulse(bpm))
    after = watched(state, READ_S)
    offer = None if says is None else Offer(HARDER, Cause("offer_pulse_below", {"bpm": says[0], "read": says[1]}))
    assert after == replace(state, bouts=Bouts(read_index=SECOND, read_bpm=bpm, offer=offer))


@pytest.mark.parametrize(("bpm", "eased"), [(171, False), (171.4, True)])
def test_above_the_band_in_that_minute_the_next_bout_is_easier(bpm: float, eased: bool) -> None:
    # One low reading at its end: so the mean alone speaks.
    state = bout(pulse=pulse(bpm).read(READ_S, 160), bouts=Bouts(eased=2, offer=OFFER, next_load=HARDER))
    near = cast("float", pytest.approx(bpm))
    read = replace(state.bouts, read_index=FIRST, read_bpm=near)
    if eased:
        read = replace(read, offer=None, next_load=EASIER, eased=3)
    assert watched(state, READ_S) == replace(state, bouts=read)


def test_a_bout_that_was_eased_by_itself_leaves_the_next_one_as_it_is() -> None:
    state = bout(pulse=pulse(175).read(READ_S, 160), bouts=Bouts(eased=1, eased_s=BEGAN_S + 20.0))
    assert watched(state, READ_S).bouts.next_load is None


@pytest.mark.parametrize("missing", ["hr_low_bpm", "hr_high_bpm"])
def test_without_a_whole_band_the_pulse_is_read_and_steers_nothing(missing: str) -> None:
    for bpm in (100, 200):
        state = bout(plan=with_terms(**{missing: None}), pulse=pulse(bpm).read(READ_S, 160))
        assert watched(state, READ_S).bouts == Bouts(read_index=FIRST, read_bpm=bpm)


@pytest.mark.parametrize(("lasts_s", "read_after_s"), [(119.9, None), (120.0, 119.0), (180.0, 179.0), (180.5, 180.0)])
def test_a_short_bout_is_read_a_second_before_its_end_and_a_shorter_one_never(
    lasts_s: float, read_after_s: float | None
) -> None:
    short = msgspec.structs.replace(PLAN.stages[FIRST], duration_s=lasts_s)
    plan = msgspec.structs.replace(PLAN, stages=(PLAN.stages[0], short, *PLAN.stages[2:]))
    state = bout(plan=plan, pulse=pulse(160))
    ends_s = BEGAN_S + lasts_s
    if read_after_s is None:
        assert watched(state, ends_s - 0.05) == state
        return
    assert watched(state, BEGAN_S + read_after_s - 0.1) == state
    assert watched(state, BEGAN_S + read_after_s).bouts.read_index == FIRST


def test_nothing_is_read_outside_a_bout_or_in_a_test() -> None:
    for index in (WARM_UP, PAUSE):
        assert watched(bout(index, pulse=pulse(200)), READ_S) == bout(index, pulse=pulse(200))
    walked = replace(Bench().started().state, pulse=pulse(200))
    assert watched(walked, READ_S) == walked


# --- what is offered -------------------------------------------------------------------------------------------


def test_the_last_bout_alone_offers_nothing() -> None:
    for index in (FIRST, SECOND, THIRD, LAST):
        offered = watched(bout(index, pulse=pulse(145)), READ_S).bouts.offer
        assert offered == (None if index == LAST else OFFER)


def test_nothing_is_offered_beyond_the_session_or_the_machine() -> None:
    tight = bout(plan=with_terms(top_incline_pct=8.9), pulse=pulse(145))
    assert watched(tight, READ_S).bouts.offer is None
    for info in (machine(max_incline_pct=8.5), msgspec.structs.replace(machine(), max_speed_kmh=4.9)):
        assert watched(bout(pulse=pulse(145), treadmill=info), READ_S).bouts.offer is None
    exact = msgspec.structs.replace(machine(max_incline_pct=9.0), max_speed_kmh=5.0)
    assert watched(bout(pulse=pulse(145), treadmill=exact), READ_S).bouts.offer == OFFER


def test_what_is_offered_is_a_load_that_the_machine_has() -> None:
    coarse = msgspec.structs.replace(machine(), incline_step_pct=2.0)
    offer = watched(bout(pulse=pulse(145), treadmill=coarse), READ_S).bouts.offer
    assert offer is not None
    assert offer.load == Setpoint(speed_kmh=5.0, incline_pct=8.0)


def test_a_session_of_one_bout_is_eased_and_offers_nothing() -> None:
    single = msgspec.structs.replace(PLAN, stages=PLAN.stages[:2])
    assert watched(bout(plan=single, pulse=pulse(145)), READ_S).bouts.offer is None
    assert rated(bout(plan=single), READ_S, 19).setpoint == EASIER


def test_an_offer_is_taken_back_by_doubt_and_by_a_bout_that_was_said_to_be_hard() -> None:
    offered = bout(pulse=pulse(145), bouts=Bouts(read_index=FIRST, read_bpm=145.0, offer=OFFER))
    gone = Bouts(read_index=FIRST, read_bpm=145.0)
    assert watched(offered, READ_S + 1.0) == offered
    assert watched(replace(offered, hr_frozen=Frozen(145.0, BEGAN_S)), READ_S + 1.0).bouts == gone
    for made_s, stands in ((READ_S - 60.0, False), (READ_S - 60.1, True)):
        doubted = replace(offered, hr_remarks=(("cadence_lock", made_s),))
        assert (watched(doubted, READ_S).bouts == offered.bouts) is stands
    for said, index, stands in ((17, FIRST, True), (18, FIRST, False), (18, SECOND, True), (18, None, True)):
        hard = replace(offered, rpe=said, bouts=replace(offered.bouts, rated_index=index))
        assert (watched(hard, READ_S + 1.0).bouts.offer is not None) is stands
    unsaid = replace(offered, bouts=replace(offered.bouts, rated_index=FIRST))
    assert watched(unsaid, READ_S + 1.0).bouts.offer == OFFER


def test_an_offer_that_is_taken_is_the_next_bouts_load_and_no_offer_any_more() -> None:
    offered = bout(bouts=Bouts(offer=OFFER, read_index=FIRST))
    assert accepted(offered) == replace(offered, bouts=Bouts(next_load=HARDER, read_index=FIRST))
    assert declined(offered) == replace(offered, bouts=Bouts(read_index=FIRST))
    asked = (LimitNotice(Cause("limit_hr"), READ_S),)
    for barred in (
        replace(offered, hr_lost_since_s=READ_S),
        replace(offered, notices=asked),
        replace(offered, treadmill=machine(max_incline_pct=8.5)),
        replace(offered, plan=with_terms(top_incline_pct=8.5)),
        replace(offered, plan=msgspec.structs.replace(PLAN, session=None)),
        bout(),
    ):
        assert accepted(barred) == barred


def test_what_was_accepted_begins_with_the_next_bout_and_what_was_offered_is_over() -> None:
    before = Bouts(offer=OFFER, next_load=HARDER, eased=2, eased_s=900.0, read_index=FIRST, read_bpm=145.0)
    pause = bout(PAUSE, bouts=before)
    assert begun(pause) == pause
    second = replace(pause, stage_index=SECOND)
    after = Bouts(loads=(("bout", HARDER),), eased=2, read_index=FIRST, read_bpm=145.0)
    assert begun(second) == replace(second, bouts=after)
    as_it_was = replace(second, bouts=replace(before, next_load=None))
    assert begun(as_it_was) == replace(second, bouts=replace(after, loads=()))
    no_session = replace(second, plan=msgspec.structs.replace(PLAN, session=None))
    assert begun(no_session) == no_session


def test_a_hand_sets_all_that_follows_of_its_kind_and_in_a_bout_ends_what_was_offered() -> None:
    slow = Setpoint(speed_kmh=4.0, incline_pct=1.0)
    waiting = Bouts(offer=OFFER, next_load=HARDER, loads=(("pause", BOUT),))
    in_pause = bout(PAUSE, bouts=waiting)
    in_pause_after = replace(in_pause, setpoint=slow, bouts=replace(waiting, loads=(("pause", slow),)))
    assert set_by_hand(in_pause, slow) == in_pause_after
    in_bout = bout(SECOND, bouts=waiting)
    loads = (("pause", BOUT), ("bout", slow))
    assert set_by_hand(in_bout, slow) == replace(in_bout, setpoint=slow, bouts=Bouts(loads=loads))


# --- Borg ------------------------------------------------------------------------------------------------------


def test_borg_19_eases_the_bout_that_is_walked_and_after_it_the_next_one_once() -> None:
    waiting = Bouts(offer=OFFER, next_load=HARDER, eased=1)
    walked = bout(SECOND, bouts=waiting)
    now = Bouts(loads=(("bout", EASIER),), rated_index=SECOND, eased=2, eased_s=READ_S)
    assert rated(walked, READ_S, 19) == replace(walked, setpoint=EASIER, bouts=now)
    assert rated(walked, READ_S, 18).bouts == Bouts(rated_index=SECOND, eased=1)
    after = bout(PAUSE, bouts=waiting)
    eased = Bouts(rated_index=FIRST, next_load=EASIER, eased=2)
    assert rated(after, READ_S, 19) == replace(after, bouts=eased)
    again = replace(after, bouts=eased)
    assert rated(again, READ_S, 20) == again


@pytest.mark.parametrize(("rpe", "kept"), [(17, True), (18, False)])
def test_a_bout_that_felt_harder_than_it_should_ends_what_was_offered_and_taken(rpe: int, kept: bool) -> None:
    waiting = Bouts(offer=OFFER, next_load=HARDER, eased=1)
    after = rated(bout(PAUSE, bouts=waiting), READ_S, rpe).bouts
    assert after == replace(waiting if kept else Bouts(eased=1), rated_index=FIRST)


@pytest.mark.parametrize(("rpe", "offered"), [(14, True), (15, False)])
def test_where_the_pulse_steers_nothing_borg_offers(rpe: int, offered: bool) -> None:
    blocked = bout(plan=with_terms(hr_low_bpm=None, hr_high_bpm=None))
    said = Offer(HARDER, Cause("offer_borg_below", {"rpe": rpe, "low": 15}))
    assert rated(blocked, READ_S, rpe).bouts == Bouts(rated_index=FIRST, offer=said if offered else None)
    assert rated(bout(), READ_S, rpe).bouts == Bouts(rated_index=FIRST)


@pytest.mark.parametrize(
    ("rpe", "read_bpm", "easy"),
    [(14, 161.9, True), (14, 162.0, False), (15, 155.0, False), (14, None, False), (6, 153.0, True)],
)
def test_a_bout_felt_easy_below_its_borg_with_a_pulse_in_the_lower_half_of_the_band(
    rpe: int, read_bpm: float | None, easy: bool
) -> None:
    assert PLAN.session is not None
    assert bouts.felt_easy(PLAN.session, rpe, read_bpm) is easy
    for missing in ("hr_low_bpm", "hr_high_bpm"):
        terms = with_terms(**{missing: None}).session
        assert terms is not None
        assert bouts.felt_easy(terms, rpe, read_bpm) is (rpe < 15), "without a whole band Borg alone counts"


def test_what_felt_easy_is_offered_as_harder_once_unless_the_bout_has_decided_or_its_pulse_is_doubtful() -> None:
    read = Bouts(read_index=FIRST, read_bpm=155.0)
    offer = Offer(HARDER, Cause("offer_borg_below", {"rpe": 14, "low": 15}))
    assert rated(bout(PAUSE, bouts=read), READ_S, 14).bouts == replace(read, rated_index=FIRST, offer=offer)
    for settled in (
        bout(PAUSE, bouts=replace(read, next_load=EASIER)),
        bout(PAUSE, bouts=replace(read, eased_s=BEGAN_S)),
        bout(PAUSE, bouts=read, hr_frozen=Frozen(155.0, BEGAN_S)),
        bout(PAUSE, bouts=read, hr_remarks=(("cadence_lock", READ_S - 60.0),)),
        bout(PAUSE, bouts=replace(read, read_index=SECOND)),
    ):
        assert rated(settled, READ_S, 14).bouts == replace(settled.bouts, rated_index=FIRST)
    blocked = bout(PAUSE, plan=with_terms(hr_low_bpm=None), bouts=Bouts(next_load=EASIER))
    assert rated(blocked, READ_S, 14).bouts.offer == offer, "where the pulse steers nothing Borg offers all the same"


def test_before_the_first_bout_and_in_a_test_an_answer_rates_no_bout() -> None:
    warm = bout(WARM_UP)
    assert rated(warm, READ_S, 19) == warm
    walked = Bench().started().state
    assert rated(walked, READ_S, 19) == walked
    no_terms = bout(plan=msgspec.structs.replace(PLAN, session=None))
    assert rated(no_terms, READ_S, 19) == no_terms


def test_an_answer_in_the_cool_down_of_a_session_is_the_last_bouts_and_lowers_nothing() -> None:
    cooled = bout(LAST, phase=Phase.COOL_DOWN, bouts=Bouts(eased=1))
    after, commands = step(cooled, ev.RpeGiven(READ_S, 20))
    assert (after, commands) == (replace(cooled, bouts=Bouts(eased=1, rated_index=LAST)), ())


# --- above the band --------------------------------------------------------------------------------------------


def test_above_the_band_for_fifteen_seconds_lowers_the_load_at_once() -> None:
    t_s = BEGAN_S + 60.0
    state = bout(pulse=pulse(160).read(t_s - 15.0, 172), bouts=Bouts(offer=OFFER, next_load=HARDER, eased=1))
    assert watched(state, t_s - 0.1) == state
    lower = Bouts(loads=(("bout", EASIER),), eased=2, eased_s=t_s)
    assert watched(state, t_s) == replace(state, setpoint=EASIER, bouts=lower)


def test_above_counts_among_thirty_seconds_and_not_while_the_last_reading_is_in_the_band() -> None:
    t_s = BEGAN_S + 60.0
    half = pulse(160).read(t_s - 30.0, 175).read(t_s - 20.0, 160).read(t_s - 5.0, 175)
    assert watched(bout(pulse=half), t_s).bouts.eased == 1
    older = pulse(160).read(t_s - 30.1, 175).read(t_s - 20.1, 160).read(t_s - 4.9, 175)
    assert watched(bout(pulse=older), t_s).bouts.eased == 0
    assert watched(bout(pulse=half.read(t_s, 171)), t_s).bouts.eased == 0
    at_the_edge = pulse(171).read(t_s - 5.0, 172)
    assert watched(bout(pulse=at_the_edge), t_s).bouts.eased == 0
    assert watched(bout(pulse=Window(180.0)), t_s).bouts.eased == 0
    assert watched(bout(plan=with_terms(hr_high_bpm=None), pulse=pulse(200)), t_s).bouts.eased == 0


def test_a_load_that_was_lowered_has_a_minute_before_it_is_lowered_again() -> None:
    t_s = BEGAN_S + 100.0
    for eased_s, again in ((t_s - 59.9, False), (t_s - 60.0, True)):
        state = bout(pulse=pulse(175), bouts=Bouts(eased=1, eased_s=eased_s))
        assert watched(state, t_s).bouts.eased == (2 if again else 1)


def test_easing_raises_neither_speed_nor_incline_whatever_the_machines_steps_are() -> None:
    t_s = BEGAN_S + 60.0
    by_hand = bout(pulse=pulse(175), setpoint=Setpoint(speed_kmh=4.0, incline_pct=6.0))
    assert watched(by_hand, t_s).setpoint == Setpoint(speed_kmh=4.0, incline_pct=6.0)
    quicker = bout(pulse=pulse(175), setpoint=Setpoint(speed_kmh=6.0, incline_pct=9.0))
    assert watched(quicker, t_s).setpoint == EASIER
    off = bout(pulse=pulse(175), setpoint=None)
    assert watched(off, t_s) == off


@pytest.mark.parametrize(
    ("gait", "load", "step_kmh", "step_pct", "eased_to"),
    [
        (Gait.RUN, Setpoint(8.0, 5.0), 1.0, 0.5, Setpoint(8.0, 5.0)),  # 7.5 is set as 8
        (Gait.WALK, Setpoint(5.0, 8.0), 0.1, 4.0, Setpoint(5.0, 8.0)),  # 7 is set as 8
        (Gait.RUN, Setpoint(9.0, 5.0), 0.1, 4.0, Setpoint(8.5, 4.0)),  # and 5 as 4
    ],
)
def test_a_load_that_is_lowered_is_one_that_the_machine_has_and_none_that_is_higher(
    gait: Gait, load: Setpoint, step_kmh: float, step_pct: float, eased_to: Setpoint
) -> None:
    plan = session_plan(bout=load, gait=gait)
    coarse = msgspec.structs.replace(machine(), speed_step_kmh=step_kmh, incline_step_pct=step_pct)
    state = bout(plan=plan, treadmill=coarse, pulse=pulse(175), setpoint=load)
    assert watched(state, BEGAN_S + 60.0).setpoint == eased_to


# --- which bout, which load ------------------------------------------------------------------------------------


def test_the_bout_that_is_meant_is_the_one_walked_or_the_last_before() -> None:
    found = [bouts.bout_of(bout(index)) for index in range(8)]
    assert found == [None, 1, 1, 3, 3, 5, 5, 7]


def test_the_bouts_load_is_what_they_have_come_to_and_else_the_plans() -> None:
    assert bouts.bout_load(bout(PAUSE)) == BOUT
    assert bouts.bout_load(bout(PAUSE, bouts=Bouts(loads=(("bout", EASIER),)))) == EASIER
