"""Interval sessions in the window: where one starts, the run, and what it came to."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from teststation.cause import Cause
from teststation.physiology.advice import symptom_words
from teststation.records.people.person import Person
from teststation.records.tests.stored import StoredSession
from teststation.training.session.evidence import Learned
from ui.desktop.i18n import core_texts, say, tr
from ui.desktop.i18n.learned import learned_words
from ui.desktop.i18n.numbers import number
from ui.desktop.intervals.screen import IntervalScreen
from ui.desktop.intervals.sessions import load_words
from ui.desktop.intervals.start import StartSheet
from ui.desktop.test.flow import RunFlow
from ui.desktop.widgets.sheet import Sheet
from ui.station.interval_session import TrainingSession
from ui.station.station import Setup, Station


class IntervalFlow(RunFlow):
    """One session in the window. ``ended`` carries the kept session, or None where it never began."""

    def __init__(
        self, session: TrainingSession, screen: IntervalScreen, show_sheet: Callable[..., None], parent: QObject
    ) -> None:
        super().__init__(session, screen, show_sheet, parent)
        self.training = session
        for signal, slot in (
            (screen.bouts.accepted, session.accept_offer),
            (screen.bouts.declined, session.decline_offer),
        ):
            signal.connect(slot)
            self._links.append((signal, slot))

    def keep(self) -> StoredSession:
        """Keep what was trained."""
        return self.training.finish_session()


def ask_start(
    station: Station,
    person: Person,
    show_sheet: Callable[[Callable[[QWidget], Sheet]], None],
    prepared: Callable[[Setup], None],
    *,
    seed: int = 1,
) -> None:
    """Which session, at which load, before anything is started."""
    show_sheet(lambda window: StartSheet(window, station, person, prepared, seed=seed))


def result_lines(stored: StoredSession, learned: Learned | None) -> Sequence[str]:
    """What a session came to, Borg before the pulse, and what it says of HRmax."""
    found = stored.result
    lines = [tr("interval.done", done=found.bouts_done, planned=found.bouts_planned, minutes=round(found.minutes))]
    for bout in found.bouts:
        borg = tr("interval.no_borg") if bout.rpe is None else tr("interval.borg", rpe=bout.rpe)
        pulse = "" if bout.last_two_bpm is None else tr("interval.last_two", bpm=round(bout.last_two_bpm))
        load = load_words(bout) or tr("interval.no_load")
        lines.append(tr("interval.bout_line", n=bout.number, load=load, borg=borg, pulse=pulse))
    if found.peak is not None:
        lines.append(tr("interval.peak", bpm=round(found.peak.bpm)))
    lines += [tr("interval.refused", why=core_texts().say(cause)) for cause in found.peak_refused]
    if learned is not None:
        lines.append(learned_words(learned))
    symptoms = symptom_words(stored.run, core_texts())
    if symptoms:
        lines += [*symptoms, say(Cause("next_after_symptom"))]
    elif found.next_load is not None:
        load = tr(
            "interval.load",
            speed=number(found.next_load.speed_kmh, 1),
            incline=number(found.next_load.incline_pct, 1),
        )
        lines.append(tr("interval.next_time", load=load, why=core_texts().say(found.next_load.cause)))
    return lines
