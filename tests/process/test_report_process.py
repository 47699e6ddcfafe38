"""Reports made in a process of their own: the same pages, one sentence where it fails, and nothing left behind."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import psutil
import pytest

from drivers.processes import child_environment
from tests.patience import PATIENCE
from tests.sample_tests import sample
from tests.unit.report.test_report import report
from teststation.cause import Cause
from teststation.errors import BadInput, StationError
from teststation.report.model import Clinic, Report
from teststation.report.papers import make_papers
from ui.station.apart import report_child, report_frames
from ui.station.apart.report_process import ReportProcess

pytestmark = pytest.mark.process

WITHIN_S = 30.0 * PATIENCE
# A stand-in for the maker: reads one request and answers with what it is told.
ANSWERS_ONCE = """
import sys
from ui.station.apart import report_frames as frames
from ui.station.apart.frames import read
read(sys.stdin.buffer.read)
sys.stdout.buffer.write(frames.frame(frames.Made(b"page", "words")))
sys.stdout.buffer.flush()
"""


@cache
def asked() -> Report:
    """What is asked for: made where it is first wanted, and not by every worker that looks for its tests."""
    return report(*sample())


def stand_in(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


@pytest.fixture
def made_by(request: pytest.FixtureRequest) -> Iterator[ReportProcess]:
    """A maker of another kind, ended with the test."""
    maker = ReportProcess(*request.param)
    yield maker
    maker.close()


def told(maker: ReportProcess) -> str:
    with pytest.raises(StationError) as error:
        maker(asked(), "test")
    (cause,) = error.value.causes
    assert isinstance(cause, Cause)
    return cause.code


def test_a_report_from_its_own_process_is_the_one_made_here_and_letting_go_ends_it_in_the_middle_of_one() -> None:
    maker = ReportProcess()
    assert maker(asked(), "test-1") == make_papers(asked(), "test-1")
    process = maker._process
    assert process is not None
    if sys.platform == "linux":
        assert psutil.Process(process.pid).nice() > 0, "windows and drivers run before it"
    # As when the station dies: its end of the pipe is closed, whatever is being made.
    assert process.stdin is not None
    process.stdin.write(report_frames.frame(report_frames.Wanted(asked(), "test-2")))
    process.stdin.close()
    assert process.wait(WITHIN_S) == 0
    maker.close()


@pytest.mark.parametrize("made_by", [(stand_in("import sys; sys.exit(3)"),)], indirect=True)
def test_a_process_that_dies_costs_its_report_and_tells_one_sentence(made_by: ReportProcess) -> None:
    assert told(made_by) == "report_process_ended"
    made_by._command = stand_in(ANSWERS_ONCE)
    assert made_by(asked(), "test") == (b"page", "words"), "the next one is asked of another process"


@pytest.mark.parametrize(
    "made_by", [(stand_in("import time; time.sleep(600)"), 0.2), (stand_in("print('no answer' * 9)"),)], indirect=True
)
def test_a_process_that_hangs_or_says_something_else_is_ended_and_tells_the_same(made_by: ReportProcess) -> None:
    assert told(made_by) == "report_process_ended"
    assert made_by._process is None


@pytest.mark.parametrize("made_by", [(("no-such-program",),)], indirect=True)
def test_a_process_that_cannot_be_started_tells_the_same(made_by: ReportProcess) -> None:
    assert told(made_by) == "report_process_ended"


@pytest.mark.parametrize("made_by", [(stand_in(ANSWERS_ONCE),)], indirect=True)
def test_a_process_that_has_ended_by_itself_is_started_anew_and_nobody_is_told(made_by: ReportProcess) -> None:
    for _ in range(2):
        assert made_by(asked(), "test") == (b"page", "words")
        assert made_by._process is not None
        made_by._process.wait(WITHIN_S)


@pytest.mark.parametrize("made_by", [(stand_in("import time; time.sleep(600)"),)], indirect=True)
def test_the_window_closes_over_a_report_and_leaves_no_process(made_by: ReportProcess) -> None:
    codes: list[str] = []
    waits = threading.Thread(target=lambda: codes.append(told(made_by)))
    waits.start()
    until_s = time.monotonic() + WITHIN_S
    while made_by._process is None and time.monotonic() < until_s:
        time.sleep(0.01)
    process = made_by._process
    assert process is not None
    made_by.close()
    waits.join(WITHIN_S)
    assert codes == ["report_process_ended"]
    assert process.poll() is not None
    assert told(made_by) == "report_process_ended", "and none is made any more"


def test_who_is_asked_nothing_for_a_while_ends_by_itself() -> None:
    code = "from ui.station.apart import report_child as c; c.ENDS_UNASKED_AFTER_S = 0.1; c.main()"
    with subprocess.Popen(stand_in(code), stdin=subprocess.PIPE, env=child_environment()) as child:
        assert child.wait(WITHIN_S) == 0


def test_a_known_error_and_a_mistake_come_back_as_what_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(asked: Report, test_id: str) -> tuple[bytes, str]:
        raise BadInput(Cause("hand_over_nothing")) if test_id == "known" else KeyError("x")

    monkeypatch.setattr(report_child, "make_papers", fails)
    known, mistake = (
        report_child._made(report_frames.frame(report_frames.Wanted(asked(), which))[8:])
        for which in ("known", "other")
    )
    assert known == report_frames.NotMade((Cause("hand_over_nothing"),))
    assert isinstance(mistake, report_frames.Mistake)
    assert mistake.kind == "KeyError"
    assert "fails" in mistake.traceback


def test_every_value_of_a_report_comes_over_whole() -> None:
    clinic = Clinic("Klinikken", logo=b"\x89PNG\x00", without=frozenset({"course"}), device_names={"emulated": "Rød"})
    wanted = report_frames.Wanted(replace(asked(), clinic=clinic), "test")
    assert report_frames.wanted(report_frames.frame(wanted)[8:]) == wanted
