"""What somebody may is asked again where it is done: who was sent away, or is less by now, changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from argon2 import PasswordHasher

from tests.unit.records.builders import assessment_of, events_of, run_of
from teststation.errors import BadInput
from teststation.exchange.export import export_person, export_person_zip, export_record
from teststation.records.access.user import Role, User
from teststation.records.database import Record
from teststation.records.people.erased import Reason
from teststation.records.people.erasure import erase
from teststation.records.people.person import Person
from teststation.records.tests.earlier_result import EarlierResult
from teststation.subject import Sex


@dataclass(frozen=True, slots=True)
class Bench:
    """A record in which somebody has logged in who then is sent away, or given another role, from elsewhere."""

    record: Record
    user: User  # as they were when they came in
    person: Person
    double: Person


@pytest.fixture
def bench(record: Record) -> Bench:
    record.users.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    record.users.add("sjef", "Sjefen", Role.ADMINISTRATOR)
    record.users.add("kari", "Kari Berg", Role.ADMINISTRATOR, "gå tur i skogen")
    person = record.people.add(family_name="Ødegård", sex=Sex.FEMALE)
    double = record.people.add(family_name="Ødegaard", sex=Sex.FEMALE)
    record.tests.save(person.id, msgspec.structs.replace(run_of(), reason=None), assessment_of(), events_of(3))
    return Bench(record, record.users.log_in("kari", "gå tur i skogen"), person, double)


def _export(bench: Bench, folder: Path) -> None:
    export_record(bench.record, folder / "alle", lambda _: b"", frozenset({"events"}))


def _export_one(bench: Bench, folder: Path) -> None:
    export_person(bench.record, bench.person.id, folder / "en", lambda _: b"", frozenset({"events"}))


def _pack_one(bench: Bench, folder: Path) -> None:
    export_person_zip(bench.record, bench.person.id, folder / "en.zip", lambda _: b"", frozenset({"events"}))


Act = Callable[[Bench, Path], object]
ACTS: dict[str, Act] = {
    "sign": lambda bench, _: bench.record.signing.sign("run-1", bench.user),
    "merge": lambda bench, _: bench.record.merging.merge(bench.person.id, bench.double.id),
    "import": lambda bench, _: bench.record.imported.keep(
        [EarlierResult(bench.person.id, "2019-05-01", 31.5, "x")], ""
    ),
    "erase": lambda bench, _: erase(bench.record.database, bench.record.audit, bench.double.id, Reason.REQUEST),
    "export": _export,
    "export one": _export_one,
    "pack one": _pack_one,
    "add a user": lambda bench, _: bench.record.users.add("ny", "Ny", Role.THERAPIST),
    "reset a user": lambda bench, _: bench.record.users.reset(bench.user.id),
    "change a user": lambda bench, _: bench.record.users.change(bench.user.id, role=Role.ADMINISTRATOR, active=True),
    "add a person": lambda bench, _: bench.record.people.add(family_name="Ny", sex=Sex.MALE),
    "change a person": lambda bench, _: bench.record.people.update(bench.person),
    "calculate again": lambda bench, _: bench.record.tests.add_result("run-1", assessment_of(33.0, "2")),
}
# A technician still keeps people and tests.
OF_EVERY_ROLE = {"add a person", "change a person", "calculate again"}


def _from_elsewhere(bench: Bench, **change: object) -> None:
    """What an administrator does at another station meanwhile."""
    acting, bench.record.audit.acting = bench.record.audit.acting, bench.record.users.named("sjef").actor
    bench.record.users.change(bench.user.id, **change)  # type: ignore[arg-type]
    bench.record.audit.acting = acting


@pytest.mark.parametrize("act", ACTS)
def test_who_was_sent_away_meanwhile_does_nothing(bench: Bench, tmp_path: Path, act: str) -> None:
    _from_elsewhere(bench, active=False)
    rows = len(bench.record.audit.newest())
    with pytest.raises(BadInput, match=r"may not (sign|do that)"):
        ACTS[act](bench, tmp_path)
    assert len(bench.record.audit.newest()) == rows, "nothing was done, so nothing is told"
    assert not list(tmp_path.glob("alle")) + list(tmp_path.glob("en*"))


@pytest.mark.parametrize("act", sorted(set(ACTS) - OF_EVERY_ROLE))
def test_who_is_less_by_now_does_no_more_than_that(bench: Bench, tmp_path: Path, act: str) -> None:
    _from_elsewhere(bench, role=Role.TECHNICIAN)
    with pytest.raises(BadInput, match=r"may not (sign|do that)"):
        ACTS[act](bench, tmp_path)


@pytest.mark.parametrize("act", ACTS)
def test_who_is_what_they_were_is_not_hindered(bench: Bench, tmp_path: Path, act: str) -> None:
    ACTS[act](bench, tmp_path)


def test_a_signature_bears_the_name_and_role_of_its_moment(bench: Bench) -> None:
    _from_elsewhere(bench, name="Kari Dal", role=Role.THERAPIST)
    signed = bench.record.signing.sign("run-1", bench.user)
    assert (signed.user_name, signed.user_role) == ("Kari Dal", "therapist")


def test_a_test_that_was_walked_is_kept_whoever_was_sent_away_meanwhile(bench: Bench) -> None:
    _from_elsewhere(bench, active=False)
    bench.record.tests.save(bench.person.id, run_of("run-2"), assessment_of(), events_of(3))
    assert bench.record.tests.get("run-2").id == "run-2"
