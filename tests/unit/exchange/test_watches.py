"""Activities of watches' files: when and how hard, whatever else is in them; what cannot be read is told in words."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from tests.fit_file import fit_bytes
from tests.mutants import fails_with
from tests.sample_tests import sample
from teststation.errors import BadInput
from teststation.exchange import watches
from teststation.exchange.fit import fit_of
from teststation.exchange.tcx import tcx_of
from teststation.exchange.watches import each_once, read_activities
from teststation.training.watch import Activity

TCX = """<?xml version="1.0"?>
<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>
{activities}
</Activities></TrainingCenterDatabase>"""
WALK = """<Activity Sport="Other"><Lap StartTime="{start}"><TotalTimeSeconds>{s}</TotalTimeSeconds></Lap></Activity>"""


TODAY = date(2026, 11, 29)


def read(path: Path) -> tuple[Activity, ...]:
    return read_activities(path, TODAY)


def kept(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("name", "write"), [("a.fit", fit_of), ("a.tcx", tcx_of)])
def test_a_run_of_ours_comes_back_with_its_time_and_pulse(tmp_path: Path, name: str, write) -> None:
    (found,) = read(kept(tmp_path, name, write(sample()[0])))
    began = datetime.fromisoformat(sample()[0].started_at)
    beats = [one.bpm for one in sample()[0].heart if one.bpm is not None]
    assert abs(found.started_at - began) < timedelta(seconds=2)
    assert found.minutes == pytest.approx(sample()[0].heart[-1].t_s / 60, abs=0.1)
    assert found.max_bpm == max(beats)
    assert found.mean_bpm == pytest.approx(sum(beats) / len(beats), abs=1)
    assert found.started_at.tzinfo is not None


def test_a_fit_file_of_records_alone_is_an_activity_still(tmp_path: Path) -> None:
    (found,) = read(kept(tmp_path, "a.FIT", fit_bytes([(0, 100, ()), (60, 140, ()), (600, None, ())])))
    assert (found.minutes, found.mean_bpm, found.max_bpm, found.kind) == (10.0, 120, 140, "other")


def test_two_activities_of_one_file_are_two_and_the_same_in_two_files_is_one(tmp_path: Path) -> None:
    two = "".join(WALK.format(start=f"2026-09-0{day}T10:00:00Z", s=1800) for day in (2, 1))
    one = WALK.format(start="2026-09-01T10:00:00.000Z", s=1800)
    first = read(kept(tmp_path, "two.tcx", TCX.format(activities=two).encode()))
    second = read(kept(tmp_path, "one.tcx", TCX.format(activities=one).encode()))
    assert [found.minutes for found in first] == [30.0, 30.0]
    assert first[0].started_at < first[1].started_at
    assert len(each_once([first, second])) == 2


def test_a_pulse_that_nobody_has_is_no_pulse(tmp_path: Path) -> None:
    (found,) = read(kept(tmp_path, "a.fit", fit_bytes([(0, 0, ()), (60, 250, ()), (600, 5, ())])))
    assert (found.mean_bpm, found.max_bpm) == (None, None)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.gpx", b"<gpx/>", "neither FIT nor TCX"),
        ("a.tcx", b"<gpx", "cannot be read as TCX"),
        ("a.tcx", b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "cannot be read as TCX"),
        ("a.tcx", TCX.format(activities="").encode(), "no activity"),
        ("a.tcx", TCX.format(activities=WALK.format(start="yesterday", s=60)).encode(), "no activity"),
        ("a.tcx", TCX.format(activities=WALK.format(start="2026-09-01T10:00:00Z", s="nan")).encode(), "no activity"),
        ("a.tcx", TCX.format(activities=WALK.format(start="2026-09-01T10:00:00Z", s=90000)).encode(), "no activity"),
        ("a.fit", b"no fit at all", "cannot be read as FIT"),
        ("a.fit", fit_bytes([(0, 100, ())])[:-1], "cannot be read as FIT"),
        ("a.fit", fit_bytes([(0, 100, ())]), "no activity"),
    ],
)
def test_a_file_that_brings_nothing_is_told_with_its_name(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        read(kept(tmp_path, name, data))
    assert name in str(caught.value)


def of_a_clock_that_is_wrong(folder: Path) -> None:
    for day in ("2026-12-01", "9999-12-31", "1989-12-31", "0001-01-01"):
        lap = WALK.format(start=f"{day}T23:40:00Z", s=1800)
        with pytest.raises(BadInput, match=f"the watch says {day}"):
            read(kept(folder, "a.tcx", TCX.format(activities=lap).encode()))
    lap = WALK.format(start="2026-11-30T00:10:00Z", s=1800)  # where it is tomorrow already
    assert len(read(kept(folder, "a.tcx", TCX.format(activities=lap).encode()))) == 1


def test_a_watch_whose_clock_is_wrong_is_told_and_brings_nothing(tmp_path: Path) -> None:
    of_a_clock_that_is_wrong(tmp_path)


def test_a_day_that_no_diary_has_would_be_found(tmp_path: Path) -> None:
    fails_with(
        watches,
        "if day is not None and not OLDEST",
        "if False and not OLDEST",
        lambda: of_a_clock_that_is_wrong(tmp_path),
    )


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    for name in ("gone.fit", "gone.tcx"):
        with pytest.raises(BadInput, match=r"cannot be read as .* \(No such file or directory\)$"):
            read(tmp_path / name)


def test_blanks_before_the_declaration_are_no_hindrance(tmp_path: Path) -> None:
    text = TCX.format(activities=WALK.format(start="2026-09-01T12:00:00Z", s=1800))

    def fact(before: str) -> None:
        try:
            (found,) = read(kept(tmp_path, "a.tcx", f"{before}{text}".encode()))
        except BadInput as error:
            raise AssertionError(str(error)) from error
        assert found.minutes == 30

    fails_with(watches, ".lstrip())", ")", lambda: fact("  \r\n\t"))
    fails_with(watches, ".removeprefix(_BOM).lstrip())", ".lstrip())", lambda: fact("\ufeff\n"))
