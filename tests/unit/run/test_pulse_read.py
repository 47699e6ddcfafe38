"""One reading of the strap, or the news that there is none: the whole state that follows, to the second."""

import pytest
from msgspec.structs import replace

from tests.unit.run.builders import Bench
from teststation.ports import HeartRateStatus
from teststation.run import events as ev
from teststation.run.absence import AWAY, away_left_s
from teststation.run.engine import heart
from teststation.run.engine.heart import AWAY_AMONG, THERE, absent_too_long, lose_heart, read_heart
from teststation.run.frozen import Frozen
from teststation.run.state import HoldCause, Phase, RunState
from teststation.window import Window

OK = HeartRateStatus.OK
T_S = 40.0


def walked(**changed: object) -> RunState:
    return replace(Bench().started().state, absence=Window(90.0).read(0.0, THERE), **changed)  # type: ignore[arg-type]


def lost(since_s: float, back_s: float) -> RunState:
    """A pulse that was lost at ``since_s`` and is read again from ``back_s`` on."""
    state = lose_heart(walked(), since_s)
    return read_heart(state, ev.HeartRateRead(back_s, OK, 118))


def test_a_reading_tells_all_that_the_driver_said_of_the_strap() -> None:
    ready = replace(Bench().ready().state, hr_lost_since_s=3.0)
    said = ev.HeartRateRead(
        T_S, OK, 91, contact=True, battery_pct=55, sensor="HRM 1", flags=("cadence_lock", "battery_low")
    )
    assert read_heart(ready, said) == replace(
        ready,
        hr_status=OK,
        hr_bpm=91,
        hr_read_s=T_S,
        hr_contact=True,
        hr_battery_pct=55,
        hr_sensor="HRM 1",
        hr_remarks=(("cadence_lock", T_S), ("battery_low", T_S)),
        pulse=ready.pulse.read(T_S, 91),
        hr_lost_since_s=None,
    )


@pytest.mark.parametrize("status", [s for s in HeartRateStatus if s is not OK])
def test_a_gap_keeps_strap_and_battery_and_takes_the_pulse_away_at_once(status: HeartRateStatus) -> None:
    ready = read_heart(Bench().ready().state, ev.HeartRateRead(T_S, OK, 91, battery_pct=55, sensor="HRM 1"))
    gap = read_heart(ready, ev.HeartRateRead(T_S + 3.0, status, 91))
    assert gap == replace(
        ready,
        hr_status=status,
        hr_bpm=None,
        hr_read_s=T_S + 3.0,
        pulse=ready.pulse.silent(T_S + 3.0),
        hr_lost_since_s=T_S + 3.0,
    )
    assert (gap.hr_sensor, gap.hr_battery_pct) == ("HRM 1", 55)
    another = read_heart(gap, ev.HeartRateRead(T_S + 5.0, OK, 92, battery_pct=0, sensor="HRM 2"))
    assert (another.hr_sensor, another.hr_battery_pct) == ("HRM 2", 0)


def test_a_pulse_is_lost_since_the_first_word_that_it_is_and_counted_only_where_it_is_walked_on() -> None:
    ready = Bench().ready().state
    assert lose_heart(ready, T_S) == replace(ready, hr_bpm=None, pulse=ready.pulse.silent(T_S), hr_lost_since_s=T_S)
    state = walked()
    first = lose_heart(state, T_S)
    assert first == replace(
        state,
        hr_bpm=None,
        pulse=state.pulse.silent(T_S),
        hr_lost_since_s=T_S,
        absence=state.absence.read(T_S, AWAY),
        holds=frozenset({HoldCause.HR_LOST}),
        held_since_s=T_S,
    )
    second = lose_heart(first, T_S + 5.0)
    assert (second.hr_lost_since_s, second.held_since_s) == (T_S, T_S)


def test_a_beat_after_a_short_gap_is_back_and_gives_the_stage_its_seconds() -> None:
    state = walked()
    gap = lose_heart(state, T_S)
    back = read_heart(gap, ev.HeartRateRead(T_S + 4.0, OK, 119))
    assert back == replace(
        gap,
        hr_bpm=119,
        hr_read_s=T_S + 4.0,
        hr_contact=None,
        pulse=gap.pulse.read(T_S + 4.0, 119),
        absence=gap.absence.read(T_S + 4.0, THERE),
        hr_lost_since_s=None,
        holds=frozenset(),
        held_since_s=None,
        stage_ends_s=state.stage_ends_s + 4.0,
    )
    assert back.hr_gap is None


@pytest.mark.parametrize(("back_s", "told"), [(T_S + 9.9, False), (T_S + 10.0, True), (T_S + 12.0, True)])
def test_a_gap_is_told_afterwards_from_ten_seconds_on_with_its_beginning_and_its_end(back_s: float, told: bool) -> None:
    before = replace(lost(T_S, T_S + 1.0), hr_lost_since_s=T_S, hr_gap=(1.0, 2.0))
    # There for most of the time, and yet lost for so long: one beat was missed now and then.
    back = read_heart(before, ev.HeartRateRead(back_s, OK, 118))
    assert back.hr_gap == ((T_S, back_s) if told and back.hr_lost_since_s is None else before.hr_gap)
    at_last = read_heart(back, ev.HeartRateRead(back_s + 15.0, OK, 118))
    assert at_last.hr_lost_since_s is None


def test_back_is_there_for_ten_of_the_last_fifteen_seconds() -> None:
    away = lose_heart(walked(), T_S)
    away = read_heart(away, ev.HeartRateRead(T_S + 30.0, OK, 118))
    assert away.holds == {HoldCause.HR_LOST}
    assert read_heart(away, ev.HeartRateRead(T_S + 39.9, OK, 118)).hr_lost_since_s == T_S
    back = read_heart(away, ev.HeartRateRead(T_S + 40.0, OK, 118))
    assert (back.hr_lost_since_s, back.holds, back.hr_gap) == (None, frozenset(), (T_S, T_S + 40.0))


def test_a_pulse_that_stands_still_is_looked_at_with_every_reading() -> None:
    state = walked(load_rose_s=(20.0,), pulse=Window(180.0).read(0.0, 120))
    still = read_heart(state, ev.HeartRateRead(180.0, OK, 120))
    assert still.hr_frozen == Frozen(120, 0.0)
    assert read_heart(state, ev.HeartRateRead(180.0, OK, 120, flags=("x",))).hr_remarks == (("x", 180.0),)
    assert read_heart(replace(state, load_rose_s=()), ev.HeartRateRead(180.0, OK, 120)).hr_frozen is None
    another = read_heart(still, ev.HeartRateRead(181.0, OK, 121))
    assert another.hr_frozen == Frozen(120, 0.0), "and one other number is no pulse that moves"


def test_in_the_stages_alone_presence_is_counted() -> None:
    for phase in Phase:
        state = replace(walked(), phase=phase, hr_lost_since_s=20.0)
        after = read_heart(state, ev.HeartRateRead(T_S, OK, 118))
        counted = phase is Phase.STAGES
        assert after.absence == (state.absence.read(T_S, THERE) if counted else state.absence)
        assert after.hr_lost_since_s is None


def test_a_pulse_is_away_too_long_with_the_last_second_that_it_may_be() -> None:
    state = lose_heart(walked(), T_S)
    assert not absent_too_long(state, T_S + 59.9)
    assert absent_too_long(state, T_S + 60.0)
    assert away_left_s(walked(), T_S) == 60.0, "one that was never lost has all of it"
    for_most = replace(walked(), absence=Window(90.0).read(0.0, AWAY).read(60.0, THERE))
    assert absent_too_long(for_most, 90.0)
    assert not absent_too_long(for_most, 90.1)


def test_what_was_away_before_the_stages_is_held_from_their_beginning() -> None:
    state = walked(hr_bpm=None, hr_lost_since_s=3.0)
    begun = heart.awaited(state, T_S)
    fresh = Window(AWAY_AMONG * 60.0)
    assert begun == replace(
        state,
        pulse=state.pulse.silent(T_S),
        hr_lost_since_s=T_S,
        absence=fresh.read(T_S, AWAY),
        holds=frozenset({HoldCause.HR_LOST}),
        held_since_s=T_S,
    )
    there = walked(hr_lost_since_s=3.0)
    assert heart.awaited(there, T_S) == replace(there, hr_lost_since_s=None, absence=fresh.read(T_S - 15.0, THERE))
