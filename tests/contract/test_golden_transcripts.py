"""Golden transcripts: every byte each driver says from connecting to rest, and every byte it must read.

A byte too many, too few, or unread fails. Time moves only when told.
"""

import queue
import time
from collections.abc import Callable
from typing import Any

import pytest

import drivers.treadmill.gauge as gauge_module
import drivers.treadmill.opcode_machine as machine_module
from drivers import lines
from drivers.treadmill import trackmaster, woodway
from drivers.treadmill.controlled import ControlledDriver
from drivers.treadmill.csafe import CsafeReader
from drivers.treadmill.gauge import PolledGauge, ReadCodec
from drivers.treadmill.guided import GuidedDriver
from drivers.treadmill.opcode_codec import Dialect
from drivers.treadmill.opcode_machine import OpcodeMachine
from drivers.treadmill.woodway_standard import WoodwayStandardReader
from teststation.clock import TimeScale
from teststation.ports import Setpoint

BYTE_S = 0.002


class Script:
    """A line on which exactly this is said and answered, in this order."""

    def __init__(self, wall: "Wall", exchanges: list[str]) -> None:
        self.wall = wall
        self.left = [tuple(bytes.fromhex(part) for part in text.split("->")) for text in exchanges]
        self.unread = b""

    def write(self, data: bytes) -> None:
        assert self.unread == b"", f"unread: {self.unread.hex()}"
        assert self.left, f"said too much: {data.hex()}"
        sent, self.unread = self.left.pop(0)
        assert data.hex() == sent.hex()

    def read(self, size: int, deadline_s: float) -> bytes:
        came, self.unread = self.unread[:size], self.unread[size:]
        self.wall.now_s += BYTE_S * len(came) if came else max(0.0, deadline_s - self.wall.now_s) + 0.001
        return came

    def drain(self) -> bytes:
        return b""

    def close(self) -> None: ...

    def done(self) -> None:
        assert self.unread == b"", f"unread: {self.unread.hex()}"
        assert not self.left, f"never said: {[sent.hex() for sent, _ in self.left]}"


class Wall:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    made = Wall()
    monkeypatch.setattr(time, "monotonic", made)
    return made


def play(wall: Wall, driver: Any, rounds: list[list[lines.ToDriver]]) -> None:
    """One round of the loop for each list of lines, half a second apart."""
    driver._next_open_s = 0.0
    for said in rounds:
        wall.now_s += 0.5
        for line in said:
            driver._take(line)
        from drivers import guard as guards

        driver._let(guards.advance(driver._guard, wall.now_s))
        driver._cycle(wall.now_s)


def lease(speed_kmh: float | None) -> lines.Lease:
    return lines.Lease(
        setpoint=None if speed_kmh is None else Setpoint(speed_kmh=speed_kmh, incline_pct=2.0), lease_s=1.0
    )


ARM = lines.Arm(max_speed_kmh=6.0, max_incline_pct=12.0)

TRACKMASTER = [
    # looks at a belt at rest, for two seconds
    *["c1->d130303030", "c0->d031", "c2->d230303030"] * 5,
    # armed and leased: lowest speed, start with the watchdog, verified
    "c1->d130303030", "c0->d031", "c2->d230303030",
    "a330303032->b3", "c3->d330303032", "a0->b0", "c0->d032",
    # half a second later: 0.5 km/h/s
    "c1->d130303031", "c0->d032", "c2->d230303030",
    "a330303033->b3", "c3->d330303033", "a430303230->b4", "c4->d430303230",
    # stop: the auto stop at once, and looks until it stands
    "aa->ba", "c1->d130303032", "c0->d032", "c2->d230303130",
    "aa->ba", "c1->d130303030", "c0->d031", "c2->d230303030",
    "c1->d130303030", "c0->d031", "c2->d230303030",
]  # fmt: skip

WOODWAY = [
    *["c1->d130303030", "c2->d230303030"] * 5,
    "c1->d130303030", "c2->d230303030",
    "a330303030->b3", "a0->b0",
    "c1->d130303031", "c2->d230303030",
    "a330303032->b3", "a430303230->b4",
    "aa->ba", "c1->d130303031", "c2->d230303130",
    "aa->ba", "c1->d130303030", "c2->d230303030",
    "aa->ba", "c1->d130303030", "c2->d230303030",
]  # fmt: skip


@pytest.mark.parametrize(
    ("dialect", "exchanges"),
    [pytest.param(trackmaster.dialect("kmh"), TRACKMASTER, id="trackmaster"), (woodway.DIALECT, WOODWAY)],
)
def test_from_connecting_to_rest(
    dialect: Dialect, exchanges: list[str], wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Script(wall, exchanges)
    monkeypatch.setattr(machine_module, "SerialLine", lambda port, baudrate: script)
    driver = ControlledDriver(
        lambda log: OpcodeMachine(dialect, "x", log), "x", {}, lambda line: None, queue.Queue(), TimeScale(),
        recover=False,
    )  # fmt: skip
    play(wall, driver, [*[[]] * 5, [ARM, lease(4.8)], [lease(4.8)], [lines.Stop()], [], []])
    script.done()


LOCKED_OUT = [
    *["c1->d130303030", "c0->d031", "c2->d230303030"] * 5,
    # armed and leased, and the start is left without an answer: the auto stop, and the stop that ends a lock-out
    "c1->d130303030", "c0->d031", "c2->d230303030",
    "a330303032->b3", "c3->d330303032", "a0->",
    "aa->ba", "c1->d130303030", "c0->d031", "c2->d230303030", "a2->b2",
    # armed too soon, and nothing but looks
    *["c1->d130303030", "c0->d031", "c2->d230303030"] * 6,
    # armed again
    "c1->d130303030", "c0->d031", "c2->d230303030",
    "a330303032->b3", "c3->d330303032", "a0->b0", "c0->d032",
]  # fmt: skip


def test_a_start_that_is_locked_out(wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script(wall, LOCKED_OUT)
    monkeypatch.setattr(machine_module, "SerialLine", lambda port, baudrate: script)
    driver = ControlledDriver(
        lambda log: OpcodeMachine(trackmaster.dialect("kmh"), "x", log), "x", {}, lambda line: None, queue.Queue(),
        TimeScale(), recover=False,
    )  # fmt: skip
    play(wall, driver, [*[[]] * 5, [ARM, lease(4.8)], [], *[[ARM, lease(4.8)]] * 5, [], [ARM, lease(4.8)]])
    script.done()


@pytest.mark.parametrize(
    ("reader", "exchanges", "seen"),
    [
        pytest.param(
            CsafeReader,
            [
                "f1a5a5f2->f182a5030000" + "3116f2".replace("16", "15"),
                "f1a8a8f2->f102a8030000" + "4ce5f2",
                "f1a5a5f2->f185a503300031" + "22f2",
                "f1a8a8f2->f105a803140" + "04c" + "f6f2",
            ],
            (4.8, 2.0),
            id="csafe",
        ),
        pytest.param(
            WoodwayStandardReader,
            ["c700->c7303030300d", "c800->c82b3030300d", "c700->c7313333330d", "c800->c82b3032300d"],
            (4.7988, 2.0),
            id="woodway-standard",
        ),
    ],
)
def test_what_a_read_machine_is_asked(
    reader: Callable[[], ReadCodec],
    exchanges: list[str],
    seen: tuple[float, float],
    wall: Wall,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    script = Script(wall, exchanges)
    monkeypatch.setattr(gauge_module, "SerialLine", lambda port, baudrate: script)
    driver = GuidedDriver(
        "x", "x", lambda log: PolledGauge(reader, "x", log), {}, lambda line: None, queue.Queue(), TimeScale()
    )
    play(wall, driver, [[], [], [ARM, lease(4.8)], [lines.Stop()]])
    script.done()
    telemetry = driver._telemetry(wall.now_s)
    assert (telemetry.measured_speed_kmh, telemetry.measured_incline_pct) == pytest.approx(seen)
