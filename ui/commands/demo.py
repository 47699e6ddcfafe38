"""``teststation demo``: the same app on a throw-away record, with emulators on a real wire."""

import argparse
import secrets
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from teststation.errors import AfterTheTest, BadInput
from teststation.files.outputs import Kind
from teststation.protocol.own import OwnProtocols
from teststation.subject import Sex, Subject
from ui.commands.common import in_this_process, the_record
from ui.commands.display import display_at_hand
from ui.commands.outputs import check
from ui.commands.run import run_setup
from ui.station.emulated import Truth, patient_of_seed
from ui.station.settings import Settings, protocols_path
from ui.station.station import Setup, Station, load_plan_of

if TYPE_CHECKING:
    from teststation.records.database import Record
    from ui.commands.common import Opens

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
    check(arguments, (arguments.pdf, Kind.PDF), (arguments.json, Kind.JSON))
    plan = load_plan_of(arguments.protocol, arguments.speed)
    settings = msgspec.structs.replace(DEMO_SETTINGS, default_protocol=arguments.protocol)
    if arguments.language is not None:
        settings = msgspec.structs.replace(settings, language=arguments.language)
    if arguments.headless:
        with _demo_record(arguments) as record:
            setup = Setup(
                plan=plan,
                subject=_subject(patient_of_seed(arguments.seed)),
                treadmill="emulated",
                heart_rate="emulated",
                person_id=add_patient(record, arguments.seed),
                seed=arguments.seed,
            )
            station = Station(record, settings, arguments.time_scale)
            try:
                return run_setup(
                    station, setup, ask=False, pdf=arguments.pdf, json=arguments.json, language=arguments.language
                )
            except AfterTheTest as error:
                if arguments.record:
                    raise
                # Where it is kept is gone in a moment.
                raise AfterTheTest(
                    *error.causes[:-1], "this record is thrown away; run the demonstration again"
                ) from error
    if not display_at_hand():
        raise BadInput("there is no display here; add --headless to run the demonstration without a window")
    from ui.desktop.application import run_app
    from ui.station.apart.record_process import RecordProcess

    with RecordProcess() as process, _demo_record(arguments, process.open) as record, _demo_protocols() as own:
        add_patient(record, arguments.seed)
        return run_app(
            record, settings, time_scale=arguments.time_scale, demo=True, seed=arguments.seed, own_protocols=own
        )


def add_patient(record: "Record", seed: int) -> str:
    """The emulated patient as a person of the record, of the age the patient has today."""
    truth = patient_of_seed(seed)
    born = date(datetime.now().astimezone().year - int(truth.age_years), 1, 1).isoformat()
    for person in record.people.all():
        if person.demo and (person.full_name, person.born) == (DEMO_NAME, born):
            return person.id
    given, family = DEMO_NAME.split()
    sex = Sex(truth.sex)
    return record.people.add(
        family_name=family, given_name=given, born=born, sex=sex, height_cm=truth.height_cm, demo=True
    ).id


def _subject(truth: Truth) -> Subject:
    return Subject(sex=Sex(truth.sex), age_years=truth.age_years, weight_kg=truth.weight_kg, height_cm=truth.height_cm)


@contextmanager
def _demo_protocols() -> Generator[OwnProtocols]:
    """The clinic's own protocols, as a copy: what is written in a demonstration is thrown away with it."""
    with tempfile.TemporaryDirectory(prefix="teststation-demo-") as folder:
        copy = Path(folder) / "protocols"
        if protocols_path().is_dir():
            shutil.copytree(protocols_path(), copy)
        yield OwnProtocols(copy)


@contextmanager
def _demo_record(arguments: argparse.Namespace, opens: "Opens | None" = None) -> Generator["Record"]:
    if arguments.record:
        with the_record(arguments, create=True, opens=opens) as record:
            yield record
        return
    with throw_away_record(opens) as record:
        yield record


@contextmanager
def throw_away_record(opens: "Opens | None" = None) -> Generator["Record"]:
    """A record that is gone when the command ends."""
    with tempfile.TemporaryDirectory(prefix="teststation-demo-") as folder:
        path = Path(folder) / "demo.record"
        with (opens or in_this_process)(path, secrets.token_urlsafe(24), create=True) as record:
            yield record
