"""Each rule of the gate, of how a file is written and of who is meant, planted out: its fact must fail."""

import os
import tempfile
from datetime import date
from pathlib import Path

import pytest

from tests.mutants import fails_with
from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.files import outputs, writing
from teststation.files.outputs import Kind, MustLive, Output
from teststation.records.people import matching
from teststation.records.people.person import Person
from teststation.subject import Sex

KARI = Person("1", "Ødegård", "Kari", "1980-01-31", Sex.FEMALE, number="17")


def refused(path: Path, must_live: MustLive, kind: Kind = Kind.PDF, other: Path | None = None) -> None:
    wanted = [Output(other, Kind.JSON)] if other is not None else []
    with pytest.raises(BadInput):
        outputs.check_outputs([*wanted, Output(path, kind)], must_live)


def room() -> tuple[Path, Path]:
    folder = Path(tempfile.mkdtemp())
    record = folder / "a.record"
    record.write_bytes(b"%PDF-1.4: by its content it might go")
    return folder, record


def hard_link() -> None:
    folder, record = room()
    (folder / "b.pdf").hardlink_to(record)
    refused(folder / "b.pdf", MustLive(records=(record,)))


def other_case() -> None:
    folder, _ = room()
    refused(folder / "NY.PDF", MustLive(records=(folder / "ny.pdf",)))


def journal() -> None:
    folder, record = room()
    refused(folder / "a.record-journal", MustLive(records=(record,)))


def journal_of_any() -> None:
    folder, _ = room()
    refused(folder / "a.record-wal", MustLive())


def in_journals() -> None:
    folder, record = room()
    (folder / "a.record.journals").mkdir()
    record.unlink()  # a record that is not made yet: its name alone tells
    refused(folder / "a.record.journals" / "b.pdf", MustLive(records=(record,)))


def schema_backup() -> None:
    folder, record = room()
    refused(folder / "A.record.schema-0005.backup", MustLive(records=(record,)))


def input_file() -> None:
    _, record = room()
    refused(record, MustLive(inputs=(record,)))


def own_file() -> None:
    _, record = room()
    refused(record, MustLive(own=(record,)))


def in_own_folder() -> None:
    folder, _ = room()
    (folder / "protocols" / "mine").mkdir(parents=True)
    refused(folder / "protocols" / "mine" / "0002.toml", MustLive(own=(folder / "protocols",)), Kind.TOML)


def twice() -> None:
    folder, _ = room()
    refused(folder / "x", MustLive(), other=folder / "x")


def other_content() -> None:
    folder, _ = room()
    (folder / "b.pdf").write_bytes(b"\x8f\x01 anything else")
    refused(folder / "b.pdf", MustLive())


def encrypted_with_a_brace() -> None:
    # An encrypted record or backup begins with a random salt: one in 130 looked like JSON by its first sign.
    folder, _ = room()
    backup = folder / "b.backup"
    for first in (b"{", b"[", b" \n{"):
        backup.write_bytes(first + bytes(range(256)) * 16)
        refused(folder / "elsewhere", MustLive(), other=backup)


GATE = (
    (hard_link, "if one.samefile(other):", "if False:"),
    (other_case, "os.path.realpath(path)).casefold()", "os.path.realpath(path))"),
    (journal, '_BESIDE_DATABASE = ("-journal", "-wal", "-shm")', '_BESIDE_DATABASE = ("-x",)'),
    (journal_of_any, "return _of_a_database(path)", "return None"),
    (in_journals, "places = (path, real, *real.parents)", "places = (path, real)"),
    (schema_backup, "_key(place).startswith(own_backups)", "False"),
    (input_file, "if any(same_place(path, one) for one in must_live.inputs):", "if False:"),
    (
        own_file,
        "if any(same_place(place, one) for place in (path, real, *real.parents)",
        "if any(False for place in ()",
    ),
    (
        in_own_folder,
        "for place in (path, real, *real.parents) for one in must_live.own",
        "for place in (path,) for one in must_live.own",
    ),
    (twice, "if any(same_place(path, other.path) for other in others):", "if False:"),
    (encrypted_with_a_brace, '(b"{", b"[") and _is_text(head)', '(b"{", b"[")'),
    (other_content, 'return head.startswith(b"%PDF-")', "return True"),
)


@pytest.mark.parametrize(("fact", "old", "new"), GATE, ids=[fact.__name__ for fact, _, _ in GATE])
def test_the_gate_without_a_rule_is_found_out(fact: object, old: str, new: str) -> None:
    fails_with(outputs, old, new, fact)  # type: ignore[arg-type]


def test_a_file_that_is_not_whole_takes_no_place() -> None:
    def fact() -> None:
        folder, record = room()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "full")))
            with pytest.raises(OSError, match="full"):
                writing.write_whole(record, b"new")
        assert record.read_bytes().startswith(b"%PDF"), "what was there is there"
        assert len(list(folder.iterdir())) == 1, "and nothing else"

    fails_with(writing, "            part.unlink()", "            pass", fact)
    fails_with(writing, "            os.fsync(file.fileno())", "            pass", fact)


def test_what_is_written_is_for_this_user_alone() -> None:
    def fact() -> None:
        folder, _ = room()
        (folder / "b.pdf").touch(mode=0o644)
        writing.write_whole(folder / "b.pdf", b"%PDF-1.4 new")
        if os.name != "nt":
            assert (folder / "b.pdf").stat().st_mode & 0o777 == 0o600

    fact()
    if os.name != "nt":
        fails_with(writing, "MODE, FOLDER_MODE = 0o600,", "MODE, FOLDER_MODE = 0o644,", fact)


def found(**said: object) -> object:
    return matching.Matching([KARI], lambda _: None).find(matching.Description(**said))  # type: ignore[arg-type]


def other_name() -> None:
    assert isinstance(found(number="17", name="Per Dal"), Cause)


def other_born() -> None:
    assert isinstance(found(number="17", born=date(1981, 1, 31)), Cause)


def other_sex() -> None:
    assert isinstance(found(number="17", sex=Sex.MALE), Cause)


def other_number() -> None:
    assert isinstance(found(number="18", name="Kari Ødegård", born=date(1980, 1, 31)), Cause)


def one_person() -> None:
    assert found(name="  ØDEGÅRD,\u00a0Kari\u200b", born=date(1980, 1, 31)) == KARI


def hyphen() -> None:
    assert found(name="Kari Øde-gård", born=date(1980, 1, 31)) != KARI
    assert found(name="Ødegård-Kari", born=date(1980, 1, 31)) == KARI


def look_alike() -> None:
    others = "K\u0430ri \u00d8deg\u00e5rd", "\u039aari \u00d8deg\u00e5rd", "\uff2bari \u00d8deg\u00e5rd"
    for name in others:  # Cyrillic a, Greek kappa, wide K
        assert found(name=name, born=date(1980, 1, 31)) == Cause("person_nearly", {"name": KARI.full_name})
    assert found(name="\u0418\u0432\u0430\u043d", born=date(1980, 1, 31)) is None


def nearly() -> None:
    assert found(name="Kari Odegaard", born=date(1980, 1, 31)) == Cause("person_nearly", {"name": KARI.full_name})
    assert found(name="Kari Odegaard", born=date(1980, 1, 30)) is None


PEOPLE = (
    (other_name, "_words(said.name) != _words(person.full_name)", "False"),
    (other_born, "said.born.isoformat() != person.born", "False"),
    (other_sex, "said.sex is not person.sex", "False"),
    (other_number, "if found and number is not None:", "if False:"),
    (one_person, "tuple(sorted(folded(", "tuple((folded("),
    (hyphen, 'unicodedata.category(letter) == "Pd"', "False"),
    (nearly, "if nearly else None", "if False else None"),
    (nearly, 'plain(word.replace("aa", "å"))', "word"),
    (one_person, 'if unicodedata.category(letter) != "Cf"', "if True"),
    (look_alike, ".translate(_LOOK_ALIKE)", ""),
    (look_alike, 'unicodedata.normalize("NFKC", name)', "name"),
)


@pytest.mark.parametrize(("fact", "old", "new"), PEOPLE, ids=[old for _, old, _ in PEOPLE])
def test_a_person_mixed_up_is_found_out(fact: object, old: str, new: str) -> None:
    fails_with(matching, old, new, fact)  # type: ignore[arg-type]
