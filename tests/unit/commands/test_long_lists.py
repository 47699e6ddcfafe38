"""What is wrong everywhere is told twenty times, and how often besides."""

from pathlib import Path

from tests.mutants import fails_with
from tests.unit.commands.conftest import Cli
from teststation import texts
from teststation.errors import BadInput
from teststation.records.database import open_record
from teststation.texts import PROBLEMS_TOLD, english, first_of
from ui.desktop.i18n import told

MANY = 40_000


def lines_of(said: str) -> list[str]:
    return said.splitlines()


def test_a_table_that_is_wrong_in_every_row_is_told_in_few_lines(cli: Cli, tmp_path: Path) -> None:
    rows = "4.8,0,fast\n" * 3000
    (tmp_path / "a.csv").write_text(f"speed_kmh,incline_pct,hr_bpm\n{rows}", "utf-8")
    done = cli("analyse", "a.csv", "a.csv", "--sex", "male", "--age", "44", "--weight", "88")
    assert done.status == 2
    said = lines_of(done.said)
    assert len(said) <= 2 * (PROBLEMS_TOLD + 1)
    assert sum(line.endswith("more") for line in said) == (2 if len(said) > 2 else 0)


def test_every_one_of_many_files_has_its_line(cli: Cli) -> None:
    names = [f"none-{n}.csv" for n in range(50)]
    done = cli("analyse", *names)
    assert (done.status, len(lines_of(done.said))) == (2, 50)


def test_earlier_results_that_are_all_wrong_are_told_in_few_lines(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("number,tested_on,vo2max_ml_kg_min,method\n" + "1,never,many,x\n" * 500, "utf-8")
    with open_record(tmp_path / "a.record", "en god setning"):
        pass
    done = cli("records", "--record", "a.record", "import", "a.csv")
    said = lines_of(done.said)
    assert (done.status, len(said)) == (2, PROBLEMS_TOLD + 2)
    assert said[-2].endswith("more")


def _told_in_few() -> None:
    problems = [f"row {n} is wrong" for n in range(MANY)]
    cut = first_of(problems)
    assert len(cut) == PROBLEMS_TOLD + 1
    assert english(cut[-1]) == f"and {MANY - PROBLEMS_TOLD} more"
    assert english(*problems).count(";") == PROBLEMS_TOLD
    assert str(BadInput(*problems)).endswith("more")
    assert told(problems)[-1] == f"Og {MANY - PROBLEMS_TOLD} til"
    assert first_of(problems[:PROBLEMS_TOLD]) == tuple(problems[:PROBLEMS_TOLD])


def test_no_list_of_problems_is_longer_than_is_read() -> None:
    _told_in_few()


def test_without_the_cut_it_is() -> None:
    fails_with(texts, "if more <= 0 else", "if True else", _told_in_few)
