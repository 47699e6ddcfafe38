"""The clinic's own protocols: a folder for each, in it a file for every version that was ever saved.

A version is never written over and never deleted. Its first line is a remark with number, name, who, when and the hash
of what follows; what follows is the protocol, as any other file of one. A file that does not fit its hash was changed
behind the station's back, or cut short by a lost current, and is not walked. Taking a protocol out of use is one more
version, and so is taking it back.
"""

import hashlib
import os
import re
from pathlib import Path

import msgspec

from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.files.reading import read_text
from teststation.files.writing import FOLDER_MODE
from teststation.ports import Value
from teststation.protocol.naming import is_identifier
from teststation.protocol.schema import check_text

_REMARK = "# teststation protocol version "
_FILE = re.compile(r"\d{4}\.toml", re.ASCII)
VERSIONS_MAX = 9999


class _Head(msgspec.Struct, frozen=True):
    """The remark in a version's first line."""

    number: int
    name: str
    saved_at: str
    saved_by: str
    sha256: str
    withdrawn: bool = False


class Version(Value, frozen=True):
    """One version of one protocol, as it was saved."""

    protocol_id: str
    number: int  # from 1
    name: str  # what its writer called it; may be empty
    saved_at: str  # ISO 8601
    saved_by: str
    text: str  # the protocol's TOML, without the remark
    sha256: str  # of ``text``: what tests walked with it keep
    withdrawn: bool = False  # taken out of use with this version, whose text is that of the one before

    @property
    def title(self) -> str:
        """What the protocol is called in this version."""
        return check_text(self.text).table["title"]


class OwnProtocols:
    """The protocols of one folder, which need not be there. Every look reads it anew: other stations may share it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ids(self) -> tuple[str, ...]:
        """The protocols that are in use and in order, by name."""
        return tuple(name for name in self.all_ids() if self._in_use(name))

    def all_ids(self) -> tuple[str, ...]:
        """Every protocol there is a folder of, withdrawn and damaged ones too."""
        try:
            found = [one.name for one in self.folder.iterdir() if is_identifier(one.name) and one.is_dir()]
        except OSError:
            return ()
        return tuple(sorted(name for name in found if self._numbers(name)))

    def newest(self, identifier: str) -> Version:
        """The version that counts: the last one, whatever it is.

        Raises:
            BadInput: there is none, or it is not as it was saved.
        """
        numbers = self._numbers(identifier)
        if not numbers:
            raise BadInput(Cause("protocol_not_own", {"protocol": identifier}))
        return self._read(identifier, numbers[-1])

    def versions(self, identifier: str) -> tuple[tuple[int, Version | None], ...]:
        """Every version by its number, the newest first; None for one that is not as it was saved."""
        found: list[tuple[int, Version | None]] = []
        for number in reversed(self._numbers(identifier)):
            try:
                found.append((number, self._read(identifier, number)))
            except BadInput:
                found.append((number, None))
        return tuple(found)

    def find(self, identifier: str) -> tuple[str, str] | None:
        """Text and path of a protocol in use; None where there is no such one, or it is withdrawn.

        Raises:
            BadInput: there is one, and its newest version is not as it was saved.
        """
        if not is_identifier(identifier) or not self._numbers(identifier):
            return None
        version = self.newest(identifier)
        return None if version.withdrawn else (version.text, str(self._path(identifier, version.number)))

    def save(self, text: str, name: str, by: str, at: str, *, after: int = 0, withdrawn: bool = False) -> Version:
        """Keep a new version of the protocol that ``text`` is. Nothing that is there is touched.

        Args:
            name: What this version is called.
            by: Who saves it.
            at: When, ISO 8601.
            after: The newest version its writer has seen; 0 for a protocol that is new.
        Raises:
            BadInput: the text is not in order, its id is no name of one's own, or somebody has saved meanwhile.
        """
        checked = check_text(text)
        if checked.problems:  # never saved, whoever asks for it
            raise BadInput(*(problem.cause for problem in checked.problems))
        identifier = checked.table["id"]
        if not is_identifier(identifier):
            raise BadInput(Cause("protocol_id_unusable", {"protocol": identifier}))
        numbers = self._numbers(identifier)
        newest = numbers[-1] if numbers else 0
        if newest != after:
            raise BadInput(Cause("protocol_saved_meanwhile", {"protocol": identifier, "n": newest}))
        if newest >= VERSIONS_MAX:
            raise BadInput(Cause("protocol_too_many_versions", {"most": VERSIONS_MAX}))
        head = _Head(newest + 1, name.strip(), at, by, sha256_of(text), withdrawn)
        path = self._path(identifier, head.number)
        try:
            path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            # Made and never replaced: of two stations that save at once, one is told so.
            with path.open("xb") as file:
                file.write(_with_head(head, text).encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError as error:
            raise BadInput(Cause("protocol_saved_meanwhile", {"protocol": identifier, "n": head.number})) from error
        except OSError as error:
            raise BadInput(
                Cause("protocol_not_saved", {"path": str(path), "why": error.strerror or str(error)})
            ) from error
        return _version(identifier, head, text)

    # --- parts ---

    def _in_use(self, identifier: str) -> bool:
        try:
            return not self.newest(identifier).withdrawn
        except BadInput:
            return False

    def _path(self, identifier: str, number: int) -> Path:
        return self.folder / identifier / f"{number:04d}.toml"

    def _numbers(self, identifier: str) -> list[int]:
        """The numbers of all versions, in order."""
        if not is_identifier(identifier):
            return []
        try:
            names = [path.name for path in (self.folder / identifier).iterdir()]
        except OSError:
            return []
        return sorted(int(name[:4]) for name in names if _FILE.fullmatch(name))

    def _read(self, identifier: str, number: int) -> Version:
        path = self._path(identifier, number)
        changed = Cause("protocol_changed_outside", {"path": str(path)})
        try:
            head, text = _taken_apart(read_text(path))
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(changed) from error
        if head is None or head.number != number or head.sha256 != sha256_of(text):
            raise BadInput(changed)
        checked = check_text(text)
        if checked.problems:  # in order when it was saved; by the rules of another release, perhaps
            raise BadInput(*checked.sentences(str(path)))
        if checked.table["id"] != identifier:
            raise BadInput(changed)
        return _version(identifier, head, text)


def sha256_of(text: str) -> str:
    """What tests keep of the protocol they were walked with."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def without_head(text: str) -> str:
    """A file's protocol: what stands below the remark of a version; any other file as it is."""
    return _taken_apart(text)[1]


def _with_head(head: _Head, text: str) -> str:
    return f"{_REMARK}{msgspec.json.encode(head).decode('utf-8')}\n{text}"


def _taken_apart(text: str) -> tuple[_Head | None, str]:
    first, _, rest = text.partition("\n")
    if not first.startswith(_REMARK):
        return None, text
    try:
        return msgspec.json.decode(first.removeprefix(_REMARK), type=_Head), rest
    except msgspec.DecodeError:  # and what cannot be understood: a ValidationError is one
        return None, text


def _version(identifier: str, head: _Head, text: str) -> Version:
    return Version(identifier, head.number, head.name, head.saved_at, head.saved_by, text, head.sha256, head.withdrawn)
