"""The pulse of a machine: marked, absent where it is 0, and stale where the machine repeats itself."""

import pytest

from drivers.heart_rate import freshness
from drivers.heart_rate.freshness import Freshness
from drivers.heart_rate.ftms_pulse import MACHINE_PULSE, MachinePulse
from teststation.ports import HeartRateStatus

LIFE_FITNESS = "9E 05 17 05 92 02 FB 00 00 00 00 FF 7F 7C 00 FF 7F 1B 00 FF FF FF {bpm:02X} {elapsed:02X} 00"


def frame(bpm: int, elapsed_s: int) -> bytes:
    return bytes.fromhex(LIFE_FITNESS.format(bpm=bpm, elapsed=elapsed_s))


def test_a_pulse_carries_the_mark_of_the_machine() -> None:
    sample = MachinePulse("CTM 1").take("2acd", frame(105, 138), 1.0)
    assert sample is not None
    assert (sample.bpm, sample.sensor, sample.remarks) == (105, "CTM 1", (MACHINE_PULSE,))
    assert MachinePulse().take("2ada", b"\x03", 1.0) is None


def test_a_machine_that_never_told_a_pulse_says_nothing_and_one_that_stops_says_that_there_is_none() -> None:
    pulse = MachinePulse()
    assert pulse.take("2acd", frame(0, 1), 1.0) is None
    assert pulse.take("2acd", frame(98, 2), 2.0) is not None
    none = pulse.take("2acd", frame(0, 3), 3.0)
    assert none is not None
    assert none.bpm == 0


@pytest.mark.parametrize(("clock_runs", "status"), [(True, HeartRateStatus.OK), (False, HeartRateStatus.STALE)])
def test_a_machine_whose_clock_stands_repeats_itself(clock_runs: bool, status: HeartRateStatus) -> None:
    pulse, state = MachinePulse("x"), Freshness()
    for second in range(12):
        sample = pulse.take("2acd", frame(98, second if clock_runs else 7), float(second))
        assert sample is not None
        state, _ = freshness.take(state, sample, float(second))
        state, _ = freshness.pass_time(state, float(second))
    assert state.status is status
