"""A record in another process, as its window has it: by the names of the record's rooms, methods and properties."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, Self, cast

from teststation.records.tests.journals import Journals
from ui.station.apart import record_calls as calls

_PROPERTIES = frozenset({"away", "in_place"})


class RecordProcess(Protocol):
    """Who answers."""

    @property
    def acting(self) -> Any:
        """Who acts."""
        ...

    @acting.setter
    def acting(self, actor: Any) -> None: ...

    def ask(self, name: str, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None) -> Any:
        """What a method says."""
        ...

    def read(self, name: str) -> Any:
        """What a property says."""
        ...

    def close(self) -> None:
        """Let the record be closed, and see the process ended."""
        ...


class FarRecord(Journals):
    """A ``Record`` in another process, by the names of its rooms, methods and properties."""

    def __init__(self, process: RecordProcess, location: str | Path, path: Path) -> None:
        self._process = process
        self.location, self.path = location, path
        self.audit = _Audit(process)

    def close(self) -> None:
        """Close the record, and end its process."""
        self._process.close()

    def journal_key(self) -> bytes:
        """The 32 random bytes that open this record's journals."""
        return cast("bytes", self._process.ask("journal_key"))

    def mark_walker(self, run_id: str, person_id: str) -> None:
        """As the record's."""
        self._process.ask("mark_walker", (run_id, person_id))

    def discard_journal(self, run_id: str) -> None:
        """As the record's."""
        self._process.ask("discard_journal", (run_id,))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in _PROPERTIES:
            return self._process.read(name)
        made: Any = _Room(self._process, name) if name in calls.ROOMS else _Method(self._process, name)
        setattr(self, name, made)
        return made


class _Method:
    """One method there."""

    def __init__(self, process: RecordProcess, name: str) -> None:
        self._process, self._name = process, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._process.ask(self._name, args, kwargs)


class _Room:
    """One room's methods."""

    def __init__(self, process: RecordProcess, name: str) -> None:
        self._of, self._room = process, name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        made = _Method(self._of, f"{self._room}.{name}")
        setattr(self, name, made)
        return made


class _Audit(_Room):
    """The log, and who acts."""

    def __init__(self, process: RecordProcess) -> None:
        super().__init__(process, "audit")

    @property
    def acting(self) -> Any:
        """Who acts: known here."""
        return self._of.acting

    @acting.setter
    def acting(self, actor: Any) -> None:
        self._of.acting = actor
