"""What several commands share: the record from its passphrase, and who acts on it."""

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.records.access.actions import COMMAND_LINE, Actor
from teststation.records.access.user import Permission
from teststation.records.storage.passphrase import default_record_path, find_passphrase, first_line
from teststation.records.storage.place import Place, place_of
from ui.station.desk import unnamed
from ui.station.settings import load_settings

if TYPE_CHECKING:  # a command that opens a window reads no database
    from teststation.records.database import Record

    Opens = Callable[..., Record]  # as ``open_record``

USER_PASSWORD = "TESTSTATION_USER_PASSWORD"


def in_this_process(location: str | Path, passphrase: str, *, create: bool) -> "Record":
    """As ``open_record``: for a command that has no window."""
    from teststation.records.database import open_record

    return open_record(location, passphrase, create=create)


@contextmanager
def the_record(
    arguments: argparse.Namespace, *, create: bool, needs: Permission | None = None, opens: "Opens | None" = None
) -> Generator["Record"]:
    """The record that the options name, opened with its passphrase.

    Args:
        needs: What is done with it. Once a user has chosen a password, somebody who may do that has to log in with
            ``--user``. None where a passphrase is enough: a test that is walked, and what brings a record back.
        opens: What opens it in a process of its own; None: it is opened in this one.
    """
    location = the_location(arguments)
    passphrase = the_passphrase(arguments, place_of(location), create=create)
    with (opens or in_this_process)(location, passphrase, create=create) as record:
        come_in(record, arguments, needs)
        yield record


def come_in(record: "Record", arguments: argparse.Namespace, needs: Permission | None) -> None:
    """Say to the audit log who acts: who has logged in with ``--user``, else the program and the system's user."""
    act(record, arguments, needs)
    tell_where_away(record)


def tell_where_away(record: "Record") -> None:
    """Say on standard error that the record's server does not answer."""
    if record.away is not None:
        print(f"teststation: {record.away}; until then this station works by itself", file=sys.stderr)


def act(record: "Record", arguments: argparse.Namespace, needs: Permission | None) -> None:
    """``come_in``, without a word."""
    record.audit.acting = program = unnamed(COMMAND_LINE)
    login = getattr(arguments, "user", None)
    if login is None:
        if needs is not None and record.users.asked_for():
            raise BadInput(Cause("user_must_be_named"))
        return
    record.users.named(login)
    user = record.users.log_in(login, _password_of(login, getattr(arguments, "user_password_file", None)))
    record.audit.acting = Actor(f"{user.login}, {program.name}", user.id)
    if needs is not None and not user.may(needs):
        raise BadInput(Cause("user_may_not"))


def _password_of(login: str, file: str | None) -> str:
    """A user's password: the first line of a file, the environment, or asked for at a terminal."""
    if file is not None:
        return first_line(Path(file))
    told = os.environ.get(USER_PASSWORD)
    if told:
        return told
    if not sys.stdin.isatty():
        raise BadInput(Cause("user_password_missing", {"login": login, "variable": USER_PASSWORD}))
    return getpass.getpass(f"password of {login}: ")


def the_location(arguments: argparse.Namespace) -> str | Path:
    """Where the record is: what the options say, else the settings, else the user's data folder."""
    return arguments.record or load_settings().record or default_record_path()


def the_passphrase(arguments: argparse.Namespace, place: Place, *, create: bool) -> str:
    """What opens the record's file, or this station's spool of a server. Raises RecordError."""
    passphrase_file = Path(arguments.passphrase_file) if arguments.passphrase_file else None
    return find_passphrase(place.file, passphrase_file, os.environ, create=create or place.url is not None)
