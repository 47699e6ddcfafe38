"""A session while it is written: what is typed comes back, each problem is at its field, it is walked as written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mutants import fails_with
from teststation.errors import BadInput
from teststation.ports import Setpoint
from teststation.protocol import session_draft as module
from teststation.protocol.load import SessionLoads, builtin_sessions, find, load_session
from teststation.protocol.schema import check_text
from teststation.protocol.session_draft import (
    PARTS,
    SessionDraft,
    aims,
    cell_of,
    draft_of,
    length_s,
    problems,
    text_of,
    with_cell,
)

LOADS = SessionLoads(bout=Setpoint(speed_kmh=5.0, incline_pct=8.0), hr_max_bpm=180.0)


def draft(identifier: str = "4x4") -> SessionDraft:
    return draft_of(*find(identifier))


@pytest.mark.parametrize("identifier", builtin_sessions())
@pytest.mark.parametrize("comma", [True, False])
def test_every_session_of_the_station_comes_back_as_it_was(identifier: str, comma: bool) -> None:
    text, path = find(identifier)
    made = draft_of(text, path, comma=comma)
    assert problems(made) == ()
    assert check_text(text_of(made)).table == check_text(text).table
    walked, again = load_session(text, path, LOADS), load_session(text_of(made), path, LOADS)
    assert (walked.stages, walked.cool_down, walked.session) == (again.stages, again.cool_down, again.session)
    assert text_of(draft_of(text_of(made), path, comma=comma)) == text_of(made), "the same draft, the same hash"
    assert length_s(made) == walked.duration_s + walked.cool_down.duration_s


def a_problem_is_at_its_field() -> None:
    for part, field, text, code in (
        ("warm_up", "duration_s", "4,30", "protocol_no_time"),
        ("warm_up", "hr_share", "30", "protocol_outside_pct"),
        ("bout", "hr_share_low", "99", "protocol_above_other"),
        ("bout", "borg_high", "17,5", "protocol_no_whole_number"),
        ("pause", "incline_pct", "0,3", "protocol_half_percent"),
        ("cool_down", "speed_kmh", "", "protocol_no_number"),
        ("steps", "up_max", "11", "protocol_outside_plain"),
    ):
        typed = with_cell(draft(), part, field, text)
        found = {one.field: one.cause.code for one in problems(typed)}
        assert found == {cell_of(part, field): code}
        assert typed.cell(part, field) == text, "what is typed is never lost"
        with pytest.raises(BadInput):
            text_of(typed)


def test_every_problem_is_at_its_field() -> None:
    a_problem_is_at_its_field()


def test_title_and_bouts_have_their_own_problems() -> None:
    made = SessionDraft(title="4 × 4", bouts="x", cells=draft().cells)
    assert {one.field for one in problems(made, ["4 × 4"])} == {"title", "bouts"}
    assert {one.field for one in problems(SessionDraft(title="a" * 61, bouts="4", cells=draft().cells))} == {"title"}
    long = with_cell(draft(), "bout", "duration_s", "30")
    assert [one.field for one in problems(long)] == ["bouts"], "two hours are too long in all"


def test_one_bout_has_no_pause_and_what_is_typed_there_waits() -> None:
    import msgspec

    one = msgspec.structs.replace(draft(), bouts="1")
    assert problems(one) == ()
    assert "[pause]" not in text_of(one)
    assert [aim.part for aim in aims(one)] == ["warm_up", "bout", "cool_down"]
    assert "[pause]" in text_of(msgspec.structs.replace(one, bouts="2"))


def test_a_part_that_cannot_be_read_leaves_its_place_open() -> None:
    found = aims(with_cell(draft(), "pause", "duration_s", "4,30"))
    assert [aim.part for aim in found] == ["warm_up", *["bout", "pause"] * 3, "bout", "cool_down"]
    assert {aim.duration_s for aim in found if aim.part == "pause"} == {0.0}


def test_a_test_is_no_session() -> None:
    with pytest.raises(BadInput, match="no interval session"):
        draft_of(*find("submax-13"))


@settings(max_examples=60)
@given(st.sampled_from([(part, field) for part, fields in PARTS.items() for field in fields]), st.text(max_size=8))
def test_whatever_is_typed_has_a_problem_at_its_field_or_is_walked(where: tuple[str, str], text: str) -> None:
    typed = with_cell(draft(), *where, text)
    found = problems(typed)
    aims(typed)
    if found:
        assert {one.field for one in found} <= {cell_of(*where), "bout.hr_share_low", "bout.borg_low", "bouts"}
    else:
        assert load_session(text_of(typed), "a.toml", LOADS).bouts


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return text if seconds is None else seconds", "return 60.0 if seconds is None else seconds"),
        ("return text if value is None or value != int(value) else int(value)", "return int(value or 0)"),
        ("round(value / 100, 6)", "value"),
    ],
)
def test_a_draft_fails_on_a_planted_fault(old: str, new: str) -> None:
    fails_with(module, old, new, a_problem_is_at_its_field)
