"""When a treadmill that is asked in turns counts as silent: the speed must be answered, whatever else is."""

import sys
import time
from collections.abc import Callable

import pytest

import drivers.treadmill.gauge as gauge_module
from drivers.treadmill.gauge import Reading
from drivers.treadmill.guided import MISSED_MAX
from tests.mutants import fails_with


class TwoQuestions:
    """Asks for speed and incline; answers are the same letters."""

    baudrate = 9600
    questions: tuple[bytes, ...] = (b"s", b"i")
    damaged = 0

    def feed(self, data: bytes) -> list[Reading]:
        known = {ord("s"): Reading(speed_kmh=4.8), ord("i"): Reading(incline_pct=2.0), ord("d"): Reading(doubtful=True)}
        return [known[byte] for byte in data]


def missed(seconds: float, answer: Callable[[bytes, int], bytes]) -> int:
    """The most misses in a row while each question is answered so; the second argument is how often it was asked."""
    wall = [100.0]
    asked: list[bytes] = []
    pending = [b""]

    class Line:
        def write(self, data: bytes) -> None:
            asked.append(data)
            pending[0] = answer(data, asked.count(data))

        def read(self, size: int, deadline_s: float) -> bytes:
            wall[0] = deadline_s
            came, pending[0] = pending[0], b""
            return came

        def close(self) -> None: ...

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "monotonic", lambda: wall[0])
        patch.setattr(sys.modules[gauge_module.PolledGauge.__module__], "SerialLine", lambda port, baudrate: Line())
        gauge = gauge_module.PolledGauge(TwoQuestions, "x", lambda way, data: None)
        gauge.open()
        most = 0
        while wall[0] < 100.0 + seconds:
            gauge.turn()
            most = max(most, gauge.missed_in_a_row)
    return most


def test_a_machine_that_answers_all_is_never_silent() -> None:
    assert missed(30.0, lambda question, _: question) == 0


def test_a_machine_that_answers_nothing_is_silent_soon() -> None:
    assert missed(5.0, lambda *_: b"") >= MISSED_MAX


def test_a_machine_that_answers_its_incline_alone_is_silent_too() -> None:
    assert missed(8.0, lambda question, _: b"i" if question == b"i" else b"") >= MISSED_MAX


def test_a_machine_that_leaves_out_an_answer_now_and_then_is_not_silent() -> None:
    assert missed(60.0, lambda question, times: b"" if times % 3 == 0 else question) < MISSED_MAX


def test_a_doubtful_speed_is_an_answer() -> None:
    assert missed(8.0, lambda question, _: b"d" if question == b"s" else b"i") == 0


def test_the_fact_fails_where_an_incline_speaks_for_a_speed() -> None:
    fails_with(
        gauge_module,
        "reading.speed_kmh is not None or reading.doubtful for",
        "True for",
        test_a_machine_that_answers_its_incline_alone_is_silent_too,
    )
