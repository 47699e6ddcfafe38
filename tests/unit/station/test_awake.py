"""The computer is kept awake for as long as somebody may be on a belt, and no longer."""

import ctypes
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

import ui.station.awake as awake_module
from drivers import heart_rate_client, treadmill_client
from tests.fast_keys import use_fast_keys
from tests.mutants import fails_with
from tests.unit.records.builders import PASSPHRASE
from tests.unit.run.builders import SUBJECT
from teststation.ports import Setpoint
from teststation.protocol.load import SessionLoads, find, load_plan, load_session
from teststation.records.database import open_record
from ui.station import commissioning, together
from ui.station import session as session_module
from ui.station.awake import Awake
from ui.station.settings import Settings
from ui.station.station import Setup, Station

HELD = 0x8000_0003  # continuous, system, display
FREE = 0x8000_0000


def comes_true(fact: Callable[[], bool]) -> bool:
    end_s = time.monotonic() + 10.0
    while not fact():
        if time.monotonic() > end_s:
            return False
        time.sleep(0.005)
    return True


def windows_is_asked_and_told_when_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    kernel = SimpleNamespace(SetThreadExecutionState=lambda flags: told.append(flags.value))
    there = SimpleNamespace(windll=SimpleNamespace(kernel32=kernel), c_uint=ctypes.c_uint)
    with monkeypatch.context() as patch:
        for module in {awake_module, sys.modules[Awake.__module__]}:
            patch.setattr(module, "sys", SimpleNamespace(platform="win32"))
            patch.setattr(module, "ctypes", there)
        awake = Awake()
        assert comes_true(lambda: told == [HELD]), told
        awake.end()
        awake.end()
    assert told == [HELD, FREE]


def test_windows_is_asked_and_told_when_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    windows_is_asked_and_told_when_it_is_over(monkeypatch)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for systemd's own program")
@pytest.mark.parametrize("allows", [True, False])
def test_systemds_word_is_kept_until_the_end_and_its_no_is_taken(
    allows: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, said, over = tmp_path / "systemd-inhibit", tmp_path / "said", tmp_path / "over"
    waits = '"$5"' if allows else "exit 1"
    program.write_text(
        f'#!/bin/sh\necho "$*" > {said}.whole\nmv {said}.whole {said}\n{waits}\necho > {over}\n', "utf-8"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path) + os.pathsep + os.environ["PATH"])
    awake = Awake()
    assert comes_true(said.exists)
    assert said.read_text("utf-8").split() == " ".join(awake_module.INHIBIT).split()
    assert not over.exists()
    awake.end()
    assert over.exists() is allows


def test_a_system_without_it_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    Awake().end()


class Asked:
    """In the place of ``Awake``: how many hold."""

    now = 0

    def __init__(self) -> None:
        Asked.now += 1

    def end(self) -> None:
        Asked.now -= 1


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Station, str]]:
    monkeypatch.setattr(Asked, "now", 0)
    use_fast_keys()
    for module in (awake_module, commissioning, together):
        monkeypatch.setattr(module, "Awake", Asked)
    device = SimpleNamespace(close=lambda: None)
    monkeypatch.setattr(treadmill_client, "TreadmillClient", lambda *_, **__: device)
    monkeypatch.setattr(heart_rate_client, "HeartRateClient", lambda *_, **__: device)
    with open_record(tmp_path / "a.record", PASSPHRASE, create=True) as record:
        person = record.people.add(family_name="Dal", given_name="Eva", sex=SUBJECT.sex)
        yield Station(record, Settings()), person.id


def a_test_and_a_session_keep_it_awake_until_they_are_closed(prepared: tuple[Station, str]) -> None:
    made, person_id = prepared
    test = Setup(load_plan(*find("submax-13"), "normal"), SUBJECT, "manual", "ble:Polar", person_id)
    loads = SessionLoads(bout=Setpoint(speed_kmh=5.0, incline_pct=4.0))
    interval = Setup(load_session(*find("4x4"), loads), SUBJECT, "manual", "ble:Polar", person_id)
    for begin in (lambda: made.prepare(test), lambda: made.prepare_session(interval)):
        run = begin()
        assert Asked.now == 1
        run.close()
        assert Asked.now == 0


def test_a_test_and_a_session_keep_it_awake_until_they_are_closed(prepared: tuple[Station, str]) -> None:
    a_test_and_a_session_keep_it_awake_until_they_are_closed(prepared)


@pytest.mark.usefixtures("prepared")
def test_a_trial_of_a_belt_and_a_group_do_so_too() -> None:
    trial = commissioning.BeltTrial("manual", treadmill=SimpleNamespace(close=lambda: None))  # type: ignore[arg-type]
    group = together.GroupSession((), SimpleNamespace(), together.Awake())  # type: ignore[arg-type]
    assert Asked.now == 2
    trial.close()
    group.close()
    assert Asked.now == 0


def test_a_hold_that_is_never_taken_back_is_found(
    prepared: tuple[Station, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    closing = "        if self._awake is not None:\n            self._awake.end()\n"
    fails_with(session_module, closing, "", lambda: a_test_and_a_session_keep_it_awake_until_they_are_closed(prepared))
    back = "        tell(ctypes.c_uint(CONTINUOUS))\n"
    fails_with(awake_module, back, "", lambda: windows_is_asked_and_told_when_it_is_over(monkeypatch))
