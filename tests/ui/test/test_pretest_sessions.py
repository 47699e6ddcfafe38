"""Before a test the therapist sees what an interval session changed of HRmax, and after it the result says so, too."""

from datetime import date, timedelta

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from tests.unit.records.builders import assessment_of, events_of, run_of, session_of
from tests.unit.run.builders import SUBJECT
from teststation.physiology.hrmax import SessionPeak
from teststation.records.database import Record
from teststation.records.people.person import Person
from teststation.training.session.evidence import with_evidence
from ui.desktop.i18n.numbers import day, today
from ui.desktop.result.screen import ResultScreen
from ui.desktop.test.pretest import PretestScreen
from ui.desktop.test.pretest_hr_max import MEASURED
from ui.station.settings import Settings
from ui.station.station import Station


def trained(record: Record, person: Person, on: date) -> None:
    run = run_of("a-session", f"{on.isoformat()}T10:00:00+01:00")
    run = msgspec.structs.replace(run, plan=msgspec.structs.replace(run.plan, id="4x4"), treadmill="woodway:COM3")
    record.sessions.save(person.id, run, session_of(171.0), events_of(3))


def screen_of(record: Record, qtbot: QtBot) -> PretestScreen:
    screen = PretestScreen(Station(record, Settings(treadmill="woodway:COM3", heart_rate="ble:Polar")))
    qtbot.addWidget(screen)
    return screen


def test_what_a_session_changed_is_shown_before_the_test(record: Record, person: Person, qtbot: QtBot) -> None:
    on = today() - timedelta(days=10)
    trained(record, person, on)
    screen = screen_of(record, qtbot)
    screen.show_person(person)
    said = screen.learned.text()
    assert not screen.learned.isHidden()
    assert day(on.isoformat()) in said
    assert "Makspuls før" in said
    assert "smalere" in said
    assert "Makspulsen er beregnet av alder" not in screen.withheld.text()
    screen.weight.setText("82")
    assert "alder" not in screen.withheld.text().split("\n\n")[0]
    screen.hr_max.source.setCurrentIndex(screen.hr_max.source.findData(MEASURED))
    screen.hr_max.value.setText("181")
    assert screen.learned.isHidden(), "a measured maximum stands by itself"


def test_nothing_is_said_where_no_session_counts(record: Record, person: Person, qtbot: QtBot) -> None:
    trained(record, person, today() - timedelta(days=120))
    screen = screen_of(record, qtbot)
    screen.show_person(person)
    assert screen.learned.isHidden()


@pytest.mark.parametrize("counts", [True, False])
def test_the_result_says_it_after_the_test(counts: bool, record: Record, person: Person, qtbot: QtBot) -> None:
    subject = with_evidence(SUBJECT, (SessionPeak("2026-01-01", 176.0),) if counts else (), "2026-01-02")
    run = msgspec.structs.replace(run_of("a-test"), subject=subject)
    screen = ResultScreen()
    qtbot.addWidget(screen)
    screen.show_test(record.tests.save(person.id, run, assessment_of(), events_of(3)), person)
    assert ("smalere" in screen.hr_max.text()) is counts
