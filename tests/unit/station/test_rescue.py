"""A record whose file is another one by the time a test is kept: no test is lost with it."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fast_keys import use_fast_keys
from tests.mutants import fails_with
from tests.unit.records.builders import PASSPHRASE, assessment_of, events_of, run_of
from teststation.errors import AfterTheTest, RecordError
from teststation.records.database import open_record
from teststation.records.storage import cipher
from teststation.subject import Sex
from ui.station import station as station_module
from ui.station.settings import Settings
from ui.station.station import Station

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows moves and deletes no open file")


def replaced(path: Path) -> None:
    """A synchronised folder puts an older copy in its place."""
    path.with_suffix(".older").replace(path)


def another(path: Path) -> None:
    path.unlink()
    with open_record(path, "en helt annen setning"):
        pass


def deleted(path: Path) -> None:
    path.unlink()


def renamed(path: Path) -> None:
    path.rename(path.with_suffix(".elsewhere"))


LOST: tuple[Callable[[Path], None], ...] = (replaced, another, deleted, renamed)


def _kept_all_the_same(folder: Path, lose: Callable[[Path], None]) -> None:
    use_fast_keys()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    path = folder / "clinic.record"
    with open_record(path, PASSPHRASE) as record:
        person = record.people.add(family_name="Ødegård", sex=Sex.FEMALE)
        shutil.copy(path, path.with_suffix(".older"))
        with record.new_journal("run-1", person.id) as journal:
            journal.close()
        lose(path)
        with pytest.raises(RecordError, match=r"was moved, deleted or replaced|is gone"):
            record.people.add(family_name="Nordmann", sex=Sex.MALE)
        with pytest.raises(AfterTheTest, match="clinic-rescued-run-1"):
            Station(record, Settings())._keep(person.id, run_of(), lambda _: assessment_of(), person, events_of(5))
    (rescued,) = folder.glob("clinic-rescued-*.record")
    with open_record(rescued, PASSPHRASE, create=False) as record:
        assert record.tests.events("run-1") == events_of(5)
        assert record.people.get(person.id).family_name == "Ødegård"


@pytest.mark.parametrize("lose", LOST)
def test_a_test_is_rescued_from_a_record_that_is_another_by_now(tmp_path: Path, lose: Callable[[Path], None]) -> None:
    _kept_all_the_same(tmp_path / "clinic", lose)


def test_a_journal_that_is_whole_does_not_stand_for_a_record_that_was_replaced(tmp_path: Path) -> None:
    def rescued_with_a_whole_journal() -> None:
        folder = tmp_path / "whole"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        use_fast_keys()
        with open_record(folder / "a.record", PASSPHRASE) as record:
            person = record.people.add(family_name="Ødegård", sex=Sex.FEMALE)
            another(folder / "a.record")
            with pytest.raises(AfterTheTest):
                Station(record, Settings())._keep(person.id, run_of(), lambda _: assessment_of(), person, ())

    fails_with(
        station_module,
        "whole and self.record.in_place",
        "whole and self.record.path.is_file()",
        lambda: _as_an_assertion(rescued_with_a_whole_journal),
    )


def test_a_record_that_is_elsewhere_is_called_so_and_no_new_one_is_made_in_its_place(tmp_path: Path) -> None:
    def fact() -> None:
        _as_an_assertion(lambda: _kept_all_the_same(tmp_path / "clinic", renamed))
        assert not (tmp_path / "clinic" / "clinic.record").exists()

    fails_with(cipher, 'if known == "record_read_only" and not self.in_place:', "if False:", fact)


def _as_an_assertion(fact: Callable[[], None]) -> None:
    try:
        fact()
    except RecordError as error:
        raise AssertionError(str(error)) from error
