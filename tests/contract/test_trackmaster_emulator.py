"""The emulated treadmill against the manual's rules and a client nobody here made."""

import sys
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.emulators.faults import TREADMILL_FAULTS
from drivers.emulators.opcode_belt import Mode
from drivers.emulators.trackmaster import TrackmasterEmulator
from drivers.emulators.wire import PtyServer
from tests.contract.manual_time import Bench
from teststation.clock import TimeScale


def trackmaster(**options: Any) -> Bench[TrackmasterEmulator]:
    return Bench(TrackmasterEmulator(**options))


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ("a330303430", "b3"),
        ("a430303530", "b4"),
        ("a430303433", "be"),  # 4.3 %: no half percent
        ("a339393939", "be"),
        ("a330303030", "be"),
        ("af", "bf"),
        ("cf", "df"),
        ("c0", "d031"),
        ("c1", "d130303030"),
        ("c3", "d330303032"),
        ("c5", "d530303030"),
        ("54", ""),  # a stray T is nobody's command
        ("30a2", "b2"),
    ],
)
def test_answers_are_the_manuals(sent: str, answered: str) -> None:
    assert trackmaster().say(sent) == answered


def test_a_started_belt_reports_its_watchdog_and_comes_to_its_speed() -> None:
    bench = trackmaster()
    bench.say("a330303530")
    assert bench.say("a0") == "b0"
    assert bench.say("c0") == "d032"
    bench.wait(8.0, alive=True)
    assert bench.device.true_speed_kmh == pytest.approx(5.0)
    assert bench.say("c1") == "d130303530"


def test_a_word_that_lay_on_the_line_meanwhile_is_no_silence() -> None:
    """Who serves the emulator was kept waiting for 0.7 s, and finds a query: when it was said nobody knows."""
    bench = trackmaster()
    bench.say("a330303530")
    bench.say("a0")
    bench.wait(8.0, alive=True)
    bench.now_s += 0.7
    assert bench.say("c0") == "d032"
    bench.now_s += 0.7
    bench.say("30")  # below A0 and outside data: a byte, and no word
    assert bench.device.mode is Mode.STOPPING


def test_half_a_second_of_silence_stops_the_belt() -> None:
    bench = trackmaster()
    bench.say("a330303530")
    bench.say("a0")
    bench.wait(8.0, alive=True)
    bench.wait(10.0)
    assert bench.device.watchdog_fired == 1
    assert bench.device.true_speed_kmh == 0.0
    assert bench.device.mode is Mode.STOPPED


def test_a_belt_started_without_watchdog_walks_on_in_silence() -> None:
    bench = trackmaster()
    bench.say("a330303530")
    bench.say("a1")
    bench.wait(20.0)
    assert bench.device.true_speed_kmh == pytest.approx(5.0)
    assert bench.say("c0") == "d033"


def test_the_watchdog_is_wall_time_however_time_is_scaled() -> None:
    bench = trackmaster(scale=TimeScale(20))
    bench.say("a330303530")
    bench.say("a0")
    bench.wait(0.3)
    assert bench.device.watchdog_fired == 0


def test_a_start_while_zeroing_locks_out_until_a_stop() -> None:
    bench = trackmaster(zeroing_s=3.0)
    assert bench.say("a0") == ""
    bench.wait(5.0, alive=True)
    assert bench.say("a0") == ""
    assert bench.say("a2") == "b2"
    assert bench.say("a0") == "b0"


def test_an_emergency_stop_reports_999_9() -> None:
    bench = trackmaster()
    bench.say("a0")
    bench.device.give("e_stop")
    assert bench.say("c1") == "d139393939"
    assert bench.say("a0") == ""


def test_replies_take_their_time_on_the_line() -> None:
    bench = trackmaster()
    bench.device.receive(b"\xc1", 0.0)
    assert bench.device.transmit(0.010) + bench.device.transmit(0.0105) != b"\xd10000"
    assert len(bench.device.transmit(0.020)) > 0


def test_three_pipelined_queries_survive() -> None:
    assert trackmaster().say("c0c1c2") == "d031d130303030d230303030"


def test_a_treadmill_in_miles_runs_1_6_times_as_fast_on_the_same_bytes() -> None:
    bench = trackmaster(unit="mph")
    bench.say("a330303330")
    bench.say("a0")
    bench.wait(8.0, alive=True)
    assert bench.device.true_speed_kmh == pytest.approx(4.83, abs=0.01)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.binary(min_size=1, max_size=12), max_size=20),
    st.sets(st.sampled_from(sorted(TREADMILL_FAULTS)), max_size=2),
)
def test_no_bytes_break_it_and_only_a_start_moves_it(pieces: list[bytes], faults: set[str]) -> None:
    bench = trackmaster()
    for fault in sorted(faults):
        bench.device.give(fault)
    for piece in pieces:
        bench.say(piece.hex(), 0.3)
    if not any({0xA0, 0xA1} & set(piece) for piece in pieces):
        assert bench.device.true_speed_kmh == 0.0


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_the_third_party_client_drives_it_unchanged_and_says_the_known_bytes() -> None:
    trackmaster = pytest.importorskip("trackmaster")
    treadmill = TrackmasterEmulator("mph")
    with PtyServer(treadmill) as server:
        client = trackmaster.Treadmill(server.url)
        client.speed = 3.4
        client.incline = 10
        client.incline = 12.3
        until_s = time.monotonic() + 20
        while treadmill.true_speed_kmh < 3.0 and time.monotonic() < until_s:
            time.sleep(0.05)
        reached_kmh = treadmill.true_speed_kmh  # before the stop, which slows it down
        said = b"".join(data for _, way, data in treadmill.transcript if way == "in").hex()
        answered = b"".join(data for _, way, data in treadmill.transcript if way == "out").hex()
        client.auto_stop()
        client.device.close()
    assert said == "c3c4" + "a330303334" + "c0" + "a1" + "a430313030" + "a430313235"
    assert answered == "d330303032" + "d430303030" + "b3" + "d031" + "b1" + "b4" + "b4"
    assert reached_kmh >= 3.0
