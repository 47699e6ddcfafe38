"""The view on another screen: opened there alone, read-only, and nothing that happens to it reaches the run."""

import json
import os
import subprocess
import sys
import types
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.mutants import fails_with
from tests.patience import PATIENCE
from tests.ui.conftest import Bench as WindowBench
from tests.ui.conftest import kept
from tests.ui.patient.test_words import seen
from tests.unit.run.builders import Bench
from teststation.cause import Cause
from teststation.run.state import Phase
from ui.desktop.patient import flow as flow_module
from ui.desktop.patient import view as view_module
from ui.desktop.patient.flow import SecondScreen, free_screen
from ui.desktop.patient.view import PatientView
from ui.desktop.patient.words import patient_moment

NAME, BORN = "Kari Ødegård", "12.04.1979"
LEFT, RIGHT = QRect(0, 0, 1366, 768), QRect(1366, 0, 1920, 1080)


def test_only_a_screen_without_anything_of_the_operators_is_free() -> None:
    assert free_screen([LEFT, RIGHT], LEFT, LEFT) == 1
    assert free_screen([LEFT, RIGHT], RIGHT, RIGHT) == 0
    assert free_screen([LEFT], LEFT, LEFT) is None
    assert free_screen([LEFT, LEFT], LEFT, LEFT) is None, "a mirrored one"
    assert free_screen([LEFT, RIGHT], LEFT, QRect(900, 0, 900, 700)) is None, "the window lies over both"
    assert free_screen([LEFT, RIGHT], LEFT, LEFT.adjusted(-8, -8, 8, 8)) == 1, (
        "a maximised window's frame does not count"
    )


def texts_of(view: QWidget) -> str:
    parts = [*view.findChildren(QLabel), view]
    said = [one.text() for one in view.findChildren(QLabel)]
    said += [told for one in parts for told in (one.windowTitle(), one.toolTip(), one.accessibleName())]
    return " ".join(said)


def name_and_limits_are_nowhere(qtbot: QtBot, language: str = "nb") -> str:
    window = QWidget()
    window.setWindowTitle(f"{NAME} {BORN}")
    qtbot.addWidget(window)
    view = PatientView(window, language, demo=True)
    bench = Bench(hr_limit_bpm=153.0).started()
    moment = seen(bench)
    view.show_moment(patient_moment(moment))
    told = texts_of(view)
    for word in (*NAME.split(), BORN, "153", "%", "Tre trinn"):
        assert word not in told
    assert "120" in told
    assert not view.findChildren(QAbstractButton), "nothing to press"
    assert view.windowFlags() & Qt.WindowType.WindowDoesNotAcceptFocus
    view.deleteLater()
    return told


def test_the_view_shows_neither_name_nor_limit_and_takes_no_key(qtbot: QtBot) -> None:
    assert "Demonstrasjon" in name_and_limits_are_nowhere(qtbot)
    assert "Trinn 1 av 3" in name_and_limits_are_nowhere(qtbot)
    assert "Stage 1 of 3" in name_and_limits_are_nowhere(qtbot, "en")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('self.setWindowTitle(self._say("patient.pulse"))', "self.setWindowTitle(parent.windowTitle())"),
        ('label(self._say("patient.demo") if demo else "", centred=True)', "label(parent.windowTitle(), centred=True)"),
        ("| Qt.WindowType.WindowDoesNotAcceptFocus", ""),
    ],
)
def test_a_name_that_is_shown_would_be_found(qtbot: QtBot, old: str, new: str) -> None:
    def fact() -> None:
        name_and_limits_are_nowhere(qtbot)

    fails_with(view_module, old, new, fact)


@pytest.mark.parametrize(("width", "height"), [(1024, 600), (1366, 768), (3840, 2160), (768, 1366)])
@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_every_word_has_room_on_every_screen(qtbot: QtBot, language: str, width: int, height: int) -> None:
    view = PatientView(None, language, demo=True)
    qtbot.addWidget(view)
    view.resize(width, height)
    moment = patient_moment(seen(Bench().started()))
    long = Cause("patient.next_in", {"seconds": 10, "what": "patient.what_other"})
    held = Cause("patient.over_next")
    for coming in (long, held):
        view.show_moment(replace(moment, headline=Cause("patient.held"), coming=coming, bpm=188, left_s=600.0))
        view.layout().activate()  # type: ignore[union-attr]
        for one in view.findChildren(QLabel):
            needed = one.heightForWidth(one.width()) if one.wordWrap() else one.sizeHint().height()
            assert one.height() >= needed, one.text()
            assert one.wordWrap() or one.width() >= one.sizeHint().width(), one.text()
        assert view.pulse.fontInfo().pixelSize() >= 0.1 * min(width, height)
        for one, other in ((view.pulse_caption, view.left_caption), (view.pulse, view.left)):
            assert (one.y(), one.height(), one.font()) == (other.y(), other.height(), other.font()), "on one line"


class FakeScreens:
    """The operator's window alone on its screen, and another one that comes and goes."""

    def __init__(self, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.second = SecondScreen(self.window)
        self.there = True
        screen = QGuiApplication.primaryScreen()
        monkeypatch.setattr(SecondScreen, "_free", lambda _: screen if self.there else None)
        self.bench = Bench().started()
        self.second.want(True)
        self.second.follow("en", demo=False)


def shown_while_there_is_a_screen(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    at = FakeScreens(qtbot, monkeypatch)
    at.second.show_moment(seen(at.bench))
    assert at.second.view is not None
    assert at.second.view.headline.text() == "Stage 1 of 3"
    at.there = False
    QGuiApplication.instance().screenRemoved.emit(QGuiApplication.primaryScreen())  # type: ignore[union-attr]
    assert at.second.view is None, "before anything is drawn over the operator's screen"
    at.second.show_moment(seen(at.bench))
    assert at.second.view is None
    at.there = True
    at.second.show_moment(seen(at.bench))
    assert at.second.view is not None, "it comes back with its screen"
    at.second.let_go()
    assert at.second.view is None


def closed_by_hand_it_stays_away(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    at = FakeScreens(qtbot, monkeypatch)
    at.second.show_moment(seen(at.bench))
    assert at.second.view is not None
    at.second.view.close()
    at.second.show_moment(seen(at.bench))
    assert (at.second.view, at.second.wanted) == (None, False)


def a_mistake_in_it_reaches_nobody(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    at = FakeScreens(qtbot, monkeypatch)
    try:
        at.second.show_moment("no moment")  # type: ignore[arg-type]
    except Exception as error:  # noqa: BLE001 - any is one too many
        pytest.fail(f"it reached the run: {error}")
    assert at.second.view is None


def test_it_is_shown_while_there_is_a_screen_for_it(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    shown_while_there_is_a_screen(qtbot, monkeypatch)


def test_one_that_somebody_closes_stays_away(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    closed_by_hand_it_stays_away(qtbot, monkeypatch)


def test_a_mistake_in_the_view_reaches_nobody(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    a_mistake_in_it_reaches_nobody(qtbot, monkeypatch)
    assert "put away" in caplog.text
    caplog.clear()


def unplugged_in_the_middle_of_a_run(bench: WindowBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole run in the operator's window: the other screen goes in its middle, comes back, and the test is kept."""
    window, plugged = bench.window, [True]
    screen = QGuiApplication.primaryScreen()
    monkeypatch.setattr(SecondScreen, "_free", lambda _: screen if plugged[0] else None)
    window.keep_settings(msgspec.structs.replace(window.station.settings, patient_screen=True))
    bench.to_stages().pass_s(8)
    assert window.second.view is not None, "from the beginning of the run"
    state = bench.running.controller.state
    speed_kmh, began_s = state.measured_speed_kmh, bench.wall.now_s
    plugged[0] = False
    QGuiApplication.instance().screenRemoved.emit(screen)  # type: ignore[union-attr]
    assert window.second.view is None
    bench.pass_s(8)
    state = bench.running.controller.state
    assert (state.phase, state.measured_speed_kmh) == (Phase.STAGES, speed_kmh)
    assert "stop" not in bench.treadmill.log
    assert window.stack.currentWidget() is window.run
    assert window.sheet is None, "and nothing is asked of the operator"
    plugged[0] = True
    bench.pass_s(1)
    assert window.second.view is not None, "it comes back with its screen"
    window.stop()
    bench.pass_s(20)
    window.sheets.finish_all()  # why it was stopped is left unsaid
    kept(window)
    assert window.flow is None
    assert window.second.view is None
    (stored,) = window.station.record.tests.list()
    times = [sample.t_s for sample in stored.run.belt]
    walked_s = bench.wall.now_s - began_s
    assert times[-1] - times[0] >= walked_s - 25, "to the end"
    assert max(later - sooner for sooner, later in pairwise(times)) <= 1.0, "with no gap where the screen went"


def test_a_whole_run_goes_on_when_the_other_screen_is_unplugged(
    bench: WindowBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    unplugged_in_the_middle_of_a_run(bench, monkeypatch)


FAULTS: list[tuple[str, str, Callable[..., None]]] = [
    ("application.screenRemoved.connect(self._screen_gone)", "pass", shown_while_there_is_a_screen),
    ("self._wanted = False  # somebody has closed it", "pass", closed_by_hand_it_stays_away),
    ("        except Exception:\n", "        except ZeroDivisionError:\n", a_mistake_in_it_reaches_nobody),
]


@pytest.mark.parametrize(("old", "new", "fact"), FAULTS)
def test_each_rule_fails_on_a_planted_fault(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    old: str, new: str, fact: Callable[..., None],
) -> None:  # fmt: skip
    module: types.ModuleType = flow_module
    fails_with(module, old, new, lambda: fact(qtbot, monkeypatch))
    caplog.clear()


ON_TWO_SCREENS = """
from PySide6.QtWidgets import QApplication, QWidget
from ui.desktop.patient.flow import SecondScreen
from tests.ui.patient.test_words import seen
from tests.unit.run.builders import Bench

app = QApplication([])
mine, other = app.screens()
window = QWidget()
window.setGeometry(mine.geometry())
window.show()
second = SecondScreen(window)
bench = Bench().started()
second.follow("nb", demo=True)
assert second.view is None and second.possible
second.want(True)
second.show_moment(seen(bench))
assert second.view.geometry() == other.geometry(), second.view.geometry()
assert app.activeWindow() is not second.view
window.setScreen(other)
window.setGeometry(other.geometry())
app.processEvents()
second.show_moment(seen(bench))
assert second.view.geometry() == mine.geometry(), "it moves aside"
window.setGeometry(300, 0, 1400, 700)
app.processEvents()
second.show_moment(seen(bench))
assert second.view is None, "it lies over no part of the operator's window"
window.close()
print("SEEN")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Qt's screens without a display are configured so there")
def test_on_two_screens_it_opens_on_the_other_one(tmp_path: Path) -> None:
    screens = [
        {"name": name, "x": one.x(), "y": 0, "width": one.width(), "height": one.height(), "logicalDpi": 96,
         "logicalBaseDpi": 96, "dpr": 1}
        for name, one in (("operator", LEFT), ("patient", RIGHT))
    ]  # fmt: skip
    (tmp_path / "screens.json").write_text(json.dumps({"screens": screens}), "utf-8")
    environment = {**os.environ, "QT_QPA_PLATFORM": f"offscreen:configfile={tmp_path / 'screens.json'}"}
    done = subprocess.run(
        [sys.executable, "-c", ON_TWO_SCREENS], capture_output=True, text=True, env=environment, timeout=120 * PATIENCE,
        check=False, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert "SEEN" in done.stdout, done.stderr
