"""What the command line says while a session is walked, and of those that are kept."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.fast_keys import use_fast_keys
from tests.mutants import fails_with
from tests.unit.run.test_bouts import in_bout, session
from tests.unit.texts.test_of_session import of_a_test
from teststation.cause import Cause
from teststation.records.access.actions import Action
from teststation.records.access.user import Role
from teststation.records.database import open_record
from teststation.run.alarms import Alarm, Priority
from teststation.run.state import Phase
from teststation.snapshot import snapshot
from teststation.subject import Sex
from teststation.training.interview import Answer, Interview, own_form
from ui.commands import headless
from ui.commands import session as module
from ui.commands.run import demo_words


def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """A bout, an alarm in it, and how it ended."""
    bench = in_bout(session())
    moment = snapshot(bench.state, bench.now_s, bench.recording.record(bench.state), None)
    shown = headless._Shown()
    shown.show(moment)
    shown.show(replace(moment, alarms=(Alarm(Cause("hr_battery_low", {"percent": 9}), Priority.LOW, True),)))
    shown.show(replace(moment, phase=Phase.ENDED, reason=Cause("journal_failed", {"sentence": "full"})))
    return capsys.readouterr().err.splitlines()


def test_a_session_is_told_in_its_own_words(capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys)
    assert "bout 1 of 4" in said[0]
    assert "before the next session" in said[1]
    assert "the session could not be written down" in said[2]
    assert [one for one in (*said, demo_words(True, "session")) if of_a_test("en", one)] == []


def test_a_word_of_a_test_in_it_would_be_found(capsys: pytest.CaptureFixture[str]) -> None:
    fails_with(
        headless, 'if moment.session is None else texts("en").of_session()', 'if moment else texts("en")',
        lambda: test_a_session_is_told_in_its_own_words(capsys),
    )  # fmt: skip


def the_talk_is_told_to_who_is_named(tmp_path: Path) -> None:
    with open_record(tmp_path / "a.record", "en god setning") as record:
        person = record.people.add(family_name="Dal", given_name="Eva", sex=Sex.FEMALE).id
        assert module._from_the_talk(record, person, named=False) == []
        told = {"pain_injury_pregnancy": Answer(chosen=("yes",), text="uke 20")}
        record.training.add(person, Interview("2026-02-02", own_form().text, told))
        (line,) = module._from_the_talk(record, person, named=False)
        assert "uke 20" in line, "where nobody logs in"
        record.users.add("kari", "Kari Berg", Role.ADMINISTRATOR, "gå tur i skogen")
        assert "uke 20" not in "".join(module._from_the_talk(record, person, named=False))
        assert module._from_the_talk(record, person, named=True) == [line]
        seen = [row for row in record.audit.of_person(person, 9) if row.action == Action.TRAINING_SEEN.value]
        assert len(seen) == 2
    for file in tmp_path.glob("a.record*"):
        file.unlink()


def test_the_talk_is_told_to_who_is_named(tmp_path: Path) -> None:
    use_fast_keys()
    the_talk_is_told_to_who_is_named(tmp_path)
    fails_with(
        module, "if record.users.asked_for() and not named:", "if False:",
        lambda: the_talk_is_told_to_who_is_named(tmp_path),
    )  # fmt: skip
