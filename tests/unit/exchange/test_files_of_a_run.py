"""FIT and TCX as independent readers see them: what was measured, when, and nothing else."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fitdecode
import msgspec
import pytest
from defusedxml import ElementTree

from drivers.heart_rate.recording_files import read_recording
from tests.sample_tests import sample
from teststation.exchange.fit import crc, fit_of
from teststation.exchange.tcx import SPACE, tcx_of
from teststation.exchange.track import track_of
from teststation.run.record import RunRecord


@pytest.fixture(scope="module")
def run() -> RunRecord:
    return sample()[0]


def fit_messages(data: bytes) -> dict[str, list[dict[str, Any]]]:
    """Every message by name, its fields with their scales applied; a wrong CRC is an error."""
    found: dict[str, list[dict[str, Any]]] = {}
    with fitdecode.FitReader(io.BytesIO(data), check_crc=fitdecode.CrcCheck.RAISE) as reader:
        for frame in reader:
            if isinstance(frame, fitdecode.FitDataMessage):
                found.setdefault(frame.name, []).append({field.name: field.value for field in frame.fields})
    return found


def test_a_fit_file_brings_back_every_second(run: RunRecord) -> None:
    found = fit_messages(fit_of(run))
    records = found["record"]
    began = datetime.fromisoformat(run.started_at).astimezone(UTC)
    assert len(records) == len(run.heart)
    assert [record["heart_rate"] for record in records] == [sample.bpm for sample in run.heart]
    assert records[60]["timestamp"] == began + timedelta(seconds=60)
    measured = {int(sample.t_s): sample.measured_speed_kmh for sample in run.belt}
    middle = len(records) // 2
    assert records[middle]["speed"] * 3.6 == pytest.approx(measured[int(run.heart[middle].t_s)], abs=0.1)
    assert records[-1]["distance"] > records[middle]["distance"] > 0


def test_a_fit_file_names_its_kind_stages_and_sport(run: RunRecord) -> None:
    found = fit_messages(fit_of(run))
    assert (found["file_id"][0]["type"], found["file_id"][0]["manufacturer"]) == ("activity", "development")
    session = found["session"][0]
    assert (session["sport"], session["num_laps"]) == ("walking", len(found["lap"]))
    assert session["max_heart_rate"] == max(sample.bpm for sample in run.heart if sample.bpm is not None)
    assert sum(lap["total_elapsed_time"] for lap in found["lap"]) == pytest.approx(session["total_elapsed_time"], abs=1)
    assert len(found["activity"]) == 1


def test_the_crc_is_the_published_one() -> None:
    assert crc(b"") == 0
    assert crc(b"123456789") == 0xBB3D  # CRC-16/ARC's own check value


def test_a_tcx_file_is_read_by_our_own_strap_of_recordings(run: RunRecord, tmp_path: Path) -> None:
    path = tmp_path / "a.tcx"
    path.write_bytes(tcx_of(run))
    points = read_recording(str(path))
    first_s = next(sample.t_s for sample in run.heart if sample.bpm is not None)
    assert [(point.t_s + first_s, point.bpm) for point in points] == [
        (sample.t_s, sample.bpm) for sample in run.heart if sample.bpm is not None
    ]


def test_a_tcx_file_has_laps_speed_and_the_order_of_its_schema(run: RunRecord) -> None:
    root = ElementTree.fromstring(tcx_of(run))
    laps = root.findall(f".//{{{SPACE}}}Lap")
    assert len(laps) == len(track_of(run).laps) >= len(run.stages)
    tags = [child.tag.split("}")[1] for child in laps[1]]
    order = ["TotalTimeSeconds", "DistanceMeters", "Calories", "AverageHeartRateBpm", "MaximumHeartRateBpm",
             "Intensity", "TriggerMethod", "Track", "Notes"]  # fmt: skip
    assert tags == [tag for tag in order if tag in tags]
    speeds = [
        float(element.text or 0)
        for element in root.iter("{http://www.garmin.com/xmlschemas/ActivityExtension/v2}Speed")
    ]
    assert max(speeds) * 3.6 == pytest.approx(max(s.measured_speed_kmh or 0 for s in run.belt), abs=0.01)


def test_a_gap_stays_a_gap(run: RunRecord) -> None:
    torn = msgspec.structs.replace(
        run,
        heart=tuple(msgspec.structs.replace(s, bpm=None) if 100 <= s.t_s < 130 else s for s in run.heart),
        belt=tuple(s for s in run.belt if not 200 <= s.t_s < 230),
    )
    track = track_of(torn)
    assert all(point.bpm is None for point in track.points if 100 <= point.t_s < 130)
    silent = [point for point in track.points if 203 <= point.t_s < 229]
    assert all(point.speed_m_s is None for point in silent)
    assert len({point.distance_m for point in silent}) == 1, "no distance is made up"
    assert fit_messages(fit_of(torn))["record"][110]["heart_rate"] is None


def test_a_run_in_which_nothing_was_measured_is_a_file_still(run: RunRecord) -> None:
    empty = msgspec.structs.replace(run, heart=(), belt=(), stages=())
    assert "record" not in fit_messages(fit_of(empty))
    assert ElementTree.fromstring(tcx_of(empty)).findall(f".//{{{SPACE}}}Trackpoint") == []


def test_neither_file_says_who_it_is(run: RunRecord) -> None:
    assert fit_of(run) == fit_of(run)
    for data in (fit_of(run), tcx_of(run)):
        assert run.treadmill.encode() not in data
        assert run.id.encode() not in data
