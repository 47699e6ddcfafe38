"""An alarm from the moment it stands in the window to the page it is told on: seen, heard again, wanted no more."""

from dataclasses import replace

import pytest

from tests.ui.conftest import Bench
from tests.unit.report.test_report import report
from teststation.cause import Cause
from teststation.ports import Setpoint
from teststation.report.known import told_of
from teststation.run import alarms
from teststation.run.record import ALARM_OVER, ALARM_RAISED
from ui.desktop.i18n import tr

REPEAT_S = 20.0  # two minutes in the product, which its own facts hold


def lags(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the belt goes a kilometre an hour slower than it is told to."""

    def granted(setpoint: Setpoint | None, lease_s: float) -> None:
        bench.treadmill.speed_kmh = 0.0 if setpoint is None else setpoint.speed_kmh - 1.0

    monkeypatch.setattr(bench.treadmill, "grant", granted)


def test_an_alarm_is_seen_heard_again_silenced_kept_and_told_on_page_two(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alarms, "REPEAT_S", REPEAT_S)
    bench.to_stages().pass_s(20.0)
    bar = bench.window.run.messages
    lags(bench, monkeypatch)
    bench.pass_s(20.0)
    assert bar.priority.text() == tr("alarm.priority_medium")
    assert "båndet holder ikke" in bar.words.whole().lower()
    assert not bar.seen.isHidden()
    bar.seen.click()
    bench.pass_s(REPEAT_S - 10)
    assert bar.seen.isHidden(), "it stands, and is quiet"
    assert "båndet holder ikke" in bar.words.whole().lower()
    bench.pass_s(15.0)
    assert not bar.seen.isHidden(), "it is heard again"
    bar.silence.click()
    bench.pass_s(REPEAT_S + 10)
    assert "båndet holder ikke" not in bar.words.whole().lower(), "not again in this test"
    bench.running.stop()
    bench.pass_s(5.0)
    bench.window.sheets.finish_all()
    (stored,) = bench.window.station.record.tests.list()
    kinds = [mark.kind for mark in stored.run.marks if "alarm" in mark.kind]
    assert (kinds[0], kinds[-1]) == (ALARM_RAISED, ALARM_OVER)
    assert [kind for kind in kinds if kind not in (ALARM_RAISED, ALARM_OVER)] == ["alarm_seen", "alarm_silenced"]
    told = [one.words for one in told_of(report(stored.run, stored.assessment))]
    (line,) = (words for words in told if "båndet holder ikke innstilt fart" in words)
    assert line.startswith("alarm")
    assert line.endswith("; slått av for resten av testen")


def test_a_noted_symptom_is_said_at_once_over_a_limit_that_asks_and_is_told_on_page_two(bench: Bench) -> None:
    bench.to_stages().pass_s(5.0)
    screen = bench.window.run
    bench.running.mark("symptom", "Ubehag i brystet")
    bench.pass_s(0.5)
    assert screen.notice.currentWidget() is screen.messages
    said = screen.messages.words.whole()
    assert "ubehag i brystet" in said
    assert "avslutte testen" in said
    assert "du avgjør" in said
    moment = bench.running.snapshot()
    asked = replace(moment, limit_notice=Cause("limit_hr", {"limit": 150}), limit_acts_in_s=9.0)
    screen.show_moment(asked)
    assert screen.notice.currentWidget() is screen.messages, "the limit's own answer is a cool-down"
    screen.messages.seen.click()
    bench.pass_s(0.5)
    screen.show_moment(replace(asked, alarms=bench.running.snapshot().alarms))
    assert screen.notice.currentWidget() is screen.limit
    bench.running.stop()
    bench.pass_s(5.0)
    bench.window.sheets.finish_all()
    (stored,) = bench.window.station.record.tests.list()
    told = [one.words for one in told_of(report(stored.run, stored.assessment))]
    assert "symptom: ubehag i brystet" in told
    assert any("notert symptom, ubehag i brystet" in words for words in told), "that the screen said so"
