"""One user, what each role may do, and what a password must be; no database is needed for it."""

import unicodedata
from enum import StrEnum

from teststation.cause import Cause, Problem
from teststation.errors import StationError
from teststation.ports import Value
from teststation.records.access.actions import Actor

PASSWORD_MIN, PASSWORD_MAX = 10, 256
LOGIN_MAX = 64


class Role(StrEnum):
    """What somebody is at the station."""

    THERAPIST = "therapist"
    TECHNICIAN = "technician"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What is allowed to some and not to others."""

    TEST = "test"  # see and edit people, run tests, print their reports
    SIGN = "sign"  # sign and amend
    MERGE = "merge"
    IMPORT = "import"  # earlier results of other systems
    EXPORT = "export"
    ERASE = "erase"  # for good
    AUDIT = "audit"  # read who did what with a patient
    SETTINGS = "settings"  # machines, protocols
    RECORD = "record"  # where the record and its backups are
    COMMISSION = "commission"  # move a belt with nobody on it, and set its limits
    USERS = "users"


# In a small clinic the administrator is a therapist too, and the only one: so may sign.
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.THERAPIST: frozenset(Permission)
    - {Permission.USERS, Permission.RECORD, Permission.COMMISSION, Permission.ERASE},
    Role.TECHNICIAN: frozenset({Permission.TEST, Permission.SETTINGS, Permission.COMMISSION}),
    Role.ADMINISTRATOR: frozenset(Permission),
}


class User(Value, frozen=True):
    """One person who works at the station."""

    id: str
    login: str
    name: str
    role: Role
    must_change: bool  # has a one-time password
    active: bool
    created_at: str

    @property
    def actor(self) -> Actor:
        """As the audit log names them."""
        return Actor(self.login, self.id)

    def may(self, permission: Permission) -> bool:
        """Whether this user's role allows it."""
        return self.active and permission in PERMISSIONS[self.role]


class LoginRefused(StationError):
    """Not let in. ``reason`` is ``wrong``, ``wait`` (``wait_s`` seconds), or ``expired``."""

    def __init__(self, reason: str, cause: Cause, wait_s: int = 0) -> None:
        super().__init__(cause)
        self.reason, self.cause, self.wait_s = reason, cause, wait_s


def password_fault(password: str, login: str) -> str | None:
    """What is wrong with a new password: ``length`` or ``weak``. Length is what counts, and not to be the login."""
    normal = normal_password(password)
    if not PASSWORD_MIN <= len(normal) <= PASSWORD_MAX:
        return "length"
    if len(set(normal)) < 4 or folded_login(normal) == folded_login(login):
        return "weak"
    return None


def password_problems(password: str, login: str) -> list[Problem]:
    """What is wrong with a new password."""
    fault = password_fault(password, login)
    if fault is None:
        return []
    return [Cause("password_length", {"least": PASSWORD_MIN}) if fault == "length" else Cause("password_weak")]


def folded_login(login: str) -> str:
    """A login as it is kept and compared, however it was typed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", login).strip().casefold())


def normal_password(password: str) -> str:
    """A password in one form of each letter: another keyboard may send other code points for the same."""
    return unicodedata.normalize("NFC", password)
