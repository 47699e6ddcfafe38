"""One gate before every file that is written: nothing is written over what must live.

What is there already is judged by its content, never by its name: a report is written over a report, a result over a
result, and over nothing else. So another record, a backup, a journal, a table or a key is safe under any name and
through any link. What is not there yet is judged by where it would lie.
"""

import codecs
import os
import re
import stat
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from teststation.cause import Cause
from teststation.errors import BadInput

HEAD_BYTES = 4096
_WINDOWS = os.name == "nt"
# What a database keeps beside itself under its own name: a stranger there would be played into it, or lost.
_BESIDE_DATABASE = ("-journal", "-wal", "-shm")
_BESIDE_RECORD = (*_BESIDE_DATABASE, ".journals", ".lock", ".restoring", ".head")
_BEFORE_MIGRATION = ".schema-"  # and the revision that was backed up: what lies there already is not made again
_JOURNALS = ".journals"
_LONGEST_NAME = 255  # UTF-16 units; "Maximum Path Length Limitation" in Microsoft's documentation of Windows
_RESERVED = {"con", "prn", "aux", "nul", "conin$", "conout$"} | {
    f"{port}{number}" for port in ("com", "lpt") for number in "123456789¹²³"
}


class Kind(StrEnum):
    """What a command writes."""

    PDF = "pdf"
    JSON = "json"
    RAW = "raw"
    TEXT = "txt"  # the lines for a journal: they name this program at their end
    CSV = "csv"
    ZIP = "zip"
    TOML = "toml"  # a protocol
    BACKUP = "backup"  # what is there is judged by the record, which can open it
    FOLDER = "folder"
    TOKEN = "token"  # a secret: goes into a file of its own


@dataclass(frozen=True, slots=True)
class Output:
    """One file or folder to be written."""

    path: Path
    kind: Kind


@dataclass(frozen=True, slots=True)
class MustLive:
    """What no output of this command may touch."""

    records: tuple[Path, ...] = ()  # the record, or this station's spool of a server; with all that lies beside them
    inputs: tuple[Path, ...] = ()  # what this command reads
    own: tuple[Path, ...] = ()  # settings, machines, passphrases; of a folder also what is not in it yet


def check_outputs(outputs: Sequence[Output], must_live: MustLive) -> None:
    """Raise BadInput with one sentence for each output that may not, or cannot, be written."""
    found = (problem(output, outputs[:place], must_live) for place, output in enumerate(outputs))
    problems = [one for one in found if one is not None]
    if problems:
        raise BadInput(*problems)


def problem(output: Output, others: Sequence[Output], must_live: MustLive) -> Cause | None:
    """Why this output may not be written; None where it may. ``others``: what the command writes besides."""
    path = output.path
    here = {"path": str(path)}
    if _WINDOWS and not _is_name(path.name):
        return Cause("output_no_file", here)
    touched = _touched(path, must_live)
    if touched is not None:
        return touched
    if any(same_place(path, other.path) for other in others):
        return Cause("output_twice", here)
    return _cannot(path, output.kind) if output.kind is not Kind.FOLDER else None


def same_place(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file, through links of either kind, or would, were it there.

    Names that differ in case or in the form of a letter only are one: on some disks they are, on none it does harm.
    """
    try:
        if one.samefile(other):
            return True
    except OSError:
        pass
    return _key(one) == _key(other)


def _touched(path: Path, must_live: MustLive) -> Cause | None:
    here = {"path": str(path)}
    for record in must_live.records:
        if same_place(path, record):
            return Cause("output_is_record", here)
        if _belongs_to(path, record):
            return Cause("output_of_record", {**here, "record": str(record)})
    if any(same_place(path, one) for one in must_live.inputs):
        return Cause("output_is_input", here)
    real = Path(os.path.realpath(path))
    if any(same_place(place, one) for place in (path, real, *real.parents) for one in must_live.own):
        return Cause("output_is_own", here)
    return _of_a_database(path)


def _belongs_to(path: Path, record: Path) -> bool:
    """Whether a path is the record's journal, or in the folder of its journals, whether or not they are there."""
    real = Path(os.path.realpath(path))
    places = (path, real, *real.parents)
    own_backups = _key(record.with_name(record.name + _BEFORE_MIGRATION))
    return any(_key(place).startswith(own_backups) for place in places) or any(
        same_place(place, record.with_name(record.name + ending)) for place in places for ending in _BESIDE_RECORD
    )


def _of_a_database(path: Path) -> Cause | None:
    """Whether a path is, or would be, a companion of a database that is there: any, under any name."""
    real = Path(os.path.realpath(path))
    for place in (real, *real.parents):
        endings = _BESIDE_DATABASE if place == real else ()
        for ending in (*endings, _JOURNALS):
            name = place.name[: -len(ending)]
            if name and place.name.casefold().endswith(ending) and _is_file(place.with_name(name)):
                return Cause("output_of_record", {"path": str(path), "record": str(place.with_name(name))})
    return None


def _cannot(path: Path, kind: Kind) -> Cause | None:
    """What is there and is no such file, or why nothing can be written there."""
    here = {"path": str(path)}
    try:
        mode: int | None = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        mode = None
    except OSError as error:  # a link that leads to itself, a name that no file can have
        return Cause("output_unwritable", {**here, "why": error.strerror or ""})
    if mode is not None and stat.S_ISDIR(mode):
        return Cause("output_is_folder", here)
    if mode is not None and not stat.S_ISREG(mode):
        return Cause("output_no_file", here)
    folder = Path(os.path.realpath(path)).parent
    if not folder.is_dir():
        return Cause("output_no_folder", {**here, "folder": str(folder)})
    if not os.access(folder, os.W_OK):
        return Cause("output_folder_read_only", {**here, "folder": str(folder)})
    if mode is None or kind is Kind.BACKUP:
        return None
    if not os.access(path, os.W_OK):
        return Cause("output_unwritable", {**here, "why": os.strerror(13)})
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        return Cause("output_unwritable", {**here, "why": error.strerror or ""})
    return None if is_a(kind, head) else Cause("output_other_kind", {**here, "kind": kind.value.upper()})


def is_a(kind: Kind, head: bytes) -> bool:
    """Whether a file that begins so is of this kind; an empty one is of every kind."""
    if not head:
        return True
    match kind:
        case Kind.PDF:
            return head.startswith(b"%PDF-")
        case Kind.JSON:
            return head.lstrip()[:1] in (b"{", b"[") and _is_text(head) and not head.startswith(_RAW)
        case Kind.RAW:
            return head.startswith(_RAW)
        case Kind.TEXT:
            return _is_text(head) and b"(teststation " in head
        case Kind.CSV:
            return head.startswith(_CSV) and _is_text(head)
        case Kind.TOML:
            return _is_text(head) and all(re.search(rb"(?m)^%s *=" % key, head) for key in (b"id", b"title"))
        case Kind.ZIP:
            # Letters and sheets of office programs are ZIP files too; their first entry tells.
            return head.startswith(b"PK\x03\x04") and not head[30:].startswith((b"[Content_Types]", b"mimetype"))
    return False


def _is_text(head: bytes) -> bool:
    """Whether a file's beginning is text. An encrypted record begins with random bytes, now and then with a brace."""
    try:
        # The beginning may end in the middle of a letter.
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return all(unicodedata.category(character) != "Cc" or character in "\t\r\n" for character in text)


# A table of ours begins so; another's table is not written over.
_CSV = b"\xef\xbb\xbfgroup"
_RAW = b'{"teststation_raw"'


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than any file's
        return False


def _key(path: Path) -> str:
    return unicodedata.normalize("NFC", os.path.realpath(path)).casefold()


def _is_name(name: str) -> bool:
    """Whether Windows takes this as the name of a file: no device, no hidden stream of another file, no lost ending,
    and not longer than its disks keep. Asked about a longer name, Windows says only that there is no such file."""
    stem = name.partition(".")[0].rstrip().casefold()
    short = len(name.encode("utf-16-le", "surrogatepass")) // 2 <= _LONGEST_NAME
    return short and stem not in _RESERVED and ":" not in name and name == name.rstrip(". ")
