"""What stands in words on the run screen, on small parts and moments of a run that needs no window."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.unit.run.builders import Bench
from teststation.cause import Cause
from teststation.ports import BeltState
from teststation.run.state import HoldCause, Phase
from teststation.snapshot import Snapshot, snapshot
from teststation.subject import Gait
from ui.desktop.i18n import tr
from ui.desktop.people.compare import _apart
from ui.desktop.test.controls import Main, main_of
from ui.desktop.test.more import May, more_drawer
from ui.desktop.test.panels import StagePanel, TopStrip
from ui.desktop.theme.style import font_family, style_sheet
from ui.desktop.widgets.base import make_room


@pytest.fixture
def moment() -> Snapshot:
    bench = Bench().started()
    return snapshot(bench.state, bench.now_s, bench.recording.record(bench.state), None)


def test_while_the_belt_comes_up_its_load_is_what_comes_and_no_stop(qtbot: QtBot, moment: Snapshot) -> None:
    panel = StagePanel()
    qtbot.addWidget(panel)
    said = {}
    for phase in (Phase.STARTING, Phase.STAGES, Phase.COOL_DOWN):
        panel.show_moment(replace(moment, phase=phase))
        said[phase] = panel.next.text()
    assert "km/t" in said[Phase.STARTING]
    assert "km/t" in said[Phase.STAGES]
    assert said[Phase.COOL_DOWN] == tr("run.after_cool_down")


@pytest.mark.parametrize(
    ("reason", "at_rest", "key"),
    [
        ("stop_operator", True, "belt.stopped"),
        ("stop_operator", False, "belt.stopping"),
        ("trip_link_lost", True, "belt.tripped"),
    ],
)
def test_only_what_the_guard_stopped_is_called_stopped_by_it(
    qtbot: QtBot, moment: Snapshot, reason: str, at_rest: bool, key: str
) -> None:
    strip = TopStrip()
    qtbot.addWidget(strip)
    strip.show_moment(replace(moment, belt_state=BeltState.TRIPPED, at_rest=at_rest, reason=Cause(reason)))
    assert strip.belt.text() == tr("run.belt", state=tr(key))


def test_the_clock_keeps_its_place_however_many_reasons_it_stands_for(qtbot: QtBot, moment: Snapshot) -> None:
    screen, panel = QWidget(), StagePanel()
    qtbot.addWidget(screen)
    screen.setStyleSheet(style_sheet(0.7, font_family()))
    panel.setParent(screen)
    panel.rescale(0.7)
    screen.resize(panel.width(), 450)
    panel.resize(panel.width(), 450)
    screen.show()
    places = set()
    for holds in ((), (HoldCause.OPERATOR,), (HoldCause.OPERATOR, HoldCause.LOAD_CHANGED), ()):
        panel.show_moment(replace(moment, holds=frozenset(holds), clock_stands=bool(holds)))
        qtbot.wait(10)
        places.add(panel.left.y())
    assert max(places) - min(places) <= 2


@pytest.mark.parametrize(("stands", "said"), [(True, "run.held"), (False, "run.not_raised")])
def test_a_clock_is_said_to_stand_only_while_it_does(qtbot: QtBot, moment: Snapshot, stands: bool, said: str) -> None:
    panel = StagePanel()
    qtbot.addWidget(panel)
    panel.show_moment(replace(moment, holds=frozenset({HoldCause.HR_LOST}), clock_stands=stands))
    assert panel.held.text() == tr(said, why=tr("hold.hr_lost"))


def test_a_noted_symptom_makes_the_main_button_go_on(moment: Snapshot) -> None:
    walked = replace(moment, phase=Phase.STAGES, limit_notice=None)
    assert main_of(replace(walked, holds=frozenset({HoldCause.NOTED}))) is Main.RELEASE
    assert main_of(replace(walked, holds=frozenset({HoldCause.HR_LOST}))) is Main.HOLD


def test_a_long_name_gives_way_to_the_birth_date(qtbot: QtBot, moment: Snapshot) -> None:
    screen, strip = QWidget(), TopStrip()
    qtbot.addWidget(screen)
    screen.setStyleSheet(style_sheet(0.38, font_family()))
    strip.setParent(screen)
    make_room(screen, 0.38)
    strip.setGeometry(0, 0, 880, 30)
    screen.resize(880, 30)
    strip.person.set_whole("Anne-Margrethe Christophersen-Wollebæk Trøndelagsdatter " * 3)
    strip.born.setText("12.04.1979")
    strip.show_moment(moment)
    screen.show()
    qtbot.wait(10)
    assert strip.born.width() >= strip.born.sizeHint().width()
    assert strip.strap.geometry().right() < 880
    assert strip.person.text().endswith("…")


def test_on_the_last_stage_the_next_one_is_the_cool_down(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    for last, words in ((False, "do.next"), (True, "do.to_cool_down")):
        may = May(stage=True, last_stage=last, extend=True, gait=Gait.WALK, handrail=False)
        drawer = more_drawer(window, may, print, print, print, dock=window.rect)
        first = drawer.pressed_by["1"]
        assert first.accessibleName() == tr(words).replace("\n", " ")
        drawer.finish()


def test_a_difference_is_that_of_the_numbers_beside_it() -> None:
    assert (_apart(112.4, 112.6, 0), _apart(112.6, 112.4, 0), _apart(112.4, 112.3, 0)) == ("+1", "−1", "0")
