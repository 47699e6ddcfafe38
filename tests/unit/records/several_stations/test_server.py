"""Several stations on one server: it goes and comes back, and nothing is lost, doubled or overwritten."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import func, select, text

from tests.unit.records.builders import PASSPHRASE, assessment_of, events_of, run_of
from tests.unit.records.conftest import Postgres
from teststation.errors import RecordError
from teststation.records.access.actions import NOBODY, Action
from teststation.records.access.audit import NOT_TAKEN
from teststation.records.access.user import LoginRefused, Role
from teststation.records.database import Record, open_record
from teststation.records.people.two_hands import settled
from teststation.records.several_stations.handed_over import HandedOver
from teststation.records.several_stations.served import ServedDatabase
from teststation.records.storage import place
from teststation.records.storage.failures import ServerAway
from teststation.records.storage.tables import EVENT, METADATA, TEST
from teststation.records.upkeep.verification import problems
from teststation.subject import Sex
from teststation.texts import english
from teststation.training.diary import Entry

LOGINS = ("kari", "per", "nils", "liv")
OpenStation = Callable[[str], Record]


@pytest.fixture
def cluster(postgres: Postgres) -> Iterator[Postgres]:
    """The shared cluster, running again after the test whatever the test did to it."""
    yield postgres
    if not (postgres.cluster.data / "postmaster.pid").exists():
        postgres.cluster.start()


@pytest.fixture
def station(cluster: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenStation]:
    """Opens a station by name on one shared, empty database; each has its own folder."""
    url = cluster.cluster.url(cluster.cluster.new_database(cluster.template))
    opened: list[Record] = []

    def open_station(name: str) -> Record:
        monkeypatch.setattr(place, "data_folder", lambda: tmp_path / name)
        opened.append(open_record(url, PASSPHRASE))
        return opened[-1]

    yield open_station
    for record in opened:
        record.close()


def counted(record: Record) -> dict[str, int]:
    """How many rows each table of the server holds."""
    assert isinstance(record.database, ServedDatabase)
    with record.database.server.reading() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in METADATA.sorted_tables
        }


def journalled(record: Record, run_id: str, person_id: str, count: int = 20) -> None:
    """Keep a test as a station does: from its journal, which is retired."""
    events = events_of(count)
    with record.new_journal(run_id) as journal:
        for event in events:
            journal.append(msgspec.Raw(event), durable=False)  # type: ignore[arg-type]
    record.keep(person_id, run_of(run_id), assessment_of(), events)


# --- one record, several stations ---


def test_stations_share_people_and_tests_and_keep_their_journals_apart(station: OpenStation) -> None:
    one, two = station("one"), station("two")
    person = one.people.add(family_name="Ødegård", given_name="Åse", sex=Sex.FEMALE)
    journalled(one, "run-1", person.id)
    assert two.people.search("åse") == [person]
    assert two.tests.get("run-1") == one.tests.get("run-1")
    assert two.tests.events("run-1") == events_of(20)
    assert one.journal_key() != two.journal_key()
    assert one.journal_folder != two.journal_folder


def test_a_new_record_on_an_empty_server_makes_its_tables(
    cluster: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "data_folder", lambda: tmp_path)
    with open_record(cluster.cluster.url(cluster.cluster.new_database()), PASSPHRASE) as record:
        assert record.people.all() == []
        assert record.away is None


def test_the_second_of_two_who_edit_one_person_is_told_and_overwrites_nothing(station: OpenStation) -> None:
    one, two = station("one"), station("two")
    person = one.people.add(family_name="Berg", given_name="Kari", sex=Sex.FEMALE)
    seen_by_two = two.people.get(person.id)
    changed = one.people.update(msgspec.structs.replace(person, family_name="Dal"))
    with pytest.raises(RecordError, match="was changed in the meantime"):
        two.people.update(msgspec.structs.replace(seen_by_two, given_name="Karin"))
    assert two.people.get(person.id) == changed
    two.people.update(msgspec.structs.replace(two.people.get(person.id), given_name="Karin"))
    assert one.people.get(person.id).full_name == "Karin Dal"


def test_a_writer_that_waits_too_long_for_its_turn_is_told(station: OpenStation) -> None:
    one, two = station("one").database, station("two").database
    assert isinstance(two, ServedDatabase)
    with two.server.engine.connect() as connection:  # the pool gives this one again
        connection.execute(text("SET lock_timeout = 50"))
        connection.commit()
    with one.writing(), pytest.raises(RecordError, match="in use by another station"), two.writing():
        pass


# --- the server goes away ---


def test_a_server_stopped_and_started_in_the_middle_loses_nothing_and_doubles_nothing(
    station: OpenStation, cluster: Postgres
) -> None:
    record = station("one")
    person = record.people.add(family_name="Berg", given_name="Kari", sex=Sex.FEMALE)
    journalled(record, "run-0", person.id)
    diary = record.training.add(person.id, Entry(day="2026-04-01", borg=16))
    record.bring_at_hand(person.id)
    cluster.cluster.stop("immediate")
    journalled(record, "run-1", person.id)
    assert record.away is not None
    assert record.training.of_person(person.id, Entry) == diary, "what was said before is at hand before a test"
    with pytest.raises(RecordError, match="its server is away"):
        record.training.add(person.id, Entry(day="2026-04-02"))
    assert {stored.id for stored in record.tests.history(person.id)} == {"run-0", "run-1"}, "comparison goes on"
    walk_in = record.people.add(family_name="Nyland", sex=Sex.MALE)
    journalled(record, "run-2", walk_in.id)
    with pytest.raises(ServerAway, match="the server does not answer"):
        record.hand_over()
    cluster.cluster.start()
    assert record.hand_over() == HandedOver(people=1, tests=2)
    assert record.away is None
    before = counted(record)
    assert (before["person"], before["test"], before["event"], before["result"]) == (2, 3, 60, 3)
    assert record.tests.events("run-1") == events_of(20)
    assert record.people.get(walk_in.id) == walk_in
    assert record.hand_over() == HandedOver()
    assert counted(record) == before
    assert list(record.journal_folder.iterdir()) == []


def test_a_station_starts_without_its_server_and_hands_over_at_a_later_start(
    station: OpenStation, cluster: Postgres
) -> None:
    with station("one") as record:
        person = record.people.add(family_name="Berg", sex=Sex.FEMALE)
        record.hand_over()
    cluster.cluster.stop()
    with station("one") as record:
        assert record.away is not None
        assert record.people.search("berg") == [person]
        journalled(record, "run-1", person.id)
    with station("one") as record:
        assert [stored.id for stored in record.tests.list()] == ["run-1"], "kept through a restart"
    cluster.cluster.start()
    with station("one") as record:
        assert record.away is None
        assert counted(record)["test"] == 1


def test_a_station_that_never_saw_its_server_needs_it_once(station: OpenStation, cluster: Postgres) -> None:
    cluster.cluster.stop()
    with pytest.raises(ServerAway, match="see that it runs and can be reached"):
        station("one")


def test_a_commit_whose_answer_was_lost_is_not_done_twice(
    station: OpenStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = station("one")
    person = record.people.add(family_name="Berg", sex=Sex.FEMALE)
    record.bring_at_hand(person.id)
    save = record.tests.save
    answers = iter([ServerAway("the answer was lost")])

    def lost_once(*words: object) -> object:
        stored = save(*words)  # type: ignore[arg-type]
        for away in answers:
            assert isinstance(record.database, ServedDatabase)
            record.database._away = away
            raise away
        return stored

    monkeypatch.setattr(record.tests, "save", lost_once)
    journalled(record, "run-1", person.id)
    assert counted(record)["test"] == 1
    assert record.hand_over().tests == 1
    assert (counted(record)["test"], counted(record)["event"]) == (1, 20)


def test_a_hand_over_cut_off_before_its_note_is_done_again_without_doubling(
    station: OpenStation, cluster: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = station("one")
    person = record.people.add(family_name="Berg", sex=Sex.FEMALE)
    record.bring_at_hand(person.id)
    cluster.cluster.stop()
    journalled(record, "run-1", person.id)
    cluster.cluster.start()

    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("teststation.records.several_stations.handover._note", power_cut)
        with pytest.raises(KeyboardInterrupt):
            record.hand_over()
    assert counted(record)["test"] == 1
    assert record.hand_over().tests == 1
    assert (counted(record)["test"], counted(record)["event"]) == (1, 20)


def test_a_person_changed_on_both_sides_keeps_the_servers_and_says_so(station: OpenStation, cluster: Postgres) -> None:
    one = station("one")
    person = one.people.add(family_name="Berg", sex=Sex.FEMALE)
    one.hand_over()
    cluster.cluster.stop()
    one.people.add(family_name="Først", sex=Sex.MALE)  # the first word that finds the server gone
    mine = one.people.update(msgspec.structs.replace(person, family_name="Min"))
    cluster.cluster.start()
    two = station("two")
    theirs = two.people.update(msgspec.structs.replace(person, family_name="Deres"))
    handed = one.hand_over()
    assert len(handed.kept_here) == 1
    sentence = english(*handed.kept_here)
    assert "changed at another station too" in sentence
    assert one.people.get(person.id) == theirs
    assert mine.family_name not in sentence, "a sentence may reach a log"
    base, written = one.kept_here(person.id) or pytest.fail("what was written here is gone")
    assert base == person
    assert written == mine
    chosen = settled(theirs, written, ["note"])
    kept = one.settle(msgspec.structs.replace(chosen, family_name="Begge"))
    assert kept.family_name == "Begge"
    assert two.people.get(person.id) == kept
    assert one.kept_here(person.id) is None
    assert one.hand_over() == HandedOver(), "nothing is due any more"
    cluster.cluster.stop()
    assert one.people.search("begge") == [kept], "nor is anything else at hand alone"
    for name in ("En", "To", "Tre"):
        kept = one.people.update(msgspec.structs.replace(kept, family_name=name))
    cluster.cluster.start()
    assert one.hand_over().people == 1
    assert two.people.get(person.id).family_name == "Tre"
    assert problems(one.database) == []


def test_a_change_made_alone_reaches_the_server(station: OpenStation, cluster: Postgres) -> None:
    one = station("one")
    person = one.people.add(family_name="Berg", sex=Sex.FEMALE)
    one.hand_over()
    cluster.cluster.stop()
    assert one.people.search("berg") == [person]
    changed = one.people.update(msgspec.structs.replace(person, family_name="Dal"))
    cluster.cluster.start()
    one.hand_over()
    assert station("two").people.get(person.id) == changed


def test_the_spool_forgets_tests_that_the_server_has_and_people_long_gone(station: OpenStation) -> None:
    record = station("one")
    person = record.people.add(family_name="Berg", sex=Sex.FEMALE)
    journalled(record, "run-1", person.id)
    gone = record.people.add(family_name="Lengesiden", sex=Sex.MALE)
    with record.database.writing() as connection:
        connection.execute(
            text("UPDATE person SET updated_at = '2001-01-01T00:00:00.000+00:00' WHERE id = :id"), {"id": gone.id}
        )
    record.bring_at_hand(person.id)
    with record.file.reading() as local:
        assert local.execute(select(TEST.c.id)).scalars().all() == ["run-1"]
        assert local.execute(select(EVENT.c.seq)).all() == [], "raw events are not needed to go on"
    record.hand_over()
    with record.file.reading() as local:
        assert local.execute(select(TEST.c.id)).scalars().all() == []
        assert local.execute(text("SELECT family_name FROM person")).scalars().all() == ["Berg"]


# --- users, audit and signatures ---


PASSWORD = "gå tur i skogen"


def test_what_was_done_alone_is_told_in_the_servers_log_once(station: OpenStation, cluster: Postgres) -> None:
    one = station("one")
    kari, _ = one.users.add("kari", "Kari Berg", Role.ADMINISTRATOR, PASSWORD)
    person = one.people.add(family_name="Berg", sex=Sex.FEMALE)
    one.hand_over()
    cluster.cluster.stop()
    assert one.people.search("berg") == [person]
    assert one.users.log_in("kari", PASSWORD) == kari, "users get in without the server"
    one.people.update(msgspec.structs.replace(person, family_name="Dal"))
    cluster.cluster.start()
    for _ in range(2):
        one.hand_over()
    rows = [(row.action, row.actor) for row in one.audit.newest()[::-1]]
    assert rows == [
        (Action.USER_ADDED, NOBODY.name),
        (Action.PERSON_ADDED, NOBODY.name),
        (Action.LOGGED_IN, "kari"),
        (Action.PERSON_CHANGED, "kari"),
        (Action.HANDED_OVER, "teststation"),
    ]
    assert one.people.versions(person.id) == [person]
    assert problems(one.database) == []


def test_what_the_server_did_not_take_is_told_as_such(station: OpenStation, cluster: Postgres) -> None:
    one = station("one")
    person = one.people.add(family_name="Berg", sex=Sex.FEMALE)
    one.hand_over()
    cluster.cluster.stop()
    one.people.search("berg")
    one.people.update(msgspec.structs.replace(person, family_name="Min"))
    cluster.cluster.start()
    station("two").people.update(msgspec.structs.replace(person, family_name="Deres"))
    one.hand_over()
    changes = [row for row in one.audit.newest() if row.action == Action.PERSON_CHANGED]
    assert [NOT_TAKEN in row.detail for row in changes] == [True, False]
    assert problems(one.database) == []


def test_signatures_go_along_with_a_person_and_are_made_on_the_server_alone(
    station: OpenStation, cluster: Postgres
) -> None:
    one = station("one")
    person = one.people.add(family_name="Berg", sex=Sex.FEMALE)
    journalled(one, "run-1", person.id)
    kari, _ = one.users.add("kari", "Kari Berg", Role.ADMINISTRATOR, PASSWORD)
    signature = one.signing.sign("run-1", kari)
    one.bring_at_hand(person.id)
    cluster.cluster.stop()
    assert one.people.search("berg") == [person]
    assert one.tests.get("run-1").signature == signature
    refusals: list[Callable[[], object]] = [
        lambda: one.signing.sign("run-1", kari, reason="x", seen=1),
        lambda: one.users.reset(kari.id),
        lambda: one.merging.merge(person.id, "other"),
    ]
    for refused in refusals:
        with pytest.raises(RecordError, match="its server is away; do this when it answers again"):
            refused()
    cluster.cluster.start()
    one.hand_over()
    assert one.signing.signatures("run-1") == [signature]
    assert problems(one.database) == []


# --- what the server says no to ---


def test_a_database_in_another_order_is_refused_with_the_way_to_make_it(
    cluster: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "data_folder", lambda: tmp_path)
    latin = cluster.cluster.new_database(words="ENCODING 'LATIN1' LOCALE 'C'")
    with pytest.raises(RecordError, match="createdb --template=template0 --encoding=UTF8 --locale=C"):
        open_record(cluster.cluster.url(latin), PASSPHRASE)


def test_a_database_of_a_newer_version_is_refused(station: OpenStation) -> None:
    record = station("one")
    with record.database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RecordError, match="update this station"):
        station("two")


def test_a_database_that_is_not_there_is_a_sentence_without_the_password(
    cluster: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "data_folder", lambda: tmp_path)
    url = cluster.cluster.url("nowhere").replace("station@", "station:hemmelig@")
    with pytest.raises(RecordError, match="does not exist") as caught:
        open_record(url, PASSPHRASE)
    assert "hemmelig" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_the_driver_the_sentence_names_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(place, "data_folder", lambda: tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(RecordError, match=r"install teststation\[postgresql\]"):
        open_record("postgresql+psycopg://db/klinikk", PASSPHRASE)


def test_a_login_that_may_not_write_is_a_sentence(station: OpenStation) -> None:
    record = station("one")
    with pytest.raises(RecordError, match="this login may not use its tables"), record.database.writing() as connection:
        connection.execute(text("DO $$ BEGIN CREATE ROLE reader; SET ROLE reader; PERFORM * FROM person; END $$"))


# --- users whom a restored server knows otherwise ---


def test_a_login_that_is_somebody_elses_on_the_server_now_is_theirs_here_too(
    station: OpenStation, cluster: Postgres
) -> None:
    """A server that was restored may know a login under another id, two of them swapped, or somebody not at all."""
    one = station("one")
    made = {login: one.users.add(login, login.title(), Role.ADMINISTRATOR, PASSWORD)[0] for login in LOGINS}
    person = one.people.add(family_name="Berg", sex=Sex.FEMALE)
    journalled(one, "run-1", person.id)
    one.signing.sign("run-1", made["kari"])
    one.bring_at_hand(person.id)
    one.hand_over()
    assert isinstance(one.database, ServedDatabase)
    swapped = "CASE login WHEN 'per' THEN 'nils' WHEN 'nils' THEN 'per' ELSE login END"
    for statement in (
        "ALTER TABLE signature DROP CONSTRAINT fk_signature_user_id_station_user",
        "UPDATE station_user SET id = 'another-id' WHERE login = 'kari'",
        "ALTER TABLE station_user DROP CONSTRAINT uq_station_user_login",
        f"UPDATE station_user SET login = {swapped}",
        "DELETE FROM station_user WHERE login = 'liv'",
        "ALTER TABLE station_user ADD CONSTRAINT uq_station_user_login UNIQUE (login)",
    ):
        cluster.cluster.execute(statement, one.database.server.engine.url.database or "")
    one.hand_over()
    one.bring_at_hand(person.id)
    cluster.cluster.stop()
    found = {user.login: user for user in one.users.all()}
    assert one.away is not None
    assert {login: found[login].id for login in ("kari", "per", "nils")} == {
        "kari": "another-id",
        "per": made["nils"].id,
        "nils": made["per"].id,
    }
    assert {user.id: user.active for user in found.values()} == {
        "another-id": True,
        made["per"].id: True,
        made["nils"].id: True,
        made["kari"].id: False,
        made["liv"].id: False,
    }
    assert one.users.log_in("kari", PASSWORD).id == "another-id"
    with pytest.raises(LoginRefused):
        one.users.log_in("liv", PASSWORD)
    assert one.tests.get("run-1").signature is not None, "who signed is still named"
