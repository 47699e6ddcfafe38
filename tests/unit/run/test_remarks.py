"""Remarks on the pulse stand for a while as alarms, and neither alter it nor lead to anything."""

from collections.abc import Callable

import pytest

import teststation.run.remarks as remarks
from tests.mutants import fails_with
from tests.unit.run.builders import Bench
from teststation.ports import HeartRateStatus
from teststation.run import events as ev
from teststation.run.alarms import Priority, alarms
from teststation.texts import texts

OK = HeartRateStatus.OK


def codes(bench: Bench, now_s: float) -> list[str]:
    return [alarm.code for alarm in alarms(bench.state, now_s)]


def read(t_s: float, *flags: str, bpm: int = 120) -> ev.HeartRateRead:
    return ev.HeartRateRead(t_s, OK, bpm, battery_pct=8, sensor="HRM 1", flags=flags)


def test_a_remark_stands_for_ten_seconds_after_it_was_last_made() -> None:
    before = remarks.remarked((), ("bpm_jump",), 100.0)
    again = remarks.remarked(before, ("bpm_jump",), 105.0)
    assert [c.code for c in remarks.standing(again, "", None, 115.0)] == ["hr_implausible"]
    assert remarks.standing(again, "", None, 115.1) == ()


def test_a_remark_is_kept_once_with_its_last_time_beside_the_others() -> None:
    before = (("bpm_jump", 1.0), ("cadence_lock", 2.0))
    assert remarks.remarked(before, ("bpm_jump", "battery_low"), 3.0) == (
        ("cadence_lock", 2.0),
        ("bpm_jump", 3.0),
        ("battery_low", 3.0),
    )
    assert remarks.remarked(before, (), 3.0) == before


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize(
    "flag", ["bpm_jump", "rr_disagrees", "cadence_lock", "second_strap", "not_bound", "battery_low"]
)
def test_every_remark_has_its_words(flag: str, language: str) -> None:
    (cause,) = remarks.standing(((flag, 0.0),), "HRM 1", 8, 1.0)
    said = texts(language).say(cause)
    assert len(said) > 20
    assert "{" not in said


@pytest.mark.parametrize("flag", ["rr_jump", "rr_range"])
def test_a_single_interval_that_leaps_is_kept_and_not_said(flag: str) -> None:
    assert remarks.standing(((flag, 0.0),), "", None, 1.0) == ()


def test_a_remark_alters_neither_pulse_nor_load_nor_clock() -> None:
    plain, remarked = Bench().started(), Bench().started()
    t_s = plain.state.stage_began_s + 5.0
    plain.feed(read(t_s))
    remarked.feed(read(t_s, "bpm_jump", "cadence_lock", "second_strap"))
    assert remarked.state.hr_bpm == plain.state.hr_bpm == 120
    assert (remarked.state.setpoint, remarked.state.holds) == (plain.state.setpoint, plain.state.holds)
    assert remarked.state.stage_ends_s == plain.state.stage_ends_s
    assert remarked.commands == plain.commands


def test_doubt_about_the_number_is_louder_than_a_remark() -> None:
    bench = Bench().started()
    t_s = bench.state.stage_began_s + 5.0
    bench.feed(read(t_s, "cadence_lock", "battery_low"))
    found = {alarm.code: alarm.priority for alarm in alarms(bench.state, t_s)}
    assert found["hr_cadence_lock"] is Priority.MEDIUM
    assert found["hr_battery_low"] is Priority.LOW


def test_the_state_knows_strap_battery_and_contact_and_keeps_them_over_a_gap() -> None:
    bench = Bench().started()
    t_s = bench.state.stage_began_s + 5.0
    bench.feed(read(t_s), ev.HeartRateRead(t_s + 6.0, HeartRateStatus.STALE))
    assert (bench.state.hr_sensor, bench.state.hr_battery_pct) == ("HRM 1", 8)
    assert bench.state.hr_contact is None


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_ant_without_a_key_is_said_as_what_it_is(language: str) -> None:
    bench = Bench().ready()
    bench.feed(ev.HeartRateRead(1.0, HeartRateStatus.NOT_SET_UP))
    (alarm,) = [alarm for alarm in alarms(bench.state, 1.0) if alarm.code == "hr_not_set_up"]
    assert "ANT+" in texts(language).say(alarm.cause)


FAULTS: dict[str, tuple[str, str, Callable[[], None]]] = {
    "a remark stands for ever": (
        "and now_s - t_s <= STANDS_S",
        "",
        test_a_remark_stands_for_ten_seconds_after_it_was_last_made,
    ),
    "a remark is made once and forgotten": (
        "*((flag, t_s) for flag in flags)",
        "*((flag, t_s) for flag in flags if not before)",
        test_a_remark_stands_for_ten_seconds_after_it_was_last_made,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(fault: str) -> None:
    fails_with(remarks, *FAULTS[fault])
