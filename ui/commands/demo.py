"""``teststation demo``: the same app on a throw-away record, with emulators on a real wire."""

import argparse
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from teststation.errors import BadInput
from teststation.records.database import Record, open_record
from teststation.subject import Sex, Subject
from ui.commands.common import check_writable, the_record
from ui.commands.run import person_for, run_setup
from ui.emulated import Truth, patient_of_seed
from ui.settings import Settings
from ui.station import Setup, Station, load_plan_of

DEMO_NAME = "Demo Pasient"
DEMO_SETTINGS = Settings(
    clinic_name="Demoklinikken",
    operator="Demo",
    treadmill="emulated",
    heart_rate="emulated",
    intended_use_accepted=True,
)


def run(arguments: argparse.Namespace) -> int:
    """Open the window on a throw-away record, or run one whole test without it."""
    check_writable(arguments.pdf, arguments.json)
    plan = load_plan_of(arguments.protocol, arguments.speed)
    settings = msgspec.structs.replace(DEMO_SETTINGS, default_protocol=arguments.protocol)
    if arguments.headless:
        with _demo_record(arguments) as record:
            subject = _subject(patient_of_seed(arguments.seed))
            setup = Setup(
                plan=plan,
                subject=subject,
                treadmill="emulated",
                heart_rate="emulated",
                person_id=person_for(record, DEMO_NAME, None, "demo", subject),
                seed=arguments.seed,
            )
            station = Station(record, settings, arguments.time_scale)
            return run_setup(station, setup, ask=False, pdf=arguments.pdf, json=arguments.json)
    if not display_at_hand():
        raise BadInput("there is no display here; add --headless to run the demonstration without a window")
    from ui.app import run_app

    with _demo_record(arguments) as record:
        return run_app(record, settings, time_scale=arguments.time_scale, demo=True, seed=arguments.seed)


def display_at_hand() -> bool:
    """Whether a window can be opened on this machine."""
    if sys.platform in ("win32", "darwin"):
        return True
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return any(os.environ.get(name) for name in names)


def _subject(truth: Truth) -> Subject:
    return Subject(sex=Sex(truth.sex), age_years=truth.age_years, weight_kg=truth.weight_kg, height_cm=truth.height_cm)


@contextmanager
def _demo_record(arguments: argparse.Namespace) -> Iterator[Record]:
    if arguments.record:
        with the_record(arguments, create=True) as record:
            yield record
        return
    with tempfile.TemporaryDirectory(prefix="teststation-demo-") as folder:
        path = Path(folder) / "demo.record"
        with open_record(path, secrets.token_urlsafe(24), create=True) as record:
            yield record
