"""Validators nobody here made take the bundles: HAPI's for FHIR R4 with the vital-signs profiles, without a server."""

import copy
import json
import os
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.contract.maven import DOWNLOAD_S, SHORT_LIVED, classpath_of
from tests.sample_tests import follow_up, sample
from tests.unit.records.builders import assessment_of, events_of, run_of
from tests.unit.training.session.builders import walked
from teststation.exchange.fhir import bundle_of
from teststation.exchange.fhir_training import Trained
from teststation.records.access.user import Role
from teststation.records.database import Record
from teststation.records.people.person import Person
from teststation.subject import Sex
from teststation.training.diary import Attendance, Entry
from teststation.training.plan import make_plan
from teststation.training.session.analysis import analyse
from teststation.training.together import NO_BELT

HERE = Path(__file__).parent / "fhir"
RUN_S = 150


@pytest.fixture(scope="session")
def classpath(tmp_path_factory: pytest.TempPathFactory) -> str:
    """HAPI's jars."""
    return classpath_of(HERE / "pom.xml", tmp_path_factory.mktemp("maven"))


def errors(classpath: str, folder: Path, bundles: dict[str, Any]) -> dict[str, list[str]]:
    """What HAPI calls an error, by bundle."""
    paths = []
    for name, bundle in bundles.items():
        paths.append(folder / f"{name}.json")
        paths[-1].write_text(json.dumps(bundle), encoding="utf-8")
    command = ["java", *SHORT_LIVED, "-cp", classpath, str(HERE / "Validate.java"), *map(str, paths)]
    environment = {**os.environ, "JAVA_TOOL_OPTIONS": "-Dfile.encoding=UTF-8"}
    done = subprocess.run(command, capture_output=True, timeout=RUN_S, check=False, env=environment)
    assert done.returncode == 0, done.stderr.decode()
    found: dict[str, list[str]] = {}
    finished = set()
    for line in done.stdout.decode("utf-8").splitlines():
        name, severity, where, words = line.split("\t", 3)
        if severity == "DONE":
            finished.add(name.removesuffix(".json"))
        elif severity in ("ERROR", "FATAL"):
            found.setdefault(name.removesuffix(".json"), []).append(f"{where}: {words}")
    assert finished == set(bundles), "each was looked at"
    return found


def resources(bundle: Any, kind: str) -> list[Any]:
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]


def _coded(bundle: Any, code: str) -> Any:
    """The first observation under a LOINC code."""
    return next(
        one for one in resources(bundle, "Observation") if one["code"].get("coding", [{}])[0].get("code") == code
    )


@pytest.mark.nightly  # a minute of a core; fhir.resources reads every bundle in the suite
@pytest.mark.timeout(DOWNLOAD_S + RUN_S)
def test_hapi_takes_every_kind_of_bundle_and_refuses_broken_ones(
    record: Record, person: Person, classpath: str, tmp_path: Path
) -> None:
    kari = record.users.add("per", "Per <Berg> & Co", Role.ADMINISTRATOR, "gå tur i skogen")[0]
    run, found = follow_up()
    measured = msgspec.structs.replace(
        found.stages[0].observation, systolic_mmhg=150, diastolic_mmhg=80, rpe=13, handrail=True
    )
    found = msgspec.structs.replace(
        found, stages=(msgspec.structs.replace(found.stages[0], observation=measured), *found.stages[1:])
    )
    pressed = msgspec.structs.replace(run, id="pressed", started_at="2026-04-03T10:00:00+02:00")
    pressed = msgspec.structs.replace(pressed, subject=msgspec.structs.replace(run.subject, resting_hr_bpm=64))
    record.tests.save(person.id, pressed, found, events_of(4))
    record.signing.sign("pressed", kari, comment="Kjekk tur.\nGod form <b>\x0b")
    record.signing.sign("pressed", kari, comment="Ny", reason="feil vekt", seen=1)
    nobody = record.people.add(family_name="\u200b\x01", sex=Sex.MALE, number="K-17", demo=True)
    demo = msgspec.structs.replace(sample()[0], id="demo-run", treadmill="emulated", heart_rate="emulated")
    demonstrated = record.tests.save(nobody.id, demo, sample()[1], events_of(3))
    silent = record.people.add(family_name="Stille", given_name="Ann Kari", sex=Sex.FEMALE, number="K-18")
    withheld = record.tests.save(silent.id, run_of(), assessment_of(None), events_of(3))
    tests = record.tests.history(person.id)
    good = {
        "signed": bundle_of(person, tests, {tests[0].id: b"%PDF-1.4 report"}),
        "demo": bundle_of(nobody, [demonstrated], {}),
        "withheld": bundle_of(silent, [withheld], {}),
        "none": bundle_of(silent, [], {}),
        "trained": bundle_of(silent, [], {}, trained=_trained(record, silent)),
    }
    series, unit, absent, status = (copy.deepcopy(good["signed"]) for _ in range(4))
    sampled = next(one for one in resources(series, "Observation") if "valueSampledData" in one)
    sampled["meta"] = {"profile": ["http://hl7.org/fhir/StructureDefinition/heartrate"]}
    sampled["code"] = {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}
    _coded(unit, "29463-7")["valueQuantity"]["code"] = "stone"
    del _coded(absent, "8867-4")["valueQuantity"]
    resources(status, "DiagnosticReport")[0]["status"] = "unsigned"
    broken = {"series": series, "unit": unit, "absent": absent, "status": status}
    said = errors(classpath, tmp_path, good | broken)
    assert {name: said.get(name, []) for name in good} == {name: [] for name in good}
    assert set(said) == set(broken), "the profiles are really asked"


def _trained(record: Record, person: Person) -> Trained:
    """A session walked and one in a group, a plan, and a day that somebody was away."""
    run, readings = walked(until_s=1000.0)
    run = msgspec.structs.replace(run, id="walked", started_at="2026-03-02T10:00:00+01:00")
    record.sessions.save(person.id, run, analyse(run, readings), events_of(3))
    grouped = msgspec.structs.replace(
        run, id="grouped", started_at="2026-03-06T10:00:00+01:00", treadmill=NO_BELT, belt=(), heart_rate="ble:X"
    )
    record.sessions.save(person.id, grouped, analyse(grouped, readings), events_of(3))
    (plan,) = record.training.add(person.id, make_plan(date(2026, 3, 2), (1, 3, 5), "4x4"))
    record.training.add(person.id, Entry("2026-03-04", attendance=Attendance.EXCUSED))
    return Trained(record.sessions.history(person.id), plan, record.diary(person.id), date(2026, 3, 10))


@pytest.fixture
def record(tmp_path: Path) -> Any:
    from tests.fast_keys import use_fast_keys
    from teststation.records.database import open_record

    use_fast_keys()
    with open_record(tmp_path / "a.record", "en god setning") as opened:
        yield opened


@pytest.fixture
def person(record: Record) -> Person:
    added = record.people.add(
        family_name="Hemmeligsen", given_name="Klara Åse", born="1980-01-31", sex=Sex.FEMALE, number="31129956715"
    )
    for run, assessment in (sample(), follow_up()):
        record.tests.save(added.id, run, assessment, events_of(20))
    kari, _ = record.users.add("kari", "Kari Berg", Role.ADMINISTRATOR, "gå tur i skogen")
    record.signing.sign(sample()[0].id, kari)
    return added
