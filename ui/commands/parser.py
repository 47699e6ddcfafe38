"""The words of the command line: a contract (names and options are fixed; adding is fine, changing is not)."""

import argparse
import importlib
import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from teststation import __version__
from teststation.errors import BadInput
from teststation.person_words import activity_index, interval_peak
from teststation.subject import read_pressure
from teststation.texts import LANGUAGES

Read = TypeVar("Read")
Number = TypeVar("Number", int, float)

Run = Callable[[argparse.Namespace], int]


class _OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line and where to read on."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}; see {self.prog} --help", file=sys.stderr)
        raise SystemExit(2)


def build_parser() -> argparse.ArgumentParser:
    """The whole command line. Without a command the window opens."""
    parser = _OneLineParser(prog="teststation", description="Treadmill test station: a 13-minute submaximal test.")
    parser.add_argument("--version", action="version", version=f"teststation {__version__}")
    _record_options(parser, default=None)
    parser.set_defaults(run=_lazy("window"))
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_OneLineParser)
    _demo(commands.add_parser("demo", help="the app on a throw-away record with emulated treadmill, strap and patient"))
    _drill(commands.add_parser("drill", help="practise what to do when something goes wrong, on emulators"))
    _run(commands.add_parser("run", help="run one test without a window"))
    _session(commands.add_parser("session", help="interval sessions on the station: run, list, show"))
    _analyse(commands.add_parser("analyse", help="estimate from tables of stages; no devices, no record"))
    _protocols(commands.add_parser("protocols", help="list, show or check test protocols"))
    _devices(commands.add_parser("devices", help="list serial ports; check devices by reading, never moving"))
    _emulate(commands.add_parser("emulate", help="an honest stand-in for a treadmill or strap, on a wire"))
    _laboratory(commands.add_parser("laboratory", help="virtual patients: how often the estimate is right"))
    _diary(commands.add_parser("diary", help="plan, training diary, strength and interview of one person"))
    _records(commands.add_parser("records", help="list, show, report, back up, restore and verify kept tests"))
    parser.set_defaults(file_options=_file_options(parser))
    return parser


def _file_options(parser: argparse.ArgumentParser) -> frozenset[str]:
    """The options that name files, by where their values are kept: what a command does not write of these, it reads."""
    found = {action.dest for action in parser._actions if action.type is _path}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                found |= _file_options(below)
    return frozenset(found)


def _lazy(module: str, function: str = "run") -> Run:
    """A command's own module is imported when the command runs, so that none pays for another's imports."""

    def run(arguments: argparse.Namespace) -> int:
        return getattr(importlib.import_module(f"ui.commands.{module}"), function)(arguments)

    return run


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--time-scale", type=_positive, default=1.0, metavar="N", help="N times as fast")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which emulated patient")
    parser.add_argument("--protocol", default="submax-13", metavar="ID|FILE")
    parser.add_argument("--speed", metavar="NAME", help="one of the protocol's starting speeds")
    parser.add_argument("--headless", action="store_true", help="without a window")
    _record_options(parser)
    _outputs(parser)
    parser.set_defaults(run=_lazy("demo"))


def _drill(parser: argparse.ArgumentParser) -> None:
    faults = ("strap_lost", "cable_out", "stuck", "stop_ignored", "over_speed")
    parser.add_argument("--fault", choices=(*faults, "surprise"), help="this one, unasked; else the window asks")
    parser.add_argument("--list", action="store_true", help="the faults, and the words that tell of each")
    parser.add_argument("--until-stdin-closes", action="store_true", help=argparse.SUPPRESS)
    _language(parser)
    parser.set_defaults(run=_lazy("drill"))


def _run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--protocol", required=True, metavar="ID|FILE.toml")
    parser.add_argument("--speed", metavar="NAME", help="one of the protocol's starting speeds")
    _walked(parser)
    _outputs(parser)
    parser.set_defaults(run=_lazy("run"))


def _session(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="run|list|show", required=True, parser_class=_OneLineParser)
    running = actions.add_parser("run", help="run one session without a window")
    running.add_argument("--plan", default="4x4", metavar="ID|FILE.toml", help="the session; 4x4 where none is named")
    running.add_argument("--speed", type=float, metavar="KMH", help="of the bouts, in place of the prescription's")
    running.add_argument("--incline", type=float, metavar="PERCENT", help="of the bouts; goes with --speed")
    running.add_argument("--harder", action="store_true", help="start with the harder load that is offered")
    running.add_argument(
        "--cleared", metavar="WHO-AND-WHY", help="after a test with a symptom: who answers for a session, and why"
    )
    _walked(running)
    _language(running)
    running.add_argument("--json", type=_path, metavar="OUT|-", help="what it came to, - for standard output")
    running.set_defaults(run=_lazy("session"))
    listing = actions.add_parser("list", help="every kept session, newest first")
    listing.add_argument("--person", metavar="ID", help="of one person")
    listing.add_argument("--json", type=_path, metavar="OUT|-")
    listing.set_defaults(run=_lazy("session", "list_all"))
    showing = actions.add_parser("show", help="one session")
    showing.add_argument("id", metavar="ID")
    showing.add_argument("--json", type=_path, metavar="OUT|-")
    showing.set_defaults(run=_lazy("session", "show"))
    for action in (listing, showing):
        _record_options(action)


def _walked(parser: argparse.ArgumentParser) -> None:
    """What a test and a session have in common: devices, person, and how it is walked."""
    parser.add_argument("--treadmill", required=True, metavar="DEVICE", help="FAMILY:PORT[,option=value...]")
    parser.add_argument("--heart-rate", required=True, metavar="DEVICE", help="FAMILY:PORT[,option=value...]")
    _subject(parser, required=True)
    parser.add_argument("--name", metavar="NAME")
    parser.add_argument("--born", metavar="YYYY-MM-DD")
    parser.add_argument("--number", metavar="N", help="the clinic's own number for the person")
    parser.add_argument("--time-scale", type=_positive, default=1.0, metavar="N", help="emulators only")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which emulated patient")
    parser.add_argument("--yes", action="store_true", help="start without asking; the belt will move")
    parser.add_argument(
        "--confirm",
        choices=("enter", "auto"),
        default="enter",
        help="where the operator sets the belt: Enter on standard input says that a load is set; "
        "auto says so by itself though nobody has looked, and the record tells it",
    )
    _record_options(parser)


def _analyse(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", type=_path, nargs="+", metavar="FILE")
    _subject(parser, required=False)
    parser.add_argument("--json", type=_path, metavar="OUT|-")
    parser.set_defaults(run=_lazy("analyse"))


def _protocols(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(
        metavar="list|show|check|add|export|versions", required=True, parser_class=_OneLineParser
    )
    listing = actions.add_parser("list", help="every protocol at hand, the clinic's own too")
    listing.set_defaults(run=_lazy("protocols", "list_all"))
    showing = actions.add_parser("show", help="the stages of one")
    showing.add_argument("protocol", metavar="ID|FILE")
    showing.set_defaults(run=_lazy("protocols", "show"))
    adding = actions.add_parser("add", help="a file becomes a protocol of the clinic's own, or a new version of one")
    adding.add_argument("files", type=_path, nargs="+", metavar="FILE")
    adding.add_argument("--name", default="", metavar="WORDS", help="what this version is called")
    adding.set_defaults(run=_lazy("protocols", "add"))
    exporting = actions.add_parser("export", help="one as a file, for another station")
    exporting.add_argument("protocol", metavar="ID")
    exporting.add_argument("out", type=_path, metavar="OUT.toml")
    exporting.set_defaults(run=_lazy("protocols", "export"))
    telling = actions.add_parser("versions", help="every version of a protocol of the clinic's own")
    telling.add_argument("protocol", metavar="ID")
    telling.set_defaults(run=_lazy("protocols", "versions"))
    checking = actions.add_parser("check", help="every problem of protocol files")
    checking.add_argument("files", type=_path, nargs="+", metavar="FILE")
    checking.set_defaults(run=_lazy("protocols", "check"))


def _devices(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_lazy("devices", "list_all"))
    actions = parser.add_subparsers(metavar="list|check|detect|commission", parser_class=_OneLineParser)
    actions.add_parser("list", help="serial ports").set_defaults(run=_lazy("devices", "list_all"))
    checking = actions.add_parser("check", help="read both devices; never moves")
    checking.add_argument("--treadmill", metavar="DEVICE")
    checking.add_argument("--heart-rate", metavar="DEVICE")
    checking.set_defaults(run=_lazy("devices", "check"))
    detecting = actions.add_parser(
        "detect",
        help="which family answers on a port, by reads alone, not on a Biodex; whom an ANT stick hears (ant:PORT)",
    )
    detecting.add_argument("port", metavar="PORT")
    detecting.set_defaults(run=_lazy("devices", "detect_family"))
    _commission(actions.add_parser("commission", help="limits, command test and belt check of one treadmill"))


def _commission(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--treadmill", required=True, metavar="DEVICE", help="FAMILY:PORT or FAMILY:usb=VID:PID:SERIAL")
    parser.add_argument("--name", metavar="NAME", help="what the clinic calls it")
    parser.add_argument("--max-kmh", dest="max_kmh", type=float, metavar="KMH")
    parser.add_argument("--min-kmh", dest="min_kmh", type=float, metavar="KMH", help="slowest speed, where it is known")
    parser.add_argument("--max-incline", dest="max_incline", type=float, metavar="PERCENT")
    parser.add_argument("--accel", type=float, metavar="KMH/S", help="ramp up, km/h per second")
    parser.add_argument("--decel", type=float, metavar="KMH/S", help="ramp down, km/h per second")
    parser.add_argument("--belt-length", dest="belt_length", type=float, metavar="METRES", help="the whole belt")
    parser.add_argument("--reminder-days", dest="reminder_days", type=int, metavar="DAYS", help="to the next check")
    parser.add_argument(
        "--check",
        choices=("tachometer", "turns", "none"),
        default="tachometer",
        help="how the belt is checked; none keeps the limits alone and moves nothing",
    )
    parser.add_argument("--time-scale", type=_positive, default=1.0, metavar="N", help="emulators only")
    parser.set_defaults(run=_lazy("commission"))


def _emulate(parser: argparse.ArgumentParser) -> None:
    # The emulators bring their own options; everything after the word is theirs.
    parser.add_argument("rest", nargs=argparse.REMAINDER, metavar="treadmill FAMILY | strap FAMILY  --pty | --tcp PORT")
    parser.set_defaults(run=_lazy("emulate"))


def _laboratory(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--patients", type=int, default=1500, metavar="N", help="each walks three tests")
    parser.add_argument("--first", type=int, default=1, metavar="N", help="number of the first patient")
    parser.add_argument("--jobs", type=int, metavar="N", help="processes; as many as there are cores")
    parser.add_argument("--whole", action="store_true", help="through the whole station, a second and a half each test")
    parser.add_argument("--no-change", action="store_true", help="the first test alone")
    parser.add_argument("--sessions", action="store_true", help="eight weeks of sessions, some 3 seconds a patient")
    parser.add_argument("--measured", type=_path, metavar="FILE.csv", help="real tests with measured uptake")
    parser.add_argument("--rpe-column", metavar="NAME", help="which column of that table holds Borg answers")
    parser.add_argument("--json", type=_path, metavar="OUT|-")
    parser.set_defaults(run=_lazy("laboratory"))


def _records(parser: argparse.ArgumentParser) -> None:
    _record_options(parser)
    actions = parser.add_subparsers(metavar="ACTION", required=True, parser_class=_OneLineParser)
    listing = actions.add_parser("list", help="every kept test")
    listing.add_argument("--json", type=_path, metavar="OUT|-")
    listing.set_defaults(run=_lazy("records", "list_all"))
    showing = actions.add_parser("show", help="one test")
    showing.add_argument("id", metavar="ID")
    showing.add_argument("--json", type=_path, metavar="OUT|-")
    showing.set_defaults(run=_lazy("records", "show"))
    reporting = actions.add_parser("report", help="one test's report as PDF, or several handed over")
    reporting.add_argument("id", nargs="*", metavar="ID", help="several, or none with --signed, only with --hand-over")
    reporting.add_argument("--pdf", type=_path, metavar="OUT")
    reporting.add_argument(
        "--hand-over", type=_path, metavar="DIR", help="PDF and a text of five lines for the journal, for each test"
    )
    reporting.add_argument("--signed", action="store_true", help="hand over every signed test")
    _language(reporting)
    reporting.set_defaults(run=_lazy("records", "report"))
    grouping = actions.add_parser("group", help="what everybody's tests came to, for management; nobody by themselves")
    grouping.add_argument("--pdf", type=_path, metavar="OUT")
    grouping.add_argument("--csv", type=_path, metavar="OUT")
    grouping.add_argument("--style", choices=("semicolon", "comma"), help="of the table; else as the settings say")
    _language(grouping)
    grouping.set_defaults(run=_lazy("records", "group"))
    backing = actions.add_parser("backup", help="an encrypted, verified copy of the record, which may be in use")
    backing.add_argument("file", type=_path, metavar="FILE")
    backing.set_defaults(run=_lazy("records_backup", "make"))
    restoring = actions.add_parser("restore", help="make the record what a backup holds; what was there is kept aside")
    restoring.add_argument("file", type=_path, metavar="FILE")
    restoring.add_argument(
        "--backup-passphrase-file", type=_path, metavar="FILE", help="where the backup has another passphrase"
    )
    restoring.set_defaults(run=_lazy("records_backup", "restore"))
    verifying = actions.add_parser("verify", help="check every byte of the record, or of a backup")
    verifying.add_argument("file", type=_path, nargs="?", metavar="FILE")
    verifying.add_argument("--json", type=_path, metavar="OUT|-")
    verifying.add_argument("--head", metavar="ROW:HASH", help="a row of the audit log as a printed report tells it")
    verifying.add_argument(
        "--new-head", action="store_true", help="begin RECORD.head anew, after you have looked why it was lost"
    )
    verifying.set_defaults(run=_lazy("records_backup", "check"))
    phrasing = actions.add_parser("passphrase", help="change the record's passphrase, or show it to be written down")
    phrasing.add_argument(
        "--new-passphrase-file", type=_path, metavar="FILE", help="first line is the new one; else it is asked for"
    )
    phrasing.add_argument("--show", action="store_true", help="print the present one, to be kept in a safe place")
    phrasing.add_argument("--to-keyring", action="store_true", help="keep the present one in this system's keyring")
    phrasing.set_defaults(run=_lazy("records_passphrase"))
    roles = actions.add_parser("roles", help="stations' logins on a server: an appointment's rights, not the owner's")
    roles.add_argument("--station", nargs="+", required=True, metavar="LOGIN", help="made where it is not there yet")
    roles.add_argument("--group", metavar="ROLE", help="the role they belong to; else DATABASE_station")
    roles.add_argument("--print", action="store_true", help="print the SQL for an administrator, and do nothing")
    roles.set_defaults(run=_lazy("records_roles"))
    raw = actions.add_parser("raw", help="one test's raw strap frames, for replay:FILE.raw")
    raw.add_argument("id", metavar="ID")
    raw.add_argument("--out", type=_path, required=True, metavar="FILE.raw")
    raw.set_defaults(run=_lazy("raw_frames"))
    _exchange(actions)
    _users(actions.add_parser("users", help="who may log in to the window"))
    auditing = actions.add_parser("audit", help="who saw, made and changed what, newest first")
    auditing.add_argument("person", nargs="?", metavar="PERSON-ID", help="of one person; else of the whole record")
    auditing.add_argument("--limit", type=int, default=1000, metavar="N")
    auditing.add_argument("--json", type=_path, metavar="OUT|-")
    auditing.set_defaults(run=_lazy("records_users", "audit"))
    for action in actions.choices.values():
        _record_options(action)


def _diary(parser: argparse.ArgumentParser) -> None:
    _record_options(parser)
    words = "list|add|import|export|plan|strength|interview"
    actions = parser.add_subparsers(metavar=words, required=True, parser_class=_OneLineParser)
    listing = actions.add_parser("list", help="the plan, how each session stands, and every row")
    listing.add_argument("--json", type=_path, metavar="OUT|-")
    listing.set_defaults(run=_lazy("diary", "list_all"))
    adding = actions.add_parser("add", help="one row, as somebody tells it")
    adding.add_argument("--day", metavar="YYYY-MM-DD", help="else today")
    adding.add_argument("--kind", default="4x4", metavar="KIND", help="4x4, 3x4, 10x1, steady, strength, walk, …")
    adding.add_argument("--what", default="", metavar="WORDS")
    adding.add_argument("--minutes", type=float, metavar="N")
    adding.add_argument("--borg", type=int, metavar="6-20")
    adding.add_argument("--rating", type=float, metavar="0-10", help="of the whole session, half an hour after it")
    adding.add_argument("--felt", type=int, metavar="1-5")
    adding.add_argument("--bouts", type=_bouts, metavar="DONE/PLANNED")
    adding.add_argument("--stopped", default="", metavar="WHY", help="wish, pain, ill, too_hard, …")
    adding.add_argument("--attendance", default="done", choices=("done", "excused", "absent"))
    adding.add_argument("--reason", default="", metavar="WHY", help="ill, leave, appointment, motivation, pain, other")
    adding.add_argument("--comment", default="", metavar="WORDS", help="the person's own")
    adding.add_argument("--therapist", default="", metavar="WORDS")
    adding.add_argument("--session", type=int, metavar="N", help="the planned session that it is")
    adding.add_argument(
        "--set", dest="sets", type=_sets, action="append", default=[], metavar="EXERCISE:KG:4/4/4/4[:LEFT]"
    )
    adding.set_defaults(run=_lazy("diary", "add"))
    importing = actions.add_parser("import", help="activities of a watch (FIT, TCX), each into the row it belongs to")
    importing.add_argument("files", type=_path, nargs="+", metavar="FILE")
    importing.set_defaults(run=_lazy("diary", "bring_in"))
    exporting = actions.add_parser("export", help="the diary as CSV on standard output, or all of it in files")
    exporting.add_argument("--json", type=_path, metavar="OUT|-", help="everything, with every version")
    exporting.add_argument("--pdf", type=_path, metavar="OUT", help="the diary's page")
    exporting.add_argument("--blank", action="store_true", help="the page as an empty grid, to be written on by hand")
    exporting.add_argument("--language", choices=LANGUAGES, help="of the page; else the person's")
    exporting.set_defaults(run=_lazy("diary", "export"))
    planning = actions.add_parser("plan", help="make a plan, or change the one there is")
    planning.add_argument("--new", metavar="YYYY-MM-DD", help="a new plan from this day on")
    planning.add_argument("--weekdays", type=_whole_numbers, metavar="1,3,5", help="1 is Monday")
    planning.add_argument("--weeks", type=int, default=8, metavar="N")
    planning.add_argument("--kind", default="4x4", metavar="KIND")
    planning.add_argument("--closed", type=_words, default=[], metavar="DAY,...", help="besides public holidays")
    planning.add_argument("--test", metavar="ID", help="the test it is made from")
    planning.add_argument("--move", type=_move, action="append", default=[], metavar="NUMBER=DAY")
    planning.add_argument("--away", type=_span, metavar="FIRST..LAST", help="later sessions follow; none is lost")
    planning.add_argument("--from", dest="from_day", metavar="DAY", help="from when --weekdays hold; else from today")
    planning.add_argument("--end", metavar="DAY", help="nothing is awaited after it")
    planning.add_argument("--because", default="", metavar="WHY")
    planning.set_defaults(run=_lazy("diary", "plan"))
    lifting = actions.add_parser("strength", help="1RM and the next load; with --exercise a new 1RM")
    lifting.add_argument("--exercise", metavar="NAME", help="leg_press, squat, hack_squat, chest_press or another")
    lifting.add_argument("--kg", type=float, metavar="KG", help="lifted --repetitions times to failure, or once")
    lifting.add_argument("--repetitions", type=int, default=1, metavar="N", help="1: a tested 1RM")
    lifting.add_argument("--step", type=float, default=2.5, metavar="KG", help="of the plates")
    lifting.add_argument("--increase", type=float, default=2.5, metavar="KG", help="when 4 x 4 is mastered")
    lifting.add_argument("--day", metavar="YYYY-MM-DD", help="else today")
    lifting.add_argument("--cleared-by", default="", metavar="WHO", help="who says yes to failure")
    lifting.add_argument("--json", type=_path, metavar="OUT|-")
    lifting.set_defaults(run=_lazy("diary", "strength"))
    asking = actions.add_parser("interview", help="the last talk; check its questions, keep answers, print it")
    asking.add_argument("--check", type=_path, metavar="FILE.toml", help="every problem of a table of questions")
    asking.add_argument("--answers", type=_path, metavar="FILE.json", help="question: answer; kept as a draft")
    asking.add_argument("--done", action="store_true", help="the talk is done")
    asking.add_argument("--json", type=_path, metavar="OUT|-")
    asking.add_argument("--pdf", type=_path, metavar="OUT", help="on one page")
    asking.add_argument("--language", choices=LANGUAGES, help="of the page; else the person's")
    asking.set_defaults(run=_lazy("diary", "interview"))
    for name, action in actions.choices.items():
        action.add_argument("--person", required=name != "interview", metavar="ID")
        _record_options(action)


def _bouts(text: str) -> tuple[int, int]:
    done, _, planned = text.partition("/")
    return _number_words(int, done, text), _number_words(int, planned or "4", text)


def _sets(text: str) -> tuple[str, float, tuple[int, ...], int | None]:
    parts = text.split(":")
    if len(parts) not in (3, 4):
        raise argparse.ArgumentTypeError(f"{text!r}: write it as leg_press:100:4/4/4/4:1")
    repetitions = tuple(_number_words(int, one, text) for one in parts[2].split("/"))
    left = _number_words(int, parts[3], text) if len(parts) == 4 else None
    return parts[0], _number_words(float, parts[1], text), repetitions, left


def _move(text: str) -> tuple[int, str]:
    number, _, day = text.partition("=")
    return _number_words(int, number, text), day


def _span(text: str) -> tuple[str, str]:
    first, _, last = text.partition("..")
    return first, last or first


def _words(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _whole_numbers(text: str) -> list[int]:
    return [_number_words(int, one, text) for one in _words(text)]


def _number_words(kind: type[Number], text: str, whole: str) -> Number:
    try:
        return kind(text.replace(",", "."))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{whole!r}: {text!r} is not a number") from None


def _users(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="list|add|token|reset|leave", required=True, parser_class=_OneLineParser)
    listing = actions.add_parser("list", help="everybody, also who has left")
    listing.add_argument("--json", type=_path, metavar="OUT|-")
    listing.set_defaults(run=_lazy("records_users", "list_all"))
    adding = actions.add_parser("add", help="add a user and print a one-time password")
    adding.add_argument("login", metavar="LOGIN")
    adding.add_argument("--name", required=True, metavar="NAME", help="as it stands under reports")
    adding.add_argument("--role", required=True, choices=("therapist", "technician", "administrator"))
    adding.set_defaults(run=_lazy("records_users", "add"))
    token = actions.add_parser("token", help="add a station or a script as a user; its token goes into a file")
    token.add_argument("login", metavar="LOGIN")
    token.add_argument("--name", required=True, metavar="NAME", help="what it is called in the audit log")
    token.add_argument("--role", choices=("therapist", "technician", "administrator"), default="technician")
    token.add_argument("--out", type=_path, required=True, metavar="FILE", help="not there yet; readable by you alone")
    token.set_defaults(run=_lazy("records_users", "token"))
    for name, words in (("reset", "print a new one-time password"), ("leave", "let a user in no more")):
        action = actions.add_parser(name, help=words)
        action.add_argument("login", metavar="LOGIN")
        action.set_defaults(run=_lazy("records_users", name))
    for action in actions.choices.values():
        _record_options(action)


def _exchange(actions: Any) -> list[argparse.ArgumentParser]:
    exporting = actions.add_parser("export", help="CSV, FHIR, FIT and TCX of everybody, or all there is of one person")
    exporting.add_argument(
        "folder", type=_path, metavar="DIR", help="new or empty; with --person also FILE.zip, not there yet"
    )
    exporting.add_argument("--person", metavar="ID", help="this person's own copy of everything")
    exporting.add_argument("--only", metavar="FORM,...", help="some of csv,seconds,fhir,fit,tcx,report,events")
    exporting.add_argument(
        "--csv", choices=("semicolon", "comma"), help="how tables are written; else as the settings say"
    )
    exporting.set_defaults(run=_lazy("records_exchange", "export"))
    importing = actions.add_parser("import", help="results of earlier tests from CSV; shows them, keeps with --yes")
    importing.add_argument("file", type=_path, metavar="FILE")
    importing.add_argument("--yes", action="store_true", help="keep all of it, if no row has a problem")
    importing.set_defaults(run=_lazy("records_exchange", "bring_in"))
    erasing = actions.add_parser("erase", help="erase a person for good, where the law asks for it")
    erasing.add_argument("person", metavar="ID")
    erasing.add_argument("--reason", required=True, choices=("request", "wrong_person", "time_over"))
    erasing.add_argument("--yes", action="store_true", help="really do it")
    erasing.set_defaults(run=_lazy("records_exchange", "remove"))
    return [exporting, importing, erasing]


# --- groups of options ---------------------------------------------------------------------------------------


def _subject(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument("--sex", choices=("male", "female"), required=required)
    parser.add_argument("--age", type=float, required=required, metavar="YEARS")
    parser.add_argument("--weight", type=float, required=required, metavar="KG")
    parser.add_argument("--height", type=float, metavar="CM")
    parser.add_argument("--hr-max", type=float, metavar="BPM", help="measured largest heart rate")
    parser.add_argument(
        "--hr-max-from-rpe", action="store_true", default=None, help="estimate HRmax with Borg's scale where RPE allows"
    )
    parser.add_argument(
        "--hr-max-intervals",
        type=_interval_peak,
        metavar="BPM[,all-out]",
        help="highest pulse held for 5 s in an own interval session of the last three months",
    )
    parser.add_argument("--beta-blocker", action="store_true", default=None)
    parser.add_argument("--irregular-rhythm", action="store_true", default=None)
    parser.add_argument(
        "--waist", type=float, metavar="CM", help="with resting pulse and activity it narrows the estimate"
    )
    parser.add_argument("--resting-hr", type=float, metavar="BPM")
    parser.add_argument(
        "--resting-bp",
        type=_pressure,
        metavar="SYS/DIA",
        help="blood pressure at rest, mmHg, as 132/84; for the report",
    )
    parser.add_argument(
        "--activity",
        type=_activity,
        metavar="INDEX",
        help="Nes 2011's, or frequency x intensity x duration: 2.5x2x0.75",
    )


def _interval_peak(text: str) -> dict[str, Any]:
    return _in_one_line(interval_peak, text)


def _pressure(text: str) -> dict[str, Any]:
    found = read_pressure(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no blood pressure; write it as 132/84")
    return {"resting_systolic_mmhg": found[0], "resting_diastolic_mmhg": found[1]}


def _activity(text: str) -> float:
    return _in_one_line(activity_index, text)


def _in_one_line(read: Callable[[str], Read], text: str) -> Read:
    try:
        return read(text)
    except BadInput as error:
        raise argparse.ArgumentTypeError("; ".join(error.problems)) from None


def _record_options(parser: argparse.ArgumentParser, default: Any = argparse.SUPPRESS) -> None:
    """The record's options, before the command or behind it. Only the whole program says what they are where not given:
    a command that did would take back what stood before its name.
    """
    parser.add_argument("--record", type=_path, metavar="FILE|URL", default=default, help="the encrypted record")
    parser.add_argument("--user", metavar="LOGIN", default=default, help="who acts; asks for that user's password")
    parser.add_argument(
        "--user-password-file", type=_path, metavar="FILE", default=default, help="first line is it, or a token"
    )
    parser.add_argument(
        "--passphrase-file", type=_path, metavar="FILE", default=default, help="first line opens the record"
    )


def _outputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pdf", type=_path, metavar="OUT", help="write the report here")
    _language(parser)
    parser.add_argument("--json", type=_path, metavar="OUT|-", help="write the result here, - for standard output")


def _language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--language", choices=LANGUAGES, help="of the report; else the person's own, or the clinic's")


def _path(text: str) -> str:
    """A file's name as it is meant: ~ is this user's folder, also where no shell has seen it."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty; name a file")
    return os.path.expanduser(text)  # noqa: PTH111 - it may be an address, too, or - for standard output


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not 0.1 <= value <= 100:
        raise argparse.ArgumentTypeError(f"{text} is outside 0.1 to 100")
    return value
