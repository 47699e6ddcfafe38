"""A station's login does a whole appointment on the server, and can change neither the audit log nor the tables."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psycopg
import pytest

from tests.mutants import fails_with
from tests.postgres import USER
from tests.unit.records.builders import PASSPHRASE, assessment_of, events_of, run_of
from tests.unit.records.conftest import Postgres
from teststation.cause import Cause
from teststation.errors import BadInput, RecordError
from teststation.records.access.actions import Action
from teststation.records.access.user import LoginRefused, Role
from teststation.records.database import Record, open_record
from teststation.records.people.erased import Reason
from teststation.records.several_stations import roles
from teststation.records.several_stations.roles import RIGHTS, script, set_roles, stations
from teststation.records.several_stations.served import ServedDatabase
from teststation.records.storage import place, schema
from teststation.records.storage.failures import ServerAway
from teststation.records.storage.tables import METADATA
from teststation.records.tests.earlier_result import EarlierResult
from teststation.records.upkeep.backup import backup
from teststation.records.upkeep.erasing import erase_person
from teststation.records.upkeep.verification import problems
from teststation.subject import Sex
from ui.cli import main

OWNER = "clinic_owner"  # of the tables; may make roles, and is no superuser
ADMINISTRATOR = USER  # of the server: a superuser
PASSWORD = "gå tur i skogen"
DELETED = ("login_guess", "run_now")  # tables of which a station deletes rows


@dataclass(slots=True)
class Clinic:
    """A database whose tables have an owner of their own, and the logins of its stations."""

    postgres: Postgres
    folder: Path
    database: str
    patch: pytest.MonkeyPatch

    @property
    def station(self) -> str:
        """A station's login, of this database alone: logins are the whole server's."""
        return f"{self.database}_one"

    @property
    def group(self) -> str:
        """The role that stations belong to."""
        return f"{self.database}_station"

    def url(self, login: str) -> str:
        """The record's address as this login has it."""
        return self.postgres.cluster.url(self.database).replace(f"{USER}@", f"{login}@")

    def open(self, login: str) -> Record:
        """The record at this login's own machine."""
        self.at_the_machine_of(login)
        return open_record(self.url(login), PASSPHRASE)

    def at_the_machine_of(self, login: str) -> None:
        self.patch.setattr(place, "data_folder", lambda: self.folder / login)

    def run(self, login: str, statements: str) -> None:
        """Run SQL as this login."""
        connection = psycopg.connect(
            host="127.0.0.1", port=self.postgres.cluster.port, user=login, dbname=self.database, autocommit=True
        )
        with connection:
            connection.execute(statements.encode())

    def set_roles(self, *logins: str) -> tuple[str, ...]:
        """As the owner does it."""
        who = stations(self.database, None, logins or (self.station,))
        with self.open(OWNER) as record:
            assert isinstance(record.database, ServedDatabase)
            return set_roles(record.database, record.audit, who)

    def may(self, login: str, statement: str) -> bool:
        """Whether this login may do that; what it did is taken back."""
        try:
            self.run(login, f"BEGIN; {statement}; ROLLBACK")
        except psycopg.errors.InsufficientPrivilege:
            return False
        return True


@pytest.fixture(scope="module")
def owned(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database whose tables are the owner's, to be copied."""
    cluster = postgres.cluster
    cluster.execute(f"CREATE ROLE {OWNER} LOGIN CREATEROLE")
    name = cluster.new_database(words=f"OWNER {OWNER}")
    folder = tmp_path_factory.mktemp("owner")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(place, "data_folder", lambda: folder)
        open_record(cluster.url(name).replace(f"{USER}@", f"{OWNER}@"), PASSPHRASE).close()
    return name


@pytest.fixture
def clinic(postgres: Postgres, owned: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clinic:
    """The owner's tables and no station yet."""
    monkeypatch.setenv("TESTSTATION_PASSPHRASE", PASSPHRASE)
    return Clinic(postgres, tmp_path, postgres.cluster.new_database(owned, f"OWNER {OWNER}"), monkeypatch)


def appointments(record: Record) -> None:
    """Everything that a station's own work writes, with the server there and without it."""
    if not record.users.all():
        record.users.add("kari", "Kari Berg", Role.ADMINISTRATOR, PASSWORD)
    for guess in ("gjettet passord", "gjettet en gang til"):
        with pytest.raises(LoginRefused):
            record.users.log_in("kari", guess)
    kari = record.users.log_in("kari", PASSWORD)
    nils, _ = record.users.add("nils", "Nils Dal", Role.THERAPIST)
    record.users.reset(nils.id)
    record.users.change(nils.id, name="Nils Dahl", role=Role.TECHNICIAN, active=False)
    person = record.people.add(family_name="Berg", given_name="Åse", sex=Sex.FEMALE)
    record.people.update(msgspec.structs.replace(person, note="kneet"))
    record.bring_at_hand(person.id)
    walk(record, "run-1", person.id)
    record.tests.add_result("run-1", assessment_of(33.0, "2"))
    signature = record.signing.sign("run-1", kari, comment="fin form")
    record.signing.sign("run-1", kari, reason="feil kommentar", seen=signature.number)
    double = record.people.add(family_name="Berg", given_name="Aase", sex=Sex.FEMALE)
    walk(record, "run-2", double.id)
    merge = record.merging.merge(person.id, double.id)
    record.merging.undo(merge.id)
    record.imported.keep([EarlierResult(person.id, "2020-01-31", 30.0, "sykkel")], "ab" * 32)
    record.audit.note(Action.REPORT_PRINTED, person.id, "run-1")
    assert isinstance(record.database, ServedDatabase)
    for run_id in ("run-3", "run-4"):  # the second time it counts on from the first
        record.hand_over()
        record.database._away = ServerAway(Cause("server_away", {"name": "", "said": ""}))
        record.people.update(msgspec.structs.replace(record.people.get(person.id), note=run_id))
        walk(record, run_id, person.id)
        assert record.hand_over().kept_here == ()
    assert record.tests.ids() == {"run-1", "run-2", "run-3", "run-4"}


def walk(record: Record, run_id: str, person_id: str) -> None:
    """Keep a test from its journal."""
    events = events_of(20)
    with record.new_journal(run_id, person_id) as journal:
        for event in events:
            journal.append(msgspec.Raw(event), durable=False)  # type: ignore[arg-type]
    record.keep(person_id, run_of(run_id), assessment_of(), events)


# --- what a station can do ---


def test_a_station_does_whole_appointments_and_its_record_is_whole(clinic: Clinic) -> None:
    assert clinic.set_roles() == (clinic.station,), "made, and without a password yet"
    with clinic.open(clinic.station) as record:
        appointments(record)
        assert problems(record.database) == []
        assert backup(record.database, record.file, clinic.folder / "a.backup").ok
    with clinic.open(OWNER) as record:
        assert problems(record.database) == [], "the owner sees it as the station does"
        told = [row for row in record.audit.newest() if row.action == Action.ROLES_SET]
    assert [(row.detail["group"], row.detail["logins"]) for row in told] == [(clinic.group, [clinic.station])]


NEEDED = [
    (f"{word} ({column})" if column else word, table)
    for table, rights in RIGHTS.items()
    for word, column in (
        *[("UPDATE", column) for column in rights.changes if table != "person"],  # a whole row, by hand-over
        *([("UPDATE", "")] if table == "person" else []),
        *([("DELETE", "")] if rights.deletes else []),
    )
]


def fails_without(clinic: Clinic, word: str, table: str) -> None:
    """A station's own work fails without this right."""
    clinic.run(OWNER, f"REVOKE {word} ON {table} FROM {clinic.group}")
    if table == "person":
        clinic.run(OWNER, f"REVOKE UPDATE ({', '.join(RIGHTS[table].changes)}) ON {table} FROM {clinic.group}")
    with clinic.open(clinic.station) as record, pytest.raises(RecordError, match="may not use its tables for that"):
        appointments(record)
    clinic.run(OWNER, script(stations(clinic.database, None, [clinic.station])))
    emptied = ", ".join(f'"{name}"' for name in METADATA.tables if name not in ("audit", "audit_head"))
    clinic.run(ADMINISTRATOR, f"TRUNCATE {emptied}")
    for left in (clinic.folder / clinic.station).rglob("*"):
        if left.is_file():
            left.unlink()


def test_what_a_station_may_change_or_delete_could_not_be_left_out(clinic: Clinic) -> None:
    """One right of each kind: of a column, of a whole row, to delete. Every right by itself is for the night."""
    clinic.set_roles()
    assert len(NEEDED) == 17
    column = next((word, table) for word, table in NEEDED if "(" in word)
    row = next((word, table) for word, table in NEEDED if word == "UPDATE")
    gone = next((word, table) for word, table in NEEDED if word == "DELETE")
    for word, table in (column, row, gone):
        fails_without(clinic, word, table)


@pytest.mark.nightly
def test_nothing_that_a_station_may_change_or_delete_could_be_left_out(clinic: Clinic) -> None:
    """Each right is needed: without it a station's own work fails."""
    clinic.set_roles()
    for word, table in NEEDED:
        fails_without(clinic, word, table)


def test_setting_the_roles_again_puts_right_what_was_changed(clinic: Clinic) -> None:
    clinic.set_roles()
    clinic.run(OWNER, f"GRANT ALL ON audit TO {clinic.station}, PUBLIC; REVOKE INSERT ON test FROM {clinic.group}")
    assert clinic.set_roles(clinic.station, f"{clinic.database}_two") == (f"{clinic.database}_two",)
    no_change_of_the_log(clinic)
    for login in (clinic.station, f"{clinic.database}_two"):
        assert clinic.may(login, "INSERT INTO setting VALUES ('a', 'b')"), login


def test_a_table_of_a_later_version_has_its_rights_too() -> None:
    assert set(RIGHTS) == {*METADATA.tables, "alembic_version"}
    assert {name for name, rights in RIGHTS.items() if rights.deletes} == set(DELETED)
    for name in ("audit", "signature", "event", "stage", "result", "person_version"):
        assert RIGHTS[name] == roles.Rights(adds=True, changes=(), deletes=False), name


# --- what it cannot ---

LOG = (
    "UPDATE audit SET actor = 'noen'",
    "UPDATE audit SET sha256 = ''",
    "DELETE FROM audit",
    "TRUNCATE audit",
    "TRUNCATE audit CASCADE",
    "DELETE FROM audit_head",
    "INSERT INTO audit_head VALUES (2, 0, '')",
    "TRUNCATE audit_head",
    "UPDATE audit_head SET id = 2",
)
OTHERS = (
    "UPDATE signature SET comment = ''",
    "DELETE FROM signature",
    "UPDATE result SET vo2max_ml_kg_min = 60",
    "UPDATE test SET run_json = '{}'",
    "UPDATE event SET body = ''",
    "UPDATE stage SET rpe = 20",
    "UPDATE person_version SET body = ''",
    "UPDATE imported_result SET vo2max_ml_kg_min = 60",
    "UPDATE station_user SET login = 'x'",
    "UPDATE setting SET name = 'x'",
    "DELETE FROM setting",
    "UPDATE alembic_version SET version_num = '9999'",
    *(f"DELETE FROM {name}" for name in METADATA.tables if name not in (*DELETED, "audit", "audit_head")),
    *(f"TRUNCATE {name} CASCADE" for name in METADATA.tables),
)
TABLES = (
    *(f"ALTER TABLE {name} ADD COLUMN more text" for name in METADATA.tables),
    "ALTER TABLE audit DISABLE TRIGGER ALL",
    "ALTER TABLE audit OWNER TO CURRENT_USER",
    "DROP TABLE audit",
    "CREATE TABLE more (id integer)",
    "CREATE VIEW more AS SELECT 1",
    "CREATE INDEX more ON audit (at)",
    "CREATE RULE more AS ON INSERT TO audit DO INSTEAD NOTHING",
    "CREATE TRIGGER more BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE ROLE more",
    f"SET ROLE {OWNER}",
    "GRANT UPDATE ON audit TO PUBLIC, CURRENT_USER",
)


def refused(clinic: Clinic, statements: tuple[str, ...]) -> None:
    assert [one for one in statements if clinic.may(clinic.station, one) and not harmless(one)] == []


def harmless(statement: str) -> bool:
    """A GRANT of what one does not have says a warning and does nothing."""
    return statement.startswith("GRANT ")


def no_change_of_the_log(clinic: Clinic) -> None:
    """The station, whatever it was given, adds to the log and changes nothing in it."""
    refused(clinic, LOG)
    assert clinic.may(clinic.station, "UPDATE audit_head SET seq = 0"), "each row moves it on"


@pytest.mark.parametrize("statements", [LOG, OTHERS, TABLES], ids=["log", "rows", "tables"])
def test_a_station_changes_neither_log_nor_what_is_kept_nor_tables(clinic: Clinic, statements: tuple[str, ...]) -> None:
    clinic.set_roles()
    refused(clinic, statements)
    clinic.run(OWNER, f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {clinic.group}")
    clinic.run(ADMINISTRATOR, f"GRANT {OWNER} TO {clinic.group}")
    with pytest.raises(AssertionError):
        refused(clinic, statements)


def test_what_a_station_may_not_do_is_a_sentence_and_nothing_is_done(clinic: Clinic) -> None:
    clinic.set_roles()
    with clinic.open(clinic.station) as record:
        person = record.people.add(family_name="Berg", sex=Sex.FEMALE)
        with pytest.raises(RecordError, match="erasing, restoring and upgrading are the owner's"):
            erase_person(record, person.id, Reason.REQUEST)
        assert record.people.get(person.id) == person
    with clinic.open(OWNER) as record:
        assert erase_person(record, person.id, Reason.REQUEST).people == 1
        assert problems(record.database) == []


# --- an older schema is the owner's to upgrade ---


def test_a_station_that_meets_an_older_schema_asks_for_the_owner(clinic: Clinic) -> None:
    clinic.set_roles()
    clinic.run(OWNER, "UPDATE alembic_version SET version_num = '0003'")
    with pytest.raises(RecordError, match=r"let their owner open it once with this version \(teststation records ver"):
        clinic.open(clinic.station)
    assert list(clinic.folder.rglob("*.backup")) == [], "nothing was begun"
    clinic.run(OWNER, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(RecordError, match="update this station"):
        clinic.open(clinic.station)


def test_a_station_that_finds_no_tables_asks_for_the_owner(clinic: Clinic) -> None:
    clinic.set_roles()
    clinic.database = clinic.postgres.cluster.new_database(words=f"OWNER {OWNER}")
    station = clinic.station
    clinic.run(ADMINISTRATOR, f'CREATE ROLE "{station}" LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC')
    with pytest.raises(RecordError, match="let the database's owner open it once"):
        clinic.open(station)
    clinic.open(OWNER).close()


# --- roles that would be more than a station's, or less ---


def amiss(clinic: Clinic, prepare: str, words: str) -> None:
    clinic.run(ADMINISTRATOR, f'CREATE ROLE "{clinic.station}" LOGIN; {prepare}')
    with pytest.raises((RecordError, BadInput)) as caught:
        clinic.set_roles()
    assert words in str(caught.value)
    with clinic.open(OWNER) as record:
        assert Action.ROLES_SET not in [row.action for row in record.audit.newest()], "all of it was taken back"


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        ('GRANT pg_write_all_data TO "{0}"', "DELETE on audit"),
        ('CREATE ROLE "{0}_b"; GRANT ALL ON audit TO "{0}_b"; GRANT "{0}_b" TO "{0}"', "{0}_b: DELETE on audit"),
        (
            'ALTER ROLE "{0}" NOINHERIT; CREATE ROLE "{0}_b"; GRANT TRUNCATE ON audit TO "{0}_b"; '
            'GRANT "{0}_b" TO "{0}"',
            "{0}_b: TRUNCATE on audit",
        ),
        ('ALTER ROLE "{0}" NOINHERIT', "{0}: no INSERT on audit"),
        ('ALTER ROLE "{0}" CREATEROLE', "SUPERUSER or CREATEROLE"),
        ('ALTER ROLE "{0}" SUPERUSER', "owns the tables or may act as their owner"),
        ('GRANT clinic_owner TO "{0}"', "owns the tables or may act as their owner"),
        ('GRANT CREATE ON SCHEMA public TO pg_monitor; GRANT pg_monitor TO "{0}"', "CREATE on schema public"),
        ('CREATE ROLE "{1}" LOGIN', "{1}: LOGIN"),
    ],
)
def test_a_role_with_other_rights_than_a_stations_is_refused(clinic: Clinic, prepare: str, words: str) -> None:
    given = clinic.station, clinic.group
    amiss(clinic, prepare.format(*given), words.format(*given))


def test_the_owner_is_no_station_and_keeps_its_rights(clinic: Clinic) -> None:
    for owner in (OWNER, ADMINISTRATOR):
        with pytest.raises(RecordError, match="give stations logins of their own"):
            clinic.set_roles(owner)
        with pytest.raises(psycopg.errors.InvalidObjectDefinition):
            clinic.run(ADMINISTRATOR, script(stations(clinic.database, None, [owner])))
    with clinic.open(OWNER) as record:
        record.people.add(family_name="Berg", sex=Sex.FEMALE)


def test_stations_that_were_the_owner_become_stations_as_the_guide_says(clinic: Clinic) -> None:
    station, database = clinic.station, clinic.database
    clinic.run(ADMINISTRATOR, f'CREATE ROLE "{station}" LOGIN; ALTER DATABASE "{database}" OWNER TO "{station}"')
    for table in RIGHTS:
        clinic.run(ADMINISTRATOR, f'ALTER TABLE "{table}" OWNER TO "{station}"')
    clinic.run(ADMINISTRATOR, f'ALTER DATABASE "{database}" OWNER TO {OWNER}; REASSIGN OWNED BY "{station}" TO {OWNER}')
    assert clinic.set_roles() == ()
    refused(clinic, LOG + TABLES)
    with clinic.open(station) as record:
        appointments(record)


def test_an_owner_that_may_make_no_roles_prints_them_for_who_may(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic.run(ADMINISTRATOR, f"ALTER ROLE {OWNER} NOCREATEROLE")
    try:
        clinic.at_the_machine_of(OWNER)
        words = ["records", "--record", clinic.url(OWNER), "roles", "--station", clinic.station]
        assert main(words) == 2
        assert "print them with --print" in capsys.readouterr().err
        assert main([*words, "--print"]) == 0
        printed = capsys.readouterr().out
    finally:
        clinic.run(ADMINISTRATOR, f"ALTER ROLE {OWNER} CREATEROLE")
    clinic.run(ADMINISTRATOR, printed)
    no_change_of_the_log(clinic)
    with clinic.open(clinic.station) as record:
        appointments(record)


# --- the command ---


def test_the_command_says_what_it_did_and_who_needs_a_password(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic.at_the_machine_of(OWNER)
    words = ["records", "--record", clinic.url(OWNER), "roles", "--station", clinic.station]
    assert main(words) == 0
    said = capsys.readouterr().err
    assert f"as {clinic.group}, and no more" in said
    assert rf"\password {clinic.station}" in said
    assert main(words) == 0
    assert "password" not in capsys.readouterr().err, "it is there already"
    no_change_of_the_log(clinic)


def test_where_users_log_in_an_administrator_sets_the_roles(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with clinic.open(OWNER) as record:
        record.users.add("kari", "Kari Berg", Role.ADMINISTRATOR, PASSWORD)
        record.users.add("nils", "Nils Dal", Role.THERAPIST, PASSWORD)
    monkeypatch.setenv("TESTSTATION_USER_PASSWORD", PASSWORD)
    words = ["records", "--record", clinic.url(OWNER), "roles", "--station", clinic.station]
    assert main(words) == 2, "nobody is named"
    assert main([*words, "--user", "nils"]) == 2
    assert main([*words, "--user", "kari"]) == 0, capsys.readouterr().err
    with clinic.open(OWNER) as record:
        told = [row.actor for row in record.audit.newest() if row.action == Action.ROLES_SET]
    assert [actor.partition(",")[0] for actor in told] == ["kari"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--station", 'x"; DROP TABLE audit; --'), "choose another"),
        (("--station", "x" * 64), "choose another"),
        (("--station", "a", "--group", "a"), "give a station another login"),
    ],
)
def test_a_name_that_is_none_is_refused_before_anything(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], sentence: str
) -> None:
    assert main(["records", "--record", "postgresql://nobody@127.0.0.1:9/none", "roles", *words, "--print"]) == 2
    assert sentence in capsys.readouterr().err


def test_a_file_has_no_roles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["records", "--record", os.fspath(tmp_path / "a.record"), "roles", "--station", "a"]) == 2
    assert "name a server with --record" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


# --- faults planted in what makes the roles ---


def log_is_kept(clinic: Clinic) -> Callable[[], None]:
    def fact() -> None:
        clinic.run(ADMINISTRATOR, roles.script(roles.stations(clinic.database, None, [clinic.station])))
        refused(clinic, LOG)

    return fact


def checked_at_the_end(clinic: Clinic) -> Callable[[], None]:
    clinic.run(ADMINISTRATOR, f'CREATE ROLE "{clinic.station}" LOGIN; GRANT pg_write_all_data TO "{clinic.station}"')

    def fact() -> None:
        with clinic.open(OWNER) as record:
            assert isinstance(record.database, ServedDatabase)
            with pytest.raises(RecordError):
                roles.set_roles(record.database, record.audit, roles.stations(clinic.database, None, [clinic.station]))

    return fact


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ('f"GRANT {_words(rights)} ON TABLE', 'f"GRANT ALL ON TABLE', log_is_kept),
        ('words += ["DELETE"] if rights.deletes else []', 'words += ["DELETE"]', log_is_kept),
        ("_CHANGED = {\n", '_CHANGED = {\n    "audit": Rights(changes=("sha256",)),\n', log_is_kept),
        ("        if amiss:\n", "        if False:\n", checked_at_the_end),
        ("for table, word in sorted(rights - wanted)]", "for table, word in ()]", checked_at_the_end),
    ],
)
def test_a_planted_fault_is_found(
    clinic: Clinic, old: str, new: str, fact: Callable[[Clinic], Callable[[], None]]
) -> None:
    fails_with(roles, old, new, fact(clinic))


def test_without_its_rule_a_station_would_try_to_upgrade(clinic: Clinic) -> None:
    def fact() -> None:
        with pytest.raises(RecordError, match="let their owner open it once"):
            clinic.open(clinic.station)

    clinic.set_roles()
    clinic.run(OWNER, "UPDATE alembic_version SET version_num = '0003'")
    fact()
    clinic.patch.setattr(schema, "_may_change_tables", lambda connection: True)
    with pytest.raises(AssertionError):
        fact()
