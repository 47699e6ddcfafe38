"""``teststation diary`` on the command line: what is kept, what is told, and one sentence for what cannot be."""

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.fit_file import FIT_ZERO_UNIX_S, fit_bytes
from tests.mutants import fails_with
from tests.unit.commands.conftest import Cli
from teststation.records.access.user import Role
from teststation.records.database import open_record
from teststation.subject import Sex
from teststation.texts import LANGUAGES, texts
from teststation.training import diary as diaries
from teststation.training.strength import EXERCISES
from ui.commands import diary, telling

TODAY = datetime.now().astimezone().date()
MONDAY = TODAY - timedelta(days=TODAY.weekday() + 14)


@pytest.fixture
def person(cli: Cli, tmp_path: Path) -> str:
    """The one person of the record."""
    with open_record(tmp_path / "a.record", "en god setning") as record:
        return record.people.add(family_name="Ødegård", given_name="Åse", sex=Sex.FEMALE, born="1974-02-28").id


def words(action: str, person: str, *more: str) -> tuple[str, ...]:
    return ("diary", "--record", "a.record", action, "--person", person, *more)


def told(cli: Cli, person: str) -> dict:
    done = cli(*words("list", person, "--json", "-"))
    assert done.status == 0, done.said
    return json.loads(done.out)


def test_a_plan_is_made_filled_and_told(cli: Cli, person: str) -> None:
    done = cli(*words("plan", person, "--new", MONDAY.isoformat(), "--weekdays", "1,3,5"))
    assert done.status == 0, done.said
    assert len(done.out.splitlines()) == 24
    session = told(cli, person)["plan"]["sessions"][0]
    row = ("--day", session["day"], "--minutes", "35", "--borg", "16", "--felt", "4", "--bouts", "3/4")
    done = cli(*words("add", person, *row, "--comment", "tungt i dag"))
    assert done.status == 0, done.said
    assert "it is session 1 of the plan" in done.said
    found = told(cli, person)
    assert (found["plan"]["done"], found["plan"]["planned"]) == (1, 24)
    assert found["plan"]["sessions"][0]["state"] == "part"
    assert (found["diary"][0]["borg"], found["diary"][0]["comment"]) == (16, "tungt i dag")
    assert found["weeks"][0]["minutes"] == 35.0
    assert "1 of " in cli(*words("list", person)).out


def test_a_plan_is_changed_and_none_of_its_sessions_lost(cli: Cli, person: str) -> None:
    cli(*words("plan", person, "--new", MONDAY.isoformat(), "--weekdays", "1,3"))
    sunday = MONDAY + timedelta(days=20)
    done = cli(*words("plan", person, "--move", f"2={sunday}", "--because", "avtale"))
    assert done.status == 0, done.said
    first, last = MONDAY + timedelta(days=7), MONDAY + timedelta(days=13)
    assert cli(*words("plan", person, "--away", f"{first}..{last}", "--because", "leave")).status == 0
    plan = told(cli, person)["plan"]
    assert len(plan["sessions"]) == 16
    assert plan["version"] == 3
    assert not any(first.isoformat() <= one["day"] <= last.isoformat() for one in plan["sessions"])
    done = cli(*words("plan", person, "--move", f"3={plan['sessions'][0]['day']}"))
    assert done.status == 2
    assert "choose another day" in done.said


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--borg", "30"), "borg: 30 is outside 6 to 20"),
        (("--day", "31.3.2026"), "is no day"),
        (("--kind", "football"), "there is no 'football'"),
        (("--day", (TODAY + timedelta(days=3)).isoformat()), "still to come"),
        (("--set", "leg_press:0:4/4/4/4", "--kind", "strength"), "the sets of leg_press cannot be right"),
    ],
)
def test_a_row_that_cannot_be_is_one_sentence_and_keeps_nothing(
    cli: Cli, person: str, more: tuple[str, ...], said: str
) -> None:
    done = cli(*words("add", person, *more))
    assert done.status == 2
    assert said in done.said
    assert told(cli, person)["diary"] == []


@pytest.mark.parametrize("wrong", [("--set", "leg_press"), ("--bouts", "x/4"), ("--set", "leg_press:a:4")])
def test_an_option_that_cannot_be_read_is_one_line(cli: Cli, person: str, wrong: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli(*words("add", person, *wrong))
    assert caught.value.code == 2


def test_a_watchs_file_goes_into_the_row_of_that_day_and_never_twice(cli: Cli, person: str, tmp_path: Path) -> None:
    began = datetime.fromtimestamp(FIT_ZERO_UNIX_S + 1_000_000_000).astimezone()
    rows = [(60 * minute, 120 + minute, ()) for minute in range(36)]
    (tmp_path / "klokke.fit").write_bytes(fit_bytes(rows))
    day = began.date().isoformat()
    assert cli(*words("add", person, "--day", day, "--minutes", "35", "--borg", "15")).status == 0
    done = cli(*words("import", person, "klokke.fit"))
    assert done.status == 0, done.said
    assert "into the row of that day" in done.out
    assert "1 activity kept" in done.said
    assert "was there already" in cli(*words("import", person, "klokke.fit", "klokke.fit")).out
    (row,) = told(cli, person)["diary"]
    assert (row["borg"], row["minutes"], row["max_bpm"], row["version"]) == (15, 35.0, 155, 2)
    assert row["earlier_versions"][0]["was"]["max_bpm"] is None


def test_of_several_files_one_that_cannot_be_read_keeps_none(cli: Cli, person: str, tmp_path: Path) -> None:
    (tmp_path / "a.fit").write_bytes(fit_bytes([(0, 120, ()), (600, 130, ())]))
    (tmp_path / "b.gpx").write_bytes(b"<gpx/>")
    done = cli(*words("import", person, "a.fit", "b.gpx", "c.tcx"))
    assert done.status == 2
    assert "b.gpx" in done.said
    assert "c.tcx" in done.said
    assert told(cli, person)["diary"] == []


def test_the_diary_is_exported_as_a_table_as_json_and_as_a_page(cli: Cli, person: str, tmp_path: Path) -> None:
    cli(*words("plan", person, "--new", MONDAY.isoformat(), "--weekdays", "1,3,5"))
    cli(*words("add", person, "--day", MONDAY.isoformat(), "--minutes", "35", "--comment", "bra, lett"))
    table = cli(*words("export", person)).out
    assert table.splitlines()[0].startswith("id,version,person_id,day,kind")
    assert '"bra, lett"' in table
    done = cli(*words("export", person, "--json", "alt.json", "--pdf", "side.pdf"))
    assert done.status == 0, done.said
    assert json.loads((tmp_path / "alt.json").read_text("utf-8"))["diary"][0]["minutes"] == 35.0
    assert (tmp_path / "side.pdf").read_bytes().startswith(b"%PDF-1.7")
    assert cli(*words("export", person, "--blank", "--pdf", "tom.pdf")).status == 0
    assert cli(*words("export", person, "--blank")).status == 2
    with open_record(tmp_path / "a.record", "en god setning") as record:
        assert "training_printed" in [row.action for row in record.audit.of_person(person)]


def test_strength_tells_1rm_its_source_and_what_comes_next(cli: Cli, person: str) -> None:
    day = (TODAY - timedelta(days=7)).isoformat()
    done = cli(*words("strength", person, "--exercise", "leg_press", "--kg", "120", "--day", day))
    assert done.status == 0, done.said
    assert "1RM 120.0 kg" in done.out
    assert "next 105 kg (first)" in done.out
    cli(*words("add", person, "--kind", "strength", "--set", "leg_press:105:4/4/4/5"))
    found = json.loads(cli(*words("strength", person, "--json", "-")).out)
    assert (found[0]["next_kg"], found[0]["what"], found[0]["by"]) == (107.5, "up", "tested")


def test_failure_is_refused_where_the_talk_speaks_of_the_heart(cli: Cli, person: str, tmp_path: Path) -> None:
    told_json = '{"heart_lung_pressure": {"chosen": ["yes"], "text": "høyt blodtrykk"}}'
    (tmp_path / "svar.json").write_text(told_json, "utf-8")
    assert cli(*words("interview", person, "--answers", "svar.json")).status == 0
    five = ("--exercise", "squat", "--kg", "80", "--repetitions", "5")
    done = cli(*words("strength", person, *five))
    assert done.status == 2
    assert "a clinician must have said yes" in done.said
    assert cli(*words("strength", person, *five, "--cleared-by", "Dr Lie")).status == 0


def test_a_talk_is_kept_as_a_draft_finished_and_printed(cli: Cli, person: str, tmp_path: Path) -> None:
    assert "no interview" in cli(*words("interview", person)).said
    (tmp_path / "svar.json").write_text('{"goal": {"text": "gå på fjellet"}, "importance": {"number": 9}}', "utf-8")
    done = cli(*words("interview", person, "--answers", "svar.json"))
    assert done.status == 0, done.said
    assert '"gå på fjellet"' in done.out
    done = cli(*words("interview", person, "--done", "--json", "-", "--pdf", "samtale.pdf"))
    found = json.loads(done.out)
    assert (found["version"], found["done"], found["answers"]["importance"]["number"]) == (2, True, 9)
    assert (tmp_path / "samtale.pdf").read_bytes().startswith(b"%PDF-1.7")
    (tmp_path / "svar.json").write_text('{"goal": 3}', "utf-8")
    assert "these answers cannot be read" in cli(*words("interview", person, "--answers", "svar.json")).said
    (tmp_path / "svar.json").write_bytes(b'{"\xff": {"number": 3}}')
    assert "these answers cannot be read" in cli(*words("interview", person, "--answers", "svar.json")).said
    (tmp_path / "svar.json").write_text('{"shoe_size": {"number": 3}}', "utf-8")
    assert "shoe_size" in cli(*words("interview", person, "--answers", "svar.json")).said


def test_a_clinics_own_questions_are_checked_and_used(cli: Cli, person: str, tmp_path: Path) -> None:
    own = 'title = "Vår samtale"\n[[part]]\nid = "a"\ntitle = "Først"\n[[part.question]]\nid = "sko"\nkind = "text"\n'
    (tmp_path / "interview.toml").write_text(own, "utf-8")
    done = cli("diary", "--record", "a.record", "interview", "--check", "interview.toml")
    assert done.status == 2
    assert "part 1, question 1, words" in done.said
    (tmp_path / "interview.toml").write_text(own + 'words = "Har du sko?"\n', "utf-8")
    assert "in order, 1 question in 1 part" in cli("diary", "interview", "--check", "interview.toml").out
    (tmp_path / "svar.json").write_text('{"sko": {"text": "ja"}}', "utf-8")
    assert '"ja"' in cli(*words("interview", person, "--answers", "svar.json")).out


def test_a_records_export_holds_it_all(cli: Cli, person: str, tmp_path: Path) -> None:
    cli(*words("plan", person, "--new", MONDAY.isoformat()))
    cli(*words("add", person, "--day", MONDAY.isoformat(), "--minutes", "35"))
    assert cli("records", "--record", "a.record", "export", "ut").status == 0
    assert MONDAY.isoformat() in (tmp_path / "ut" / "diary.csv").read_text("utf-8-sig")
    (found,) = json.loads((tmp_path / "ut" / "training.json").read_text("utf-8"))
    assert (found["person"], found["diary"][0]["minutes"]) == (person, 35.0)
    assert cli("records", "--record", "a.record", "export", "kopi", "--person", person).status == 0
    assert (tmp_path / "kopi" / "training.json").is_file()


def test_nobody_is_a_sentence(cli: Cli, person: str) -> None:
    for action in ("list", "export", "strength", "plan", "interview", "add"):
        assert cli(*words(action, "nobody")).status == 2


def test_every_code_has_its_words_in_every_language() -> None:
    keys = [f"diary.kind.{one}" for one in diaries.KINDS]
    keys += [f"diary.state.{one.value}" for one in diaries.State]
    keys += [f"diary.reason.{one}" for one in diaries.REASONS] + [f"diary.stopped.{one}" for one in diaries.STOPPED]
    keys += [f"diary.exercise.{one}" for one in EXERCISES] + [f"diary.weekday.{one}" for one in range(1, 8)]
    for language in LANGUAGES:
        assert not set(keys) - texts(language).keys()


ENDLESS = pytest.mark.skipif(sys.platform == "win32", reason="/dev/zero is of POSIX")


@ENDLESS
@pytest.mark.parametrize("what", ["--check", "--answers"])
def test_a_file_without_an_end_is_one_sentence(cli: Cli, person: str, what: str) -> None:
    whose = words("interview", person) if what == "--answers" else ("diary", "interview")
    done = cli(*whose, what, "/dev/zero")
    assert (done.status, done.said.count("\n")) == (2, 1), done.said
    assert "no ordinary file" in done.said
    gone = cli(*whose, what, "none.json")
    assert gone.status == 2
    assert "Errno" not in gone.said


def a_long_comment_is_refused(length: int) -> None:
    entry = diaries.Entry(day=MONDAY.isoformat(), kind="other", what="ski", comment="x" * length)
    too_long = any(cause.code == "diary_text_long" for cause in diaries.problems(entry, TODAY))
    assert too_long == (length > diaries.TEXT_LETTERS)


@pytest.mark.parametrize("length", [2000, 2001])
def test_a_comment_is_kept_whole_or_refused(length: int) -> None:
    a_long_comment_is_refused(length)


def test_a_comment_that_is_cut_or_taken_too_long_is_found_out() -> None:
    rule = "if any(len(text) > TEXT_LETTERS for text in"
    fails_with(diaries, rule, "if any(False for text in", lambda: a_long_comment_is_refused(2001))
    fails_with(diaries, rule, rule.replace("> TEXT", ">= TEXT"), lambda: a_long_comment_is_refused(2000))


@pytest.mark.parametrize("day", ["9999-12-30", "0001-01-01", "2026-02-29"])
def test_a_day_at_the_end_of_the_calendar_is_one_sentence(cli: Cli, person: str, day: str) -> None:
    def fact() -> None:
        done = cli(*words("plan", person, "--new", day))
        assert done.status == 2, done.said
        assert f"'{day}' is no day" in done.said

    fact()
    if day[:4] == "9999":
        fails_with(diary, "except (ValueError, OverflowError):", "except ValueError:", fact)


def a_comment_moves_no_cursor(cli: Cli, person: str) -> None:
    comment = "bra\x1b[2J\nFalsk linje\u202e"
    assert cli(*words("add", person, "--kind", "4x4", "--minutes", "35", "--comment", comment)).status == 0
    assert told(cli, person)["diary"][-1]["comment"] == comment, "it is kept as it was written"
    out = cli(*words("list", person)).out
    assert [sign for sign in out if sign in "\x1b\u202e"] == []
    assert not any(line.startswith("Falsk") for line in out.splitlines())


def test_what_somebody_wrote_moves_no_cursor_and_makes_no_line(cli: Cli, person: str) -> None:
    a_comment_moves_no_cursor(cli, person)


def test_a_cursor_that_moves_would_be_found(cli: Cli, person: str) -> None:
    fails_with(telling, "in_one_line(line)", "line", lambda: a_comment_moves_no_cursor(cli, person))


def test_a_session_that_is_not_planned_is_refused(cli: Cli, person: str) -> None:
    row = ("--kind", "4x4", "--minutes", "35", "--session", "99")
    done = cli(*words("add", person, *row))
    assert (done.status, done.said.strip()) == (2, "teststation: the person has no plan; make one first")
    cli(*words("plan", person, "--new", MONDAY.isoformat()))
    done = cli(*words("add", person, *row))
    assert (done.status, done.said.strip()) == (2, "teststation: the plan has no session number 99")
    assert told(cli, person)["diary"] == []


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (("--exercise", "squat"), "--kg is missing"),
        (("--kg", "80"), "--exercise is missing"),
        (("--exercise", "squat", "--kg", "0"), "0.0 kg cannot be"),
    ],
)
def test_a_1rm_of_which_something_is_missing_is_refused(cli: Cli, person: str, more: tuple, sentence: str) -> None:
    done = cli(*words("strength", person, *more))
    assert done.status == 2
    assert sentence in done.said


PASSWORD = "tre røde epler"


@pytest.fixture
def with_users(person: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The record has users, and a station that sends its own: who it may be is ``--user``."""
    monkeypatch.setenv("TESTSTATION_USER_PASSWORD", PASSWORD)
    with open_record(tmp_path / "a.record", "en god setning") as record:
        record.users.add("kari", "Kari Berg", Role.ADMINISTRATOR, PASSWORD)
        record.users.add("nils", "Nils Dal", Role.TECHNICIAN, PASSWORD)
    return person


ACTIONS = {
    "list": [],
    "add": ["--kind", "4x4", "--minutes", "35"],
    "plan": ["--new", MONDAY.isoformat()],
    "strength": ["--exercise", "squat", "--kg", "80"],
    "interview": ["--done"],
    "export": [],
}


@pytest.mark.parametrize("action", ACTIONS)
def test_nobody_reads_or_writes_a_diary_unnamed(cli: Cli, with_users: str, action: str, tmp_path: Path) -> None:
    done = cli(*words(action, with_users, *ACTIONS[action]))
    assert (done.status, done.out) == (2, "")
    assert "--user LOGIN" in done.said
    with open_record(tmp_path / "a.record", "en god setning") as record:
        assert record.training.of_everybody(diaries.Entry) == []
        assert not any(row.action.startswith("training") for row in record.audit.newest())


def test_who_did_what_with_a_diary_is_in_the_log(cli: Cli, with_users: str, tmp_path: Path) -> None:
    for action, more in ACTIONS.items():
        if action != "export":
            done = cli(*words(action, with_users, *more), "--user", "nils")
            assert done.status == 0, done.said
    refused = cli(*words("export", with_users), "--user", "nils")
    assert (refused.status, refused.out) == (2, "")
    assert "may not do that" in refused.said, "a technician hands nothing out"
    assert cli(*words("export", with_users), "--user", "kari").status == 0
    with open_record(tmp_path / "a.record", "en god setning") as record:
        seen = record.audit.of_person(with_users)
    rows = [(row.action, row.actor.partition(",")[0]) for row in seen if row.action.startswith("training")]
    assert {actor for _, actor in rows} == {"kari", "nils"}
    assert rows.count(("training_written", "nils")) == 4
    assert rows.count(("training_seen", "kari")) == 1
    assert {action for action, actor in rows if actor == "kari"} == {"training_seen"}


def test_the_same_answers_again_are_no_new_version(cli: Cli, person: str, tmp_path: Path) -> None:
    (tmp_path / "svar.json").write_text('{"hope": {"text": "opp på fjellet"}}', "utf-8")
    for _ in range(2):
        done = cli(*words("interview", person, "--answers", "svar.json", "--json", "-"))
        assert json.loads(done.out)["version"] == 1
