"""``teststation records users | audit``: who may log in to the window, and who did what.

Once somebody has chosen a password an administrator logs in for it with ``--user``. ``reset`` asks for the passphrase
alone: it is the way back in for the last administrator who forgot theirs, and the audit log tells of it.
"""

import argparse
from pathlib import Path

import msgspec

from teststation.errors import RecordError
from teststation.files.outputs import Kind, Output
from teststation.records.access.actions import Action, AuditRow
from teststation.records.access.user import Permission, Role
from ui.commands.common import the_record
from ui.commands.outputs import check, write, write_json
from ui.commands.telling import tell
from ui.commands.voice import say


def list_all(arguments: argparse.Namespace) -> int:
    """Every user, also who has left."""
    check(arguments, (arguments.json, Kind.JSON))
    with the_record(arguments, create=False, needs=Permission.USERS) as record:
        users = record.users.all()
        record.audit.note(Action.USERS_SEEN)
    write_json([msgspec.to_builtins(user) for user in users], arguments.json)
    if arguments.json != "-":
        for user in users:
            state = "one-time password" if user.must_change else "active"
            tell(f"{user.login:20} {user.role.value:14} {state if user.active else 'has left':18} {user.name}")
    return 0


def add(arguments: argparse.Namespace) -> int:
    """Add a user and print the one-time password."""
    with the_record(arguments, create=False, needs=Permission.USERS) as record:
        user, one_time = record.users.add(arguments.login, arguments.name, Role(arguments.role))
    _show(one_time, user.login)
    say(f"user {user.login} was added; the one-time password is changed at the first login, within seven days")
    return 0


def reset(arguments: argparse.Namespace) -> int:
    """Print a new one-time password for who has forgotten theirs."""
    with the_record(arguments, create=False) as record:
        user = record.users.named(arguments.login)
        _show(record.users.reset(user.id), user.login)
    say(f"user {user.login} has a one-time password; it is changed at the next login, within seven days")
    return 0


def _show(one_time: str | None, login: str) -> None:
    """Print a password that is nowhere else."""
    try:
        print(one_time, flush=True)
    except OSError as error:
        raise RecordError(
            f"the one-time password of {login} could not be shown ({error.strerror}); make another: users reset {login}"
        ) from error


def token(arguments: argparse.Namespace) -> int:
    """Add a station or a script as a user, and write its token into a file that only this system's user may read."""
    check(arguments, (arguments.out, Kind.TOKEN))
    with the_record(arguments, create=False, needs=Permission.USERS) as record:
        made = record.users.make_token(arguments.login, arguments.name, Role(arguments.role))
        write(Output(Path(arguments.out), Kind.TOKEN), made.encode("ascii") + b"\n")
    say(f"user {arguments.login} was added; {arguments.out} holds its token, for --user-password-file")
    return 0


def leave(arguments: argparse.Namespace) -> int:
    """Let a user in no more; nobody is deleted."""
    with the_record(arguments, create=False, needs=Permission.USERS) as record:
        user = record.users.named(arguments.login)
        record.users.change(user.id, active=False)
    say(f"user {user.login} is let in no more")
    return 0


def audit(arguments: argparse.Namespace) -> int:
    """Who did what, newest first: of one person, or of the whole record."""
    check(arguments, (arguments.json, Kind.JSON))
    with the_record(arguments, create=False, needs=Permission.AUDIT) as record:
        if arguments.person is None:
            rows = record.audit.newest(arguments.limit)
            record.audit.note(Action.AUDIT_SEEN)
        else:
            person_id = record.people.get(arguments.person).id
            rows = record.audit.of_person(person_id, arguments.limit)
            record.audit.note(Action.AUDIT_SEEN, person_id)
    write_json([msgspec.to_builtins(row) for row in rows], arguments.json)
    if arguments.json != "-":
        for row in rows:
            tell(_line(row))
    return 0


def _line(row: AuditRow) -> str:
    about = " ".join(part for part in (row.person_id, row.test_id) if part is not None)
    return f"{row.seq:7} {row.at} {row.action:18} {row.actor}  {about}".rstrip()
