"""What commands write: gathered and let through the gate before anything moves, and written whole."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

from drivers.registry import HEART_RATE, parse_device
from teststation.cause import Cause
from teststation.errors import BadInput, StationError
from teststation.files.outputs import Kind, Output, check_outputs, problem
from teststation.files.writing import write_whole
from ui.station.must_live import must_live

STANDARD_OUTPUT = "-"
_READ = ("protocol", "plan")  # a file or an identifier
_SECRET = ("passphrase_file", "backup_passphrase_file", "new_passphrase_file", "user_password_file")


def check(arguments: argparse.Namespace, *outputs: tuple[str | None, Kind], reads: Iterable[str] = ()) -> None:
    """Refuse what may not or cannot be written, with a sentence for each. None, and ``-`` for JSON, are no files.

    Args:
        outputs: What the command writes, as the options name it.
        reads: What it reads besides the files that its options name.
    Raises:
        BadInput: nothing was touched.
    """
    wanted = [
        Output(Path(path), kind)
        for path, kind in outputs
        if path is not None and (path, kind) != (STANDARD_OUTPUT, Kind.JSON)
    ]
    if not wanted:
        return
    options = vars(arguments)
    values = [value for name, value in options.items() if name in options["file_options"] and value is not None]
    words: list[str] = [word for value in values for word in (value if isinstance(value, list) else [value])]
    named = list(words)
    for path, _ in outputs:
        if path in named:
            named.remove(path)  # once: who names one file twice reads it, too
    named += [str(options[key]) for key in _READ if options.get(key)]
    named += [*reads, *_recording(options)]
    secrets = [options[key] for key in _SECRET if options.get(key)]
    check_outputs(wanted, must_live(options.get("record"), named, secrets))


def write_json(value: object, out: str | None) -> None:
    """Write one JSON object to a file, or to standard output for ``-``. Raises BadInput."""
    if out is not None:
        write_text(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n", out)


def write_text(data: bytes, out: str) -> None:
    """Write JSON to a file, or to standard output for ``-``. Raises BadInput."""
    if out == STANDARD_OUTPUT:
        try:
            sys.stdout.write(data.decode("utf-8"))
            sys.stdout.flush()
        except OSError as error:
            raise BadInput(Cause("output_stream", {"why": error.strerror or ""})) from error
    else:
        write(Output(Path(out), Kind.JSON), data)


def write(output: Output, data: bytes) -> None:
    """Write a file whole, or say why not; what came to lie there since it was checked is not written over.

    Raises:
        BadInput: what was there is as it was.
    """
    found = problem(output, (), must_live())
    if found is not None:
        raise BadInput(found)
    try:
        write_whole(output.path, data)
    except OSError as error:
        raise BadInput(Cause("output_unwritable", {"path": str(output.path), "why": error.strerror or ""})) from error


def _recording(options: dict[str, object]) -> Iterable[str]:
    """The recording that is played in place of a strap."""
    heart_rate = options.get("heart_rate")
    if isinstance(heart_rate, str):
        try:
            device = parse_device(heart_rate, HEART_RATE)
        except StationError:
            return  # said by who opens it
        if device.family == "replay":
            yield str(Path(device.port).expanduser())
