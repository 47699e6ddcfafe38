"""The clinic's own protocols as window and command line use them: brought in from files, saved, counted. No Qt."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.files.reading import read_text
from teststation.protocol.load import builtin_ids, builtin_sessions, example_plan, find, is_builtin
from teststation.protocol.naming import is_identifier, slug
from teststation.protocol.own import OwnProtocols, Version, sha256_of, without_head
from teststation.protocol.schema import Checked, check_text
from ui.station.settings import protocols_path


@dataclass(frozen=True, slots=True)
class Shelved:
    """A protocol as a library shows it."""

    id: str
    title: str
    minutes: float
    text: str
    sha256: str
    version: Version | None = None  # None: it comes with the station
    uses: int = 0  # tests of the record that were walked with it, in any version
    uses_of_this: int = 0  # with exactly this text

    bouts: int = 0  # of an interval session; none in a test

    @property
    def withdrawn(self) -> bool:
        """Whether it was taken out of use."""
        return self.version is not None and self.version.withdrawn


@dataclass(frozen=True, slots=True)
class Damaged:
    """A protocol of the clinic's own that cannot be used, and why."""

    id: str
    error: BadInput


class NotInOrder(BadInput):
    """A file is no protocol in order; ``wrong`` has each problem with its field, to be said in any language."""

    def __init__(self, path: str, checked: Checked) -> None:
        super().__init__(*checked.sentences(path))
        self.path, self.wrong = path, tuple(checked.problems)


def the_own() -> OwnProtocols:
    """The clinic's own protocols, in the user's own folder."""
    return OwnProtocols(protocols_path())


def shelf(own: OwnProtocols, uses: Mapping[tuple[str, str], int]) -> tuple[list[Shelved], list[Damaged]]:
    """Every protocol: the clinic's own first, withdrawn ones last; and those that cannot be used.

    Args:
        uses: How many tests were walked with each, by id and sha256.
    """
    found: list[Shelved] = []
    damaged: list[Damaged] = []
    for identifier in own.all_ids():
        try:
            version = own.newest(identifier)
        except BadInput as error:
            damaged.append(Damaged(identifier, error))
        else:
            found.append(_shelved(identifier, version.text, version, uses))
    built_in = (*builtin_ids(), *builtin_sessions())
    found += [_shelved(identifier, find(identifier)[0], None, uses) for identifier in built_in]
    found.sort(key=lambda one: one.withdrawn)
    return found, damaged


def save_version(own: OwnProtocols, text: str, name: str, by: str, after: int, *, withdrawn: bool = False) -> Version:
    """Keep a version of now.

    Raises:
        BadInput: as ``OwnProtocols.save``; and for the id of a built-in protocol, or another one's title.
    """
    checked = check_text(text)
    if not checked.problems:
        identifier, title = checked.table["id"], checked.table["title"].strip()
        if is_builtin(identifier):
            raise BadInput(Cause("protocol_is_built_in", {"protocol": identifier}))
        if title.casefold() in {other.strip().casefold() for other in titles(own, besides=identifier)}:
            raise BadInput(Cause("protocol_title_of_another", {"protocol": identifier, "title": title}))
    at = datetime.now(UTC).astimezone().isoformat(timespec="seconds")
    return own.save(text, name, by, at, after=after, withdrawn=withdrawn)


def titles(own: OwnProtocols, besides: str = "") -> list[str]:
    """What the protocols at hand are called, but for one: two of one name are taken for each other."""
    found = [example_plan(*find(identifier)).title for identifier in (*builtin_ids(), *builtin_sessions())]
    for identifier in own.ids():
        if identifier != besides:
            with suppress(BadInput):
                found.append(own.newest(identifier).title)
    return found


def new_identifier(own: OwnProtocols, title: str) -> str:
    """An identifier for a new protocol that no other one has, nor had."""
    taken = {*own.all_ids(), *(name for name in (slug(title),) if is_builtin(name))}
    return slug(title, taken)


def bring_in(own: OwnProtocols, path: Path, name: str, by: str) -> Version:
    """A file becomes a protocol of the clinic's own, or a new version of one, word for word.

    Raises:
        NotInOrder: it is no protocol, or one with problems.
        BadInput: it cannot be read, its id or title is taken or unusable, or this version is here.
    """
    try:
        text = without_head(read_text(path))
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(Cause("protocol_no_text", {"path": str(path), "why": str(error)})) from error
    checked = check_text(text)
    if checked.problems:
        raise NotInOrder(str(path), checked)
    plan = example_plan(text, str(path))
    if not is_identifier(plan.id):
        raise BadInput(Cause("protocol_id_unusable", {"protocol": plan.id}))
    there = own.versions(plan.id)
    for number, version in there:
        newest = number == there[0][0]
        if version is not None and version.sha256 == sha256_of(text) and newest and not version.withdrawn:
            raise BadInput(Cause("protocol_there_already", {"protocol": plan.id, "n": number}))
    return save_version(own, text, name or path.name, by, there[0][0] if there else 0)


def _shelved(identifier: str, text: str, version: Version | None, uses: Mapping[tuple[str, str], int]) -> Shelved:
    plan = example_plan(text, identifier)
    every = sum(count for (name, _), count in uses.items() if name == identifier)
    this = uses.get((identifier, plan.sha256), 0)
    # A session is as long as somebody is on the belt; a test as its stages.
    minutes = (plan.duration_s + (plan.cool_down.duration_s if plan.bouts else 0.0)) / 60
    bouts = len(plan.bouts)
    return Shelved(identifier, plan.title, minutes, text, plan.sha256, version, every, this, bouts)
