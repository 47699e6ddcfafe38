"""What the station and the process that has its record say to each other, pickled: both are this program."""

import pickle
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from ui.station.apart.frames import framed

# The rooms of a record: what is asked of one is asked by its method's name.
ROOMS = frozenset(
    {
        "audit", "imported", "merging", "people", "sessions", "signing", "tests", "training", "upkeep", "users",
    }
)  # fmt: skip


class Open(msgspec.Struct, frozen=True):
    """The first that is said: which record."""

    location: str
    passphrase: str
    create: bool
    known: Any = None  # of a record that another process had open


class Rescue(msgspec.Struct, frozen=True):
    """The first that is said where the record opens no more: keep this in one of its own. The answer: ``Done``."""

    path: str  # where the record was
    passphrase: str
    what: Sequence[Any]  # as for ``upkeep.rescue``


class Opened(msgspec.Struct, frozen=True):
    """The answer where it opened; else a ``Failed``."""

    path: str
    acting: Any  # who acts until somebody says


class Call(msgspec.Struct, frozen=True):
    """Call a method of the record or of a room, ``keep`` or ``people.get``; ``number`` is told with its answer."""

    number: int
    name: str
    args: Sequence[Any] = ()
    kwargs: Mapping[str, Any] | None = None


class Read(msgspec.Struct, frozen=True):
    """What a property says."""

    number: int
    name: str


class Acting(msgspec.Struct, frozen=True):
    """Who acts from now on."""

    number: int
    actor: Any


class Asked(msgspec.Struct, frozen=True):
    """In the middle of a call: what the function says that stands at this place of its arguments."""

    number: int
    place: int | str
    args: Sequence[Any]


class Said(msgspec.Struct, frozen=True):
    """The answer to ``Asked``."""

    number: int
    value: Any
    error: BaseException | None = None


class Done(msgspec.Struct, frozen=True):
    """What a call gave."""

    number: int
    value: Any
    acting: Any  # who acts now: a log-in changes it


class Failed(msgspec.Struct, frozen=True):
    """What a call raised, with where: the stack does not come along."""

    number: int
    error: BaseException
    where: str


class Function(msgspec.Struct, frozen=True):
    """Stands for an argument that is a function of the station's."""

    place: int | str


def packed(said: object) -> bytes:
    """As it goes over the pipe. Raises what cannot be pickled."""
    return framed(pickle.dumps(said, pickle.HIGHEST_PROTOCOL))


unpacked: Callable[[bytes], Any] = pickle.loads  # both ends are this program, and nobody else holds the pipe
