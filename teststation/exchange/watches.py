"""Activities of sports watches, read from FIT and TCX files: when, how long, and the pulse. Nothing else is taken.

Sources: FIT SDK, profile (messages ``session``, ``record``, ``activity``); Garmin's Training Center Database v2.
"""

import hashlib
import struct
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import fmean
from typing import Any
from xml.etree.ElementTree import ParseError

import fitdecode
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.files.reading import RECORDING_BYTES, read_bytes
from teststation.moments import here
from teststation.training.diary import HR_HIGH_BPM, HR_LOW_BPM, MINUTES_MAX, OLDEST
from teststation.training.watch import Activity

FIT, TCX = ".fit", ".tcx"
_BOM = b"\xef\xbb\xbf"
_KINDS = {
    "running": "run",
    "treadmill": "run",
    "walking": "walk",
    "hiking": "walk",
    "cycling": "bike",
    "biking": "bike",
}
# The reader asserts where a file contradicts itself.
_FIT_ERRORS = (
    fitdecode.FitError, struct.error, AssertionError, AttributeError, LookupError, OSError, OverflowError, TypeError,
    ValueError,
)  # fmt: skip


def read_activities(path: Path, today: date) -> tuple[Activity, ...]:
    """The activities of a file, oldest first, their moments in this computer's zone.

    Raises:
        BadInput: it is of another kind, cannot be read, has no activity with a beginning and an end, or one of a day
            that a diary has no row for: then the watch's clock was wrong.
    """
    read = {FIT: _fit, TCX: _tcx}.get(path.suffix.lower())
    if read is None:
        raise BadInput(Cause("diary_file_kind", {"path": str(path)}))
    told = read(path)
    for one in told:
        day = one.day
        if day is not None and not OLDEST <= day <= today + timedelta(days=1):  # it is tomorrow in the east
            raise BadInput(Cause("diary_watch_clock", {"path": str(path), "day": day.isoformat()}))
    found = [activity for one in told if (activity := one.activity()) is not None]
    if not found:
        raise BadInput(Cause("diary_file_empty", {"path": str(path)}))
    return tuple(sorted(found, key=lambda one: one.started_at))


@dataclass(slots=True)
class _Found:
    """What a file says of one activity so far."""

    sport: str = ""
    began: datetime | None = None
    ended: datetime | None = None
    moments: list[datetime] = field(default_factory=list)
    beats: list[int] = field(default_factory=list)
    mean: int | None = None  # as the watch reckoned it
    highest: int | None = None

    @property
    def day(self) -> date | None:
        """On which day it was, by the watch's clock."""
        began = self.began or min(self.moments, default=None)
        return None if began is None else began.date()

    def activity(self) -> Activity | None:
        """None where nobody can tell when it was, or it is longer than anybody trains."""
        began = self.began or min(self.moments, default=None)
        ended = self.ended or max(self.moments, default=None)
        if began is None or ended is None or not timedelta(0) < ended - began <= timedelta(minutes=MINUTES_MAX):
            return None
        beats = [bpm for bpm in self.beats if HR_LOW_BPM <= bpm <= HR_HIGH_BPM]
        mean = _sound(self.mean) or (round(fmean(beats)) if beats else None)
        highest = _sound(self.highest) or max(beats, default=None)
        began, ended = here(began), here(ended)
        same = f"{began.astimezone(UTC).isoformat()} {round((ended - began).total_seconds())}"
        sha256 = hashlib.sha256(same.encode("ascii")).hexdigest()
        return Activity(began, ended, _KINDS.get(self.sport.lower(), "other"), mean, highest, sha256)


def _sound(bpm: int | None) -> int | None:
    return bpm if bpm is not None and HR_LOW_BPM <= bpm <= HR_HIGH_BPM else None


def _fit(path: Path) -> list[_Found]:
    sessions: list[_Found] = []
    loose = _Found()
    try:
        with warnings.catch_warnings(action="ignore"), _reader(path) as file:
            for message in file:
                if not isinstance(message, fitdecode.FitDataMessage):
                    continue
                if message.name == "session":
                    sessions.append(_session(message))
                elif message.name == "record":
                    stamp, bpm = _value(message, "timestamp"), _value(message, "heart_rate")
                    if isinstance(stamp, datetime):
                        loose.moments.append(_aware(stamp))
                        if isinstance(bpm, int):
                            loose.beats.append(bpm)
    except _FIT_ERRORS as error:
        raise BadInput(
            Cause("diary_file_unreadable", {"path": str(path), "kind": "FIT", "why": _why(error)})
        ) from error
    if len(sessions) == 1:  # every record is of it
        sessions[0].moments, sessions[0].beats = loose.moments, loose.beats
    return sessions or [loose]


def _reader(path: Path) -> Any:
    return fitdecode.FitReader(read_bytes(path, RECORDING_BYTES), check_crc=fitdecode.CrcCheck.RAISE)


def _session(message: Any) -> _Found:
    began, length_s = _value(message, "start_time"), _value(message, "total_elapsed_time")
    found = _Found(sport=str(_value(message, "sport") or ""))
    found.mean, found.highest = _whole(_value(message, "avg_heart_rate")), _whole(_value(message, "max_heart_rate"))
    if isinstance(began, datetime):
        found.began = _aware(began)
        if isinstance(length_s, int | float):
            found.ended = found.began + timedelta(seconds=float(length_s))
    return found


def _value(message: Any, name: str) -> Any:
    return message.get_value(name, fallback=None)


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _tcx(path: Path) -> list[_Found]:
    try:
        # Some programs leave blanks before the declaration, which no parser takes.
        root = fromstring(read_bytes(path, RECORDING_BYTES).removeprefix(_BOM).lstrip())
    except (ParseError, DefusedXmlException, OSError, ValueError) as error:
        raise BadInput(
            Cause("diary_file_unreadable", {"path": str(path), "kind": "TCX", "why": _why(error)})
        ) from error
    return [_tcx_activity(one) for one in _under(root, "Activity")]


def _tcx_activity(element: Any) -> _Found:
    found = _Found(sport=str(element.get("Sport", "")))
    for lap in _under(element, "Lap"):
        began = _moment(lap.get("StartTime", ""))
        if began is not None:
            found.moments.append(began)
            length_s = _number(next((child.text for child in lap if _local(child.tag) == "TotalTimeSeconds"), None))
            if length_s is not None and 0 <= length_s <= MINUTES_MAX * 60:
                with suppress(OverflowError):  # the year 9999
                    found.moments.append(began + timedelta(seconds=length_s))
    for point in _under(element, "Trackpoint"):
        stamp = next((_moment(child.text or "") for child in point if _local(child.tag) == "Time"), None)
        if stamp is not None:
            found.moments.append(stamp)
        for heart in _under(point, "HeartRateBpm"):
            bpm = _number(next((child.text for child in heart if _local(child.tag) == "Value"), None))
            if bpm is not None:
                found.beats.append(round(bpm))
    return found


def _why(error: Exception) -> str:
    """Why a file cannot be read; the file itself is named beside."""
    if isinstance(error, DefusedXmlException):
        return type(error).__name__
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else str(error)


def _under(element: Any, name: str) -> Iterator[Any]:
    """Elements by local name: tags carry the file's namespace."""
    return (one for one in element.iter() if _local(one.tag) == name)


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _number(text: str | None) -> float | None:
    try:
        value = float((text or "").strip())
    except ValueError:
        return None
    return value if -1e9 < value < 1e9 else None


def each_once(files: Sequence[tuple[Activity, ...]]) -> tuple[Activity, ...]:
    """The activities of several files, one that is in two of them once, oldest first."""
    once = {activity.sha256: activity for activities in files for activity in activities}
    return tuple(sorted(once.values(), key=lambda one: one.started_at))
