"""Every way a machine or process can fail during a test, on a real wire: how it ends, and that nothing starts again."""

import json
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from tests.process.floor import Floor, cli, freeze, kept, kill, running, side_by_side, thaw, wait_for

pytestmark = pytest.mark.process

SCALE = 10.0


def test_a_killed_station_is_brought_to_rest_within_a_second_and_a_half(tmp_path: Path) -> None:
    with Floor(1.0) as floor, running(floor, tmp_path) as station:
        floor.wait_until_walking(2.0)
        killed_s = time.monotonic()
        station.process.kill()
        assert floor.slows_within(killed_s, 1.5) <= 1.5
        wait_for(lambda: floor.treadmill.true_speed_kmh == 0.0, 20, "standstill")
        assert floor.starts_after(killed_s) == 0


def test_a_frozen_station_is_brought_to_rest_within_two_and_a_half_seconds(tmp_path: Path) -> None:
    with Floor(1.0) as floor, running(floor, tmp_path) as station:
        floor.wait_until_walking(2.0)
        frozen_s = time.monotonic()
        freeze(station.process.pid)
        assert floor.slows_within(frozen_s, 2.5) <= 2.5
        wait_for(lambda: floor.treadmill.true_speed_kmh == 0.0, 20, "standstill")
        thaw(station.process.pid)
        said = station.end()
        assert station.process.returncode == 4
        assert "Traceback" not in said
        assert floor.starts_after(frozen_s) == 0


def a_killed_driver_leaves_the_belt_to_the_treadmills_watchdog_and_the_station_says_so(folder: Path) -> None:
    with Floor(SCALE) as floor, running(floor, folder) as station:
        floor.wait_until_walking()
        (driver,) = station.driver_pids("treadmill")
        killed_s = time.monotonic()
        kill(driver)
        said = station.end()
        assert station.process.returncode == 4
        assert "watchdog" in said
        assert "Traceback" not in said
        assert floor.treadmill.true_speed_kmh == 0.0
        assert station.result()["test"]["belt_at_rest"] is True
        assert floor.starts_after(killed_s) == 0


def a_frozen_driver_leaves_the_belt_to_the_treadmills_watchdog(folder: Path) -> None:
    with Floor(SCALE) as floor, running(floor, folder) as station:
        floor.wait_until_walking()
        (driver,) = station.driver_pids("treadmill")
        frozen_s = time.monotonic()
        freeze(driver)
        try:
            wait_for(lambda: floor.treadmill.watchdog_fired > 0, 3, "the watchdog")
            wait_for(lambda: floor.treadmill.true_speed_kmh == 0.0, 10, "standstill")
        finally:
            thaw(driver)
        said = station.end()
        assert station.process.returncode == 4
        assert "Traceback" not in said
        assert floor.starts_after(frozen_s) == 0


# fault -> (words of the reason, whether the belt can be known to be at rest)
FAULTS = {
    "unplug": ("serial port vanished", False),
    "mute": ("stopped answering", False),
    "deaf": ("stopped answering", False),
    "garbage": ("", False),
    "partial": ("", False),
    "over_speed": ("faster than it was told", True),
    "deck_rises": ("steeper than it was told", True),
    "stuck": ("did not follow", True),
    "e_stop": ("red button", True),
    "refuse": ("refused a setting", True),
    "restarted_elsewhere": ("stopped or started from elsewhere", True),
    "stopped_elsewhere": ("stopped or started from elsewhere", True),
}


def a_failing_treadmill_ends_the_test_with_status_4_and_everything_kept(fault: str, folder: Path) -> None:
    words, rest_known = FAULTS[fault]
    # Faults that show only when a load changes begin before the first change of load.
    with Floor(SCALE, (f"{fault}@{2 if fault in ('stuck', 'refuse') else 20}",)) as floor:
        with running(floor, folder) as station:
            said = station.end(90)
            test = station.result()["test"]
        assert station.process.returncode == 4, said
        assert "Traceback" not in said
        assert test["outcome"] == "fault"
        assert words in test["reason"], test["reason"]
        assert test["belt_at_rest"] is rest_known
        assert rest_known or "red button" in said
        wait_for(lambda: floor.treadmill.true_speed_kmh == 0.0, 10, "standstill, by stop or by watchdog")
        starts = [t for t, way, data in floor.treadmill.transcript if way == "in" and b"\xa0" in data]
        assert len(starts) == 1, "a belt was started again"
        assert [one.id for one in kept(station.record)] == [test["id"]]


def a_stop_that_is_ignored_calls_for_the_red_button(folder: Path) -> None:
    with Floor(SCALE, ("ignore_stop@20",)) as floor, running(floor, folder) as station:
        floor.wait_until_walking()
        wait_for(lambda: "ignore_stop" in floor.treadmill.active_faults, 20, "the fault")
        station.interrupt()
        said = station.end(90)
        assert station.process.returncode == 4
        assert "RED BUTTON" in said
        assert station.result()["test"]["belt_at_rest"] is False
        assert floor.starts_after(0) == 1


def a_start_that_the_treadmill_locks_out_moves_nothing(folder: Path) -> None:
    with Floor(SCALE, ()) as floor:
        floor.treadmill.give("lockout")
        with running(floor, folder) as station:
            said = station.end()
        assert station.process.returncode == 4, said
        assert "refused to start" in said
        assert floor.treadmill.true_speed_kmh == 0.0


def a_slow_treadmill_is_a_lost_link_not_a_surprise(folder: Path) -> None:
    with Floor(SCALE, ("slow@20",)) as floor, running(floor, folder) as station:
        said = station.end(90)
        assert station.process.returncode == 4
        assert "Traceback" not in said
        assert floor.treadmill.true_speed_kmh == 0.0


def ctrl_c_is_an_orderly_stop_with_status_3(folder: Path) -> None:
    with Floor(SCALE) as floor, running(floor, folder) as station:
        floor.wait_until_walking()
        station.interrupt()
        said = station.end()
        assert station.process.returncode == 3, said
        test = station.result()["test"]
        assert (test["outcome"], test["belt_at_rest"]) == ("operator", True)
        assert floor.treadmill.true_speed_kmh == 0.0


def a_pulse_that_stays_away_ends_in_cool_down_and_status_4(folder: Path) -> None:
    with Floor(SCALE) as floor, running(floor, folder) as station:
        floor.wait_until_walking()
        floor.strap.give("drop")
        said = station.end(90)
        assert station.process.returncode == 4, said
        assert "no heart rate" in said
        assert station.result()["test"]["belt_at_rest"] is True


def a_killed_strap_driver_is_replaced_and_the_test_goes_on(folder: Path) -> None:
    with Floor(SCALE) as floor, running(floor, folder) as station:
        floor.wait_until_walking()
        (driver,) = station.driver_pids("heart-rate")
        killed_s = time.monotonic()
        kill(driver)
        wait_for(lambda: station.driver_pids("heart-rate") not in ([], [driver]), 5, "another driver")
        time.sleep(7.0)  # more than the minute of test time that a lost pulse may last
        station.interrupt()
        said = station.end()
        assert station.process.returncode == 3, said
        assert "Traceback" not in said
        assert station.result()["test"]["outcome"] == "operator"
        assert floor.starts_after(killed_s) == 0


def a_killed_station_leaves_the_test_to_the_next_start(folder: Path) -> None:
    with Floor(SCALE) as floor:
        with running(floor, folder) as station:
            floor.wait_until_walking()
            time.sleep(6.0)  # a minute of test time
            seconds_walked = 60
            station.process.kill()
        wait_for(lambda: floor.treadmill.true_speed_kmh == 0.0, 10, "standstill")
        listed = cli(folder, "records", "--record", str(station.record), "list", "--json", "-")
        assert listed.returncode == 0, listed.stderr
        assert '"interrupted"' in listed.stdout
        (test,) = json.loads(listed.stdout)
        shown = cli(folder, "records", "--record", str(station.record), "show", test["id"], "--json", "-")
        stage = json.loads(shown.stdout)["stages"][0]
        assert stage["actual"]["duration_s"] >= seconds_walked - SCALE * 1.0
        report = cli(folder, "records", "--record", str(station.record), "report", test["id"], "--pdf", "out.pdf")
        assert report.returncode == 0, report.stderr
        assert (folder / "out.pdf").read_bytes().startswith(b"%PDF")


# The long ones first: a belt that cannot be read is looked for, for a while.
SCENARIOS = {
    "stop ignored": a_stop_that_is_ignored_calls_for_the_red_button,
    **{
        fault: partial(a_failing_treadmill_ends_the_test_with_status_4_and_everything_kept, fault)
        for fault in ("unplug", "stuck")
    },
    "pulse stays away": a_pulse_that_stays_away_ends_in_cool_down_and_status_4,
    "strap driver killed": a_killed_strap_driver_is_replaced_and_the_test_goes_on,
    "station killed": a_killed_station_leaves_the_test_to_the_next_start,
    "driver killed": a_killed_driver_leaves_the_belt_to_the_treadmills_watchdog_and_the_station_says_so,
    "driver frozen": a_frozen_driver_leaves_the_belt_to_the_treadmills_watchdog,
}
# What the station says and keeps of these is nothing else; what the driver does of them, on each family, is in
# test_treadmill_fault_matrix, and a Ctrl-C at a terminal in test_prompt.
MORE = {
    "slow": a_slow_treadmill_is_a_lost_link_not_a_surprise,
    **{
        fault: partial(a_failing_treadmill_ends_the_test_with_status_4_and_everything_kept, fault)
        for fault in FAULTS
        if fault not in SCENARIOS
    },
    "locked out": a_start_that_the_treadmill_locks_out_moves_nothing,
    "ctrl-c": ctrl_c_is_an_orderly_stop_with_status_3,
}
if sys.platform == "win32":
    SCENARIOS["ctrl-c"] = MORE.pop("ctrl-c")


@pytest.mark.long
@pytest.mark.timeout(400)
def test_every_failure_ends_as_it_should_and_nothing_starts_again(tmp_path: Path) -> None:
    side_by_side(SCENARIOS, tmp_path, at_once=3)


@pytest.mark.nightly
@pytest.mark.timeout(400)
def test_and_so_does_every_other(tmp_path: Path) -> None:
    side_by_side(MORE, tmp_path, at_once=3)
