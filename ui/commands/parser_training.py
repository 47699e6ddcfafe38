"""The words of the command line for training: sessions on the station, and one person's diary."""

import argparse
from typing import TypeVar

from teststation.texts import LANGUAGES
from ui.commands.options import (
    OneLineParser,
    decimal,
    language_option,
    lazy,
    path,
    record_options,
    walk_options,
    whole_number,
)

Number = TypeVar("Number", int, float)


def add_session(parser: argparse.ArgumentParser) -> None:
    """``session``."""
    actions = parser.add_subparsers(metavar="run|list|show", required=True, parser_class=OneLineParser)
    running = actions.add_parser("run", help="run one session without a window")
    running.add_argument("--plan", default="4x4", metavar="ID|FILE.toml", help="the session; 4x4 where none is named")
    running.add_argument("--speed", type=decimal, metavar="KMH", help="of the bouts, in place of the prescription's")
    running.add_argument("--incline", type=decimal, metavar="PERCENT", help="of the bouts; goes with --speed")
    running.add_argument("--harder", action="store_true", help="start with the harder load that is offered")
    running.add_argument(
        "--cleared", metavar="WHO-AND-WHY", help="after a test with a symptom: who answers for a session, and why"
    )
    walk_options(running)
    language_option(running)
    running.add_argument("--json", type=path, metavar="OUT|-", help="what it came to, - for standard output")
    running.set_defaults(run=lazy("session"))
    listing = actions.add_parser("list", help="every kept session, newest first")
    listing.add_argument("--person", metavar="ID", help="of one person")
    listing.add_argument("--json", type=path, metavar="OUT|-")
    listing.set_defaults(run=lazy("session", "list_all"))
    showing = actions.add_parser("show", help="one session")
    showing.add_argument("id", metavar="ID")
    showing.add_argument("--json", type=path, metavar="OUT|-")
    showing.set_defaults(run=lazy("session", "show"))
    for action in (listing, showing):
        record_options(action)


def add_diary(parser: argparse.ArgumentParser) -> None:
    """``diary``: plan, rows, strength and the talk of one person."""
    record_options(parser)
    words = "list|add|import|export|plan|strength|interview"
    actions = parser.add_subparsers(metavar=words, required=True, parser_class=OneLineParser)
    listing = actions.add_parser("list", help="the plan, how each session stands, and every row")
    listing.add_argument("--json", type=path, metavar="OUT|-")
    listing.set_defaults(run=lazy("diary", "list_all"))
    adding = actions.add_parser("add", help="one row, as somebody tells it")
    adding.add_argument("--day", metavar="YYYY-MM-DD", help="else today")
    adding.add_argument("--kind", default="4x4", metavar="KIND", help="4x4, 3x4, 10x1, steady, strength, walk, …")
    adding.add_argument("--what", default="", metavar="WORDS")
    adding.add_argument("--minutes", type=decimal, metavar="N")
    adding.add_argument("--borg", type=whole_number, metavar="6-20")
    adding.add_argument("--rating", type=decimal, metavar="0-10", help="of the whole session, half an hour after it")
    adding.add_argument("--felt", type=whole_number, metavar="1-5")
    adding.add_argument("--bouts", type=_bouts, metavar="DONE/PLANNED")
    adding.add_argument("--stopped", default="", metavar="WHY", help="wish, pain, ill, too_hard, …")
    adding.add_argument(
        "--symptom", dest="symptoms", action="append", default=[], metavar="WHICH",
        help="told of it, a doctor is asked before the next session: chest_pain, breathless, dizzy, leg_pain, pallor, "
        "palpitations, other",
    )  # fmt: skip
    adding.add_argument("--attendance", default="done", choices=("done", "excused", "absent"))
    adding.add_argument("--reason", default="", metavar="WHY", help="ill, leave, appointment, motivation, pain, other")
    adding.add_argument("--comment", default="", metavar="WORDS", help="the person's own")
    adding.add_argument("--therapist", default="", metavar="WORDS")
    adding.add_argument("--session", type=whole_number, metavar="N", help="the planned session that it is")
    adding.add_argument(
        "--set", dest="sets", type=_sets, action="append", default=[], metavar="EXERCISE:KG:4/4/4/4[:LEFT]"
    )
    adding.set_defaults(run=lazy("diary", "add"))
    importing = actions.add_parser("import", help="activities of a watch (FIT, TCX), each into the row it belongs to")
    importing.add_argument("files", type=path, nargs="+", metavar="FILE")
    importing.set_defaults(run=lazy("diary", "bring_in"))
    exporting = actions.add_parser("export", help="the diary as CSV on standard output, or all of it in files")
    exporting.add_argument("--json", type=path, metavar="OUT|-", help="everything, with every version")
    exporting.add_argument("--pdf", type=path, metavar="OUT", help="the diary's page")
    exporting.add_argument("--blank", action="store_true", help="the page as an empty grid, to be written on by hand")
    exporting.add_argument("--language", choices=LANGUAGES, help="of the page; else the person's")
    exporting.set_defaults(run=lazy("diary", "export"))
    planning = actions.add_parser("plan", help="make a plan, or change the one there is")
    planning.add_argument("--new", metavar="YYYY-MM-DD", help="a new plan from this day on")
    planning.add_argument("--weekdays", type=_whole_numbers, metavar="1,3,5", help="1 is Monday")
    planning.add_argument("--weeks", type=whole_number, default=8, metavar="N")
    planning.add_argument("--kind", default="4x4", metavar="KIND")
    planning.add_argument("--closed", type=_words, default=[], metavar="DAY,...", help="besides public holidays")
    planning.add_argument("--test", metavar="ID", help="the test it is made from")
    planning.add_argument("--move", type=_move, action="append", default=[], metavar="NUMBER=DAY")
    planning.add_argument("--away", type=_span, metavar="FIRST..LAST", help="later sessions follow; none is lost")
    planning.add_argument("--from", dest="from_day", metavar="DAY", help="from when --weekdays hold; else from today")
    planning.add_argument("--end", metavar="DAY", help="nothing is awaited after it")
    planning.add_argument("--because", default="", metavar="WHY")
    planning.set_defaults(run=lazy("diary", "plan"))
    lifting = actions.add_parser("strength", help="1RM and the next load; with --exercise a new 1RM")
    lifting.add_argument("--exercise", metavar="NAME", help="leg_press, squat, hack_squat, chest_press or another")
    lifting.add_argument("--kg", type=decimal, metavar="KG", help="lifted --repetitions times to failure, or once")
    lifting.add_argument("--repetitions", type=whole_number, default=1, metavar="N", help="1: a tested 1RM")
    lifting.add_argument("--step", type=decimal, default=2.5, metavar="KG", help="of the plates")
    lifting.add_argument("--increase", type=decimal, default=2.5, metavar="KG", help="when 4 x 4 is mastered")
    lifting.add_argument("--day", metavar="YYYY-MM-DD", help="else today")
    lifting.add_argument("--cleared-by", default="", metavar="WHO", help="who says yes to failure")
    lifting.add_argument("--json", type=path, metavar="OUT|-")
    lifting.set_defaults(run=lazy("diary", "strength"))
    asking = actions.add_parser("interview", help="the last talk; check its questions, keep answers, print it")
    asking.add_argument("--check", type=path, metavar="FILE.toml", help="every problem of a table of questions")
    asking.add_argument("--answers", type=path, metavar="FILE.json", help="question: answer; kept as a draft")
    asking.add_argument("--done", action="store_true", help="the talk is done")
    asking.add_argument("--json", type=path, metavar="OUT|-")
    asking.add_argument("--pdf", type=path, metavar="OUT", help="on one page")
    asking.add_argument("--language", choices=LANGUAGES, help="of the page; else the person's")
    asking.set_defaults(run=lazy("diary", "interview"))
    for name, action in actions.choices.items():
        action.add_argument("--person", required=name != "interview", metavar="ID")
        record_options(action)


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
        return kind(whole_number(text) if kind is int else decimal(text))
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(f"{whole!r}: {error}") from None
