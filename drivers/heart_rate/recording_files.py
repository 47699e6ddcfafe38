"""Recorded heart rates: CSV, TCX and FIT read into seconds and beats per minute, or every problem at once."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from drivers.heart_rate.fit_recording import read_fit
from drivers.heart_rate.recorded import Point, point
from teststation.cause import Cause, Problem
from teststation.errors import BadInput
from teststation.files.reading import RECORDING_BYTES, is_file, read_bytes
from teststation.files.table import decoded, number, split

TIME_COLUMNS = ("t_s", "time", "time_s", "seconds")
HEART_COLUMNS = ("hr_bpm", "hr", "heart_rate", "bpm")
PROBLEMS_TOLD = 20
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d+(?:[.,]\d+)?)", re.ASCII)
_BOM = b"\xef\xbb\xbf"


def read_recording(path: str) -> tuple[Point, ...]:
    """Points in order of time, the first at 0 s.

    Raises:
        BadInput: the file cannot be read as a recording; one sentence for each problem.
    """
    read = {".csv": _from_csv, ".tcx": _from_tcx, ".fit": read_fit}.get(Path(path).suffix.lower())
    if read is None:
        raise BadInput(Cause("replay_kind", {"path": path}))
    if not is_file(path):
        raise BadInput(Cause("replay_no_file", {"path": path}))
    points = read(path)
    if not any(point.bpm for point in points):
        raise BadInput(Cause("replay_empty", {"path": path}))
    ordered = sorted(points, key=lambda point: point.t_s)
    zero_s = ordered[0].t_s
    return tuple(replace(point, t_s=point.t_s - zero_s) for point in ordered)


def _from_csv(path: str) -> list[Point]:
    try:
        source = split(decoded(read_bytes(path, RECORDING_BYTES)))
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(Cause("replay_no_text", {"path": path, "why": str(error)})) from error
    if not source.header:
        return []
    time_at = next((source.header.index(name) for name in TIME_COLUMNS if name in source.header), None)
    heart_at = next((source.header.index(name) for name in HEART_COLUMNS if name in source.header), None)
    if time_at is None or heart_at is None:
        raise BadInput(Cause("replay_header", {"path": path, "time": TIME_COLUMNS[0], "heart": HEART_COLUMNS[0]}))
    points: list[Point] = []
    problems: list[Problem] = []
    for row in source.rows:
        cells = (*row.cells, *[""] * len(source.header))
        t_s = _seconds(cells[time_at])
        heart = number(cells[heart_at]) if cells[heart_at] else 0
        if t_s is None or heart is None or row.problem is not None or any(row.cells[len(source.header) :]):
            problems.append(Cause("replay_row", {"path": path, "row": row.number}))
        else:
            points.append(point(t_s, heart if cells[heart_at] else None))
    if problems:
        more = len(problems) - PROBLEMS_TOLD
        untold = [Cause("replay_more_rows", {"path": path, "n": more})] if more > 0 else []
        raise BadInput(*problems[:PROBLEMS_TOLD], *untold)
    return points


def _seconds(text: str) -> float | None:
    """A moment in seconds: a number, ``h:mm:ss``, ``mm:ss``, or a date and a time of day."""
    seconds = number(text)
    if seconds is not None:
        return seconds
    clock = _CLOCK.fullmatch(text)
    if clock is not None:
        hours, minutes, rest = clock.groups()
        return int(hours or 0) * 3600 + int(minutes) * 60 + float(rest.replace(",", "."))
    try:
        return _moment_s(text)
    except ValueError:
        return None


def _moment_s(text: str) -> float:
    """Seconds since 1970. Without a zone it is taken for UTC: Windows knows no zone of a spreadsheet's year 1899.

    Raises ValueError.
    """
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()


def _from_tcx(path: str) -> list[Point]:
    try:
        # Some programs leave blanks before the declaration, which no parser takes.
        root = fromstring(read_bytes(path, RECORDING_BYTES).removeprefix(_BOM).lstrip())
    except (ParseError, DefusedXmlException, OSError, ValueError) as error:
        raise BadInput(Cause("replay_no_tcx", {"path": path, "why": str(error)})) from error
    points: list[Point] = []
    # Tags carry the file's namespace; only their local names are the same everywhere.
    for trackpoint in (element for element in root.iter() if _local(element.tag) == "Trackpoint"):
        stamp = heart = None
        for child in trackpoint.iter():
            if _local(child.tag) == "Time" and stamp is None:
                stamp = (child.text or "").strip()
            elif _local(child.tag) == "HeartRateBpm":
                heart = next((v.text for v in child if _local(v.tag) == "Value"), None)
        try:
            t_s = _moment_s((stamp or "").replace("Z", "+00:00"))
        except ValueError:
            continue  # a trackpoint without time is a gap, and stays one
        bpm = number(heart or "")
        if bpm is not None or not (heart or "").strip():
            points.append(point(t_s, bpm))
    return points


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]
