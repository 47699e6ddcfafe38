"""Interval sessions in the engine: the load goes up by the operator's hand alone, and comes down by itself."""

import types
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import teststation.ports as ports
import teststation.protocol.plan as plan_module
import teststation.run.state as state_module
from tests.mutants import fails_with
from tests.unit.run.builders import Bench, heart
from teststation.ports import HeartRateStatus, Setpoint, TreadmillInfo
from teststation.protocol.load import SessionLoads, find, load_session
from teststation.protocol.plan import Plan
from teststation.run import events as ev
from teststation.run import holds as holds_module
from teststation.run.commands import ArmBelt, GrantBelt
from teststation.run.engine import bouts, operator, stages, ticking
from teststation.run.record import Outcome
from teststation.run.recording import fold
from teststation.run.state import Phase
from teststation.snapshot import snapshot
from teststation.subject import Gait

HR_MAX = 180.0  # the band is 153 to 171
BOUT = Setpoint(speed_kmh=5.0, incline_pct=8.0)
WARM_UP_S, BOUT_S, PAUSE_S = 300.0, 240.0, 180.0


def plan(kind: str = "4x4", hr_max_bpm: float | None = HR_MAX, bout: Setpoint = BOUT, gait: Gait = Gait.WALK) -> Plan:
    return load_session(*find(kind), SessionLoads(bout=bout, gait=gait, hr_max_bpm=hr_max_bpm))


class Walker(Bench):
    """Somebody whose pulse is never quite the same number twice, as no living one is."""

    def run_for(self, seconds: float, dt_s: float = 1.0) -> "Bench":
        return super().run_for(seconds, dt_s)

    def _devices(self) -> Iterable[ev.AnyEvent]:
        for event in super()._devices():
            if isinstance(event, ev.HeartRateRead) and event.bpm is not None:
                yield msgspec.structs.replace(event, bpm=event.bpm + (-1, 0, 1)[int(self.now_s) % 3])
            else:
                yield event


def session(hr_max_bpm: float | None = HR_MAX, **more: Any) -> Bench:
    """A session that walks its warm-up."""
    bench = Walker(plan(hr_max_bpm=hr_max_bpm, **more), hr_limit_bpm=hr_max_bpm)
    return bench.started()


def in_bout(bench: Bench, number: int = 1) -> Bench:
    """Walked into bout ``number``, a moment after it began, with a pulse below its band before."""
    while bench.state.stage_index < 2 * number - 1:
        bench.run_for(1.0)
    return bench


def loads(bench: Bench) -> list[Setpoint]:
    """Every load that was granted, one after the other."""
    granted = [command.setpoint for _, command in bench.commands if isinstance(command, GrantBelt)]
    found = [one for one in granted if one is not None]
    return [one for before, one in zip([None, *found], found, strict=False) if one != before]


# --- the whole of it -------------------------------------------------------------------------------------------


def test_a_whole_session_has_its_bouts_pauses_and_end_by_itself() -> None:
    bench = session()
    bench.bpm = 160
    bench.run_for(30 * 60.0)
    assert bench.state.phase is Phase.COOL_DOWN
    assert bench.state.outcome is Outcome.COMPLETED
    began = [round(span.began_s) for span in bench.recording.record(bench.state).stages]
    assert [one - began[0] for one in began] == [0, 300, 540, 720, 960, 1140, 1380, 1560]  # 5:00, 12:00, 19:00, 26:00
    bench.run_for(5 * 60.0 + 5.0)
    assert bench.state.phase is Phase.ENDED
    assert loads(bench)[1::2] == [BOUT] * 4, "the same load in all four bouts"


def test_a_journal_of_a_session_folds_to_the_same_state() -> None:
    bench = in_bout(session())
    bench.bpm = 140
    bench.run_for(185.0).feed(ev.LoadAccepted(t_s=bench.now_s), ev.RpeGiven(t_s=bench.now_s, rpe=14))
    in_bout(bench, 2).run_for(5.0)
    state, recording = fold(bench.events)
    assert state == bench.state
    assert recording.record(state) == bench.recording.record(bench.state)


def test_the_belt_is_armed_for_the_sessions_own_ceiling() -> None:
    bench = session()
    armed = [command for _, command in bench.commands if isinstance(command, ArmBelt)]
    assert armed == [ArmBelt(5.0, 11.0)]


# --- never up by itself ----------------------------------------------------------------------------------------


def test_a_pulse_below_the_band_offers_a_step_and_moves_nothing() -> None:
    bench = in_bout(session())
    bench.bpm = 145
    bench.run_for(179.0)
    assert bench.state.bouts.offer is None
    bench.run_for(3.0)
    offer = bench.state.bouts.offer
    assert offer is not None
    assert offer.load == Setpoint(speed_kmh=5.0, incline_pct=9.0)
    assert offer.cause.values["bpm"] == 8
    assert bench.state.setpoint == BOUT
    in_bout(bench, 2).run_for(10.0)
    assert bench.state.setpoint == BOUT, "an offer that nobody takes is none"
    assert max(loads(bench), key=lambda load: load.incline_pct) == BOUT


def test_an_offer_that_is_taken_begins_with_the_next_bout() -> None:
    bench = in_bout(session())
    bench.bpm = 145
    bench.run_for(185.0).feed(ev.LoadAccepted(t_s=bench.now_s))
    bench.run_for(10.0)
    assert bench.state.setpoint == BOUT, "not in the bout that is walked"
    in_bout(bench, 2).run_for(2.0)
    assert bench.state.setpoint == Setpoint(speed_kmh=5.0, incline_pct=9.0)
    bench.bpm = 160
    in_bout(bench, 3).run_for(2.0)
    assert bench.state.setpoint == Setpoint(speed_kmh=5.0, incline_pct=9.0), "and holds from then on"
    kinds = [mark.kind for mark in bench.recording.record(bench.state).marks]
    assert kinds.count("load_offered") == 1
    assert kinds.count("load_accepted") == 1


@pytest.mark.parametrize("bpm", [154, 160, 165, 170])
def test_a_pulse_in_the_band_leaves_the_load(bpm: int) -> None:
    bench = in_bout(session())
    bench.bpm = bpm
    bench.run_for(200.0)
    assert bench.state.bouts.offer is None
    assert bench.state.bouts.next_load is None


@pytest.mark.parametrize(("rpe", "offered"), [(14, True), (17, True), (18, False), (19, False)])
def test_a_bout_that_felt_hard_is_not_made_harder(rpe: int, offered: bool) -> None:
    bench = in_bout(session())
    bench.bpm = 145
    bench.run_for(BOUT_S + 10.0).feed(ev.RpeGiven(t_s=bench.now_s, rpe=rpe))
    assert (bench.state.bouts.offer is not None) is offered


@pytest.mark.parametrize(
    ("bpm", "rpe", "offered"), [(155, 13, True), (155, 14, True), (155, 15, False), (165, 13, False), (None, 13, False)]
)
def test_a_band_that_is_reached_with_ease_offers_a_step_and_moves_nothing(
    bpm: int | None, rpe: int, offered: bool
) -> None:
    """The band is 153 to 171. In its upper half, unread or rated as it should feel, it is left alone."""
    bench = in_bout(session())
    bench.bpm = 155
    bench.run_for(100.0)
    bench.bpm = bpm
    bench.run_for(55.0)
    bench.bpm = bpm or 155
    bench.run_for(BOUT_S - 145.0).feed(ev.RpeGiven(t_s=bench.now_s, rpe=rpe))
    offer = bench.state.bouts.offer
    assert (offer is not None) is offered
    in_bout(bench, 2).run_for(2.0)
    assert bench.state.setpoint == BOUT
    if offer is not None:
        assert offer.load == Setpoint(speed_kmh=5.0, incline_pct=9.0)
        assert offer.cause.code == "offer_borg_below"


def test_a_bout_that_has_decided_about_the_next_offers_nothing_more() -> None:
    bench = in_bout(session())
    bench.bpm = 145
    bench.run_for(185.0).feed(ev.LoadAccepted(t_s=bench.now_s))
    bench.run_for(BOUT_S - 175.0).feed(ev.RpeGiven(t_s=bench.now_s, rpe=13))
    assert bench.state.bouts.offer is None, "a step has been taken"
    eased = in_bout(session())
    eased.bpm = 175
    eased.run_for(20.0)
    assert eased.state.bouts.eased == 1
    eased.bpm = 155
    eased.run_for(BOUT_S - 10.0).feed(ev.RpeGiven(t_s=eased.now_s, rpe=13))
    assert eased.state.bouts.offer is None, "the pulse went beyond its band in this bout"


@pytest.mark.parametrize("flag", ["cadence_lock", "rr_disagrees"])
def test_a_doubtful_pulse_offers_nothing(flag: str) -> None:
    bench = in_bout(session())
    bench.bpm = None
    for _ in range(200):
        bench.run_for(1.0).feed(ev.HeartRateRead(t_s=bench.now_s, status=HeartRateStatus.OK, bpm=140, flags=(flag,)))
    assert bench.state.bouts.read_bpm == pytest.approx(140)
    assert bench.state.bouts.offer is None


def test_an_offer_that_is_declined_is_gone_and_changes_no_load() -> None:
    bench = in_bout(session())
    bench.bpm = 145
    bench.run_for(185.0)
    assert bench.state.bouts.offer is not None
    bench.feed(ev.OfferDeclined(t_s=bench.now_s))
    assert bench.state.bouts.offer is None
    bench.feed(ev.LoadAccepted(t_s=bench.now_s))
    assert bench.state.bouts.next_load is None
    in_bout(bench, 2).run_for(2.0)
    assert bench.state.setpoint == BOUT


def test_a_load_that_borg_has_lowered_is_not_lowered_by_the_pulse_within_a_minute() -> None:
    bench = in_bout(session())
    bench.bpm = 176
    bench.run_for(5.0).feed(ev.RpeGiven(t_s=bench.now_s, rpe=19))
    told_s, once = bench.now_s, bench.state.setpoint
    assert bench.state.bouts.eased == 1
    while bench.now_s < told_s + bouts.EASED_AGAIN_AFTER_S - 1.0:
        bench.run_for(1.0)
    assert (bench.state.bouts.eased, bench.state.setpoint) == (1, once)
    bench.run_for(3.0)
    assert bench.state.bouts.eased == 2


def test_nothing_is_taken_while_the_pulse_is_lost() -> None:
    bench = in_bout(session())
    bench.bpm = 145
    bench.run_for(BOUT_S + 5.0)
    bench.bpm = None
    bench.run_for(8.0).feed(ev.LoadAccepted(t_s=bench.now_s))
    assert bench.state.bouts.next_load is None


def test_the_last_bout_offers_nothing_in_this_session() -> None:
    bench = in_bout(session(), 4)
    bench.bpm = 140
    bench.run_for(BOUT_S - 5.0)
    assert bench.state.bouts.read_bpm == pytest.approx(140)
    assert bench.state.bouts.offer is None


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([110, 140, 150, 160, 175, None, 60, 200]), st.integers(5, 60)), max_size=30))
def test_no_pulse_whatever_raises_a_load(pattern: list[tuple[int | None, int]]) -> None:
    bench = session()
    for bpm, seconds in pattern:
        bench.bpm = bpm
        bench.run_for(seconds, dt_s=1.0)
    assert all(load.speed_kmh <= 5.0 and load.incline_pct <= 8.0 for load in loads(bench))


# --- the ceiling -----------------------------------------------------------------------------------------------


def test_no_offer_and_no_hand_goes_beyond_the_sessions_ceiling() -> None:
    bench = session()
    bench.bpm = 120
    for number in range(1, 5):
        in_bout(bench, number).run_for(200.0).feed(ev.LoadAccepted(t_s=bench.now_s))
    assert bench.state.setpoint == Setpoint(speed_kmh=5.0, incline_pct=11.0), "three steps, and the last bout has none"
    for speed_kmh, incline_pct in ((5.0, 12.0), (5.5, 11.0), (12.0, 0.0)):
        bench.feed(ev.LoadChanged(t_s=bench.now_s, speed_kmh=speed_kmh, incline_pct=incline_pct))
    assert bench.state.setpoint == Setpoint(speed_kmh=5.0, incline_pct=11.0)


def test_no_offer_is_made_above_the_ceiling() -> None:
    whole = plan()
    assert whole.session is not None
    tight = msgspec.structs.replace(whole.session, top_incline_pct=8.0)
    bench = in_bout(Walker(msgspec.structs.replace(whole, session=tight), hr_limit_bpm=HR_MAX).started())
    bench.bpm = 120
    bench.run_for(200.0)
    assert bench.state.bouts.read_bpm == pytest.approx(120, abs=1)
    assert bench.state.bouts.offer is None


def test_a_machines_own_limit_bars_an_offer() -> None:
    bench = Walker(plan(), hr_limit_bpm=HR_MAX)
    bench.feed(ev.TreadmillKnown(t_s=0.0, info=machine(max_incline_pct=8.0)))
    in_bout(bench.started())
    bench.bpm = 120
    bench.run_for(200.0)
    assert bench.state.bouts.read_bpm == pytest.approx(120, abs=1)
    assert bench.state.bouts.offer is None
    assert [c for _, c in bench.commands if isinstance(c, ArmBelt)] == [ArmBelt(5.0, 8.0)]


def test_no_hand_goes_beyond_the_machine_where_the_sessions_ceiling_does() -> None:
    """A load beyond the arming would be a lease that the guard trips on, in the middle of a bout."""
    bench = Walker(plan(), hr_limit_bpm=HR_MAX)
    bench.feed(ev.TreadmillKnown(t_s=0.0, info=machine(max_incline_pct=9.6)))
    in_bout(bench.started())
    assert bench.state.highest == Setpoint(speed_kmh=5.0, incline_pct=9.6)
    bench.feed(ev.LoadChanged(t_s=bench.now_s, speed_kmh=5.0, incline_pct=10.0))
    assert bench.state.setpoint == BOUT
    bench.feed(ev.LoadChanged(t_s=bench.now_s, speed_kmh=5.0, incline_pct=9.6))
    assert bench.state.setpoint == Setpoint(speed_kmh=5.0, incline_pct=9.5), "half percents are what it has"
    assert [c for _, c in bench.commands if isinstance(c, ArmBelt)] == [ArmBelt(5.0, 9.5)]


def test_what_lies_within_a_machines_limit_is_rounded_to_nothing_beyond_it() -> None:
    miles = msgspec.structs.replace(machine(max_incline_pct=10.3), speed_step_kmh=0.1609344, max_speed_kmh=6.7)
    within = miles.achievable(Setpoint(speed_kmh=6.7, incline_pct=10.3))
    assert within == Setpoint(speed_kmh=pytest.approx(41 * 0.1609344), incline_pct=10.0)  # type: ignore[arg-type]
    beyond = miles.achievable(Setpoint(speed_kmh=6.8, incline_pct=10.6))
    assert (beyond.speed_kmh > 6.7, beyond.incline_pct) == (True, 10.5), "what is asked beyond it stays beyond it"


def test_a_session_that_the_machine_cannot_walk_does_not_begin() -> None:
    bench = Walker(plan(), hr_limit_bpm=HR_MAX)
    bench.feed(ev.TreadmillKnown(t_s=0.0, info=machine(max_incline_pct=6.0)))
    bench.ready().feed(ev.TestBegan(t_s=bench.now_s))
    assert bench.state.phase is Phase.READY


def test_a_pulse_at_the_ceiling_ends_the_bouts_unless_it_is_gone_on() -> None:
    bench = in_bout(session())
    bench.bpm = 186
    bench.run_for(16.0)
    assert bench.state.notice is not None
    bench.run_for(16.0)
    assert bench.state.phase is Phase.COOL_DOWN
    assert bench.state.outcome is Outcome.LIMIT


def test_borg_20_is_asked_about_like_any_limit() -> None:
    bench = in_bout(session())
    bench.bpm = 160
    bench.run_for(60.0).feed(ev.RpeGiven(t_s=bench.now_s, rpe=20))
    assert bench.state.notice is not None
    bench.run_for(16.0)
    assert bench.state.phase is Phase.COOL_DOWN


# --- down by itself --------------------------------------------------------------------------------------------


def test_a_pulse_that_stays_above_the_band_lowers_the_load_at_once() -> None:
    bench = in_bout(session())
    bench.bpm = 174
    bench.run_for(14.0)
    assert bench.state.setpoint == BOUT
    bench.run_for(3.0)
    assert bench.state.setpoint == Setpoint(speed_kmh=5.0, incline_pct=7.0)
    bench.run_for(50.0)
    assert bench.state.setpoint == Setpoint(speed_kmh=5.0, incline_pct=7.0), "a minute for the pulse to answer"
    bench.run_for(20.0)
    assert bench.state.setpoint == Setpoint(speed_kmh=5.0, incline_pct=6.0)
    bench.bpm = 160
    in_bout(bench, 2).run_for(2.0)
    assert bench.state.setpoint == Setpoint(speed_kmh=5.0, incline_pct=6.0), "and stays down for the next"


def test_a_strap_that_flickers_above_the_band_lowers_it_too() -> None:
    bench = in_bout(session())
    bench.bpm = None
    for second in range(60):
        bench.run_for(1.0).feed(heart(bench.now_s, 176 if second % 2 else 165))
    assert bench.state.setpoint is not None
    assert bench.state.setpoint.incline_pct < 8.0


def test_borg_19_lowers_the_next_bout_and_one_in_the_bout_this_one() -> None:
    bench = in_bout(session())
    bench.bpm = 160
    bench.run_for(BOUT_S + 5.0).feed(ev.RpeGiven(t_s=bench.now_s, rpe=19))
    in_bout(bench, 2).run_for(2.0)
    assert bench.state.setpoint == Setpoint(speed_kmh=5.0, incline_pct=7.0)
    bench.run_for(30.0).feed(ev.RpeGiven(t_s=bench.now_s, rpe=19))
    assert bench.state.setpoint == Setpoint(speed_kmh=5.0, incline_pct=6.0)


def test_a_load_that_was_taken_is_given_up_when_the_bout_felt_too_hard() -> None:
    bench = in_bout(session())
    bench.bpm = 145
    bench.run_for(185.0).feed(ev.LoadAccepted(t_s=bench.now_s))
    bench.run_for(60.0).feed(ev.RpeGiven(t_s=bench.now_s, rpe=18))
    in_bout(bench, 2).run_for(2.0)
    assert bench.state.setpoint == BOUT


def test_a_run_is_lowered_in_speed() -> None:
    bench = in_bout(session(bout=Setpoint(speed_kmh=9.0, incline_pct=5.0), gait=Gait.RUN))
    assert bench.state.gait is Gait.RUN
    bench.bpm = 175
    bench.run_for(20.0)
    assert bench.state.setpoint == Setpoint(speed_kmh=8.5, incline_pct=5.0)


def test_a_hand_that_lowers_a_bout_holds_no_clock() -> None:
    bench = in_bout(session())
    bench.bpm = 160
    left_s = bench.state.stage_remaining_s(bench.now_s)
    bench.feed(ev.LoadChanged(t_s=bench.now_s, speed_kmh=4.5, incline_pct=6.0))
    bench.run_for(30.0)
    assert bench.state.stage_remaining_s(bench.now_s) == pytest.approx(left_s - 30.0)
    assert bench.state.setpoint == Setpoint(speed_kmh=4.5, incline_pct=6.0)
    in_bout(bench, 2).run_for(2.0)
    assert bench.state.setpoint == Setpoint(speed_kmh=4.5, incline_pct=6.0), "the same load in the bouts that follow"


# --- the end of a bout is automatic ----------------------------------------------------------------------------


def test_a_bout_ends_on_time_without_a_pulse_and_while_a_limit_is_asked_about() -> None:
    for bpm in (None, 186):
        bench = in_bout(session())
        bench.bpm = 160
        bench.run_for(BOUT_S - 16.0)
        bench.bpm = bpm
        bench.run_for(18.0)
        assert bench.state.stage.part == "pause", bpm
        assert bench.state.setpoint is not None
        assert bench.state.setpoint.incline_pct == 0.0


def test_a_bout_is_not_begun_harder_without_a_pulse() -> None:
    bench = in_bout(session())
    bench.bpm = 150
    bench.run_for(BOUT_S + PAUSE_S - 20.0)
    bench.bpm = None
    bench.run_for(30.0)
    assert bench.state.stage.part == "bout"
    assert bench.state.setpoint is not None
    assert bench.state.setpoint.incline_pct == 0.0
    bench.bpm = 130
    bench.run_for(20.0)
    assert bench.state.setpoint == BOUT


def test_a_pulse_that_stays_away_ends_the_session_in_cool_down() -> None:
    bench = in_bout(session())
    bench.bpm = None
    bench.run_for(70.0)
    assert bench.state.phase is Phase.COOL_DOWN
    assert bench.state.outcome is Outcome.FAULT


# --- where the pulse steers nothing ----------------------------------------------------------------------------


def test_on_beta_blockers_borg_steers_and_the_pulse_does_nothing() -> None:
    bench = in_bout(session(hr_max_bpm=None))
    for bpm in (100, 190):
        bench.bpm = bpm
        bench.run_for(100.0)
    assert bench.state.setpoint == BOUT
    assert bench.state.bouts.offer is None
    bench.bpm = 110
    bench.run_for(45.0).feed(ev.RpeGiven(t_s=bench.now_s, rpe=13))
    assert bench.state.bouts.offer is not None
    now = snapshot(bench.state, bench.now_s, bench.recording.record(bench.state), None).session
    assert now is not None
    assert now.hr_low_bpm is None
    assert (now.bout, now.bouts, now.part) == (2, 4, "pause")


def test_bouts_below_two_minutes_are_not_judged_by_their_pulse() -> None:
    bench = in_bout(session(kind="10x1"))
    bench.bpm = 120
    bench.run_for(59.0)
    assert bench.state.bouts.read_index is None
    assert bench.state.bouts.offer is None


# --- Borg ------------------------------------------------------------------------------------------------------


def test_borg_is_asked_for_after_each_bout_and_kept_with_it() -> None:
    bench = session()
    bench.bpm = 160
    for number, rpe in ((1, 14), (2, 15), (3, 16), (4, 17)):
        in_bout(bench, number).run_for(BOUT_S + 5.0)
        moment = snapshot(bench.state, bench.now_s, bench.recording.record(bench.state), None)
        assert moment.rpe_due
        bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=rpe))
        assert not snapshot(bench.state, bench.now_s, bench.recording.record(bench.state), None).rpe_due
    spans = bench.recording.record(bench.state).stages
    assert [span.rpe for span in spans if span.plan.name.startswith("Drag")] == [14, 15, 16, 17]
    assert {span.rpe for span in spans if not span.plan.name.startswith("Drag")} == {None}


def machine(max_incline_pct: float = 15.0) -> TreadmillInfo:
    return TreadmillInfo(
        family="trackmaster",
        port="x",
        speed_step_kmh=0.1,
        min_speed_kmh=0.8,
        max_speed_kmh=20.0,
        incline_step_pct=0.5,
        max_incline_pct=max_incline_pct,
    )


FAULTS: list[tuple[types.ModuleType, str, str, Callable[[], None]]] = [
    # an automatic step up
    (
        bouts,
        "return replace(state, bouts=replace(state.bouts, offer=Offer(load, cause)))",
        "return replace(state, bouts=replace(state.bouts, offer=Offer(load, cause), next_load=load))",
        test_a_pulse_below_the_band_offers_a_step_and_moves_nothing,
    ),
    (
        bouts,
        "return replace(state, bouts=replace(state.bouts, offer=None, next_load=offer.load))",
        "return replace(state, bouts=state.bouts.with_load(BOUT, offer.load), setpoint=offer.load)",
        test_an_offer_that_is_taken_begins_with_the_next_bout,
    ),
    (
        bouts,
        "bouts = replace(state.bouts, offer=None, next_load=None, eased_s=None)\n    if",
        "bouts = replace(state.bouts, eased_s=None)\n    if state.bouts.offer is not None:\n"
        "        bouts = bouts.with_load(BOUT, state.bouts.offer.load)\n    if",
        test_a_pulse_below_the_band_offers_a_step_and_moves_nothing,
    ),
    (bouts, "if offer is None or terms is None or barred or", "if offer is None or terms is None or",
     test_nothing_is_taken_while_the_pulse_is_lost),
    (bouts, "state = declined(state)", "pass", lambda: test_a_doubtful_pulse_offers_nothing("cadence_lock")),
    (bouts, "if rpe >= terms.borg_low:\n        return False", "if False:\n        return False",
     lambda: test_a_band_that_is_reached_with_ease_offers_a_step_and_moves_nothing(155, 15, False)),
    (bouts, "read_bpm is not None and read_bpm < (terms.hr_low_bpm + terms.hr_high_bpm) / 2", "read_bpm is not None",
     lambda: test_a_band_that_is_reached_with_ease_offers_a_step_and_moves_nothing(165, 13, False)),
    (bouts, "return bouts.next_load is not None or bouts.eased_s is not None or", "return",
     test_a_bout_that_has_decided_about_the_next_offers_nothing_more),
    (bouts, "if rpe > terms.borg_high:", "if False:", lambda: test_a_bout_that_felt_hard_is_not_made_harder(18, False)),
    # a ceiling that is ignored
    (bouts, "return able and terms.allows(load)", "return able", test_no_offer_is_made_above_the_ceiling),
    (bouts, "return able and terms.allows(load)", "return terms.allows(load)", test_a_machines_own_limit_bars_an_offer),
    (state_module, "incline_pct=min(plan.max_incline_pct, info.max_incline_pct)", "incline_pct=plan.max_incline_pct",
     test_no_hand_goes_beyond_the_machine_where_the_sessions_ceiling_does),
    (ports, "return found if found <= most or value > most else", "return found if True else",
     test_no_hand_goes_beyond_the_machine_where_the_sessions_ceiling_does),
    (
        plan_module,
        "return self.planned_speed_kmh if self.session is None else self.session.top_speed_kmh",
        "return 25.0",
        test_no_offer_and_no_hand_goes_beyond_the_sessions_ceiling,
    ),
    (
        plan_module,
        "return self.planned_incline_pct if self.session is None else self.session.top_incline_pct",
        "return 25.0",
        test_the_belt_is_armed_for_the_sessions_own_ceiling,
    ),
    (ticking, "bouts.watched(limits.watched(state, t_s), t_s)", "bouts.watched(state, t_s)",
     test_a_pulse_at_the_ceiling_ends_the_bouts_unless_it_is_gone_on),
    # a load that does not come down
    (ticking, "bouts.watched(limits.watched(state, t_s), t_s)", "limits.watched(state, t_s)",
     test_a_pulse_that_stays_above_the_band_lowers_the_load_at_once),
    (bouts, "if high is None or last is None or last <= high:", "if high is None or last is None or last <= high + 9:",
     test_a_pulse_that_stays_above_the_band_lowers_the_load_at_once),
    (bouts, "AMONG * for_s, lambda", "for_s, lambda", test_a_strap_that_flickers_above_the_band_lowers_it_too),
    (bouts, "if rpe >= TOO_HARD_BORG:", "if rpe > TOO_HARD_BORG:",
     test_borg_19_lowers_the_next_bout_and_one_in_the_bout_this_one),
    # an end of a bout that waits
    (
        holds_module,
        "if state.plan.session is None or cause is HoldCause.OPERATOR:",
        "if True:",
        test_a_bout_ends_on_time_without_a_pulse_and_while_a_limit_is_asked_about,
    ),
    (stages, "setpoint=_not_raised(state, stage) if still else", "setpoint=",
     test_a_bout_is_not_begun_harder_without_a_pulse),
    (operator, "if state.plan.session is not None:\n                return", "if False:\n                return",
     test_a_hand_that_lowers_a_bout_holds_no_clock),
]  # fmt: skip


@pytest.mark.parametrize(("module", "old", "new", "fact"), FAULTS)
def test_a_session_fails_on_a_planted_fault(
    module: types.ModuleType, old: str, new: str, fact: Callable[[], None]
) -> None:
    fails_with(module, old, new, fact)
