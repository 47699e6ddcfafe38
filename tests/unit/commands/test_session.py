"""What the command line says while a session is walked, and of those that are kept."""

from dataclasses import replace

import pytest

from tests.mutants import fails_with
from tests.unit.run.test_bouts import in_bout, session
from tests.unit.texts.test_of_session import of_a_test
from teststation.cause import Cause
from teststation.run.alarms import Alarm, Priority
from teststation.run.state import Phase
from teststation.snapshot import snapshot
from ui.commands import headless
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
