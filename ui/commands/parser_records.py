"""The words of the command line for the record: what is kept, who may see it, and what goes out and comes in."""

import argparse
from typing import Any

from ui.commands.options import OneLineParser, language_option, lazy, path, record_options, whole


def add_records(parser: argparse.ArgumentParser) -> None:
    """``records``, with ``users`` below it."""
    record_options(parser)
    actions = parser.add_subparsers(metavar="ACTION", required=True, parser_class=OneLineParser)
    listing = actions.add_parser("list", help="every kept test")
    listing.add_argument("--json", type=path, metavar="OUT|-")
    listing.set_defaults(run=lazy("records", "list_all"))
    showing = actions.add_parser("show", help="one test")
    showing.add_argument("id", metavar="ID")
    showing.add_argument("--json", type=path, metavar="OUT|-")
    showing.set_defaults(run=lazy("records", "show"))
    reporting = actions.add_parser("report", help="one test's report as PDF, or several handed over")
    reporting.add_argument("id", nargs="*", metavar="ID", help="several, or none with --signed, only with --hand-over")
    reporting.add_argument("--pdf", type=path, metavar="OUT")
    reporting.add_argument(
        "--hand-over", type=path, metavar="DIR", help="PDF and a text of five lines for the journal, for each test"
    )
    reporting.add_argument("--signed", action="store_true", help="hand over every signed test")
    language_option(reporting)
    reporting.set_defaults(run=lazy("records", "report"))
    grouping = actions.add_parser("group", help="what everybody's tests came to, for management; nobody by themselves")
    grouping.add_argument("--pdf", type=path, metavar="OUT")
    grouping.add_argument("--csv", type=path, metavar="OUT")
    grouping.add_argument("--style", choices=("semicolon", "comma"), help="of the table; else as the settings say")
    language_option(grouping)
    grouping.set_defaults(run=lazy("records", "group"))
    backing = actions.add_parser("backup", help="an encrypted, verified copy of the record, which may be in use")
    backing.add_argument("file", type=path, metavar="FILE")
    backing.set_defaults(run=lazy("records_backup", "make"))
    restoring = actions.add_parser("restore", help="make the record what a backup holds; what was there is kept aside")
    restoring.add_argument("file", type=path, metavar="FILE")
    restoring.add_argument(
        "--backup-passphrase-file", type=path, metavar="FILE", help="where the backup has another passphrase"
    )
    restoring.set_defaults(run=lazy("records_backup", "restore"))
    verifying = actions.add_parser("verify", help="check every byte of the record, or of a backup")
    verifying.add_argument("file", type=path, nargs="?", metavar="FILE")
    verifying.add_argument("--json", type=path, metavar="OUT|-")
    verifying.add_argument("--head", metavar="ROW:HASH", help="a row of the audit log as a printed report tells it")
    verifying.add_argument(
        "--new-head", action="store_true", help="begin RECORD.head anew, after you have looked why it was lost"
    )
    verifying.set_defaults(run=lazy("records_backup", "check"))
    phrasing = actions.add_parser("passphrase", help="change the record's passphrase, or show it to be written down")
    phrasing.add_argument(
        "--new-passphrase-file", type=path, metavar="FILE", help="first line is the new one; else it is asked for"
    )
    phrasing.add_argument("--show", action="store_true", help="print the present one, to be kept in a safe place")
    phrasing.add_argument("--to-keyring", action="store_true", help="keep the present one in this system's keyring")
    phrasing.set_defaults(run=lazy("records_passphrase"))
    roles = actions.add_parser("roles", help="stations' logins on a server: an appointment's rights, not the owner's")
    roles.add_argument("--station", nargs="+", required=True, metavar="LOGIN", help="made where it is not there yet")
    roles.add_argument("--group", metavar="ROLE", help="the role they belong to; else DATABASE_station")
    roles.add_argument("--print", action="store_true", help="print the SQL for an administrator, and do nothing")
    roles.set_defaults(run=lazy("records_roles"))
    raw = actions.add_parser("raw", help="one test's raw strap frames, for replay:FILE.raw")
    raw.add_argument("id", metavar="ID")
    raw.add_argument("--out", type=path, required=True, metavar="FILE.raw")
    raw.set_defaults(run=lazy("raw_frames"))
    _exchange(actions)
    _users(actions.add_parser("users", help="who may log in to the window"))
    auditing = actions.add_parser("audit", help="who saw, made and changed what, newest first")
    auditing.add_argument("person", nargs="?", metavar="PERSON-ID", help="of one person; else of the whole record")
    auditing.add_argument("--limit", type=whole(1, 1_000_000_000), default=1000, metavar="N")
    auditing.add_argument("--json", type=path, metavar="OUT|-")
    auditing.set_defaults(run=lazy("records_users", "audit"))
    for action in actions.choices.values():
        record_options(action)


def _users(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="list|add|token|reset|leave", required=True, parser_class=OneLineParser)
    listing = actions.add_parser("list", help="everybody, also who has left")
    listing.add_argument("--json", type=path, metavar="OUT|-")
    listing.set_defaults(run=lazy("records_users", "list_all"))
    adding = actions.add_parser("add", help="add a user and print a one-time password")
    adding.add_argument("login", metavar="LOGIN")
    adding.add_argument("--name", required=True, metavar="NAME", help="as it stands under reports")
    adding.add_argument("--role", required=True, choices=("therapist", "technician", "administrator"))
    adding.set_defaults(run=lazy("records_users", "add"))
    token = actions.add_parser("token", help="add a station or a script as a user; its token goes into a file")
    token.add_argument("login", metavar="LOGIN")
    token.add_argument("--name", required=True, metavar="NAME", help="what it is called in the audit log")
    token.add_argument("--role", choices=("therapist", "technician", "administrator"), default="technician")
    token.add_argument("--out", type=path, required=True, metavar="FILE", help="not there yet; readable by you alone")
    token.set_defaults(run=lazy("records_users", "token"))
    for name, words in (("reset", "print a new one-time password"), ("leave", "let a user in no more")):
        action = actions.add_parser(name, help=words)
        action.add_argument("login", metavar="LOGIN")
        action.set_defaults(run=lazy("records_users", name))
    for action in actions.choices.values():
        record_options(action)


def _exchange(actions: Any) -> list[argparse.ArgumentParser]:
    exporting = actions.add_parser("export", help="CSV, FHIR, FIT and TCX of everybody, or all there is of one person")
    exporting.add_argument(
        "folder", type=path, metavar="DIR", help="new or empty; with --person also FILE.zip, not there yet"
    )
    exporting.add_argument("--person", metavar="ID", help="this person's own copy of everything")
    exporting.add_argument("--only", metavar="FORM,...", help="some of csv,seconds,fhir,fit,tcx,report,events")
    exporting.add_argument(
        "--csv", choices=("semicolon", "comma"), help="how tables are written; else as the settings say"
    )
    exporting.set_defaults(run=lazy("records_exchange", "export"))
    importing = actions.add_parser("import", help="results of earlier tests from CSV; shows them, keeps with --yes")
    importing.add_argument("file", type=path, metavar="FILE")
    importing.add_argument("--yes", action="store_true", help="keep all of it, if no row has a problem")
    importing.set_defaults(run=lazy("records_exchange", "bring_in"))
    erasing = actions.add_parser("erase", help="erase a person for good, where the law asks for it")
    erasing.add_argument("person", metavar="ID")
    erasing.add_argument("--reason", required=True, choices=("request", "wrong_person", "time_over"))
    erasing.add_argument("--yes", action="store_true", help="really do it")
    erasing.set_defaults(run=lazy("records_exchange", "remove"))
    return [exporting, importing, erasing]
