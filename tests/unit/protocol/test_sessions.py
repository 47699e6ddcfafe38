"""Interval sessions as data: what comes with the station, and what is refused."""

import pytest

from teststation.errors import BadInput
from teststation.ports import Setpoint
from teststation.protocol.load import SessionLoads, builtin_ids, builtin_sessions, check, find, load_plan, load_session
from teststation.subject import Gait

LOADS = SessionLoads(bout=Setpoint(speed_kmh=5.0, incline_pct=8.0), hr_max_bpm=182.2)


@pytest.mark.parametrize("identifier", builtin_sessions())
def test_every_session_is_in_order_and_says_where_it_comes_from(identifier: str) -> None:
    text, path = find(identifier)
    assert check(text, path) == []
    plan = load_session(text, path, LOADS)
    assert plan.id == identifier
    assert plan.citation
    assert plan.session is not None
    assert len(plan.bouts) == int(identifier.partition("x")[0]) if "x" in identifier else len(plan.bouts) == 1


def test_the_sessions_are_no_tests_and_the_tests_no_sessions() -> None:
    assert builtin_sessions() == ("4x4", "10x1", "3x4", "steady-20")
    assert not set(builtin_ids()) & set(builtin_sessions())
    with pytest.raises(BadInput, match="session run"):
        load_plan(*find("4x4"))
    with pytest.raises(BadInput, match="is a test"):
        load_session(*find("submax-13"), LOADS)


def test_the_clinics_session_lasts_thirty_five_minutes() -> None:
    plan = load_session(*find("4x4"), LOADS)
    assert plan.duration_s + plan.cool_down.duration_s == 35 * 60
    assert [stage.duration_s for stage in plan.stages] == [300, 240, 180, 240, 180, 240, 180, 240]


def test_the_band_is_the_share_of_hr_max_and_rounds_last() -> None:
    terms = load_session(*find("4x4"), LOADS).session
    assert terms is not None
    assert terms.hr_low_bpm == pytest.approx(154.87)
    assert terms.hr_high_bpm == pytest.approx(173.09)
    assert terms.pause_hr_bpm == pytest.approx(127.54)
    blind = load_session(*find("4x4"), SessionLoads(bout=LOADS.bout)).session
    assert blind is not None
    assert (blind.hr_low_bpm, blind.hr_high_bpm, blind.pause_hr_bpm) == (None, None, None)
    assert (blind.borg_low, blind.borg_high) == (15, 17)


def test_warm_up_pause_and_cool_down_are_never_harder_than_the_bouts() -> None:
    slow = SessionLoads(
        bout=Setpoint(speed_kmh=2.5, incline_pct=3.0),
        warm_up=Setpoint(speed_kmh=6.0, incline_pct=5.0),
    )
    plan = load_session(*find("4x4"), slow)
    assert all(stage.speed_kmh <= 2.5 and stage.incline_pct <= 3.0 for stage in (*plan.stages, plan.cool_down))


@pytest.mark.parametrize(
    ("bout", "gait", "harder", "easier"),
    [
        ((5.0, 8.0), Gait.WALK, (5.0, 9.0), (5.0, 7.0)),
        ((5.0, 15.0), Gait.WALK, (5.5, 15.0), (5.0, 14.0)),
        ((5.0, 0.5), Gait.WALK, (5.0, 1.5), (5.0, 0.0)),
        ((5.0, 0.0), Gait.WALK, (5.0, 1.0), (4.5, 0.0)),
        ((9.0, 5.0), Gait.RUN, (9.5, 5.0), (8.5, 5.0)),
        ((2.0, 0.0), Gait.WALK, (2.0, 1.0), (2.0, 0.0)),
        ((1.5, 0.0), Gait.WALK, (1.5, 1.0), (1.5, 0.0)),
    ],
)
def test_a_step_is_one_of_incline_or_speed_and_down_is_never_up(
    bout: tuple[float, float], gait: Gait, harder: tuple[float, float], easier: tuple[float, float]
) -> None:
    load = Setpoint(speed_kmh=bout[0], incline_pct=bout[1])
    terms = load_session(*find("4x4"), SessionLoads(bout=load, gait=gait, hr_max_bpm=180.0)).session
    assert terms is not None
    assert terms.harder(load) == Setpoint(speed_kmh=harder[0], incline_pct=harder[1])
    assert terms.easier(load) == Setpoint(speed_kmh=easier[0], incline_pct=easier[1])
    assert terms.allows(terms.harder(terms.harder(terms.harder(load))))
    assert not terms.allows(terms.harder(terms.harder(terms.harder(terms.harder(load)))))


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('kind = "session"', 'kind = "sesion"', "kind"),
        ("bouts = 4", "bouts = 0", "bouts"),
        ("bouts = 4", "bouts = 2.5", "bouts"),
        ("bouts = 4", "", "bouts"),
        ("bouts = 4", "bouts = true", "bouts"),
        ("bouts = 4", "bouts = 12", "bouts"),
        ("hr_share_low = 0.85", "hr_share_low = 0.97", "bout.hr_share_low"),
        ("hr_share_low = 0.85", "hr_share_low = 85", "bout.hr_share_low"),
        ("borg_low = 15", 'borg_low = "hard"', "bout.borg_low"),
        ("borg_low = 15", "", "bout.borg_low"),
        ("duration_s = 240", "duration_s = 5", "bout.duration_s"),
        ("duration_s = 240", "duraton_s = 240", "did you mean duration_s"),
        ("up_max = 3", "up_max = 99", "steps.up_max"),
        ("up_max = 3", "up_max = 1.5", "steps.up_max"),
        ("incline_pct = 1.0", "incline_pct = 0.7", "steps.incline_pct"),
        ("[pause]", "[pauze]", "did you mean pause"),
        ("[cool_down]", "[colldown]", "cool_down"),
        ("rpe_max = 20", "rpe_max = 25", "limits.rpe_max"),
        ("bouts = 4", "bouts = 1", "pause"),
        ("bouts = 4", 'bouts = 4\nspeeds = "none"', "speeds"),
    ],
)
def test_what_a_session_may_not_say_is_named(old: str, new: str, field: str) -> None:
    text, _ = find("4x4")
    assert text.count(old) >= 1
    found = check(text.replace(old, new, 1), "mine.toml")
    assert any(field in line for line in found), found
    assert all(line.startswith("mine.toml: ") for line in found)
    with pytest.raises(BadInput):
        load_session(text.replace(old, new, 1), "mine.toml", LOADS)
