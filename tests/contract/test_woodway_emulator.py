"""The emulated Woodway against the only public description of its protocol, and a client nobody here made."""

import sys
import time

import pytest

from drivers.emulators.opcode_belt import Mode
from drivers.emulators.wire import PtyServer
from drivers.emulators.woodway import WoodwayEmulator
from tests.contract.manual_time import Bench
from teststation.units import KMH_PER_MPH


def bench() -> Bench[WoodwayEmulator]:
    return Bench(WoodwayEmulator())


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ("a330303334", "b3"),
        ("a330313235", "b3"),
        ("a333303230", "b3"),  # backwards: the machine would; our driver cannot say it
        ("a331303230", "be"),
        ("a330333030", "be"),
        ("a430303530", "b4"),
        ("a430303433", "b4"),  # any tenth of a percent
        ("a430333030", "be"),
        ("a1", "bf"),
        ("c0", "d000"),
        ("c1", "d130303030"),
        ("c2", "d230303030"),
        ("c3", "d300010203"),
        ("c4", "bf"),
        ("aa", "ba"),
        ("a2", "b2"),
    ],
)
def test_answers_are_the_sources(sent: str, answered: str) -> None:
    assert bench().say(sent) == answered


def test_a_started_belt_comes_to_its_speed_in_miles() -> None:
    made = bench()
    made.say("a330303330")
    assert made.say("a0") == "b0"
    made.wait(8.0, alive=True)
    assert made.device.true_speed_kmh == pytest.approx(3.0 * KMH_PER_MPH)
    assert made.say("c1") == "d130303330"


def test_a9_starts_a_belt_that_walks_on_in_silence() -> None:
    made = bench()
    made.say("a330303330")
    assert made.say("a9") == "b9"
    made.wait(20.0)
    assert made.device.true_speed_kmh == pytest.approx(3.0 * KMH_PER_MPH)


def test_a_timer_that_ran_out_stops_the_belt_and_is_told_once() -> None:
    made = bench()
    made.say("a330303330")
    made.say("a0")
    made.wait(8.0, alive=True)
    made.wait(10.0)
    assert (made.device.true_speed_kmh, made.device.mode) == (0.0, Mode.STOPPED)
    assert made.say("c1") == "bd"
    assert made.say("c1") == "d130303030"


def test_a_belt_that_runs_backwards_says_so() -> None:
    made = bench()
    made.say("a333303230")
    made.say("a0")
    made.wait(8.0, alive=True)
    assert made.say("c1") == "d133303230"


def test_the_red_button_leaves_no_word() -> None:
    made = bench()
    made.device.give("e_stop")
    assert made.say("c1") == ""


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_the_third_party_client_drives_it_unchanged_and_says_the_known_bytes() -> None:
    pywoodway = pytest.importorskip("pywoodway.treadmill")
    treadmill = WoodwayEmulator()
    with PtyServer(treadmill) as server:
        client = pywoodway.Treadmill(server.url)
        assert client.start_belt(True)
        assert client.set_speed(3.4)
        assert client.set_elevation(5.0)
        assert client.set_elevation(12.5)
        until_s = time.monotonic() + 20
        while treadmill.true_speed_kmh < 1.0 and time.monotonic() < until_s:
            assert client.get_speed() >= 0.0
        walked_kmh = treadmill.true_speed_kmh
        assert client.get_fw_rev() == 0x00010203
        assert client.stop_belt()
        assert client.disengage_belt()
        client.close()
        said = b"".join(data for _, way, data in treadmill.transcript if way == "in")
        answered = b"".join(data for _, way, data in treadmill.transcript if way == "out")
    golden_in = "c0aa" + "a0" + "a330303334" + "a430303530" + "a430313235"
    golden_out = "d000ba" + "b0" + "b3" + "b4" + "b4"
    assert said.replace(b"\xc1", b"").hex() == golden_in + "c3" + "aa" + "a2"
    assert answered.hex().startswith(golden_out)
    assert answered.hex().endswith("d300010203" + "ba" + "b2")
    assert walked_kmh >= 1.0
