"""The command line, and the way into the window. Qt is imported only where a window is really opened."""

import os
import sys
import traceback
from pathlib import Path

from teststation.errors import StationError
from ui.commands.parser import build_parser

EXIT_BAD_INPUT = 2
EXIT_OPERATOR = 3
EXIT_DEVICE = 4


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit status: 0 as foreseen, 2 bad input, 3 operator, 4 device."""
    _speak_utf8()
    arguments = build_parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except StationError as error:
        for problem in error.problems:
            say(problem)
        return error.exit_status
    except KeyboardInterrupt:
        say("ended by the operator before anything moved")
        return EXIT_OPERATOR
    except BrokenPipeError:
        # The reader of our output has gone; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the last border: a bug becomes one sentence and a file to send
        say(f"the program made an error ({type(error).__name__}); please send {_crash_file(error)} to its makers")
        return EXIT_DEVICE


def say(sentence: str) -> None:
    """One line to the person at the keyboard."""
    print(f"teststation: {sentence}", file=sys.stderr, flush=True)


def _crash_file(error: BaseException) -> Path:
    """Write code lines and the kind of error where the user can find it; its message may hold a person's data."""
    import tempfile

    handle, name = tempfile.mkstemp(prefix="teststation-error-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.writelines(traceback.format_tb(error.__traceback__))
        file.write(f"{type(error).__module__}.{type(error).__qualname__}\n")
    return Path(name)


def _speak_utf8() -> None:
    """VO₂ and æøå on a Windows console too."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


if __name__ == "__main__":
    sys.exit(main())
