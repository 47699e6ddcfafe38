"""The test itself: pulse on the left, what it means in the middle, time and load on the right, hands below."""

import time

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtWidgets import QFrame, QLayout, QProgressBar, QStackedWidget, QWidget

from teststation.cause import Problem
from teststation.ports import BeltState
from teststation.run.alarms import Alarm, Priority
from teststation.run.holds import BY_HAND
from teststation.run.noted import is_of_the_person
from teststation.run.state import Phase
from teststation.snapshot import Snapshot
from ui.desktop.i18n import say, told, told_of, tr
from ui.desktop.result.text import certainty_percent, outlook_words
from ui.desktop.test.controls import RunControls
from ui.desktop.test.panels import CountdownPanel, HeartPanel, LimitPanel, StagePanel, TopStrip
from ui.desktop.test.prompt import PromptPanel
from ui.desktop.theme.style import STOP_HEIGHT, STOP_WIDTH
from ui.desktop.widgets.base import button, column, frame, label, row, set_shown, set_text, set_value
from ui.desktop.widgets.hold_button import HoldButton
from ui.desktop.widgets.load_plot import LoadPlot
from ui.desktop.widgets.message_bar import MessageBar
from ui.desktop.widgets.sounds import Speaker
from ui.desktop.widgets.time_plot import TimePlot
from ui.desktop.widgets.tones import Tones

NOTICE_HEIGHT = 104
LARGE_FIRST = (5, 3)
BOTH_PLOTS_FROM = 0.55  # the scale below which only one plot has room
# Start can wait for a pulse, but a belt that is away or moving forbids it.
FORBIDS_START = frozenset({"not_ready_belt_offline", "not_ready_belt_moves", "plan_beyond_machine"})


class RunScreen(QWidget):
    """Shows snapshots; what the operator does leaves as signals."""

    start_held = Signal()
    abandoned = Signal()
    seen_at_rest = Signal()

    def __init__(self, plots: tuple[LoadPlot, TimePlot] | None = None) -> None:
        """``plots``: its plots, where they are made already."""
        super().__init__()
        self._plots_made = plots
        self.setObjectName("screen")
        self.top = TopStrip()
        self.messages = MessageBar()
        self.banner_text = label(tr("run.red_button"), centred=True, wrap=True)
        self.banner_detail = label("", centred=True, wrap=True)
        self.banner_detail.setObjectName("detail")
        self.at_rest_button = button(tr("run.seen_at_rest"), self.seen_at_rest.emit, "touch")
        words = column(self.banner_text, self.banner_detail, gap=0)
        self.banner = frame(row(words, self.at_rest_button, gap=20, margin=(12, 2, 12, 2), shares=(1,)), "banner")
        self.prompt = PromptPanel()
        self.controls = RunControls()
        self.heart = self._heart()
        self.heart.show_below(self.controls.rpe.lacking)
        self.heart.show_below(self.controls.rpe.so_far)
        self.limit = LimitPanel()
        self.countdown = CountdownPanel()
        # One place for whatever stands out, always as high as it can get: nothing else moves when something comes.
        self.notice = QStackedWidget()
        for one in (self.messages, self.banner, self.limit, self.prompt, self.countdown):
            self.notice.addWidget(one)
        self.stage = StagePanel()
        self.hold = HoldButton(tr("start.label"), tr("start.held"))
        self.hold.completed.connect(self.start_held)
        self.belt_troubles: tuple[Problem, ...] = ()  # what the treadmill's driver complains of
        self.is_kept_now = False  # the run is over, and on its way into the record
        self.start_words = label("", "lead", wrap=True)
        self.end_words = label("", "lead", wrap=True)
        self.give_up = button(tr("start.give_up"), self.abandoned.emit, "touch")
        self.foot = self._foot()
        self._swapped, self._scale = False, 1.0
        self._cards: tuple[QFrame, ...] = ()
        self._layout()
        self._speaker = Speaker()
        self._tones = Tones(self._speaker)

    def _foot(self) -> QStackedWidget:
        ready = QWidget()
        ready.setLayout(row(self.give_up, self.start_words, self.hold, gap=20, shares=(0, 1)))
        stopping = QWidget()
        stopping.setLayout(row(self.end_words))
        stack = QStackedWidget()
        for page in (ready, self.controls, stopping):
            stack.addWidget(page)
        return stack

    def _heart(self) -> HeartPanel:
        """The pulse on the left; another kind of run may show it otherwise."""
        return HeartPanel()

    def _middle(self) -> QWidget:
        """What stands between pulse and time, and what a drawer lies over."""
        self.load_plot, self.time_plot = self._plots_made or (LoadPlot(), TimePlot())
        self.outlook = label("", "strong", wrap=True)
        self.meter = QProgressBar()
        self.meter.setRange(0, 100)
        self.meter.setTextVisible(False)
        self.meter.setAccessibleName(tr("outlook.name"))
        self.swap_button = button(tr("plot.swap"), self.swap_plots, "link")
        self.swap_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        meter = row(self.meter, self.outlook, gap=10, shares=(1, 3))
        load_head = row(label(tr("plot.load_title"), "strong"), 1, self.swap_button)
        self._cards = (_plot_card(load_head, self.load_plot, meter), titled(tr("plot.time_title"), self.time_plot))
        self._plots = column(*self._cards, gap=10, shares=LARGE_FIRST)
        middle = QWidget()
        middle.setLayout(self._plots)
        return middle

    def _layout(self) -> None:
        self.middle = self._middle()
        body = row(self.heart, self.middle, self.stage, shares=(0, 1))
        self._corner = QWidget()
        foot = frame(row(self.foot, self._corner, margin=(12, 8, 8, 8), shares=(1,)), "foot")
        inner = column(self.notice, body, gap=10, margin=(12, 8, 12, 8), shares=(0, 1))
        self.setLayout(column(self.top, inner, foot, gap=0, shares=(0, 1)))

    def rescale(self, scale: float, family: str) -> None:
        """Make room for this scale."""
        self._corner.setFixedSize(round(STOP_WIDTH * scale) + 14, round(STOP_HEIGHT * scale) + 4)
        self._scale = scale
        self.notice.setFixedHeight(round(NOTICE_HEIGHT * scale))
        self.heart.rescale(scale)
        self.stage.rescale(scale)
        self.prompt.rescale(scale)
        self._rescale_middle(scale, family)
        self.hold.setMinimumSize(round(620 * scale), round(110 * scale))

    def _rescale_middle(self, scale: float, family: str) -> None:
        self.load_plot.rescale(scale, family)
        self.time_plot.rescale(scale, family)
        self._share_plots()

    def begin(self, person: str, born: str, protocol: str) -> None:
        """A new run."""
        self._tones = Tones(self._speaker)
        self.top.person.set_whole(person)
        set_text(self.top.born, born)
        self.top.protocol.set_whole(protocol)

    def show_moment(self, moment: Snapshot) -> None:
        """Show one snapshot; what did not change is left alone."""
        self._tones.sound(moment, time.monotonic())
        self.top.show_moment(moment)
        self.heart.show_moment(moment)
        self.stage.show_moment(moment)
        self.controls.show_moment(moment)
        self.limit.show_moment(moment)
        self.prompt.show_moment(moment)
        self.countdown.show_moment(moment)
        shown = tuple(alarm for alarm in moment.alarms if not _told_elsewhere(alarm.code, moment))
        self.messages.show_alarms(shown, _guidance(moment))
        red = moment.press_red_button or any(alarm.code == "press_red_button" for alarm in moment.alarms)
        set_text(self.banner_detail, " · ".join(say(alarm.cause) for alarm in shown) if red else "")
        set_shown(self.banner_detail, bool(self.banner_detail.text()))
        self._show_notice(moment, shown, red=red)
        self._show_foot(moment)
        self._show_middle(moment)

    def _show_middle(self, moment: Snapshot) -> None:
        run = moment.record
        walking = moment.phase is Phase.STAGES
        going_on = bool(run.stages) and run.stages[-1].ended_s is None
        self.load_plot.show_assessment(moment.assessment, open_stage=going_on)
        self._show_outlook(moment)
        self.time_plot.show_run(run, moment.hr_limit_bpm, moment.stage_remaining_s, walking=walking)

    def swap_plots(self) -> None:
        """The other plot is the large one."""
        if self._cards:
            self._swapped = not self._swapped
            self._share_plots()

    def _share_plots(self) -> None:
        """One large and one small; where a small one would show nothing, the large one alone."""
        for place, share in enumerate(LARGE_FIRST[::-1] if self._swapped else LARGE_FIRST):
            self._plots.setStretch(place, share)
            small = share == min(LARGE_FIRST)
            set_shown(self._cards[place], not (small and self._scale < BOTH_PLOTS_FROM))
        self.load_plot.compact(self._swapped)
        self.time_plot.compact(not self._swapped)

    def drawer(self) -> QRect:
        """Where a drawer goes in the window: over the plots, beside pulse and clock, above hands and STOPP."""
        return QRect(self.middle.mapTo(self.window(), QPoint(0, 0)), self.middle.size())

    def _show_notice(self, moment: Snapshot, alarms: tuple[Alarm, ...], *, red: bool) -> None:
        """What asks most for an answer has the place; a load that is coming goes before what has been seen.

        A symptom that was just noted goes before all but the red button: of a limit that nobody answers comes a
        cool-down, which is what the symptom asks for.
        """
        urgent = any(alarm.priority is Priority.HIGH for alarm in alarms)
        of_the_person = any(alarm.sounding and is_of_the_person(alarm.code) for alarm in alarms)
        if red:
            chosen: QWidget = self.banner
        elif of_the_person:
            chosen = self.messages
        elif moment.limit_notice is not None:
            chosen = self.limit
        elif PromptPanel.asked(moment):
            chosen = self.prompt
        elif moment.countdown_s is not None and not urgent:
            chosen = self.countdown
        else:
            chosen = self.messages
        if self.notice.currentWidget() is not chosen:
            self.notice.setCurrentWidget(chosen)

    def _show_outlook(self, moment: Snapshot) -> None:
        found = moment.assessment if moment.phase is Phase.STAGES else None
        set_text(self.outlook, outlook_words(found))
        percent = certainty_percent(found)
        set_shown(self.meter, percent is not None)
        if percent is not None:
            set_value(self.meter, percent)

    def _show_foot(self, moment: Snapshot) -> None:
        if moment.phase is Phase.READY:
            page = 0
            forbidden = [cause for cause in moment.not_ready_because if cause.code in FORBIDS_START]
            allowed = not forbidden
            if self.hold.isEnabled() is not allowed:
                self.hold.setEnabled(allowed)
            set_text(self.start_words, self._not_ready(moment) or tr("start.ready"))
        elif moment.phase in (Phase.STARTING, Phase.STAGES, Phase.COOL_DOWN):
            page = 1
        else:
            page = 2
            reason = "" if moment.reason is None else told_of(moment.reason) + ". "
            stands = moment.phase is Phase.ENDED and moment.at_rest
            # A belt that does not answer, or does not obey, is stopping by nobody's knowledge.
            words = tr("run.stands" if stands else "run.unknown" if moment.press_red_button else "run.stopping")
            set_text(self.end_words, f"{reason}{words} {tr('run.keeping') if self.is_kept_now else ''}".strip())
        if self.foot.currentIndex() != page:
            self.foot.setCurrentIndex(page)

    def _not_ready(self, moment: Snapshot) -> str:
        """Why there is no start yet; of a belt that does not answer, what its driver says of it.

        A zero that has not lasted is no rest, and no belt that somebody has to stop either.
        """
        words: list[str] = []
        stands = moment.belt_state is not BeltState.MOVING and moment.measured_speed_kmh == 0.0
        for cause in moment.not_ready_because:
            if cause.code == "not_ready_belt_offline" and self.belt_troubles:
                words += told(self.belt_troubles)
            elif cause.code == "not_ready_belt_moves" and stands:
                words.append(tr("start.looks"))
            else:
                words.append(say(cause))
        return " ".join(f"{sentence}." for sentence in words)


def titled(title: str, *parts: QWidget | QLayout) -> QFrame:
    """A card of the run screen under a small heading."""
    return _plot_card(label(title, "strong"), *parts)


def _plot_card(head: QWidget | QLayout, *parts: QWidget | QLayout) -> QFrame:
    return frame(column(head, *parts, gap=2, margin=(12, 6, 12, 6), shares=(0, 1)), "card")


def _told_elsewhere(code: str, moment: Snapshot) -> bool:
    noticed = moment.limit_notice is not None and moment.limit_notice.code == code
    return noticed or code == "press_red_button"


def _guidance(moment: Snapshot) -> str:
    """One calm sentence on what comes next, where no alarm stands."""
    match moment.phase:
        case Phase.READY:
            return tr("guide.ready")
        case Phase.STARTING:
            return tr("guide.starting")
        case Phase.STAGES if moment.clock_stands:
            return tr("guide.held")
        case Phase.STAGES if moment.holds & BY_HAND:
            return tr("guide.not_raised")
        case Phase.STAGES | Phase.COOL_DOWN if moment.session is not None and moment.rpe_due:
            return tr("guide.ask_rpe")
        case Phase.STAGES if moment.session is None and moment.rpe.due and moment.rpe.stage in moment.rpe.missing:
            return tr("guide.late_rpe", index=moment.rpe.missing[-1] + 1)
        case Phase.STAGES if moment.rpe_due and not (moment.record.stages and moment.record.stages[-1].rpe):
            return tr("guide.ask_rpe")
        case Phase.STAGES:
            return tr("guide.stages")
        case Phase.COOL_DOWN:
            return tr("guide.cool_down", reason="" if moment.reason is None else told_of(moment.reason))
    return tr("run.stands") if moment.at_rest and moment.phase is Phase.ENDED else tr("guide.stopping")
