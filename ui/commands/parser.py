"""The words of the command line: a contract (names and options are fixed; adding is fine, changing is not)."""

import argparse

from teststation import __version__
from ui.commands.options import (
    OneLineParser,
    decimal,
    language_option,
    lazy,
    output_options,
    path,
    positive,
    record_options,
    subject_options,
    walk_options,
    whole,
    whole_number,
)
from ui.commands.parser_records import add_records
from ui.commands.parser_training import add_diary, add_session


def build_parser() -> argparse.ArgumentParser:
    """The whole command line. Without a command the window opens."""
    parser = OneLineParser(prog="teststation", description="Treadmill test station: a 13-minute submaximal test.")
    parser.add_argument("--version", action="version", version=f"teststation {__version__}")
    record_options(parser, default=None)
    parser.set_defaults(run=lazy("window"))
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=OneLineParser)
    _demo(commands.add_parser("demo", help="the app on a throw-away record with emulated treadmill, strap and patient"))
    _drill(commands.add_parser("drill", help="practise what to do when something goes wrong, on emulators"))
    _run(commands.add_parser("run", help="run one test without a window"))
    add_session(commands.add_parser("session", help="interval sessions on the station: run, list, show"))
    _analyse(commands.add_parser("analyse", help="estimate from tables of stages; no devices, no record"))
    _protocols(commands.add_parser("protocols", help="list, show or check test protocols"))
    _devices(commands.add_parser("devices", help="list serial ports; check devices by reading, never moving"))
    _emulate(commands.add_parser("emulate", help="an honest stand-in for a treadmill or strap, on a wire"))
    _laboratory(commands.add_parser("laboratory", help="virtual patients: how often the estimate is right"))
    add_diary(commands.add_parser("diary", help="plan, training diary, strength and interview of one person"))
    add_records(commands.add_parser("records", help="list, show, report, back up, restore and verify kept tests"))
    parser.set_defaults(file_options=_file_options(parser))
    return parser


def _file_options(parser: argparse.ArgumentParser) -> frozenset[str]:
    """The options that name files, by where their values are kept: what a command does not write of these, it reads."""
    found = {action.dest for action in parser._actions if action.type is path}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                found |= _file_options(below)
    return frozenset(found)


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--time-scale", type=positive, default=1.0, metavar="N", help="N times as fast")
    parser.add_argument("--seed", type=whole_number, default=1, metavar="N", help="which emulated patient")
    parser.add_argument("--protocol", default="submax-13", metavar="ID|FILE")
    parser.add_argument("--speed", metavar="NAME", help="one of the protocol's starting speeds")
    parser.add_argument("--headless", action="store_true", help="without a window")
    record_options(parser)
    output_options(parser)
    parser.set_defaults(run=lazy("demo"))


def _drill(parser: argparse.ArgumentParser) -> None:
    faults = ("strap_lost", "cable_out", "stuck", "stop_ignored", "over_speed", "deck_rises")
    parser.add_argument("--fault", choices=(*faults, "surprise"), help="this one, unasked; else the window asks")
    parser.add_argument("--list", action="store_true", help="the faults, and the words that tell of each")
    parser.add_argument("--until-stdin-closes", action="store_true", help=argparse.SUPPRESS)
    language_option(parser)
    parser.set_defaults(run=lazy("drill"))


def _run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--protocol", required=True, metavar="ID|FILE.toml")
    parser.add_argument("--speed", metavar="NAME", help="one of the protocol's starting speeds")
    walk_options(parser)
    output_options(parser)
    parser.set_defaults(run=lazy("run"))


def _analyse(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", type=path, nargs="+", metavar="FILE")
    subject_options(parser, required=False)
    parser.add_argument("--json", type=path, metavar="OUT|-")
    parser.set_defaults(run=lazy("analyse"))


def _protocols(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(
        metavar="list|show|check|add|export|versions", required=True, parser_class=OneLineParser
    )
    listing = actions.add_parser("list", help="every protocol at hand, the clinic's own too")
    listing.set_defaults(run=lazy("protocols", "list_all"))
    showing = actions.add_parser("show", help="the stages of one")
    showing.add_argument("protocol", metavar="ID|FILE")
    showing.set_defaults(run=lazy("protocols", "show"))
    adding = actions.add_parser("add", help="a file becomes a protocol of the clinic's own, or a new version of one")
    adding.add_argument("files", type=path, nargs="+", metavar="FILE")
    adding.add_argument("--name", default="", metavar="WORDS", help="what this version is called")
    adding.set_defaults(run=lazy("protocols", "add"))
    exporting = actions.add_parser("export", help="one as a file, for another station")
    exporting.add_argument("protocol", metavar="ID")
    exporting.add_argument("out", type=path, metavar="OUT.toml")
    exporting.set_defaults(run=lazy("protocols", "export"))
    telling = actions.add_parser("versions", help="every version of a protocol of the clinic's own")
    telling.add_argument("protocol", metavar="ID")
    telling.set_defaults(run=lazy("protocols", "versions"))
    checking = actions.add_parser("check", help="every problem of protocol files")
    checking.add_argument("files", type=path, nargs="+", metavar="FILE")
    checking.set_defaults(run=lazy("protocols", "check"))


def _devices(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=lazy("devices", "list_all"))
    actions = parser.add_subparsers(metavar="list|check|detect|commission", parser_class=OneLineParser)
    actions.add_parser("list", help="serial ports").set_defaults(run=lazy("devices", "list_all"))
    checking = actions.add_parser("check", help="read both devices; never moves")
    checking.add_argument("--treadmill", metavar="DEVICE")
    checking.add_argument("--heart-rate", metavar="DEVICE")
    checking.set_defaults(run=lazy("devices", "check"))
    detecting = actions.add_parser(
        "detect",
        help="which family answers on a port, by reads alone, not on a Biodex; whom an ANT stick hears (ant:PORT)",
    )
    detecting.add_argument("port", metavar="PORT")
    detecting.set_defaults(run=lazy("devices", "detect_family"))
    _commission(actions.add_parser("commission", help="limits, command test and belt check of one treadmill"))


def _commission(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--treadmill", required=True, metavar="DEVICE", help="FAMILY:PORT or FAMILY:usb=VID:PID:SERIAL")
    parser.add_argument("--name", metavar="NAME", help="what the clinic calls it")
    parser.add_argument("--max-kmh", dest="max_kmh", type=decimal, metavar="KMH")
    parser.add_argument("--min-kmh", dest="min_kmh", type=decimal, metavar="KMH", help="slowest speed, if known")
    parser.add_argument("--max-incline", dest="max_incline", type=decimal, metavar="PERCENT")
    parser.add_argument("--accel", type=decimal, metavar="KMH/S", help="ramp up, km/h per second")
    parser.add_argument("--decel", type=decimal, metavar="KMH/S", help="ramp down, km/h per second")
    parser.add_argument("--belt-length", dest="belt_length", type=decimal, metavar="METRES", help="the whole belt")
    parser.add_argument(
        "--reminder-days", dest="reminder_days", type=whole_number, metavar="DAYS", help="to the next one"
    )
    parser.add_argument(
        "--check",
        choices=("tachometer", "turns", "none"),
        default="tachometer",
        help="how the belt is checked; none keeps the limits alone and moves nothing",
    )
    parser.add_argument("--time-scale", type=positive, default=1.0, metavar="N", help="emulators only")
    parser.set_defaults(run=lazy("commission"))


def _emulate(parser: argparse.ArgumentParser) -> None:
    # The emulators bring their own options; everything after the word is theirs.
    parser.add_argument("rest", nargs=argparse.REMAINDER, metavar="treadmill FAMILY | strap FAMILY  --pty | --tcp PORT")
    parser.set_defaults(run=lazy("emulate"))


def _laboratory(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--patients", type=whole(0, 10**6), default=1500, metavar="N", help="each walks three tests")
    parser.add_argument("--first", type=whole(0, 10**9), default=1, metavar="N", help="number of the first patient")
    parser.add_argument("--jobs", type=whole(1, 61), metavar="N", help="processes; as many as there are cores")
    parser.add_argument("--whole", action="store_true", help="through the whole station, a second and a half each test")
    parser.add_argument("--no-change", action="store_true", help="the first test alone")
    parser.add_argument("--sessions", action="store_true", help="eight weeks of sessions, some 3 seconds a patient")
    parser.add_argument("--measured", type=path, metavar="FILE.csv", help="real tests with measured uptake")
    parser.add_argument("--rpe-column", metavar="NAME", help="which column of that table holds Borg answers")
    parser.add_argument("--json", type=path, metavar="OUT|-")
    parser.set_defaults(run=lazy("laboratory"))
