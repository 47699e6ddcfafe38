"""Protocols as data: the built-in ones, and every way in which one can be wrong."""

import contextlib
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teststation.errors import BadInput
from teststation.protocol.load import builtin_ids, check, find, load_plan, speeds

GOOD = find("submax-13")[0]


@pytest.mark.parametrize("identifier", builtin_ids())
def test_every_built_in_protocol_is_in_order_and_names_its_origin(identifier: str) -> None:
    text, path = find(identifier)
    assert check(text, path) == []
    plan = load_plan(text, path)
    assert plan.id == identifier
    assert plan.citation
    assert plan.cool_down.speed_kmh <= 5


@pytest.mark.parametrize("identifier", ["submax-13", "ebbeling-13"])
def test_the_thirteen_minutes_are_thirteen_minutes(identifier: str) -> None:
    assert load_plan(*find(identifier)).duration_s == 780


def test_the_default_is_first_and_walks_four_stages() -> None:
    assert builtin_ids()[:2] == ("submax-13", "ebbeling-13")
    plan = load_plan(*find("submax-13"))
    assert [(s.duration_s, s.speed_kmh, s.incline_pct) for s in plan.stages] == [
        (240, 4.8, 0),
        (180, 4.8, 4),
        (180, 4.8, 8),
        (180, 4.8, 12),
    ]


@pytest.mark.parametrize(("speed", "speed_kmh"), [("slow", 3.5), ("normal", 4.8), ("fast", 5.6)])
def test_the_starting_speed_is_chosen_by_name(speed: str, speed_kmh: float) -> None:
    assert load_plan(*find("submax-13"), speed).stages[0].speed_kmh == speed_kmh
    assert speeds(*find("submax-13"))[speed] == speed_kmh


def test_bruce_is_bruce() -> None:
    plan = load_plan(*find("bruce"))
    mph = [1.7, 2.5, 3.4, 4.2, 5.0, 5.5, 6.0]
    assert [round(s.speed_kmh / 1.609344, 1) for s in plan.stages] == mph
    assert [s.incline_pct for s in plan.stages] == [10, 12, 14, 16, 18, 20, 22]
    assert {s.duration_s for s in plan.stages} == {180}


def test_a_plan_keeps_its_text_and_its_hash() -> None:
    plan = load_plan(*find("submax-13"))
    assert plan.text == GOOD
    assert len(plan.sha256) == 64


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("duration_s = 240", "duration_s = 5", ["stages[1].duration_s", "outside"]),
        ("incline_pct = 4\n", "incline_pct = 4.3\n", ["stages[2].incline_pct", "multiple of 0.5"]),
        ("incline_pct = 12", "incline_pct = 40", ["stages[4].incline_pct"]),
        ('speed = "v"', "speed_kmh = 90", ["speed_kmh", "outside"]),
        ('speed = "v"', 'speed = "x"', ['can only be "v"']),
        ("[cool_down]", "[cooldown]", ["did you mean cool_down?", "cool_down: is missing"]),
        ('default_speed = "normal"', 'default_speed = "usual"', ["is none of slow, normal, fast"]),
        ('id = "submax-13"', "id = 13", ["id: is missing or no text"]),
        ('title = "', f'title = "{"å" * 200}', ["title: is longer than 200 letters"]),
        ('id = "submax-13"', f'id = "{"a" * 201}"', ["id: is longer than 200 letters"]),
        ('[[stages]]\nname = "', f'[[stages]]\nname = "{"x" * 201}', ["stages[1].name: is longer"]),
        ("normal = 4.8", "normal = nan", ["speeds.normal"]),
        ("duration_s = 240", "duration_s = true", ["stages[1].duration_s"]),
        (
            "[speeds]",
            "[limits]\nhr_fraction_of_max = 2\nrpe_max = 17.5\nx = 1\n[speeds]",
            ["hr_fraction_of_max", "rpe_max", "limits.x"],
        ),
        ("[speeds]", "[speeds", ["TOML"]),
        ("duration_s = 240", f"duration_s = 1{'0' * 400}", ["stages[1].duration_s", "no number"]),
        ("duration_s = 240", f"duration_s = 1{'0' * 5000}", ["TOML"]),
        ('default_speed = "normal"', "default_speed = [1]", ["default_speed: is no text"]),
        ("duration_s = 240", "duration_s = 1801", ["outside 10 to 1800 s"]),
    ],
)
def test_every_problem_has_its_line_with_file_field_and_words(old: str, new: str, words: list[str]) -> None:
    problems = check(GOOD.replace(old, new), "mine.toml")
    told = "\n".join(problems)
    assert problems
    assert all(word in told for word in words), told
    assert all(problem.startswith("mine.toml: ") for problem in problems)


def test_all_problems_come_at_once() -> None:
    bad = (
        GOOD.replace("duration_s = 240", "duration_s = 1")
        .replace("incline_pct = 12", "incline_pct = 99")
        .replace('title = "', 'titel = "')
    )
    assert len(check(bad, "mine.toml")) >= 4
    with pytest.raises(BadInput) as caught:
        load_plan(bad, "mine.toml")
    assert len(caught.value.problems) >= 4


def test_a_speed_that_is_not_offered_is_refused_with_those_that_are() -> None:
    with pytest.raises(BadInput, match="slow, normal, fast"):
        load_plan(*find("submax-13"), "sprint")
    with pytest.raises(BadInput, match="its speeds are fixed"):
        load_plan(*find("bruce"), "fast")


def test_a_missing_protocol_lists_the_built_in_ones() -> None:
    with pytest.raises(BadInput, match="submax-13"):
        find("nosuch")


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(GOOD)), st.integers(0, 40), st.text(alphabet='abv=[]{}".#\n 0123456789-_', max_size=20))
def test_no_edit_whatever_raises_anything_but_bad_input(at: int, cut: int, put: str) -> None:
    text = GOOD[:at] + put + GOOD[at + cut :]
    problems = check(text, "mine.toml")
    with contextlib.suppress(BadInput):
        plan = load_plan(text, "mine.toml")
        assert problems == []
        assert 0 < plan.max_speed_kmh <= 22
        assert tomllib.loads(text)["id"] == plan.id
