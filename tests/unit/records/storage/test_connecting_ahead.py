"""A record's key derived before the record is opened: the same record, and nothing in the way of one that does not."""

from pathlib import Path

import pytest

from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.records.database import open_record
from teststation.records.storage.key import DBAPI, connect_ahead
from teststation.subject import Sex


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with open_record(tmp_path / "a.record", "secret") as record:
        record.people.add(family_name="Dahl", sex=Sex.FEMALE)
    return tmp_path / "a.record"


def test_a_record_goes_on_with_the_connection_whose_key_is_there(path: Path) -> None:
    ahead = connect_ahead(path, "secret")
    with open_record(path, "secret", ahead=ahead) as record:
        assert [person.family_name for person in record.people.search("")] == ["Dahl"]
        with record.file.reading() as connection:
            assert connection.connection.driver_connection is ahead
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    with pytest.raises(DBAPI.ProgrammingError):
        ahead.execute("SELECT 1")  # closed with the record


@pytest.mark.parametrize(
    ("name", "passphrase"), [("a.record", "wrong"), ("a.record", ""), ("nowhere", "secret"), ("pg://x@y/z", "secret")]
)
def test_where_it_does_not_open_there_is_none_and_nothing_is_made(path: Path, name: str, passphrase: str) -> None:
    where = name if "://" in name else path.with_name(name)
    assert connect_ahead(where, passphrase) is None
    assert [one.name for one in path.parent.iterdir() if not one.name.startswith("a.record")] == []


def test_a_record_that_is_refused_lets_the_connection_go(path: Path) -> None:
    ahead = connect_ahead(path, "secret")
    with pytest.raises(RecordError) as error:  # Windows moves no open file away: it is another that is not there
        open_record(path.with_name("none.record"), "secret", create=False, ahead=ahead)
    assert isinstance(error.value.causes[0], Cause)
    with pytest.raises(DBAPI.ProgrammingError):
        ahead.execute("SELECT 1")
    path.unlink()
