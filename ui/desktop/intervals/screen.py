"""An interval session on the run screen: the pulse against its band, which bout, and the load that comes next."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QStackedWidget, QWidget

from teststation.protocol.plan import BOUT, WARM_UP
from teststation.run.state import Phase
from teststation.snapshot import SessionNow, Snapshot
from ui.desktop.i18n import of_session, say, told, tr
from ui.desktop.i18n.numbers import DASH, number
from ui.desktop.intervals.band_words import band_words
from ui.desktop.test.panels import NO_READING, HeartPanel
from ui.desktop.test.screen import RunScreen, titled
from ui.desktop.widgets.base import button, column, label, row, rule, set_shown, set_text
from ui.desktop.widgets.time_plot import TimePlot

BAR_BELOW_BPM, BAR_ABOVE_BPM = 40.0, 20.0  # how much around the band the bar shows


class BandPanel(HeartPanel):
    """The pulse, huge, and where it is in its band; where it steers nothing, Borg's numbers stand there instead."""

    def __init__(self) -> None:
        super().__init__()
        self.share.setProperty("role", "heading")  # a band with its unit is wider than a percentage

    def show_moment(self, moment: Snapshot) -> None:
        """Show one snapshot."""
        now = moment.session
        if now is None:
            return
        self.pulse.show_digits(NO_READING if moment.hr_bpm is None else str(moment.hr_bpm))
        set_text(self.why, " ".join(told(self.troubles)) if moment.hr_bpm is None else "")
        low, high = now.hr_low_bpm, now.hr_high_bpm
        set_shown(self.bar, low is not None)
        if low is None or high is None:
            set_text(self.share, tr("interval.borg_band", low=now.borg_low, high=now.borg_high))
            set_text(self.limit, tr("interval.talk_test"))
            set_text(self.near, "" if moment.hr_bpm is not None else self._absent())
            return
        set_text(self.share, tr("interval.band", low=round(low), high=round(high)))
        aim = "" if now.aim_bpm is None else tr("interval.aim", bpm=round(now.aim_bpm))
        set_text(self.limit, aim or tr("interval.borg_band", low=now.borg_low, high=now.borg_high))
        if moment.hr_bpm is None:
            set_text(self.near, self._absent())
            self._bar(0, "")
            return
        share = (moment.hr_bpm - low + BAR_BELOW_BPM) / (high - low + BAR_BELOW_BPM + BAR_ABOVE_BPM)
        above = moment.hr_bpm > high
        self._bar(round(100 * min(1.0, max(0.0, share))), "caution" if above else "")
        set_text(self.near, band_words(moment.hr_bpm, low, high) if now.part == BOUT else "")


class BoutPanel(QFrame):
    """Which bout of how many, what its pulse was in the third minute, and the offer of a harder load."""

    accepted = Signal()
    declined = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.bout = label("", "title", centred=True)
        self.part = label("", "lead", centred=True)
        self.third = label("", "lead", centred=True, wrap=True)
        self.load = label("", "figure", centred=True, wrap=True)
        self.offer = label("", "strong", centred=True, wrap=True)
        self.eased = label("", "strong", centred=True, wrap=True)
        self.accept_button = button(tr("interval.accept"), self.accepted.emit, "touch")
        self.decline_button = button(tr("interval.decline"), self.declined.emit, "touch")
        # An offer takes the place of what it is about, which it says itself: nothing moves when it comes.
        self.answers = QWidget()
        answers = row(self.decline_button, self.accept_button, gap=12, shares=(1, 1))
        self.answers.setLayout(column(self.offer, answers, gap=6))
        self.known = QWidget()
        coming = label(tr("interval.next_load"), "caption", centred=True)
        self.known.setLayout(column(self.third, coming, self.load, self.eased, gap=4))
        self._below = QStackedWidget()
        for page in (self.known, self.answers):
            self._below.addWidget(page)
        self.setLayout(column(row(1, self.bout, self.part, 1, gap=14), rule(), self._below, gap=6, margin=12))

    def show_moment(self, moment: Snapshot) -> None:
        """Show one snapshot."""
        now = moment.session
        if now is None:
            return
        walked = now.part == BOUT or moment.phase not in (Phase.READY, Phase.STARTING, Phase.STAGES)
        set_text(self.bout, tr("interval.bout" if walked else "interval.before", n=now.bout, of=now.bouts))
        set_text(self.part, _part_words(moment, now))
        read = now.third_minute_bpm
        set_text(self.third, "" if read is None else tr("interval.third", bpm=round(read)))
        load = now.next_load
        set_text(self.load, tr("interval.load", speed=number(load.speed_kmh, 1), incline=number(load.incline_pct, 1)))
        offered = now.offer if moment.phase is Phase.STAGES else None
        page = self.known if offered is None else self.answers
        if self._below.currentWidget() is not page:
            self._below.setCurrentWidget(page)
        if offered is not None:
            words = tr(
                "interval.offer",
                why=say(offered.cause),
                speed=number(offered.load.speed_kmh, 1),
                incline=number(offered.load.incline_pct, 1),
            )
            set_text(self.offer, words)
        set_text(self.eased, tr("interval.eased") if now.eased else "")


class IntervalScreen(RunScreen):
    """The run screen of a session; STOP, prompts, alarms and hands are the test's own."""

    def __init__(self) -> None:
        with of_session():
            super().__init__()

    def show_moment(self, moment: Snapshot) -> None:
        """Show one snapshot, in a session's own words."""
        with of_session():
            super().show_moment(moment)

    def _heart(self) -> HeartPanel:
        return BandPanel()

    def _middle(self) -> QWidget:
        self.bouts = BoutPanel()
        self.time_plot = TimePlot()
        middle = QWidget()
        middle.setLayout(column(self.bouts, titled(tr("plot.time_title"), self.time_plot), gap=10, shares=(0, 1)))
        return middle

    def _rescale_middle(self, scale: float, family: str) -> None:
        self.time_plot.rescale(scale, family)

    def _show_middle(self, moment: Snapshot) -> None:
        self.bouts.show_moment(moment)
        now = moment.session
        top = None if now is None else now.hr_high_bpm
        walking = moment.phase is Phase.STAGES
        self.time_plot.show_run(moment.record, top, moment.stage_remaining_s, walking=walking)


def _part_words(moment: Snapshot, now: SessionNow) -> str:
    match moment.phase:
        case Phase.COOL_DOWN:
            return tr("interval.cool_down")
        case Phase.STOPPING | Phase.ENDED:
            return DASH
    if now.part == BOUT:
        return tr("interval.working")
    return tr("interval.warm_up" if now.part == WARM_UP else "interval.pause")
