"""``teststation session run`` takes a whole session to its end on each kind of belt.

In the suite a short one on two belts; the clinic's 4x4 on every belt is walked at night. One that breaks is in
test_session_fault_matrix.
"""

import json
import subprocess
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.process.floor import side_by_side, station_environment
from tests.process.session_room import FOUR_BY_FOUR, LOAD, PULSE, SHORT, Shape, command
from tests.unit.texts.test_of_session import of_a_test

pytestmark = pytest.mark.process


def run(shape: Shape, folder: Path, treadmill: str, answers: str, strap: str = PULSE) -> tuple[str, dict]:
    shape.lay_out(folder)
    done = subprocess.run(
        command(shape, treadmill, strap), input=answers, capture_output=True, text=True, encoding="utf-8",
        env=station_environment(), cwd=folder, timeout=260 * PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stderr, json.loads((folder / "out.json").read_text("utf-8"))


def whole(shape: Shape, said: str, result: dict, borg: Sequence[int | None]) -> None:
    assert (result["session"]["outcome"], result["session"]["belt_at_rest"]) == ("completed", True), said
    assert not of_a_test("en", said), said
    assert (result["bouts_planned"], result["bouts_done"]) == (shape.bouts, shape.bouts)
    assert [bout["rpe"] for bout in result["bouts"]] == list(borg)
    for bout in result["bouts"]:
        assert bout["speed_kmh"] == pytest.approx(5.0, abs=0.15)
        assert bout["incline_pct"] == pytest.approx(6.0, abs=0.5)
        assert bout["duration_s"] == pytest.approx(shape.bout_s, abs=6)
        assert bout["last_two_bpm"] > 100


def a_belt_with_a_patient_on_it(shape: Shape, family: str, folder: Path) -> None:
    """The patient's pulse follows the belt, and what it held in the bouts is evidence of HRmax: Borg was 17."""
    borg = [15, 16, 16, 17][-shape.bouts :]
    said, result = run(shape, folder, f"emulated:{family}", "".join(f"{one}\n" for one in borg), strap="emulated")
    whole(shape, said, result, borg)
    assert result["peak"]["bpm"] == pytest.approx(max(bout["last_two_bpm"] for bout in result["bouts"]), abs=6)
    assert result["hr_max"]["after"]["source"] == "intervals"
    if family == "csafe":
        assert "set the treadmill to 5.0 km/h and 6.0 %" in said


def a_belt_without_a_wire(shape: Shape, folder: Path) -> None:
    said, result = run(shape, folder, "manual", "\n" * shape.prompts)
    assert said.count("press Enter when it is so") == shape.prompts
    whole(shape, said, result, [None] * shape.bouts)


@pytest.mark.long
@pytest.mark.timeout(240 * PATIENCE)
def test_a_session_is_completed_on_a_belt_that_is_told_and_on_one_that_is_set(tmp_path: Path) -> None:
    rows = {
        "told": partial(a_belt_with_a_patient_on_it, SHORT, "trackmaster"),
        "set": partial(a_belt_without_a_wire, SHORT),
    }
    side_by_side(rows, tmp_path, at_once=2)


@pytest.mark.nightly
@pytest.mark.timeout(900 * PATIENCE)
def test_a_whole_4x4_is_completed_on_each_kind_of_belt(tmp_path: Path) -> None:
    told = {
        name: partial(a_belt_with_a_patient_on_it, FOUR_BY_FOUR, name) for name in ("trackmaster", "woodway", "csafe")
    }
    side_by_side({**told, "manual": partial(a_belt_without_a_wire, FOUR_BY_FOUR)}, tmp_path, at_once=2)


def test_what_is_wrong_is_said_at_once_and_nothing_moves(tmp_path: Path) -> None:
    FOUR_BY_FOUR.lay_out(tmp_path)
    for load, more, sentence in (
        (LOAD, ["--plan", "submax-13"], "this is a test, and no interval session"),
        (LOAD, ["--plan", "nothing"], "there is no such protocol or file"),
        ([], [], "there is no test of this person"),
    ):
        done = subprocess.run(
            [*command(FOUR_BY_FOUR, "emulated", load=load), *more], capture_output=True, text=True, encoding="utf-8",
            env=station_environment(), cwd=tmp_path, timeout=60 * PATIENCE, check=False, input="",
        )  # fmt: skip
        assert done.returncode == 2, done.stderr
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr
