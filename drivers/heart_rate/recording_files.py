"""Recorded heart rates: CSV, TCX and FIT read into seconds and beats per minute, or every problem at once."""

import csv
import math
import struct
import warnings
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from xml.etree.ElementTree import ParseError

import fitdecode
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import parse

from teststation.cause import Cause, Problem
from teststation.errors import BadInput
from teststation.pulse import possible

TIME_COLUMNS = ("t_s", "time", "time_s", "seconds")
HEART_COLUMNS = ("hr_bpm", "hr", "heart_rate", "bpm")
PROBLEMS_TOLD = 20
_FIT_CRC = fitdecode.CrcCheck.RAISE
# The reader asserts where a file contradicts itself.
_FIT_ERRORS = (
    fitdecode.FitError,
    struct.error,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    OverflowError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Point:
    """One recorded value; 0 bpm is no reading."""

    t_s: float
    bpm: int
    rr_1024: tuple[int, ...] = ()  # beat intervals in 1/1024 s, where the file has them


def read_recording(path: str) -> tuple[Point, ...]:
    """Points in order of time, the first at 0 s.

    Raises:
        BadInput: the file cannot be read as a recording; one sentence for each problem.
    """
    read = {".csv": _from_csv, ".tcx": _from_tcx, ".fit": _from_fit}.get(Path(path).suffix.lower())
    if read is None:
        raise BadInput(Cause("replay_kind", {"path": path}))
    if not Path(path).is_file():
        raise BadInput(Cause("replay_no_file", {"path": path}))
    points = read(path)
    if not any(point.bpm for point in points):
        raise BadInput(Cause("replay_empty", {"path": path}))
    ordered = sorted(points, key=lambda point: point.t_s)
    zero_s = ordered[0].t_s
    return tuple(replace(point, t_s=point.t_s - zero_s) for point in ordered)


def _from_csv(path: str) -> list[Point]:
    try:
        text = Path(path).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(Cause("replay_no_text", {"path": path, "why": str(error)})) from error
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        return []
    delimiter = max(",;\t", key=lines[0].count)
    header = [name.strip().lower() for name in lines[0].split(delimiter)]
    time_at = next((header.index(name) for name in TIME_COLUMNS if name in header), None)
    heart_at = next((header.index(name) for name in HEART_COLUMNS if name in header), None)
    if time_at is None or heart_at is None:
        raise BadInput(Cause("replay_header", {"path": path, "time": TIME_COLUMNS[0], "heart": HEART_COLUMNS[0]}))
    points: list[Point] = []
    problems: list[Problem] = []
    for number, line in enumerate(lines[1:], start=2):
        try:
            row = next(csv.reader([line], delimiter=delimiter))
            t_s, bpm = float(row[time_at]), _bpm(row[heart_at])
            if not math.isfinite(t_s):
                raise ValueError
        except (ValueError, IndexError, csv.Error):
            problems.append(Cause("replay_row", {"path": path, "row": number}))
            continue
        points.append(Point(t_s, bpm))
    if problems:
        more = len(problems) - PROBLEMS_TOLD
        untold = [Cause("replay_more_rows", {"path": path, "n": more})] if more > 0 else []
        raise BadInput(*problems[:PROBLEMS_TOLD], *untold)
    return points


def _from_tcx(path: str) -> list[Point]:
    try:
        root = parse(path).getroot()
        assert root is not None  # the parser raises on a file without a root
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
            t_s = datetime.fromisoformat((stamp or "").replace("Z", "+00:00")).timestamp()
            points.append(Point(t_s, _bpm(heart or "")))
        except (ValueError, OverflowError):
            continue  # a trackpoint without time or pulse is a gap, and stays one
    return points


def _from_fit(path: str) -> list[Point]:
    """Records with their heart rate; the beat intervals of ``hrv`` messages belong to the record after them."""
    points: list[Point] = []
    rr: list[int] = []
    try:
        # What is odd in a file is a warning to its reader; what is wrong in it is an error, and told.
        with warnings.catch_warnings(action="ignore"), fitdecode.FitReader(path, check_crc=_FIT_CRC) as file:
            for message in file:
                if not isinstance(message, fitdecode.FitDataMessage):
                    continue
                if message.name == "hrv":
                    told = message.get_value("time", fallback=None)
                    intervals_s = told if isinstance(told, tuple | list) else (told,)
                    rr += [round(s * 1024) for s in intervals_s if isinstance(s, int | float) and 0 < s < 60]
                elif message.name == "record":
                    stamp = message.get_value("timestamp", fallback=None)
                    bpm = message.get_value("heart_rate", fallback=None)
                    if isinstance(stamp, datetime):
                        points.append(
                            Point(stamp.timestamp(), bpm if isinstance(bpm, int) and possible(bpm) else 0, tuple(rr))
                        )
                        rr = []
    except _FIT_ERRORS as error:
        raise BadInput(Cause("replay_no_fit", {"path": path, "why": str(error)})) from error
    return points


def _bpm(text: str) -> int:
    """A pulse as a file says it; empty, or what can be no pulse, is none. Raises ValueError where it is no number."""
    bpm = float(text or 0)
    if not math.isfinite(bpm):
        raise ValueError(text)
    return round(bpm) if possible(bpm) else 0


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]
