"""Bytes that are no letters are no JSON, and are told as whatever else is none: a line, a file of frames, answers."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

import teststation.files.reading as reading
from drivers import lines
from drivers.heart_rate.raw_file import read_raw
from tests.mutants import fails_with
from teststation.errors import BadInput

NO_LETTERS = b"\xb4\xff"


def refused(read: Callable[[bytes], object], data: bytes, error: type[Exception]) -> None:
    try:
        read(data)
    except error:
        return
    except ValueError as other:
        raise AssertionError(f"a mistake of the program: {other}") from other
    raise AssertionError("taken")


def a_line_of_no_letters_is_garbage_to_station_and_driver() -> None:
    line = lines.encode(lines.Failed((NO_LETTERS.decode("latin-1"),)))
    for read in (lines.decode_from_driver, lines.decode_to_driver):
        refused(read, line.replace(NO_LETTERS.decode("latin-1").encode(), NO_LETTERS), msgspec.MsgspecError)


def test_a_line_of_no_letters_is_garbage_and_ends_no_reader() -> None:
    a_line_of_no_letters_is_garbage_to_station_and_driver()


def test_raw_frames_of_no_letters_are_told_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "a.raw"
    head = b'{"teststation_raw":1,"heart_rate":"bridge:COM3"}\n'
    for data in (head.replace(b"COM3", NO_LETTERS), head + b'{"t_s":0,"way":"' + NO_LETTERS + b'","hex":""}\n'):
        file.write_bytes(data)
        with pytest.raises(BadInput, match=r"a\.raw: row [12] "):
            read_raw(str(file))


def test_the_garbage_fails_on_a_planted_fault() -> None:
    fails_with(
        reading, "except UnicodeDecodeError as error", "except KeyError as error",
        a_line_of_no_letters_is_garbage_to_station_and_driver,
    )  # fmt: skip
