"""Whom a command is about, from its options. Here is nothing of a record: an estimate from a table needs none."""

import argparse
from collections.abc import Mapping
from datetime import datetime

import msgspec

from teststation.errors import BadInput
from teststation.subject import Sex, Subject, contradictions

# Widest values that can belong to a grown person on a treadmill; outside them somebody has mistyped.
BOUNDS: dict[str, tuple[str, float, float, str]] = {
    "age_years": ("--age", 10, 100, "years"),
    "weight_kg": ("--weight", 25, 300, "kg"),
    "height_cm": ("--height", 100, 230, "cm"),
    "hr_max_measured_bpm": ("--hr-max", 90, 240, "bpm"),
    "hr_max_intervals_bpm": ("--hr-max-intervals", 90, 240, "bpm"),
    "waist_cm": ("--waist", 40, 200, "cm"),
    "resting_hr_bpm": ("--resting-hr", 30, 130, "bpm"),
    "activity_index": ("--activity", 0, 15, "of Nes 2011's index"),
}


def subject_from(values: Mapping[str, float | str | bool | None]) -> Subject:
    """A subject from checked values. Raises BadInput with every problem."""
    problems = [
        f"{option}: {values[name]:g} {unit} is outside {low:g} to {high:g}; correct it"
        for name, (option, low, high, unit) in BOUNDS.items()
        if values.get(name) is not None and not low <= float(values[name] or 0) <= high
    ]
    missing = [
        f"{option} is missing; add it as an option or as a '# {option[2:]}=' line of the table"
        for name, option in (("sex", "--sex"), ("age_years", "--age"), ("weight_kg", "--weight"))
        if values.get(name) is None
    ]
    if problems or missing:
        raise BadInput(*missing, *problems)
    return _consistent(msgspec.convert({name: value for name, value in values.items() if value is not None}, Subject))


def _consistent(subject: Subject) -> Subject:
    found = contradictions(subject, datetime.now().astimezone().date().isoformat())
    if found:
        raise BadInput(*found)
    return subject


def subject_values(arguments: argparse.Namespace) -> dict[str, float | str | bool | None]:
    """The subject's options by the names of ``Subject``; None where not given."""
    return {
        "sex": None if arguments.sex is None else Sex(arguments.sex).value,
        "age_years": arguments.age,
        "weight_kg": arguments.weight,
        "height_cm": arguments.height,
        "hr_max_measured_bpm": arguments.hr_max,
        "hr_max_from_rpe": arguments.hr_max_from_rpe,
        "beta_blocker": arguments.beta_blocker,
        "irregular_rhythm": arguments.irregular_rhythm,
        "waist_cm": arguments.waist,
        "resting_hr_bpm": arguments.resting_hr,
        "activity_index": arguments.activity,
        **(arguments.resting_bp or {}),
        **(arguments.hr_max_intervals or {}),
    }
