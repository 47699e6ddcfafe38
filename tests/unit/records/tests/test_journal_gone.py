"""A journal whose file is no longer where it was takes every line and keeps none: it must not be believed."""

import shutil
import sys
from pathlib import Path

import msgspec
import pytest

from tests.mutants import fails_with
from teststation.errors import RecordError
from teststation.records.tests import journal
from teststation.records.tests.journal import KEY_BYTES, JournalWriter

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows deletes no open file")


class Happened(msgspec.Struct, tag_field="event", tag="happened"):
    t_s: float


def _lost(folder: Path, how: str) -> None:
    there = folder / how / "journals"
    there.mkdir(parents=True)
    with JournalWriter(there / "a.journal", bytes(KEY_BYTES)) as writer:
        writer.append(Happened(0.0), durable=False)
        writer.sync()
        writer.append(Happened(1.0), durable=False)
        if how == "deleted":
            shutil.rmtree(there)
        elif how == "replaced":
            (there / "a.journal").unlink()
            (there / "a.journal").write_bytes(b"another")
        else:
            there.rename(folder / how / "elsewhere")
        writer.sync()
        with pytest.raises(RecordError, match="is gone"):
            writer.append(Happened(2.0), durable=False)


@pytest.mark.parametrize("how", ["deleted", "replaced", "moved"])
def test_a_journal_that_is_gone_refuses_the_next_event(how: str, tmp_path: Path) -> None:
    _lost(tmp_path, how)


def test_without_the_look_it_takes_it(tmp_path: Path) -> None:
    folders = iter((tmp_path / "1", tmp_path / "2"))
    fails_with(
        journal,
        "if not os.path.samestat(os.fstat(descriptor), self.path.stat()):",
        "if False:",
        lambda: _lost(next(folders), "deleted"),
    )
