"""What others have written is quoted in one short line that does nothing to a terminal."""

import logging
import sys

import pytest

from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.physiology.table import ROWS_MAX, read_table
from teststation.texts import LANGUAGES, english, texts
from ui.commands import telling, voice

HEADER = "speed_kmh,incline_pct,hr_bpm\n"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sign", ["\n", "\r", "\x1b[2J", "\0", "\x85", "\u2028", "\u202e", "\u2066"])
def test_a_value_breaks_no_line_and_moves_no_cursor(language: str, sign: str) -> None:
    for cause in (
        Cause("import_sex_wrong", {"text": f"a{sign}b"}),
        Cause("import_empty", {"path": f"a{sign}b", "columns": "c"}),
    ):
        said = texts(language).say(cause)
        assert sign[0] not in said
        assert "a\\" in said
    assert sign[0] not in english(f"a{sign}b: a sentence of the command line")


def test_names_of_people_and_files_are_said_as_they_are() -> None:
    for name in ("Åse\u00a0Ødegård", "מירב", "أحمد", "कृष्ण", "a😀.csv"):
        assert name in english(Cause("import_empty", {"path": name, "columns": "c"}))


def test_a_long_value_is_told_by_its_beginning() -> None:
    assert len(english(Cause("import_sex_wrong", {"text": "x" * 10**6}))) < 200
    assert len(english(Cause("import_empty", {"path": "x" * 10**6, "columns": "c"}))) < 1200


@pytest.mark.parametrize(
    "row",
    ["@,0,100\n", "5,0,100,@\n", '"@,0,100\n', "5,0,@\n", "# sex=@\n", "# age=@\n", "# activity=@\n"],
)
def test_no_cell_of_a_table_fills_a_screen(row: str) -> None:
    for long in ("x" * 10**6, "\0" * 10**6):
        text = HEADER + row if not row.startswith("#") else row + HEADER + "5,0,100\n"
        with pytest.raises(BadInput) as told:
            read_table(text.replace("@", long), "a.csv")
        assert all(len(problem) < 400 for problem in told.value.problems), row
    with pytest.raises(BadInput) as told:
        read_table(HEADER.replace("speed_kmh", "x" * 10**6), "a.csv")
    assert all(len(problem) < 400 for problem in told.value.problems)


def test_a_recording_is_no_table_of_stages() -> None:
    assert len(read_table(HEADER + "5,0,100\n" * ROWS_MAX, "a.csv").observations) == ROWS_MAX
    with pytest.raises(BadInput, match="501 rows; one row is one stage"):
        read_table(HEADER + "5,0,100\n" * (ROWS_MAX + 1), "a.csv")


def test_whatever_is_said_moves_no_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    voice.say("12 files written to \u202eabc\x1b[2J")
    telling.tell("\u202eabc.csv: in order")
    said = capsys.readouterr()
    assert said.err == "teststation: 12 files written to \\u202eabc\\x1b[2J\n"
    assert said.out == "\\u202eabc.csv: in order\n"


def test_what_is_logged_is_a_line_without_a_traceback_and_the_databases_words_are_nobodys(
    capsys: pytest.CaptureFixture[str],
) -> None:
    try:
        raise KeyError("x")
    except KeyError:
        for name in ("teststation.records", "sqlalchemy.pool.impl.QueuePool"):
            told = logging.LogRecord(name, logging.ERROR, "", 0, "the backup failed", None, sys.exc_info())
            voice.LoggedWords().handle(told)
    assert capsys.readouterr().err == "teststation: the backup failed\n"
