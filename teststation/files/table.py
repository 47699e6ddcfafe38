"""The one reader of tables that others have written: results of earlier tests, stages to be analysed, recorded pulses.

Comma, semicolon or tab, as the header or a line ``sep=;`` says; cells in quotation marks or not; UTF-8, or UTF-16 with
its mark, and for tables that are shown first what else spreadsheets save. A quotation mark that is never closed costs
its own row and no other.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from teststation.cause import Cause

DELIMITERS = ",;\t"
LINES_IN_A_CELL = 100
CELL_LETTERS = 100_000  # more is no cell of a table
CELL_SHOWN = 40
_BEGINNING = 1000  # bytes of a file that tell what it is
_LINE_END = re.compile(r"\r\n|\r|\n")
_SEPARATOR = re.compile(r'\s*"?sep=([^\w\s"]|\t)"?[\s,;]*', re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_THOUSANDS = re.compile(r"(?<=\d)[\u00a0\u202f](?=\d{3}(\D|$))", re.ASCII)
_FORMULA = re.compile(r'="([^"]*)"')  # how a spreadsheet is told to leave digits alone


@dataclass(frozen=True, slots=True)
class Row:
    """One row with anything in it. ``number``: the line it begins in, from 1."""

    number: int
    cells: tuple[str, ...]  # without spaces at their ends
    problem: Cause | None = None  # why there are no cells


@dataclass(frozen=True, slots=True)
class Rows:
    """A table, split. Without a header there is no table."""

    remarks: tuple[tuple[int, str], ...] = ()  # lines before the header that begin with #, with their numbers
    header: tuple[str, ...] = ()  # in small letters
    header_row: int = 1
    rows: tuple[Row, ...] = ()


def decoded(data: bytes) -> str:
    """A file's text. Raises UnicodeDecodeError: in an older coding, no letter beyond a to z is certain."""
    utf_32 = data.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff"))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) and not utf_32:
        return data.decode("utf-16")
    at = data.find(b"\0", 0, _BEGINNING)
    if at >= 0:  # a coding of two or four bytes a letter, or no text at all
        raise UnicodeDecodeError("utf-8", data[:_BEGINNING], at, at + 1, "null characters")
    return data.decode("utf-8-sig")


# What a Norwegian table in Windows' own coding may hold beside letters. Anything else is another old coding's letter.
_SIGNS_1252 = frozenset("\u00a0§°±²³´·«»–—’“”„…€½¼¾×÷µ¿¡£©®ªº¨")
_LETTERS_OF_OTHERS = frozenset("Œ¾¿®¯‘›†ªº¨¡")  # where cp850 and Mac have æ, ø, å


def decoded_from_a_spreadsheet(data: bytes) -> str:
    """A file's text as spreadsheets save it: UTF-8, UTF-16 with a mark or without, else Windows' own coding.

    For tables whose rows are shown before anything is kept. In an older coding no letter beyond a to z is certain, so
    what does not read as one of Windows' own is refused.

    Raises:
        UnicodeDecodeError: it is none of these.
    """
    head = data[:400]
    if not data.startswith((b"\xff\xfe", b"\xfe\xff")) and b"\x00" in head:
        return data.decode("utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be")
    try:
        return decoded(data)
    except UnicodeDecodeError:
        if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
            raise
        text = data.decode("cp1252")
        for place, letter in enumerate(text):
            if letter <= "~" or (letter.isalpha() and letter not in _LETTERS_OF_OTHERS):
                continue
            inside = text[place - 1 : place].isalpha() or text[place + 1 : place + 2].isalpha()
            if letter not in _SIGNS_1252 or (inside and letter in _LETTERS_OF_OTHERS):
                raise
        return text


def split(text: str, *, remarks: bool = True) -> Rows:
    """The rows of a table.

    Args:
        remarks: Whether a row that begins with # is a remark; elsewhere it is a row like any other.
    """
    lines = _LINE_END.split(text.removeprefix("\ufeff"))
    said: list[tuple[int, str]] = []
    delimiter: str | None = None
    for at, line in enumerate(lines):
        if not line.strip(" \t,;\u00a0"):
            continue
        told = _SEPARATOR.fullmatch(line)
        if told is not None and delimiter is None:
            delimiter = told[1]
        elif remarks and line.lstrip(' "').startswith("#"):
            said.append((at + 1, _remark(line)))
        else:
            delimiter = delimiter or _delimiter(line)
            return _table(lines, at, delimiter, tuple(said), remarks=remarks)
    return Rows(tuple(said))


def shown(cell: str) -> str:
    """A cell as a sentence quotes it: the beginning of a long one is enough to find it."""
    return cell if len(cell) <= CELL_SHOWN else f"{cell[:CELL_SHOWN]}…"


def number(text: str) -> float | None:
    """A number with a decimal point or a decimal comma, thousands apart or not; None for anything else."""
    plain = _THOUSANDS.sub("", text.strip()).replace("\u2212", "-")
    if not _NUMBER.fullmatch(plain):
        return None
    value = float(plain.replace(",", "."))
    return value if math.isfinite(value) else None


# --- parts ---


def _table(lines: Sequence[str], at: int, delimiter: str, said: tuple[tuple[int, str], ...], *, remarks: bool) -> Rows:
    header, _, problem = _row(lines, at, delimiter, 1)
    rows: list[Row] = []
    place = at + 1
    while place < len(lines):
        here = place
        if remarks and lines[here].lstrip(' "').startswith("#"):
            place += 1
            continue
        cells, place, problem_here = _row(lines, here, delimiter, len(header))
        if problem_here is not None:
            rows.append(Row(here + 1, (), problem_here))
        elif any(cells):
            rows.append(Row(here + 1, cells))
    if problem is not None:
        rows.insert(0, Row(at + 1, (), problem))
        header = ("",)
    return Rows(said, tuple(name.lower() for name in header), at + 1, tuple(rows))


def _row(lines: Sequence[str], at: int, delimiter: str, columns: int) -> tuple[tuple[str, ...], int, Cause | None]:
    """The cells of the row that begins at a line, the line after it, and what is wrong: then only that line is lost.

    ``columns``: so many cells make a line inside a cell a row of its own, which a quotation mark has swallowed.
    """
    cells: list[str] = []
    line, place, after = lines[at], 0, at + 1
    while True:
        begins = _skip(line, place, delimiter)
        if not line.startswith('"', begins):
            ends = line.find(delimiter, place)
            ends = len(line) if ends < 0 else ends
            cells.append(_plain(line[place:ends]))
        else:
            text: list[str] = []
            ends = begins + 1
            while True:
                quote = line.find('"', ends)
                if quote < 0:
                    text.append(line[ends:] + "\n")
                    end = after >= len(lines) or after - at > LINES_IN_A_CELL
                    if end or lines[after].count(delimiter) + 1 >= columns:
                        return (), at + 1, Cause("table_quote_open")
                    line, ends, after = lines[after], 0, after + 1
                elif line.startswith('""', quote):
                    text.append(line[ends : quote + 1])
                    ends = quote + 2
                else:
                    text.append(line[ends:quote])
                    ends = _skip(line, quote + 1, delimiter)
                    break
            if ends < len(line) and line[ends] != delimiter:
                return (), at + 1, Cause("table_quote_inside")
            cells.append(_plain("".join(text)))
        if ends >= len(line):
            return tuple(cells), after, None
        place = ends + 1


def _skip(line: str, place: int, delimiter: str) -> int:
    while place < len(line) and line[place].isspace() and line[place] != delimiter:
        place += 1
    return place


def _plain(cell: str) -> str:
    cell = cell.strip()
    formula = _FORMULA.fullmatch(cell)
    return formula[1].strip() if formula else cell


def _delimiter(header: str) -> str:
    """What stands between the names of a header, inside quotation marks or not."""
    outside = re.sub(r'"[^"]*"', "", header)
    return max(DELIMITERS, key=outside.count)


def _remark(line: str) -> str:
    """A remark as it was written, though a spreadsheet has put it into quotation marks and semicolons behind it."""
    plain = line.strip().rstrip(",;\t ")
    return plain[1:-1].replace('""', '"') if plain.startswith('"') and plain.endswith('"') else line
