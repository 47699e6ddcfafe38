"""Which alarms stand in which state, how loud, with which values, and when they sound."""

import pytest
from msgspec.structs import replace

from tests.unit.run.builders import Bench, belt, heart
from teststation.cause import Cause
from teststation.ports import BeltState, HeartRateStatus, Setpoint
from teststation.run import events as ev
from teststation.run.alarms import Alarm, Priority, alarms, of_the_pulse
from teststation.run.deck import Away
from teststation.run.frozen import Frozen
from teststation.run.state import LimitNotice, Phase, Prompt, RunState


def told(state: RunState, now_s: float) -> dict[str, tuple[Priority, dict[str, object]]]:
    return {alarm.code: (alarm.priority, dict(alarm.cause.values)) for alarm in alarms(state, now_s)}


@pytest.mark.parametrize(
    ("phase", "priority"),
    [
        (Phase.READY, Priority.MEDIUM),
        (Phase.STARTING, Priority.HIGH),
        (Phase.STAGES, Priority.HIGH),
        (Phase.COOL_DOWN, Priority.HIGH),
        (Phase.STOPPING, Priority.HIGH),
        (Phase.ENDED, None),
    ],
)
def test_a_belt_that_does_not_answer(phase: Phase, priority: Priority | None) -> None:
    state = replace(Bench().started().state, phase=phase, belt_state=BeltState.OFFLINE)
    found = told(state, 20.0).get("belt_offline")
    assert found == (None if priority is None else (priority, {}))


def test_the_red_button_stands_in_a_stop_that_asks_for_it_and_after_an_end_without_rest() -> None:
    state = Bench().started().state
    asked = replace(state, phase=Phase.STOPPING, press_red_button=True)
    assert told(asked, 20.0) == {"press_red_button": (Priority.HIGH, {})}
    assert "press_red_button" not in told(replace(asked, phase=Phase.STAGES), 20.0)
    assert "press_red_button" not in told(replace(asked, press_red_button=False), 20.0)
    ended = replace(state, phase=Phase.ENDED, setpoint=None, at_rest=False, reason=Cause("planned_end"))
    assert told(ended, 20.0) == {"press_red_button": (Priority.HIGH, {})}
    assert told(replace(ended, at_rest=True), 20.0) == {}
    assert told(replace(ended, reason=None), 20.0) == {}


def test_the_most_urgent_stands_first() -> None:
    state = replace(Bench().started().state, belt_state=BeltState.OFFLINE, hr_lost_since_s=9.0, hr_bpm=None)
    state = replace(state, hr_frozen=Frozen(120.0, 0.0))
    assert [alarm.priority for alarm in alarms(state, 11.0)] == [Priority.HIGH, Priority.MEDIUM, Priority.LOW]


def test_what_nobody_has_seen_is_in_sight_before_what_was_seen_but_for_what_asks_for_help_at_once() -> None:
    state = replace(Bench().started().state, hr_lost_since_s=9.0, hr_bpm=None, hr_frozen=Frozen(120.0, 0.0))
    seen = tuple((one.code, 10.9) for one in alarms(state, 11.0) if one.priority is Priority.MEDIUM)
    state = replace(state, acknowledged=seen)
    assert [alarm.priority for alarm in alarms(state, 11.0)] == [Priority.LOW, Priority.MEDIUM]
    offline = replace(state, belt_state=BeltState.OFFLINE)
    assert [one.priority for one in alarms(offline, 11.0)] == [Priority.HIGH, Priority.LOW, Priority.MEDIUM]


@pytest.mark.parametrize(
    ("status", "bpm", "code"),
    [
        (HeartRateStatus.STALE, None, "hr_lost"),
        (HeartRateStatus.OFFLINE, None, "hr_lost"),
        (HeartRateStatus.NO_CONTACT, None, "hr_no_contact"),
        (HeartRateStatus.NOT_SET_UP, None, "hr_not_set_up"),
        (HeartRateStatus.OK, 120, "hr_comes_and_goes"),
    ],
)
def test_a_lost_pulse_is_said_as_what_it_is_louder_after_ten_seconds_with_what_is_left(
    status: HeartRateStatus, bpm: int | None, code: str
) -> None:
    bench = Bench().started()
    bench.feed(heart(100.0, None))
    state = replace(bench.state, hr_status=status, hr_bpm=bpm)
    assert told(state, 109.9)[code] == (Priority.LOW, {"seconds": 50})
    assert told(state, 110.0)[code] == (Priority.MEDIUM, {"seconds": 50})
    assert told(state, 170.0)[code] == (Priority.MEDIUM, {"seconds": 0})
    assert told(replace(state, phase=Phase.READY), 130.0)[code][0] is Priority.LOW
    for phase in (Phase.STOPPING, Phase.ENDED):
        assert code not in told(replace(state, phase=phase), 130.0)
    assert code not in told(replace(state, hr_lost_since_s=None), 130.0)


def test_a_frozen_pulse_and_remarks_are_silent_once_the_belt_is_to_stop() -> None:
    state = replace(Bench().started().state, hr_frozen=Frozen(119.6, 0.0), hr_remarks=(("second_strap", 19.0),))
    state = replace(state, hr_sensor="HRM 7", hr_battery_pct=8)
    found = told(state, 20.0)
    assert found["hr_frozen"] == (Priority.MEDIUM, {"bpm": 120})
    assert found["hr_second_strap"] == (Priority.LOW, {"sensor": "HRM 7", "percent": "8"})
    for phase in (Phase.STOPPING, Phase.ENDED):
        assert not {"hr_frozen", "hr_second_strap"} & set(told(replace(state, phase=phase), 20.0))


def test_limits_are_told_with_their_values_and_the_seconds_that_are_left() -> None:
    bench = Bench().started()
    bench.feed(ev.RpeGiven(t_s=20.0, rpe=18))
    assert told(bench.state, 24.4)["limit_rpe"] == (Priority.MEDIUM, {"rpe": 18, "seconds": 11})
    assert told(bench.state, 99.0)["limit_rpe"] == (Priority.MEDIUM, {"rpe": 18, "seconds": 0})


def test_where_there_is_no_belt_the_pulse_alone_is_told_of_and_nothing_that_asks_to_be_seen() -> None:
    state = replace(Bench().started().state, hr_lost_since_s=100.0, hr_bpm=None, belt_state=BeltState.OFFLINE)
    state = replace(state, hr_remarks=(("cadence_lock", 105.0),), hr_sensor="HRM 7", hr_frozen=Frozen(120.0, 0.0))
    doubted = (Cause("hr_cadence_lock", {"sensor": "HRM 7", "percent": "?"}), Cause("hr_frozen", {"bpm": 120}))
    assert of_the_pulse(state, 110.0) == (Cause("hr_lost", {"seconds": 50}), *doubted)
    back = replace(state, hr_lost_since_s=None, hr_bpm=120, hr_gap=(60.0, 90.0))
    assert "hr_was_lost" in told(back, 110.0)
    assert of_the_pulse(back, 110.0) == doubted


@pytest.mark.parametrize("phase", list(Phase))
def test_a_belt_off_its_load_is_told_while_it_is_walked_on_and_nobody_is_asked_to_set_it(phase: Phase) -> None:
    bench = Bench().started()
    state = replace(
        bench.state,
        phase=phase,
        off_target=bench.state.off_target.read(0.0, 1.0).read(1.0, 1.0),
        deck_away=Away(0.0, 4.46, 4.54),
        measured_incline_pct=0.08,
        at_rest=True,
    )
    for second in range(2, 20):
        state = replace(state, off_target=state.off_target.read(float(second), 1.0))
    walked = phase in (Phase.STAGES, Phase.COOL_DOWN)
    found = told(state, 20.0)
    assert ("belt_off_target" in found) is walked
    if walked:
        assert found["belt_off_target"] == (Priority.MEDIUM, {})
        assert found["incline_off_target"] == (Priority.MEDIUM, {"set": 4.5, "read": 0.1})
    for asked in (replace(state, prompt=Prompt(None, 0.0)), replace(state, setpoint=None)):
        assert not {"belt_off_target", "incline_off_target"} & set(told(asked, 20.0))
    assert "incline_off_target" not in told(replace(state, measured_incline_pct=None), 20.0)
    assert "incline_off_target" not in told(replace(state, deck_away=None), 20.0)


def one(bench: Bench, now_s: float) -> Alarm:
    (alarm,) = alarms(bench.state, now_s)
    return alarm


def test_an_alarm_sounds_until_it_is_seen_and_again_after_two_minutes() -> None:
    bench = Bench().started()
    bench.feed(heart(100.0, None))
    assert one(bench, 100.0).sounding
    bench.feed(ev.AlarmAcknowledged(t_s=101.0, code="hr_lost"))
    assert not one(bench, 101.0).sounding
    assert not one(bench, 220.9).sounding
    assert one(bench, 221.0).sounding


def test_an_alarm_that_is_silenced_is_gone_but_for_the_loudest_which_sounds_on() -> None:
    bench = Bench().started()
    bench.feed(heart(100.0, None), ev.AlarmAcknowledged(t_s=100.0, code="hr_lost", silenced=True))
    assert alarms(bench.state, 500.0) == ()
    state = replace(bench.state, belt_state=BeltState.OFFLINE, silenced=frozenset({"hr_lost", "belt_offline"}))
    (alarm,) = alarms(state, 100.0)
    # It may have been silenced before the start, when a belt that is not there hurts nobody.
    assert (alarm.code, alarm.sounding) == ("belt_offline", True)
    seen = replace(state, silenced=frozenset({"hr_lost"}), acknowledged=(("belt_offline", 99.0),))
    (alarm,) = alarms(seen, 100.0)
    assert alarm.sounding, "what may hurt somebody sounds on"


def test_a_question_that_acts_by_itself_is_shown_though_silenced_and_makes_no_sound() -> None:
    bench = Bench().started()
    notice = LimitNotice(Cause("limit_hr", {"bpm": 170, "limit": 160}), acts_at_s=110.0)
    asked = replace(bench.state, notices=(notice,), silenced=frozenset({"limit_hr"}))
    (alarm,) = alarms(asked, 100.0)
    assert (alarm.code, alarm.sounding) == ("limit_hr", False)
    (alarm,) = alarms(replace(asked, silenced=frozenset()), 100.0)
    assert (alarm.code, alarm.sounding) == ("limit_hr", True)


def test_nothing_stands_in_a_good_run() -> None:
    bench = Bench().started()
    assert alarms(bench.state, bench.now_s) == ()
    assert bench.state.setpoint == Setpoint(speed_kmh=4.8, incline_pct=0.0)
    bench.feed(belt(bench.now_s, 4.8))
    assert alarms(bench.state, bench.now_s) == ()
