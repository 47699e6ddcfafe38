"""What several commands have in common: groups of options, and how a word of the command line is read."""

import argparse
import gc
import importlib
import os
import re
import sys
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from teststation.errors import BadInput
from teststation.files.table import number
from teststation.person_words import activity_index, interval_peak
from teststation.subject import read_pressure
from teststation.texts import LANGUAGES

Read = TypeVar("Read")
Run = Callable[[argparse.Namespace], int]
_WHOLE = re.compile(r"\s*[+-]?\d{1,40}\s*", re.ASCII)


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line and where to read on."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}; see {self.prog} --help", file=sys.stderr)
        raise SystemExit(2)


def lazy(module: str, function: str = "run") -> Run:
    """A command's own module is imported when the command runs, so that none pays for another's imports."""

    def run(arguments: argparse.Namespace) -> int:
        collects = gc.isenabled()
        gc.disable()  # what is read stays: to look through it again and again meanwhile is a twentieth of a start
        try:
            read = importlib.import_module(f"ui.commands.{module}")
        finally:
            if collects:
                gc.enable()
        return getattr(read, function)(arguments)

    return run


def walk_options(parser: argparse.ArgumentParser) -> None:
    """What a test and a session have in common: devices, person, and how it is walked."""
    parser.add_argument("--treadmill", required=True, metavar="DEVICE", help="FAMILY:PORT[,option=value...]")
    parser.add_argument("--heart-rate", required=True, metavar="DEVICE", help="FAMILY:PORT[,option=value...]")
    subject_options(parser, required=True)
    parser.add_argument("--name", metavar="NAME")
    parser.add_argument("--born", metavar="YYYY-MM-DD")
    parser.add_argument("--number", metavar="N", help="the clinic's own number for the person")
    parser.add_argument("--time-scale", type=positive, default=1.0, metavar="N", help="emulators only")
    parser.add_argument("--seed", type=whole_number, default=1, metavar="N", help="which emulated patient")
    parser.add_argument("--yes", action="store_true", help="start without asking; the belt will move")
    parser.add_argument(
        "--confirm",
        choices=("enter", "auto"),
        default="enter",
        help="where the operator sets the belt: Enter on standard input says that a load is set; "
        "auto says so by itself though nobody has looked, and the record tells it",
    )
    record_options(parser)


def subject_options(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """Who walks or has walked: what the estimate asks of a person."""
    parser.add_argument("--sex", choices=("male", "female"), required=required)
    parser.add_argument("--age", type=decimal, required=required, metavar="YEARS")
    parser.add_argument("--weight", type=decimal, required=required, metavar="KG")
    parser.add_argument("--height", type=decimal, metavar="CM")
    parser.add_argument("--hr-max", type=decimal, metavar="BPM", help="measured largest heart rate")
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
        "--waist", type=decimal, metavar="CM", help="with resting pulse and activity it narrows the estimate"
    )
    parser.add_argument("--resting-hr", type=decimal, metavar="BPM")
    parser.add_argument(
        "--resting-bp",
        type=pressure,
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


def pressure(text: str) -> dict[str, Any]:
    """132/84 as the fields of a subject, mmHg."""
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


def record_options(parser: argparse.ArgumentParser, default: Any = argparse.SUPPRESS) -> None:
    """The record's options, before the command or behind it. Only the whole program says what they are where not given:
    a command that did would take back what stood before its name.
    """
    parser.add_argument("--record", type=path, metavar="FILE|URL", default=default, help="the encrypted record")
    parser.add_argument("--user", metavar="LOGIN", default=default, help="who acts; asks for that user's password")
    parser.add_argument(
        "--user-password-file", type=path, metavar="FILE", default=default, help="first line is it, or a token"
    )
    parser.add_argument(
        "--passphrase-file", type=path, metavar="FILE", default=default, help="first line opens the record"
    )


def output_options(parser: argparse.ArgumentParser) -> None:
    """What a test came to, on paper and as JSON."""
    parser.add_argument("--pdf", type=path, metavar="OUT", help="write the report here")
    language_option(parser)
    parser.add_argument("--json", type=path, metavar="OUT|-", help="write the result here, - for standard output")


def language_option(parser: argparse.ArgumentParser) -> None:
    """The report's language."""
    parser.add_argument("--language", choices=LANGUAGES, help="of the report; else the person's own, or the clinic's")


def path(text: str) -> str:
    """A file's name as it is meant: ~ is this user's folder, also where no shell has seen it."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty; name a file")
    return os.path.expanduser(text)  # noqa: PTH111 - it may be an address, too, or - for standard output


def positive(text: str) -> float:
    """A time scale: 0.1 to 100."""
    value = decimal(text)
    if not 0.1 <= value <= 100:
        raise argparse.ArgumentTypeError(f"{text} is outside 0.1 to 100")
    return value


def decimal(text: str) -> float:
    """A number as tables are read, decimal point or comma: no slip such as 1_0 is taken for ten."""
    value = number(text)
    if value is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number")
    return value


def whole_number(text: str) -> int:
    """The same without a fraction."""
    if not _WHOLE.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def whole(low: int, high: int) -> Callable[[str], int]:
    """Reads a whole number within bounds."""

    def read(text: str) -> int:
        value = whole_number(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is outside {low} to {high}")
        return value

    return read
