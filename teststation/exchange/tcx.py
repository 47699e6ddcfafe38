"""A run as TCX (Garmin's Training Center Database v2), as training diaries read it.

The form asks for calories in every lap; the station makes no claim about energy and writes 0.
"""

import xml.etree.ElementTree as Xml  # builds only; files of others are read by defusedxml
from datetime import datetime

from teststation.exchange.track import Lap, Track, track_of
from teststation.run.record import RunRecord

SPACE = "http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"
DEMO = "DEMONSTRATION, not a test of a person"
EXTENSION = "http://www.garmin.com/xmlschemas/ActivityExtension/v2"


def tcx_of(run: RunRecord) -> bytes:
    """The file. Says nothing of who the person is."""
    track = track_of(run)
    root = Xml.Element("TrainingCenterDatabase", {"xmlns": SPACE})
    activity = Xml.SubElement(
        Xml.SubElement(root, "Activities"), "Activity", Sport="Running" if track.runs else "Other"
    )
    _text(activity, "Id", _stamp(track.started))
    for lap in track.laps:
        _lap(activity, track, lap)
    if run.demo:
        _text(activity, "Notes", DEMO)
    return Xml.tostring(root, encoding="utf-8", xml_declaration=True)


def _lap(activity: Xml.Element, track: Track, lap: Lap) -> None:
    element = Xml.SubElement(activity, "Lap", StartTime=_stamp(track.at(lap.began_s)))
    _text(element, "TotalTimeSeconds", f"{lap.ended_s - lap.began_s:.1f}")
    _text(element, "DistanceMeters", f"{lap.distance_m:.1f}")
    _text(element, "Calories", "0")
    if lap.heart_bpm:
        _heart(element, "AverageHeartRateBpm", round(sum(lap.heart_bpm) / len(lap.heart_bpm)))
        _heart(element, "MaximumHeartRateBpm", max(lap.heart_bpm))
    _text(element, "Intensity", "Active")
    _text(element, "TriggerMethod", "Manual")
    points = Xml.SubElement(element, "Track")
    for point in lap.points:
        at = Xml.SubElement(points, "Trackpoint")
        _text(at, "Time", _stamp(track.at(point.t_s)))
        _text(at, "DistanceMeters", f"{point.distance_m:.1f}")
        if point.bpm is not None:
            _heart(at, "HeartRateBpm", point.bpm)
        if point.speed_m_s is not None:
            more = Xml.SubElement(Xml.SubElement(at, "Extensions"), "TPX", {"xmlns": EXTENSION})
            _text(more, "Speed", f"{point.speed_m_s:.3f}")
    if lap.name:
        _text(element, "Notes", lap.name)


def _heart(parent: Xml.Element, tag: str, bpm: int) -> None:
    _text(Xml.SubElement(parent, tag), "Value", str(bpm))


def _text(parent: Xml.Element, tag: str, text: str) -> None:
    Xml.SubElement(parent, tag).text = text


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
