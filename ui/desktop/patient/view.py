"""The patient's own screen: large, calm, read-only. It shows what ``words`` gives it, in the patient's language."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QLayout, QWidget

from teststation.cause import Cause
from ui.desktop.i18n import catalogue
from ui.desktop.i18n.numbers import clock
from ui.desktop.patient.words import PatientMoment
from ui.desktop.theme import palette as c
from ui.desktop.theme.style import font_family
from ui.desktop.widgets.base import column, label, set_text

NOTHING = "–"
# Shares of the screen's height, so that the same is read on a small screen and from a large one far away.
HEADLINE, CAPTION, DIGITS, COMING, MARK = 0.10, 0.05, 0.32, 0.075, 0.035
SMALLEST_PX = 12


class PatientView(QWidget):
    """Without a frame, without a control, and without the keyboard: the operator's keys stay the operator's."""

    def __init__(self, parent: QWidget | None, language: str, *, demo: bool) -> None:
        flags = Qt.WindowType.Window | Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowDoesNotAcceptFocus
        super().__init__(parent, flags)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._say = catalogue(language)
        self.setObjectName("patient")
        self.setWindowTitle(self._say("patient.pulse"))
        self.demo = label(self._say("patient.demo") if demo else "", centred=True)
        self.headline = label("", wrap=True, centred=True)
        self.pulse, self.left = label(NOTHING, centred=True), label(NOTHING, centred=True)
        self.pulse_caption = label(self._say("patient.pulse"), centred=True)
        self.left_caption = label(self._say("patient.time_left"), centred=True)
        self.coming = label("", wrap=True, centred=True)
        digits = QGridLayout()  # side by side on one line, however high each is
        digits.setHorizontalSpacing(24)
        digits.setVerticalSpacing(0)
        for place, pair in enumerate(((self.pulse_caption, self.pulse), (self.left_caption, self.left))):
            digits.setColumnStretch(place, 1)
            for line, one in enumerate(pair):
                digits.addWidget(one, line, place)
        self.setLayout(column(self.demo, 1, self.headline, 1, digits, 1, self.coming, 1, gap=0, margin=24))
        # As large as the screen, whatever its words would ask for: they are made to fit.
        self.layout().setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # type: ignore[union-attr]
        # Its own colours, whatever its parent's style sheet says of labels.
        self.setStyleSheet(
            f"QWidget#patient {{ background: {c.BACKGROUND}; }} QLabel {{ color: {c.INK}; background: transparent; }}"
        )
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        for soft in (self.demo, self.pulse_caption, self.left_caption):
            soft.setStyleSheet(f"color: {c.INK_SOFT};")
        self.headline.setStyleSheet(f"color: {c.ACCENT_DARK};")

    def show_moment(self, moment: PatientMoment) -> None:
        """Show one moment."""
        set_text(self.headline, self._words(moment.headline))
        set_text(self.coming, "" if moment.coming is None else self._words(moment.coming))
        pulse, caption = NOTHING, "patient.sought" if moment.pulse_sought else "patient.pulse"
        if moment.bpm is not None:
            pulse = str(moment.bpm)
        there = moment.bpm is not None or moment.pulse_sought
        set_text(self.pulse, pulse if there else "")
        set_text(self.pulse_caption, self._say(caption) if there else "")
        # What has no time left has no clock either: dashes in its place would ask to be understood.
        set_text(self.left, "" if moment.left_s is None else clock(moment.left_s))
        set_text(self.left_caption, "" if moment.left_s is None else self._say("patient.time_left"))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _words(self, cause: Cause) -> str:
        values = dict(cause.values)
        if "what" in values:
            values["what"] = self._say(str(values["what"]), **values)
        return self._say(cause.code, **values)

    def _fit(self) -> None:
        """Every text as large as its share of the screen, and smaller where its words would not fit."""
        width, height = self.width() - 48, self.height()
        half = (width - 24) // 2
        for one, share, room, lines in (
            (self.demo, MARK, width, 1),
            (self.headline, HEADLINE, width, 2),
            (self.pulse, DIGITS, half, 1),
            (self.left, DIGITS, half, 1),
            (self.pulse_caption, CAPTION, half, 1),
            (self.left_caption, CAPTION, half, 1),
            (self.coming, COMING, width, 2),
        ):
            _fit(one, share * height, room, round(share * height * 1.35 * lines), bold=share >= HEADLINE)
        smaller = min((one.font() for one in (self.pulse, self.left)), key=QFont.pixelSize)
        self.pulse.setFont(smaller)
        self.left.setFont(smaller)


def _fit(target: QLabel, wanted_px: float, width: int, height: int, *, bold: bool) -> None:
    font = QFont(font_family())
    font.setBold(bold)
    px = max(SMALLEST_PX, round(wanted_px))
    flags = Qt.TextFlag.TextWordWrap.value if target.wordWrap() else 0
    while px > SMALLEST_PX:
        font.setPixelSize(px)
        needed = QFontMetrics(font).boundingRect(0, 0, width, 10_000, flags, target.text())
        if needed.width() <= width and needed.height() <= height:
            break
        px = round(px * 0.92) if px > SMALLEST_PX + 12 else px - 1
    font.setPixelSize(px)
    if target.font() != font:
        target.setFont(font)
