"""Parts of the run screen that only show: top strip, pulse, stage, and the notice that a limit was reached."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QProgressBar, QStackedWidget

from teststation.cause import Cause, Problem
from teststation.ports import BeltState, HeartRateStatus
from teststation.protocol.plan import BOUT, WARM_UP
from teststation.pulse import limit_beside
from teststation.run.state import HoldCause, Phase
from teststation.snapshot import SessionNow, Snapshot
from ui.desktop.i18n import say, told, tr
from ui.desktop.i18n.numbers import DASH, clock, number
from ui.desktop.widgets.base import (
    DigitLabel,
    ElidedLabel,
    button,
    column,
    label,
    row,
    rule,
    set_shown,
    set_state,
    set_text,
    set_value,
)

NEAR_LIMIT = 0.95
NO_READING = "--"
RULES_FROM = 0.45  # the scale below which lines between rows take the room of the digits
HELD_PADDING = 5  # of a chip, above and below, as the style sheet draws it, within a line of one pixel


class TopStrip(QFrame):
    """Who, what, and whether belt and strap are there."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.person = ElidedLabel("", "heading")
        self.born = label("", "heading")  # tells two people of one name apart: never cut off
        self.protocol = ElidedLabel("", "soft")
        self.test_left = label("", "soft")
        self.belt, self.strap = label("", "chip"), label("", "chip")
        parts = (self.person, self.born, self.protocol, self.test_left, self.belt, self.strap)
        self.setLayout(row(*parts, gap=18, margin=(14, 6, 14, 6), shares=(3, 0, 2)))

    def show_moment(self, moment: Snapshot) -> None:
        """Show one snapshot."""
        set_text(self.belt, tr("run.belt", state=_belt_words(moment)))
        bad = moment.belt_state in (BeltState.OFFLINE, BeltState.TRIPPED)
        set_state(self.belt, "caution" if bad else "good")
        state = tr(f"strap.{moment.hr_status.value}")
        if moment.hr_battery_pct is None:
            set_text(self.strap, tr("run.strap", state=state))
        else:
            set_text(self.strap, tr("run.strap_battery", state=state, percent=moment.hr_battery_pct))
        self.strap.setToolTip(moment.hr_sensor)
        set_state(self.strap, "good" if moment.hr_status is HeartRateStatus.OK else "caution")
        walked = (Phase.READY, Phase.STARTING, Phase.STAGES)
        left_s = moment.test_remaining_s if moment.phase is Phase.STAGES else moment.record.plan.duration_s
        if moment.session is None:
            set_text(self.test_left, tr("run.test_left", time=clock(left_s)))
            set_shown(self.test_left, moment.phase in walked)
            return
        # A session is as long as the person is on the belt, and its cool-down is one of its parts; a test's is not.
        cooling = moment.phase is Phase.COOL_DOWN
        whole_s = moment.stage_remaining_s if cooling else left_s + moment.record.plan.cool_down.duration_s
        set_text(self.test_left, tr("run.session_left", time=clock(whole_s)))
        set_shown(self.test_left, cooling or moment.phase in walked)


class HeartPanel(QFrame):
    """The pulse, huge; missing is ``--`` and never the last one."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.attempts = 0  # to reach the strap again, since the last pulse
        self.troubles: tuple[Problem, ...] = ()  # what its driver complains of
        self.pulse = DigitLabel(NO_READING, tr("run.pulse"))
        self.share = label("", "figure", centred=True)
        self.bar = QProgressBar()
        self.bar.setRange(0, 100)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("run.share_name"))
        self.limit = label("", "soft", centred=True, wrap=True)
        self.near = label("", "strong", centred=True, wrap=True)
        self.why = label("", "soft", centred=True, wrap=True)
        parts = column(
            label(tr("run.pulse"), "heading"), 1, self.pulse, label(tr("run.bpm"), "unit", centred=True), 1,
            self.share, self.bar, self.limit, self.near, self.why, 2, gap=6, margin=14,
        )  # fmt: skip
        self._parts = parts
        self.setLayout(parts)

    def show_below(self, words: QLabel) -> None:
        """Words at the foot of the panel: what each stage was given of exertion, and what is missing."""
        self._parts.addWidget(words)

    def rescale(self, scale: float) -> None:
        """Three digits wide, always."""
        self.setFixedWidth(round(480 * scale))

    def show_moment(self, moment: Snapshot) -> None:
        """Show one snapshot."""
        self.pulse.show_digits(NO_READING if moment.hr_bpm is None else str(moment.hr_bpm))
        set_text(self.why, " ".join(told(self.troubles)) if moment.hr_bpm is None else "")
        limit_bpm = moment.hr_limit_bpm
        set_shown(self.bar, limit_bpm is not None)
        if limit_bpm is None:
            set_state(self, "")
            set_text(self.share, "")
            set_text(self.limit, tr("run.no_limit"))
            set_text(self.near, "" if moment.hr_bpm is not None else self._absent())
            return
        set_text(self.limit, tr("run.limit", bpm=_limit_told(moment, limit_bpm)))
        if moment.hr_bpm is None:
            set_text(self.share, tr("run.of_limit", percent=DASH))
            set_text(self.near, self._absent())
            self._bar(0, "")
            set_state(self, "")
            return
        share = moment.hr_bpm / limit_bpm
        set_text(self.share, tr("run.of_limit", percent=round(100 * share)))
        words = tr("run.over") if share > 1 else tr("run.near") if share >= NEAR_LIMIT else ""
        set_text(self.near, words)
        self._bar(min(100, round(100 * share)), "caution" if words else "")
        set_state(self, "high" if share > 1 else "")

    def _absent(self) -> str:
        return tr("run.attempts", n=self.attempts) if self.attempts else tr("run.no_pulse")

    def _bar(self, percent: int, state: str) -> None:
        set_value(self.bar, percent)
        set_state(self.bar, state)


class StagePanel(QFrame):
    """Time left, huge; stage; target over measured; what comes next."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.heading = label("", "heading")
        self.left = DigitLabel("", tr("run.time_left"))
        self.held = label("", "chip", centred=True, wrap=True)
        set_state(self.held, "caution")
        # Why the clock stands takes the place of what it counts: nothing moves when it does.
        self._head = QStackedWidget()
        for one in (self.heading, self.held):
            self._head.addWidget(one)
        self.stage = label("", "lead", centred=True)
        self.targets: list[QLabel] = []
        self.measured: list[QLabel] = []
        self.next = label("", "lead", wrap=True)
        table = QGridLayout()
        table.setHorizontalSpacing(10)
        table.setVerticalSpacing(2)
        table.addWidget(label(tr("run.target"), "caption"), 1, 0)
        table.addWidget(label(tr("run.measured"), "caption"), 2, 0)
        for index, title in enumerate((tr("run.speed"), tr("run.incline")), start=1):
            table.addWidget(label(title, "caption", centred=True), 0, index)
            target, measured = label("", "large", centred=True), label("", "figure", centred=True)
            self.targets.append(target)
            self.measured.append(measured)
            table.addWidget(target, 1, index)
            table.addWidget(measured, 2, index)
            table.setColumnStretch(index, 1)
        self._rules = (rule(), rule())
        parts = column(
            self._head, 1, self.left, 1, self.stage, self._rules[0], table, self._rules[1],
            label(tr("run.next"), "caption"), self.next, 1, gap=6, margin=(14, 8, 14, 8),
        )  # fmt: skip
        self.setLayout(parts)

    def rescale(self, scale: float) -> None:
        """Wide enough for ``m:ss``, and as high over it as two reasons for which the clock stands."""
        self.setFixedWidth(round(564 * scale))
        self.held.ensurePolished()
        self._head.setMinimumHeight(2 * (self.held.fontMetrics().lineSpacing() + round(HELD_PADDING * scale) + 1))
        for line in self._rules:
            set_shown(line, scale >= RULES_FROM)

    def show_moment(self, moment: Snapshot) -> None:
        """Show one snapshot."""
        cooling = moment.phase is Phase.COOL_DOWN
        set_text(self.heading, tr("run.cool_down_left") if cooling else tr("run.time_left"))
        over = moment.phase in (Phase.STOPPING, Phase.ENDED)
        self.left.show_digits(DASH if over else clock(moment.stage_remaining_s))
        self._head.setCurrentWidget(self.held if moment.holds else self.heading)
        if moment.holds:
            why = ", ".join(tr(f"hold.{cause.value}") for cause in _ordered(moment.holds))
            set_text(self.held, tr("run.held" if moment.clock_stands else "run.not_raised", why=why))
        set_text(self.stage, _stage_words(moment))
        target = moment.target
        set_text(self.targets[0], DASH if target is None else number(target.speed_kmh, 1))
        set_text(self.targets[1], DASH if target is None else number(target.incline_pct, 1))
        set_text(self.measured[0], number(moment.measured_speed_kmh, 1))
        set_text(self.measured[1], number(moment.measured_incline_pct, 1))
        set_text(self.next, _coming(moment))


class LimitPanel(QFrame):
    """A limit was reached: cool-down comes by itself, unless the operator goes on for a reason.

    Who does not want to wait has the main button for it, which cools down while a limit asks.
    """

    go_on = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "message")
        self.words = label("", "lead", wrap=True)
        self.left = label("", "figure")
        self.yes = button(tr("limit.go_on"), self.go_on.emit, "touch")
        self.setLayout(row(self.left, self.words, self.yes, margin=(12, 2, 12, 2), shares=(0, 1)))
        set_state(self, "caution")

    def show_moment(self, moment: Snapshot) -> None:
        """Show one snapshot."""
        notice = moment.limit_notice
        if notice is not None:
            set_text(self.left, tr("limit.seconds", n=int(-(-(moment.limit_acts_in_s or 0.0) // 1))))
            set_text(self.words, _limit_words(notice, moment))


def _belt_words(moment: Snapshot) -> str:
    """What the belt does; the guard stopped it only where nobody else did, and only a belt at rest is stopped."""
    if moment.belt_state is BeltState.TRIPPED:
        by_guard = moment.reason is not None and moment.reason.code.startswith("trip_")
        if not moment.at_rest:
            return tr("belt.stopping")
        return tr("belt.tripped") if by_guard else tr("belt.stopped")
    return tr(f"belt.{moment.belt_state.value}")


def _coming(moment: Snapshot) -> str:
    """What comes next, as the belt will be told it."""
    plan = moment.record.plan
    match moment.phase:
        case Phase.READY | Phase.STARTING:
            coming = moment.stage
        case Phase.COOL_DOWN:
            return tr("run.after_cool_down")
        case _:
            coming = moment.next_stage
    if coming is None or moment.phase in (Phase.STOPPING, Phase.ENDED):
        return DASH
    load = tr("run.load", speed=number(coming.speed_kmh, 1), incline=number(coming.incline_pct, 1))
    return load if coming is not plan.cool_down else tr("run.next_cool_down", load=load)


def _limit_words(notice: Cause, moment: Snapshot) -> str:
    """Of the pulse the highest it has been, which is asked about, and what it is now, as it stands beside it."""
    if notice.code != "limit_hr" or moment.hr_limit_bpm is None:
        return tr("limit.words", cause=say(notice))
    limit, highest = _limit_told(moment, moment.hr_limit_bpm), moment.limit_highest_bpm
    now = tr("limit.no_pulse") if moment.hr_bpm is None else tr("limit.now", bpm=moment.hr_bpm)
    if highest is None or highest == moment.hr_bpm:
        return tr("limit.live", now=now, limit=limit)
    return tr("limit.was", highest=highest, now=now, limit=limit)


def _limit_told(moment: Snapshot, limit_bpm: float) -> str:
    """The limit, whole, with tenths where it would be told to lie on another side of a pulse that stands beside it."""
    beside = [limit_beside(bpm, limit_bpm) for bpm in (moment.hr_bpm, moment.limit_highest_bpm) if bpm is not None]
    told = next((limit for limit in beside if limit != round(limit_bpm)), round(limit_bpm))
    return number(told, 0 if told == round(limit_bpm) else 1)


class CountdownPanel(QFrame):
    """The last ten seconds before a change of load, as wide as the window: what it will be, and when."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "message")
        set_state(self, "caution")
        self.words = label("", "countdown", centred=True)
        self.setLayout(row(self.words, margin=(12, 2, 12, 2)))

    def show_moment(self, moment: Snapshot) -> None:
        """Show one snapshot."""
        if moment.countdown_s is not None:
            seconds = int(-(-moment.countdown_s // 1))
            set_text(self.words, tr("run.coming", what=_change(moment), seconds=seconds))


def _change(moment: Snapshot) -> str:
    """What changes: incline or speed alone where the other stays."""
    coming, now = moment.next_stage, moment.stage
    if coming is None or coming is moment.record.plan.cool_down:
        return _coming(moment)
    incline, speed = number(coming.incline_pct, _whole(coming.incline_pct)), number(coming.speed_kmh, 1)
    if coming.speed_kmh == now.speed_kmh:
        return f"{incline} %"
    if coming.incline_pct == now.incline_pct:
        return f"{speed} {tr('unit.kmh')}"
    return tr("run.load", speed=speed, incline=incline)


def _whole(value: float) -> int:
    return 0 if value == int(value) else 1


def _ordered(holds: frozenset[HoldCause]) -> list[HoldCause]:
    return [cause for cause in HoldCause if cause in holds]


def part_words(now: SessionNow) -> str:
    """Which part of a session is walked."""
    if now.part == BOUT:
        return tr("interval.bout", n=now.bout, of=now.bouts)
    return tr("interval.warm_up" if now.part == WARM_UP else "interval.pause")


def _stage_words(moment: Snapshot) -> str:
    match moment.phase:
        case Phase.READY:
            return tr("run.not_begun")
        case Phase.STARTING:
            return tr("run.coming_up")
        case Phase.STAGES if moment.session is not None:
            return part_words(moment.session)
        case Phase.STAGES:
            words = tr("run.stage", index=moment.stage_index + 1, n=moment.n_stages)
            return f"{words} · {tr('run.habituation')}" if moment.stage.habituation else words
        case Phase.COOL_DOWN:
            return tr("run.cool_down")
    if moment.phase is Phase.ENDED and moment.at_rest:
        return tr("run.stands")
    return tr("run.unknown_short" if moment.press_red_button else "run.stopping_short")
