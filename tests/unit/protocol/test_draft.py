"""A protocol while it is written: nothing typed is lost, each problem is at its cell, and its text comes back."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teststation.errors import BadInput
from teststation.protocol.draft import (
    HEAD,
    INCLINE,
    NAME,
    SPEED,
    TIME,
    Draft,
    StageDraft,
    draft_of,
    length_s,
    moved_stage,
    number_of,
    problems,
    seconds_of,
    stages_in_order,
    text_of,
    with_cell,
    with_speed,
    with_stage,
    without_stage,
    written,
    written_time,
)
from teststation.protocol.load import builtin_ids, builtin_sessions, check, find, load_plan, speeds
from teststation.protocol.plan import Plan

SUBMAX = draft_of(*find("submax-13"))


def as_walked(text: str, speed: str | None) -> Plan:
    return msgspec.structs.replace(load_plan(text, "a.toml", speed), text="", sha256="")


@pytest.mark.parametrize("identifier", builtin_ids())
def test_every_built_in_protocol_is_walked_alike_after_a_round_through_the_editor(identifier: str) -> None:
    text, path = find(identifier)
    again = text_of(draft_of(text, path))
    assert draft_of(again, path) == draft_of(text, path)
    for speed in speeds(text, path) or (None,):
        assert as_walked(again, speed) == as_walked(text, speed)


WORDS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30).filter(
    lambda t: t.strip() == t != ""
)
HALVES = st.integers(0, 50).map(lambda n: n / 2)
KMH = st.integers(50, 2200).map(lambda n: n / 100)


@st.composite
def drafts(draw: st.DrawFn, *, comma: bool) -> Draft:
    """Drafts in order, their cells as the station writes them."""
    offered = draw(st.dictionaries(st.sampled_from(["slow", "normal", "fast", "rask gange", 'a"b']), KMH, max_size=3))

    def stage(counted: bool) -> StageDraft:
        starts = bool(offered) and draw(st.booleans())
        return StageDraft(
            time=written_time(draw(st.integers(20, 120)) / 2, comma=comma),
            speed="v" if starts else written(draw(KMH), comma=comma),
            incline=written(draw(HALVES), comma=comma),
            name=draw(st.just("") | WORDS),
            habituation=counted and draw(st.booleans()),
        )

    count = draw(st.integers(1, 8))
    stages = [stage(True) for _ in range(count)]
    stages[-1] = msgspec.structs.replace(stages[-1], habituation=False)
    return Draft(
        identifier="egen",
        title=draw(WORDS),
        stages=tuple(stages),
        cool_down=stage(False),
        speeds=tuple((name, written(kmh, comma=comma)) for name, kmh in offered.items()),
        default_speed=draw(st.sampled_from(sorted(offered))) if offered else "",
        hr_limit=draw(st.just("") | st.integers(50, 100).map(str)),
        rpe_limit=draw(st.just("") | st.integers(11, 20).map(str)),
        citation=draw(st.just("") | WORDS),
        method=draw(st.sampled_from(["", "multistage", "ebbeling"])),
        limits=draw(st.sampled_from([{}, {"hr_over_for_s": 20.0, "hr_lost_warn_s": 7.5}])),
        extension=draw(st.sampled_from([{}, {"step_s": 30.0, "times_max": 3}])),
    )


@settings(max_examples=120, deadline=None)
@given(st.booleans().flatmap(lambda comma: st.tuples(st.just(comma), drafts(comma=comma))))
def test_a_draft_in_order_comes_back_from_its_text_as_it_was(given_draft: tuple[bool, Draft]) -> None:
    comma, draft = given_draft
    assert problems(draft) == ()
    text = text_of(draft)
    assert check(text, "egen.toml") == []
    assert draft_of(text, "egen.toml", comma=comma) == draft
    assert text_of(draft_of(text, "egen.toml", comma=not comma)) == text  # one table, one text, one hash


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, 4),
    st.sampled_from([TIME, SPEED, INCLINE, NAME]),
    st.text(alphabet='0123456789:,.vs%- x\n"\\½²٣−', max_size=14),
)
def test_whatever_is_typed_is_read_or_told_at_its_own_cell_and_never_lost(row: int, field: str, typed: str) -> None:
    draft = with_cell(SUBMAX, row, field, typed, comma=True)
    found = problems(draft)
    assert {(problem.row, problem.field) for problem in found} <= {(row, field), (HEAD, "stages")}  # or all too long
    cell = getattr(draft.rows[row], field)
    read = {TIME: seconds_of, SPEED: number_of, INCLINE: number_of}.get(field, str.strip)
    assert (
        cell == typed
        or read(cell) == read(typed.replace("%", " ") if field == INCLINE else typed) is not None
        or cell == "v"
    )
    if found:
        with pytest.raises(BadInput):
            text_of(draft)
    else:
        load_plan(text_of(draft), "egen.toml")


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("4", 240),
        ("4:30", 270),
        ("4,5", 270),
        ("4.5", 270),
        ("90 s", 90),
        ("0:45", 45),
        (" 13 ", 780),
        ("62,5 s", 62.5),
    ],
)
def test_a_length_is_read_as_people_write_it(typed: str, seconds: float) -> None:
    assert seconds_of(typed) == seconds


@pytest.mark.parametrize("typed", ["", "4:60", "4,30", "4.30", "4:3", "fire", "-4", "4 min", ":30"])
def test_a_length_that_can_be_read_in_two_ways_or_none_is_asked_for_again(typed: str) -> None:
    assert seconds_of(typed) is None
    (problem,) = problems(with_cell(SUBMAX, 1, TIME, typed, comma=True))
    assert (problem.row, problem.field, problem.cause.code) == (1, TIME, "protocol_no_time")


@pytest.mark.parametrize(
    ("row", "field", "typed", "code"),
    [
        (0, TIME, "0:05", "protocol_outside_s"),
        (1, SPEED, "23", "protocol_outside_kmh"),
        (2, SPEED, "0,2", "protocol_outside_kmh"),
        (2, INCLINE, "4,3", "protocol_half_percent"),
        (3, INCLINE, "-1", "protocol_outside_pct"),
        (4, SPEED, "fort", "protocol_no_number"),
        (4, INCLINE, "", "protocol_no_number"),
        (0, NAME, "x" * 41, "protocol_long_name"),
    ],
)
def test_every_problem_is_told_at_its_cell(row: int, field: str, typed: str, code: str) -> None:
    (problem,) = problems(with_cell(SUBMAX, row, field, typed, comma=True))
    assert (problem.row, problem.field, problem.cause.code) == (row, field, code)


def test_what_is_wrong_with_the_whole_is_told_at_its_head() -> None:
    def at(draft: Draft, *taken: str) -> list[tuple[int, str, str]]:
        return [(one.row, one.field, one.cause.code) for one in problems(draft, taken)]

    change = msgspec.structs.replace
    assert at(change(SUBMAX, title=" ")) == [(HEAD, "title", "protocol_text_missing")]
    assert at(SUBMAX, SUBMAX.title.upper()) == [(HEAD, "title", "protocol_title_taken")]
    assert at(change(SUBMAX, hr_limit="120")) == [(HEAD, "hr_limit", "protocol_outside_pct")]
    assert at(change(SUBMAX, rpe_limit="17,5")) == [(HEAD, "rpe_limit", "protocol_no_whole_number")]
    assert at(with_speed(SUBMAX, "fast", "90")) == [(HEAD, "speeds.fast", "protocol_outside_kmh")]
    none = change(SUBMAX, speeds=())
    assert {(row, field) for row, field, _ in at(none)} == {(row, SPEED) for row in range(4)}
    long = change(SUBMAX, stages=tuple(StageDraft("20", "4", "0") for _ in range(4)))
    assert at(long) == [(HEAD, "stages", "protocol_too_long")]


def test_the_first_starting_speed_that_is_given_is_the_default_and_one_taken_away_is_not() -> None:
    bare = msgspec.structs.replace(SUBMAX, speeds=(), default_speed="")
    assert with_speed(bare, "fast", "6").default_speed == "fast"
    assert with_speed(SUBMAX, "normal", "").default_speed == "slow"
    assert with_speed(SUBMAX, "slow", "3,6").default_speed == "normal"


def test_a_new_stage_is_the_last_one_a_step_harder() -> None:
    after = with_stage(SUBMAX, 3, comma=True).stages
    assert after[4] == StageDraft("3:00", "v", "16", "16 %")
    first = with_stage(msgspec.structs.replace(SUBMAX, stages=SUBMAX.stages[:1]), 0, comma=True).stages
    assert first[1] == StageDraft("4:00", "v", "2", "")
    quicker = msgspec.structs.replace(SUBMAX, stages=(StageDraft("3:00", "4", "5"), StageDraft("3:00", "4,5", "5")))
    assert with_stage(quicker, 1, comma=True).stages[2] == StageDraft("3:00", "5", "5")
    steep = msgspec.structs.replace(SUBMAX, stages=(StageDraft("3:00", "4", "20"), StageDraft("3:00", "4", "24")))
    assert with_stage(steep, 1, comma=True).stages[2].incline == "25"


def test_stages_go_and_move_and_the_last_one_stays() -> None:
    assert without_stage(SUBMAX, 1).stages == (SUBMAX.stages[0], *SUBMAX.stages[2:])
    one = msgspec.structs.replace(SUBMAX, stages=SUBMAX.stages[:1])
    assert without_stage(one, 0) == one
    assert moved_stage(SUBMAX, 0, 1).stages[:2] == (SUBMAX.stages[1], SUBMAX.stages[0])
    assert moved_stage(SUBMAX, 3, 1) == SUBMAX
    assert length_s(SUBMAX) == 780


def test_the_rows_that_are_in_order_can_be_drawn_though_others_are_not() -> None:
    broken = with_cell(SUBMAX, 1, SPEED, "x", comma=True)
    rows = stages_in_order(broken, problems(broken), "fast")
    assert [row is None for row in rows] == [False, True, False, False, False]
    assert rows[2] is not None
    assert (rows[2].speed_kmh, rows[2].incline_pct) == (5.6, 8)


@pytest.mark.parametrize("identifier", builtin_sessions())
def test_an_interval_session_is_no_test_to_be_edited(identifier: str) -> None:
    with pytest.raises(BadInput, match="interval session"):
        draft_of(*find(identifier))
