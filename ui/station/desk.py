"""Who works at this station now, what they may do, and what the audit log is told of their looking. No Qt."""

import getpass
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from teststation.errors import RecordError
from teststation.records.access.actions import WINDOW, Action, Actor
from teststation.records.access.user import Permission, User

if TYPE_CHECKING:  # values are enough here: whose record it is reads the tables
    from teststation.records.database import Record

TOLD_AGAIN_S = 600.0  # one who goes to and fro between two screens has looked once
_NEEDS_A_NAME = frozenset({Permission.SIGN})


def system_user() -> str:
    """The operating system's name for who sits here; empty where it has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such entry; what is raised depends on system and version
        return ""


def unnamed(program: str) -> Actor:
    """Who acts where nobody has logged in: ``command line (kari)``."""
    name = system_user()
    return Actor(f"{program} ({name})" if name else program)


class Desk:
    """The user at this station. Without users in the record there is no login, and nobody can sign."""

    def __init__(self, record: "Record", monotonic: Callable[[], float] = time.monotonic) -> None:
        self.record = record
        self.user: User | None = None
        self._monotonic = monotonic
        self._told: dict[tuple[Action, str | None, str | None], float] = {}
        self._nobody()

    @property
    def asks_login(self) -> bool:
        """Whether this record has users: then nothing is shown to nobody."""
        return self.record.users.any()

    def log_in(self, login: str, password: str) -> User:
        """Raises LoginRefused, RecordError."""
        self.user = self.record.users.log_in(login, password)
        self._told.clear()
        return self.user

    def renew(self, user: User) -> None:
        """The same user with another password, name or role."""
        if self.user is not None and self.user.id == user.id:
            self.user = user

    def log_out(self, action: Action = Action.LOGGED_OUT) -> None:
        """Nobody from now on; ``action`` says whether it was the clock that locked (``LOCKED``)."""
        try:
            if self.user is not None:
                self.record.audit.note(action)
        finally:  # whatever the record says: nobody stays logged in
            self._nobody()

    def may(self, permission: Permission) -> bool:
        """Whether who sits here may do it. Where there are no users everybody may, but for what needs a name."""
        return permission in self.allowed()

    def allowed(self) -> frozenset[Permission]:
        """All that who sits here may do, by one question to the record."""
        if self.user is not None:
            try:
                now = self.record.users.as_kept(self.user)  # an administrator may sit at another station
            except RecordError:
                return frozenset()
            return frozenset() if now is None else frozenset(one for one in Permission if now.may(one))
        return frozenset() if self.asks_login else frozenset(Permission) - _NEEDS_A_NAME

    def saw(self, action: Action, person_id: str | None, test_id: str | None = None) -> None:
        """Tell the audit log of a look, once in ten minutes."""
        now_s = self._monotonic()
        key = (action, person_id, test_id)
        if now_s - self._told.get(key, float("-inf")) >= TOLD_AGAIN_S:
            self.record.audit.note(action, person_id, test_id)
            self._told[key] = now_s

    def _nobody(self) -> None:
        self.user = None
        self._told.clear()
        self.record.audit.acting = unnamed(WINDOW)
