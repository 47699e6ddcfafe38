"""Tables of others: every spelling is read, and a quotation mark that is never closed costs its own row alone."""

import csv
import io
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mutants import fails_with
from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.files import table
from teststation.files.reading import read_bytes, read_text
from teststation.files.table import decoded, number, split

POSIX = sys.platform != "win32"
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=12)
HEADER = ["t_s", "hr_bpm", "comment"]


def cells_of(text: str) -> list[tuple[str, ...]]:
    return [row.cells for row in split(text).rows]


@pytest.mark.parametrize(
    "text",
    [
        "t_s,hr_bpm\n0,80\n1,81\n",
        "t_s;hr_bpm\r\n0;80\r\n1;81\r\n",
        "t_s\thr_bpm\r0\t80\r1\t81",
        '\ufeff"T_S","HR_BPM"\n"0","80"\n"1","81"\n',
        'sep=;\n"t_s";"hr_bpm"\n0;80\n\n1;81\n;;\n',
        '"sep=,"\nt_s,hr_bpm\n0,80\n1,81',
        "SEP=\t\nt_s\thr_bpm\n0\t80\n1\t81",
        "sep=|\nt_s|hr_bpm\n0|80\n1|81",
        "\n# a remark\n\n t_s , hr_bpm \n 0 , 80 \n# another, with a comma\n1,81,\n",
        't_s;hr_bpm\n="0";"80"\n "1" ; 81\n',
    ],
)
def test_what_spreadsheets_and_programs_save_is_one_table(text: str) -> None:
    found = split(text)
    assert found.header == ("t_s", "hr_bpm")
    assert [row.cells[:2] for row in found.rows] == [("0", "80"), ("1", "81")]
    assert all(row.problem is None for row in found.rows)


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_mark_of_order_is_no_letter(coding: str) -> None:
    assert split(decoded("t_s;hr_bpm\n0;80\n".encode(coding))).header == ("t_s", "hr_bpm")


def test_an_older_coding_is_not_guessed() -> None:
    with pytest.raises(UnicodeDecodeError):
        decoded("Ødegård".encode("cp1252"))


def test_rows_are_numbered_as_an_editor_numbers_lines() -> None:
    found = split('sep=;\n\n# sex=male\n"# hr-max=171";;\na;b\n1;"x\ny"\n\n2;z\n')
    assert found.remarks == ((3, "# sex=male"), (4, "# hr-max=171"))
    assert [(row.number, row.cells) for row in found.rows] == [(6, ("1", "x\ny")), (9, ("2", "z"))]


def test_where_there_are_no_remarks_a_row_may_begin_with_the_sign() -> None:
    assert [row.cells for row in split("number,a\n#17,1\n", remarks=False).rows] == [("#17", "1")]


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=6), st.sampled_from(",;\t"), st.booleans())
def test_what_a_writer_of_csv_writes_is_read_back(rows: list[list[str]], delimiter: str, everything: bool) -> None:
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if everything else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="\r\n").writerows([HEADER, *rows])
    wanted = [tuple(table._plain(cell) for cell in row) for row in rows]
    wanted = [row for row in wanted if any(row)]
    assert [row.cells for row in split(out.getvalue(), remarks=False).rows] == wanted


def test_an_open_quotation_mark_costs_its_own_row_and_no_other() -> None:
    def fact() -> None:
        for broken in ('2,"82', '2,82,"never closed', '"2,82', '2,"8"2,', '2,82,"a" b'):
            text = f't_s,hr_bpm,comment\n0,80,\n1,81,"fine, too"\n{broken}\n3,83,"x"\n4,84,\n'
            found = split(text)
            assert [row.number for row in found.rows] == [2, 3, 4, 5, 6], broken
            assert [row.number for row in found.rows if row.problem is not None] == [4], broken
            assert [row.cells[0] for row in found.rows if row.problem is None] == ["0", "1", "3", "4"], broken

    fails_with(table, "if ends < len(line) and line[ends] != delimiter:", "if False:", fact)


def test_rows_between_two_forgotten_marks_are_not_swallowed() -> None:
    def fact() -> None:
        found = split('t_s,hr_bpm,comment\n2,82,"open\n3,83,\n4,84,open"\n5,85,\n')
        assert [(row.number, row.problem is None) for row in found.rows] == [
            (2, False),
            (3, True),
            (4, True),
            (5, True),
        ]

    fails_with(table, "if end or lines[after].count(delimiter) + 1 >= columns:", "if end:", fact)


@given(st.integers(0, 9), st.integers(0, 2), st.booleans())
def test_wherever_a_mark_is_forgotten_every_other_row_is_read(row: int, column: int, quoted: bool) -> None:
    mark = '"' if quoted else ""
    rows = [[f"{n}", f"{80 + n}", f"{mark}remark {n}{mark}"] for n in range(10)]
    good = split("\n".join(",".join(cells) for cells in (HEADER, *rows)))
    rows[row][column] = '"' + rows[row][column].strip('"')
    found = split("\n".join(",".join(cells) for cells in (HEADER, *rows)))
    assert [one.number for one in found.rows if one.problem is not None] == [row + 2]
    assert [one for one in found.rows if one.problem is None] == [one for one in good.rows if one.number != row + 2]


def test_a_header_with_an_open_mark_is_no_header() -> None:
    found = split('"t_s,hr_bpm\n0,80\n')
    assert not any(found.header)
    assert found.rows[0].problem == Cause("table_quote_open")


def test_many_open_marks_take_no_time() -> None:
    text = "a,b\n" + '"a\n' * 20_000
    assert len(split(text).rows) == 20_000
    text = "a,b\n" + ('"x\n' + "y\n" * 300) * 200
    assert sum(row.problem is not None for row in split(text).rows) == 200


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4,8", 4.8), ("4.8", 4.8), (" 112 ", 112.0), ("1,12E+02", 112.0), ("−4,5", -4.5), (".5", 0.5), ("5,", 5.0),
        ("1\u00a0234,5", 1234.5), ("1\u202f234\u202f567", 1_234_567.0), ("+7", 7.0),
    ],
)  # fmt: skip
def test_numbers_are_read_with_comma_or_point(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    "text", ["", "4 8", "4\u00a08", "1_000", "nan", "inf", "1e999", "٣", "1,2,3", "1.2.3", "4,8 km/t", "0x10", "--1"]
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert number(text) is None


@given(st.floats(-1e6, 1e6, allow_nan=False))
def test_every_number_is_read_back_from_its_norwegian_spelling(value: float) -> None:
    assert number(f"{value!r}".replace(".", ",")) == value


@given(st.text(st.characters(codec="utf-8"), max_size=200), st.booleans())
def test_no_text_whatever_breaks_the_reader(text: str, remarks: bool) -> None:
    for row in split(text, remarks=remarks).rows:
        assert (row.problem is None) == bool(row.cells)


# --- what is no table ---


@pytest.mark.parametrize("coding", ["utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_a_coding_of_several_bytes_without_its_mark_is_not_guessed(coding: str) -> None:
    with pytest.raises(UnicodeDecodeError, match="null characters"):
        decoded("t_s;hr_bpm\n0;80\n".encode(coding))


def test_a_file_without_an_end_is_refused_and_one_at_the_limit_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * 100)
    assert read_bytes(path, 100) == b"x" * 100
    with pytest.raises(BadInput, match="larger than 0 MB"):
        read_bytes(path, 99)
    if POSIX:
        with pytest.raises(BadInput, match="no ordinary file"):
            read_bytes("/dev/zero")


def test_text_is_the_same_whatever_ends_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\r\nb = 2\rc = 3\n")
    assert read_text(path) == "a = 1\nb = 2\nc = 3\n"
