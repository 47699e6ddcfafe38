"""Every way a strap can fail in a test, on a real wire and with real driver processes: what is recorded, how it ends.

All cells walk at once, each with its own strap, driver process and run.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack

import pytest

from drivers.emulators.worn import OTHER_BPM
from tests.process.strap_room import FAMILIES, Cell, bluetooth_room, cell, tick
from teststation.ports import HeartRateStatus
from teststation.run import events as ev
from teststation.run.record import Outcome
from teststation.run.state import Phase

pytestmark = pytest.mark.process

PACE = 6.0  # how fast test time passes
# A driver that is lost is looked for and replaced in the time of the wall.
DRIVER_PACE = 2.5
WALKS_S = 3.0  # wall seconds before the fault
FAULT_S = 16.0  # and with it: long enough for the pulse to be missed and the minute without it to pass
STAYS_AWAY_S = 60.0  # test seconds without a pulse that end the stages
LAST_SAMPLE_S = 5.0  # test seconds: a reading under way, and the age up to which a sample may be taken
STALE, NO_CONTACT = HeartRateStatus.STALE, HeartRateStatus.NO_CONTACT
NO_READING, OFFLINE = HeartRateStatus.NO_READING, HeartRateStatus.OFFLINE

# What the station says of the strap; None: the pulse goes on.
EVERY_CELL: dict[tuple[str, str], HeartRateStatus | None] = {
    ("bridge", "drop"): STALE,
    ("bridge", "freeze"): STALE,
    ("bridge", "zero"): NO_READING,
    ("bridge", "no_contact"): NO_CONTACT,
    ("bridge", "battery"): STALE,
    ("bridge", "garbage"): STALE,
    ("bridge", "unplug"): OFFLINE,
    ("bridge", "spike"): None,
    ("bridge", "second_strap"): None,
    ("bridge", "lost"): None,
    ("ant", "drop"): STALE,
    ("ant", "freeze"): STALE,
    ("ant", "zero"): NO_READING,
    ("ant", "no_contact"): STALE,  # ANT+ has no word for contact: a strap off the skin counts no beats
    ("ant", "battery"): STALE,
    ("ant", "garbage"): STALE,
    ("ant", "unplug"): OFFLINE,
    ("ant", "spike"): None,
    ("ant", "second_strap"): None,
    ("ant", "lost"): None,
    ("ble", "drop"): OFFLINE,
    ("ble", "freeze"): STALE,
    ("ble", "zero"): NO_READING,
    ("ble", "no_contact"): NO_CONTACT,
    ("ble", "battery"): STALE,
    ("ble", "garbage"): STALE,
    ("ble", "unplug"): OFFLINE,
    ("ble", "spike"): None,
    ("ble", "second_strap"): None,
    ("ble", "lost"): None,
}
# A driver process that is killed or frozen is replaced by one that is bound to the same strap: the test goes on.
DRIVER_FAULTS = ("driver_killed", "driver_frozen")
# One family for each way to fail, and each family with what is its own: a bridge says it of its strap, ANT+ counts
# beats, Bluetooth loses its link. The whole table is walked at night.
SUITE = [
    *(("bridge", fault) for fault in ("drop", "zero", "no_contact", "garbage", "spike", "second_strap")),
    *(("ant", fault) for fault in ("freeze", "unplug", "second_strap", "lost")),
    *(("ble", fault) for fault in ("drop", "no_contact", "battery", "unplug")),
    *(("bridge", "driver_frozen"), ("ant", "driver_killed"), ("ble", "driver_frozen")),
]
WHOLE = [*EVERY_CELL, *((family, fault) for fault in DRIVER_FAULTS for family in FAMILIES)]


def walk(names: Sequence[tuple[str, str]], room: ExitStack, patch: pytest.MonkeyPatch) -> list[Cell]:
    """All these cells, walked through their faults."""
    radio = bluetooth_room(room, patch)
    cells = [
        cell(room, radio, *one, number, DRIVER_PACE if one[1] in DRIVER_FAULTS else PACE)
        for number, one in enumerate(names)
        if one[0] in FAMILIES
    ]
    until_s = time.monotonic() + 60
    while any(one.controller.state.hr_bpm is None for one in cells):
        tick(cells, 0.1)
        silent = [(c.family, c.fault, c.client.trouble) for c in cells if c.controller.state.hr_bpm is None]
        assert time.monotonic() < until_s, f"no pulse came from {silent}"
    for one in cells:
        one.begin()
    tick(cells, WALKS_S)
    for one in cells:
        one.give()
    tick(cells, FAULT_S)
    # A new driver takes as long to start as the machine lets it, within the minute that a pulse may stay away.
    replaced = [one for one in cells if one.fault in DRIVER_FAULTS]
    until_s = time.monotonic() + STAYS_AWAY_S / DRIVER_PACE
    while time.monotonic() < until_s and not all(hears(one) for one in replaced):
        tick(replaced, 0.2)
    return cells


def hears(one: Cell) -> bool:
    """Whether its last second has a pulse."""
    return one.controller.state.hr_status is HeartRateStatus.OK and pulses(one)[1][-1:] not in ([], [None])


def ends_as_it_should(
    names: Sequence[tuple[str, str]], monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    wrong: list[str] = []
    with ExitStack() as room:
        for one in walk(names, room, monkeypatch):
            record_property("cell", one.told())
            try:
                check(one)
            except AssertionError as error:
                wrong.append(f"{one.told()}: {error}")
    assert wrong == []


@pytest.mark.long
def test_a_strap_that_fails_ends_as_it_should(
    monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    """One test for all cells: they walk together."""
    ends_as_it_should(SUITE, monkeypatch, record_property)


@pytest.mark.nightly
@pytest.mark.timeout(300)
def test_and_so_does_every_other(
    monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    ends_as_it_should(WHOLE, monkeypatch, record_property)


def check(one: Cell) -> None:
    """What must hold of a cell."""
    before, after = pulses(one)
    assert present(before) >= 0.9, before
    # The load was raised by nothing.
    speeds = [0.0 if setpoint is None else setpoint.speed_kmh for setpoint in one.belt.granted]
    assert max(speeds[one.granted_before :]) <= speeds[one.granted_before - 1]
    if one.fault in DRIVER_FAULTS:
        check_new_driver(one, after)
    elif EVERY_CELL[one.family, one.fault] is None:
        check_pulse_goes_on(one, before, after)
    else:
        check_pulse_is_gone(one, after)


def pulses(one: Cell) -> tuple[list[int | None], list[int | None]]:
    """The samples that were recorded each second, before the fault and after it."""
    state = one.controller.state
    began_s = next(event.t_s for event in one.journal.events if isinstance(event, ev.TestBegan))
    samples = [(s.t_s + began_s, s.bpm) for s in one.controller.recording.record(state).heart]
    before = [bpm for t_s, bpm in samples if t_s < one.faulted_s - 1]
    return before, [bpm for t_s, bpm in samples if t_s > one.faulted_s + LAST_SAMPLE_S]


def present(samples: list[int | None]) -> float:
    """The share of seconds with a pulse."""
    return sum(bpm is not None for bpm in samples) / len(samples)


def check_pulse_goes_on(one: Cell, before: list[int | None], after: list[int | None]) -> None:
    """A fault that costs no pulse is remarked and no more."""
    state = one.controller.state
    flagged = {flag for event in one.heard if event.t_s > one.faulted_s for flag in event.flags}
    assert len(after) > 60
    assert state.phase is Phase.STAGES
    assert state.hr_status is HeartRateStatus.OK
    assert present(after) >= 0.9, after
    if one.fault == "second_strap":
        assert OTHER_BPM not in before + after  # somebody else's pulse is in no sample
        assert "second_strap" in flagged or one.family != "bridge"
    if one.fault == "spike":
        assert "bpm_jump" in flagged
        assert max(bpm for bpm in after if bpm is not None) > 140  # kept as it was


def check_pulse_is_gone(one: Cell, after: list[int | None]) -> None:
    """What the strap said last is recorded no longer, and a minute without a pulse ends the stages."""
    state = one.controller.state
    assert EVERY_CELL[one.family, one.fault] in {event.status for event in one.heard if event.t_s > one.faulted_s}
    assert len(after) > 60
    assert set(after) == {None}  # not one second of it
    assert state.hr_bpm is None
    assert state.phase in (Phase.COOL_DOWN, Phase.STOPPING, Phase.ENDED)
    assert state.outcome is Outcome.FAULT
    assert state.reason is not None
    assert state.reason.code == "hr_lost"


def check_new_driver(one: Cell, after: list[int | None]) -> None:
    """A new driver gives the same strap's pulse again; in between there was none."""
    state = one.controller.state
    assert OFFLINE in {event.status for event in one.heard if event.t_s > one.faulted_s}
    assert None in after or one.fault == "driver_killed", after
    assert state.hr_status is HeartRateStatus.OK
    assert after[-1] is not None
    assert state.phase is Phase.STAGES
    assert len({event.sensor for event in one.heard if event.status is HeartRateStatus.OK}) == 1
