"""Personal logins, what each role may do, and guesses that get slower and slower."""

import hashlib
import secrets
import unicodedata
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.engine import RowMapping

from teststation.cause import Cause, Problem
from teststation.errors import BadInput, RecordError
from teststation.records.access.actions import Action
from teststation.records.access.audit import AuditLog
from teststation.records.access.seals import Key
from teststation.records.access.user import (
    LOGIN_MAX,
    LoginRefused,
    Permission,
    Role,
    User,
    folded_login,
    normal_password,
    password_problems,
)
from teststation.records.storage.store import Database, needs_the_server
from teststation.records.storage.tables import LOGIN_GUESS, STATION_USER

if TYPE_CHECKING:
    from argon2 import PasswordHasher

ONE_TIME_DAYS = 7
FREE_GUESSES = 4  # mistyped passwords that cost no waiting
FIRST_WAIT_S, LONGEST_WAIT_S = 30, 900  # doubled with every further guess
_ONE_TIME_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is read as another


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Users:
    """The users of a record."""

    def __init__(self, database: Database, audit: AuditLog, now: Callable[[], datetime] = _utc_now) -> None:
        self._database, self._audit, self._now = database, audit, now

    @cached_property
    def hasher(self) -> "PasswordHasher":
        """argon2id, RFC 9106's second recommended parameters; read from the disk with the first password."""
        from argon2 import PasswordHasher

        return PasswordHasher()

    # --- who there is ---

    def any(self) -> bool:
        """Whether there is a user who can log in: from then on the window asks for it."""
        with self._database.reading() as connection:
            return connection.execute(select(STATION_USER.c.id).where(STATION_USER.c.active == 1)).first() is not None

    def asked_for(self) -> bool:
        """Whether somebody has chosen a password: from then on the command line asks who acts, too."""
        query = select(STATION_USER.c.id).where(STATION_USER.c.active == 1, STATION_USER.c.must_change == 0)
        with self._database.reading() as connection:
            return connection.execute(query).first() is not None

    def all(self) -> list[User]:
        """Everybody, also who has left."""
        query = select(STATION_USER).order_by(STATION_USER.c.active.desc(), STATION_USER.c.login)
        with self._database.reading() as connection:
            return [_user(row) for row in connection.execute(query).mappings()]

    def named(self, login: str) -> User:
        """The active user with this login. Raises RecordError."""
        with self._database.reading() as connection:
            row = _row_of(connection, folded_login(login))
        if row is None or not row["active"]:
            raise RecordError(Cause("user_unknown", {"login": login}))
        return _user(row)

    def as_kept(self, user: User) -> User | None:
        """The same user as the record has them now; None where they are gone from it. Raises RecordError."""
        with self._database.reading() as connection:
            return user_in(connection, user.id)

    def still_may(self, permission: Permission) -> None:
        """Refuse who acts now what they may not do any more. Raises BadInput, RecordError."""
        with self._database.reading() as connection:
            still_may(connection, self._audit, permission)

    # --- made and changed by an administrator ---

    def add(self, login: str, name: str, role: Role, password: str | None = None) -> tuple[User, str | None]:
        """Add a user; without a password they get a one-time one, which is returned and kept nowhere.

        Raises:
            BadInput: every problem at once.
        """
        folded, trimmed = folded_login(login), " ".join(unicodedata.normalize("NFC", name).split())
        problems: list[Problem] = []
        if not folded or len(folded) > LOGIN_MAX or any(letter.isspace() for letter in folded):
            problems.append(Cause("user_login_wrong", {"most": LOGIN_MAX}))
        if not trimmed:
            problems.append(Cause("user_name_missing"))
        problems += [] if password is None else password_problems(password, folded)
        if problems:
            raise BadInput(*problems)
        one_time = make_one_time() if password is None else None
        row: dict[str, object] = {
            "id": str(uuid.uuid4()),
            "login": folded,
            "name": trimmed,
            "role": role.value,
            "password_hash": self.hasher.hash(normal_password(password or one_time or "")),
            "password_set_at": _stamp(self._now()),
            "must_change": int(password is None),
            "active": 1,
            "created_at": _stamp(self._now()),
        }
        with self._database.writing() as connection:
            needs_the_server(self._database)
            still_may(connection, self._audit, Permission.USERS)
            if _row_of(connection, folded) is not None:
                raise BadInput(Cause("user_login_taken", {"login": folded}))
            if role is not Role.ADMINISTRATOR and connection.execute(select(STATION_USER.c.id)).first() is None:
                raise BadInput(Cause("user_first_no_administrator"))
            connection.execute(insert(STATION_USER).values(**row))
            sealed = [("station_user", str(row["id"]))]
            self._audit.note_in(connection, Action.USER_ADDED, seals=sealed, user=folded, role=role.value)
            return _user(row), one_time

    def change(
        self, user_id: str, *, name: str | None = None, role: Role | None = None, active: bool | None = None
    ) -> User:
        """Change what is given. Nobody is deleted: ``active=False`` lets them in no more.

        Raises:
            BadInput: nobody would be left who may manage users.
            RecordError: there is no such user.
        """
        values: dict[str, object] = {}
        if name is not None and name.strip():
            values["name"] = " ".join(unicodedata.normalize("NFC", name).split())
        if role is not None:
            values["role"] = role.value
        if active is not None:
            values["active"] = int(active)
        with self._database.writing() as connection:
            needs_the_server(self._database)
            still_may(connection, self._audit, Permission.USERS)
            former = self._get(connection, user_id)
            changed = {name: value for name, value in values.items() if former[name] != value}
            if not changed:
                return _user(former)
            connection.execute(update(STATION_USER).where(STATION_USER.c.id == user_id).values(**changed))
            administrators = select(func.count()).where(
                STATION_USER.c.active == 1, STATION_USER.c.role == Role.ADMINISTRATOR.value
            )
            was_one = former["active"] and former["role"] == Role.ADMINISTRATOR.value
            if was_one and not connection.execute(administrators).scalar():
                raise BadInput(Cause("user_last_administrator"))
            told: dict[str, Any] = {key: value for key, value in changed.items() if key != "name"}
            self._audit.note_in(
                connection,
                Action.USER_CHANGED,
                seals=[("station_user", user_id)],
                user=former["login"],
                fields=sorted(changed),
                **told,
            )
            return _user(self._get(connection, user_id))

    def reset(self, user_id: str) -> str:
        """Give a one-time password to who has forgotten theirs, and forget their wrong guesses."""
        one_time = make_one_time()
        with self._database.writing() as connection:
            needs_the_server(self._database)
            still_may(connection, self._audit, Permission.USERS)
            row = self._get(connection, user_id)
            self._set_password(connection, user_id, one_time, must_change=True)
            connection.execute(delete(LOGIN_GUESS).where(LOGIN_GUESS.c.login_sha256 == _guess_key(row["login"])))
            self._audit.note_in(connection, Action.PASSWORD_RESET, seals=[("station_user", user_id)], user=row["login"])
        return one_time

    def make_token(self, login: str, name: str, role: Role) -> str:
        """Add a user that is a station or a script and not a person; the token is its password, and is kept nowhere."""
        token = secrets.token_urlsafe(32)
        self.add(login, name, role, token)
        return token

    # --- at the door ---

    def log_in(self, login: str, password: str) -> User:
        """The user whom this password lets in. They act from now on.

        A guess is counted before it is looked at: a program killed in between has counted it.

        Raises:
            LoginRefused: wrong, too many guesses, or a one-time password that is too old.
        """
        folded = folded_login(login)
        self._count_guess(folded)
        with self._database.reading() as connection:
            row = _row_of(connection, folded)
        # Nobody's password is checked as slowly as somebody's: the answer's delay tells no login.
        known = row["password_hash"] if row is not None else self._nobodys_hash()
        fits = self._fits(known, password) and row is not None and bool(row["active"])
        if row is None or not fits:
            self._audit.note(Action.LOGIN_REFUSED, user=folded[:LOGIN_MAX] if row is not None else "")
            raise LoginRefused("wrong", Cause("login_wrong"))
        since = self._now() - datetime.fromisoformat(row["password_set_at"])
        if row["must_change"] and since > timedelta(days=ONE_TIME_DAYS):
            self._audit.note(Action.LOGIN_REFUSED, user=folded, expired=True)
            raise LoginRefused("expired", Cause("login_expired"))
        user = _user(row)
        with self._database.writing() as connection:
            connection.execute(delete(LOGIN_GUESS).where(LOGIN_GUESS.c.login_sha256 == _guess_key(folded)))
            sealed: list[Key] = []
            if self.hasher.check_needs_rehash(known) and self._database.away is None:
                self._set_password(connection, user.id, password, must_change=user.must_change)
                sealed = [("station_user", user.id)]
            self._audit.acting = user.actor
            self._audit.note_in(connection, Action.LOGGED_IN, seals=sealed)
        return user

    def change_own_password(self, user: User, former: str, fresh: str) -> User:
        """Choose a password of one's own. Raises BadInput with every problem, LoginRefused for a wrong former one."""
        problems = password_problems(fresh, user.login)
        if normal_password(fresh) == normal_password(former):
            problems.append(Cause("password_same"))
        if problems:
            raise BadInput(*problems)
        self._count_guess(user.login)
        with self._database.writing() as connection:
            needs_the_server(self._database)
            if not self._fits(self._get(connection, user.id)["password_hash"], former):
                raise LoginRefused("wrong", Cause("login_former_wrong"))
            connection.execute(delete(LOGIN_GUESS).where(LOGIN_GUESS.c.login_sha256 == _guess_key(user.login)))
            self._set_password(connection, user.id, fresh, must_change=False)
            self._audit.note_in(connection, Action.PASSWORD_CHANGED, seals=[("station_user", user.id)], user=user.login)
            return _user(self._get(connection, user.id))

    # --- parts ---

    def _count_guess(self, folded: str) -> None:
        key, now = _guess_key(folded), self._now()
        with self._database.writing() as connection:
            query = select(LOGIN_GUESS).where(LOGIN_GUESS.c.login_sha256 == key)
            row = connection.execute(query).mappings().one_or_none()
            if row is None:
                connection.execute(insert(LOGIN_GUESS).values(login_sha256=key, failed=1, blocked_until=None))
                return
            if row["blocked_until"] is not None:
                left_s = (datetime.fromisoformat(row["blocked_until"]) - now).total_seconds()
                # A clock that was set back must not lock anybody out for years.
                if 0 < left_s <= LONGEST_WAIT_S:
                    wait_s = -int(-left_s // 1)
                    raise LoginRefused("wait", Cause("login_wait", {"seconds": wait_s}), wait_s)
            failed = row["failed"] + 1
            over = failed - FREE_GUESSES
            until = None
            if over > 0:
                until = _stamp(now + timedelta(seconds=min(FIRST_WAIT_S * 2 ** min(over - 1, 10), LONGEST_WAIT_S)))
            connection.execute(
                update(LOGIN_GUESS).where(LOGIN_GUESS.c.login_sha256 == key).values(failed=failed, blocked_until=until)
            )

    def _fits(self, known: str, password: str) -> bool:
        from argon2.exceptions import InvalidHashError, VerifyMismatchError

        try:
            return self.hasher.verify(known, normal_password(password))
        except (VerifyMismatchError, InvalidHashError):
            return False

    def _nobodys_hash(self) -> str:
        if not hasattr(self, "_nobody"):
            self._nobody = self.hasher.hash(secrets.token_hex(16))
        return self._nobody

    def _set_password(self, connection: Connection, user_id: str, password: str, *, must_change: bool) -> None:
        values = {
            "password_hash": self.hasher.hash(normal_password(password)),
            "password_set_at": _stamp(self._now()),
            "must_change": int(must_change),
        }
        connection.execute(update(STATION_USER).where(STATION_USER.c.id == user_id).values(**values))

    def _get(self, connection: Connection, user_id: str) -> RowMapping:
        row = connection.execute(select(STATION_USER).where(STATION_USER.c.id == user_id)).mappings().one_or_none()
        if row is None:
            raise RecordError(Cause("user_missing", {"name": self._database.name}))
        return row


def user_in(connection: Connection, user_id: str) -> User | None:
    """A user as this transaction sees them: somebody may have been sent away since they logged in."""
    row = connection.execute(select(STATION_USER).where(STATION_USER.c.id == user_id)).mappings().one_or_none()
    return None if row is None else _user(row)


def still_may(connection: Connection, audit: AuditLog, permission: Permission) -> None:
    """Refuse, inside a transaction, what the one who acts may not do, or may not do any more.

    Where nobody is named there is nobody to ask for: the door was open, and who opened the record passed it.

    Raises:
        BadInput: their role does not allow it, or they are let in no more.
    """
    if audit.acting.id is None:
        return
    user = user_in(connection, audit.acting.id)
    if user is None or not user.may(permission):
        raise BadInput(Cause("user_may_not"))


def make_one_time() -> str:
    """A random one-time password that can be read out: 3 groups of 5 letters, 74 bits."""
    return "-".join("".join(secrets.choice(_ONE_TIME_LETTERS) for _ in range(5)) for _ in range(3))


def _row_of(connection: Connection, folded: str) -> RowMapping | None:
    return connection.execute(select(STATION_USER).where(STATION_USER.c.login == folded)).mappings().one_or_none()


def _user(row: RowMapping | dict[str, object]) -> User:
    return User(
        id=str(row["id"]),
        login=str(row["login"]),
        name=str(row["name"]),
        role=Role(row["role"]),
        must_change=bool(row["must_change"]),
        active=bool(row["active"]),
        created_at=str(row["created_at"]),
    )


def _guess_key(folded: str) -> str:
    return hashlib.sha256(folded.encode("utf-8")).hexdigest()


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
