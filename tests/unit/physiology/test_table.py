"""Tables of stages from anywhere: read, or refused with every problem."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mutants import fails_with
from teststation.errors import BadInput
from teststation.physiology import table
from teststation.physiology.table import read_table

GOOD = (
    "# sex=female\n# age = 52\n# weight: 71,5\nspeed_kmh,incline_pct,hr_bpm,rpe,gait\n4.8,0,112,9,walk\n4.8,4,124,,\n"
)


def test_a_table_tells_who_it_is_and_its_stages() -> None:
    table = read_table(GOOD, "a.csv")
    assert table.subject == {"sex": "female", "age_years": 52.0, "weight_kg": 71.5}
    assert [s.hr_bpm for s in table.observations] == [112.0, 124.0]
    assert [s.rpe for s in table.observations] == [9, None]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffspeed_kmh;incline_pct;hr_bpm\r\n4,8;0;112\r\n",
        "speed_kmh\tincline_pct\thr_bpm\n4.8\t0\t112\n\n",
        'sep=;\n"speed_kmh";"incline_pct";"hr_bpm"\n"4,8";"0";"112"\n;;\n',
        'speed_kmh,incline_pct,hr_bpm\n"4,8",0,112\n',
        " Speed_kmh , incline_pct , HR_bpm \n 4.8 , 0 , 112 \n",
    ],
)
def test_what_spreadsheets_save_is_read(text: str) -> None:
    (stage,) = read_table(text, "a.csv").observations
    assert (stage.actual.speed_kmh, stage.hr_bpm) == (4.8, 112.0)


def test_measured_uptake_needs_no_load() -> None:
    (stage,) = read_table("vo2_ml_kg_min,hr_bpm\n22.5,131\n", "a.csv").observations
    assert stage.vo2_ml_kg_min == 22.5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["no table"]),
        ("speed_kmh,incline_pct,hr_bpm\n", ["no stage"]),
        ("speed,incline_pct\n1,2\n", ["'speed' is no column", "needs hr_bpm", "needs speed_kmh"]),
        (
            "speed_kmh,incline_pct,hr_bpm\n4.8,0,fast\n4.8,99,112\n,0,112\n",
            ["row 2: hr_bpm", "row 3: incline_pct", "row 4: has neither"],
        ),
        (
            "speed_kmh,incline_pct,hr_bpm,rpe\n4.8,0,112,9.5\n4.8,0,300,21\n",
            ["row 2: rpe", "row 3: hr_bpm", "row 3: rpe"],
        ),
        ("# sex=x\n# age=old\nspeed_kmh,incline_pct,hr_bpm\n4.8,0,112\n", ["row 1: sex", "row 2: age"]),
        # Two files put together, or a line that was copied and changed: nobody knows which is true.
        (
            "# sex=female\n# age=52\n# age=51\n# sex=male\nspeed_kmh,incline_pct,hr_bpm\n4.8,0,112\n",
            ["row 3: another line said otherwise", "row 4: another line said otherwise"],
        ),
        (
            "# hr-max-intervals=168\n# hr-max-intervals=168,all-out\nspeed_kmh,incline_pct,hr_bpm\n4.8,0,112\n",
            ["row 2: another line said otherwise"],
        ),
        ("speed_kmh,incline_pct,hr_bpm\n4.8,0,112,13\n", ["more fields"]),
        ("speed_kmh,incline_pct,hr_bpm\nnan,0,inf\n", ["speed_kmh", "hr_bpm"]),
        ('speed_kmh,incline_pct,hr_bpm\n4.8,0,"100\n4.8,4,fast\n', ["row 2: a quotation mark", "row 3: hr_bpm"]),
        ('"speed_kmh,incline_pct,hr_bpm\n4.8,0,100\n', ["row 1: a quotation mark"]),
    ],
)
def test_every_problem_is_told_at_once_with_its_row(text: str, words: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        read_table(text, "a.csv")
    told = "\n".join(caught.value.problems)
    assert all(word in told for word in words), told
    assert all(problem.startswith("a.csv: ") for problem in caught.value.problems)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_no_text_whatever_raises_anything_but_bad_input(text: str) -> None:
    with contextlib.suppress(BadInput):
        read_table(text, "a.csv")


@given(st.text(alphabet="speed_khminclprhv2o,;\n\t 0123456789.-#=", max_size=300))
def test_near_tables_neither(text: str) -> None:
    with contextlib.suppress(BadInput):
        read_table("speed_kmh,incline_pct,hr_bpm\n" + text, "a.csv")


WHO = "# sex=male\n# age=52\n# weight=92\n"
STAGES = "speed_kmh,incline_pct,hr_bpm\n4.8,0,112\n"


@pytest.mark.parametrize(
    ("line", "subject"),
    [
        ("# hr-max-intervals=168,all-out", {"hr_max_intervals_bpm": 168.0, "hr_max_intervals_all_out": True}),
        ("# hr-max-intervals=168", {"hr_max_intervals_bpm": 168.0, "hr_max_intervals_all_out": False}),
        ("# hr-max-intervals: 168 ; all out", {"hr_max_intervals_bpm": 168.0, "hr_max_intervals_all_out": True}),
        ("# waist=98,5", {"waist_cm": 98.5}),
        ("# resting-hr=64", {"resting_hr_bpm": 64.0}),
        ("# activity=3.75", {"activity_index": 3.75}),
        ("# activity=2,5 x 2 x 0,75", {"activity_index": 3.75}),
        ("# activity=0", {"activity_index": 0.0}),
        ("# irregular-rhythm=yes", {"irregular_rhythm": True}),
    ],
)
def test_what_narrows_the_estimate_may_stand_before_the_table(line: str, subject: dict[str, object]) -> None:
    found = read_table(f"{WHO}{line}\n{STAGES}", "t.csv").subject
    assert {name: found.get(name) for name in subject} == subject


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("# hr-max-intervals=high", "write it as 168, or as 168,all-out"),
        ("# hr-max-intervals=168,maybe", "write it as 168, or as 168,all-out"),
        ("# activity=often", "write the index, or frequency x intensity x duration"),
        ("# activity=2x3", "write the index, or frequency x intensity x duration"),
        ("# waist=wide", "is not a number"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(line: str, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_table(f"{WHO}{line}\n{STAGES}", "t.csv")
    (problem,) = caught.value.problems
    assert problem.startswith("t.csv: row 4: ")
    assert words in problem


def one_saying_twice_is_none_too_many() -> None:
    twice = "# age=52\n# age = 52,0\n# sex=male\nspeed_kmh,incline_pct,hr_bpm\n4.8,0,112\n"
    assert read_table(twice, "a.csv").subject == {"age_years": 52.0, "sex": "male"}
    with pytest.raises(BadInput, match="another line said otherwise"):
        read_table(twice.replace("52,0", "25"), "a.csv")


def test_two_lines_that_contradict_each_other_fail_on_a_planted_fault() -> None:
    old = "if any(table.subject[name] != value for name, value in said.items()):"
    fails_with(table, old, "if False:", one_saying_twice_is_none_too_many)
