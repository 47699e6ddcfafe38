"""The command line, and the way into the window. Qt is imported only where a window is really opened."""

import argparse
import contextlib
import errno
import logging
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from teststation.cause import Cause, Problem
from teststation.errors import StationError
from teststation.texts import english, first_of
from teststation.texts.writing import is_text
from ui.commands.interrupt import at_once
from ui.commands.parser import build_parser
from ui.commands.voice import LoggedWords, all_said, say

EXIT_BAD_INPUT = 2
EXIT_OPERATOR = 3
EXIT_DEVICE = 4


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit status: 0 as foreseen, 2 bad input, 3 operator, 4 device."""
    _stand_in_for_closed_streams()
    _speak_utf8()
    logging.lastResort = LoggedWords()
    words = sys.argv[1:] if argv is None else argv
    for word in words:
        if not is_text(word):
            say(english(Cause("word_no_text", {"word": ascii(word)})))
            return EXIT_BAD_INPUT
    arguments = build_parser().parse_args(words)
    try:
        with at_once():
            status = int(arguments.run(arguments))
        sys.stdout.flush()
        return status
    except StationError as error:
        for problem in first_of(error.causes):
            say(english(problem))
        _show(arguments, error.causes)
        return error.exit_status
    except KeyboardInterrupt:
        say("ended by the operator before anything moved")
        return EXIT_OPERATOR
    except BrokenPipeError:
        return 0  # who read our list has gone, and has read enough; what does more than tell says so before
    except Exception as error:  # noqa: BLE001 - the last border: a bug becomes one sentence and a file to send
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EIO) and error.filename is None:
            say(f"standard output cannot be written ({error.strerror}); name a file")  # no path: it was a stream
            return EXIT_BAD_INPUT
        fault = Cause("program_error", {"kind": type(error).__name__, "path": str(_crash_file(error))})
        say(english(fault))
        _show(arguments, [fault])
        return EXIT_DEVICE
    finally:
        _let_go_of_output()
        all_said()


def _show(arguments: argparse.Namespace, problems: Sequence[Problem]) -> None:
    """Also in a window, where the command was to open one: whoever double-clicked it sees no terminal."""
    if arguments.command is not None and (arguments.command != "demo" or arguments.headless):
        return
    try:
        from ui.commands.window import show

        show(problems)
    except Exception as error:  # noqa: BLE001 - said above already; a second mistake must not hide the first
        say(f"no window could be opened to tell it ({type(error).__name__})")


def _let_go_of_output() -> None:
    """What was printed and cannot be written is let go: the interpreter's end would stumble over it."""
    try:
        sys.stdout.flush()
    except ValueError:
        return  # closed by who runs us
    except OSError:
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _crash_file(error: BaseException) -> Path:
    """Write code lines and the kind of error where the user can find it; its message may hold a person's data."""
    import tempfile

    handle, name = tempfile.mkstemp(prefix="teststation-error-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.writelines(traceback.format_tb(error.__traceback__))
        file.write(f"{type(error).__module__}.{type(error).__qualname__}\n")
    return Path(name)


def _stand_in_for_closed_streams() -> None:
    """Where a standard stream was closed before us, nothing: else the next file opened would get what is said."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is not None:
            continue
        with contextlib.suppress(OSError):
            os.fstat(number)
            continue  # open, and for something else: a program without a console
        with contextlib.suppress(OSError):
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - for as long as we live


def _speak_utf8() -> None:
    """VO₂ and æøå on a Windows console too."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


if __name__ == "__main__":
    sys.exit(main())
