"""One style sheet for the whole window, made for the size of the window.

Everything is drawn for 1920 × 1080 and scaled with the window. On a 24-inch screen of that size a millimetre is 3.6
pixels: the pulse and the clock get digits of 145 pixels (40 mm), STOPP is at least as high, and whatever is touched
during a test is 74 pixels (20 mm). A smaller screen keeps the shares instead of the millimetres, but no text is smaller
than can be read at its desk: a letter's square has at least ``LEAST_TEXT_MM`` on the real screen, and what has no room
then scrolls.
"""

from functools import cache
from pathlib import Path

from PySide6.QtGui import QFontDatabase

from ui.desktop.theme import palette as c

DESIGN_WIDTH, DESIGN_HEIGHT = 1920, 1080
SCALE_MIN, SCALE_MAX = 0.38, 2.0
BODY = 20
LEAST_TEXT_MM = 2.6
LEAST_TEXT_PX = (8.0, 20.0)  # whatever a screen says of its size: some say nothing, some are wrong
ROOM_FROM = 0.62  # below this scale gaps and margins shrink with everything else
DIGIT_SHARE_OF_EM = 0.73  # height of a digit in DejaVu Sans and Segoe UI

HUGE_DIGITS = 148
STOP_HEIGHT, STOP_WIDTH = 184, 220
TOUCH = 74
GAP = 14
ITEM_MARGIN = 3  # what Qt puts left of a cell's text besides its padding: headings begin where their cells do

PICTURES = Path(__file__).resolve().parent.as_posix()


def scale_for(width: int, height: int) -> float:
    """How large to draw in a window of this size, in steps so that resizing does not restyle without end."""
    raw = min(width / DESIGN_WIDTH, height / DESIGN_HEIGHT)
    return min(SCALE_MAX, max(SCALE_MIN, round(raw * 50) / 50))


def least_text_px(px_per_mm: float) -> float:
    """The smallest body text on a screen with so many logical pixels in a millimetre."""
    low, high = LEAST_TEXT_PX
    return min(high, max(low, LEAST_TEXT_MM * px_per_mm))


def text_px(design: float, scale: float, least_px: float) -> int:
    """The size of a text drawn as ``design``: scaled, and no smaller than the least, its caption a little below."""
    return max(1, round(max(design * scale, least_px * min(design / BODY, 1.3))))


@cache
def font_family() -> str:
    """The first of the sober families that this machine has."""
    there = set(QFontDatabase.families())
    wanted = ("Segoe UI", "DejaVu Sans", "Noto Sans", "Liberation Sans", "Helvetica", "Arial")
    return next((name for name in wanted if name in there), "sans-serif")


def style_sheet(scale: float, family: str, least_px: float = LEAST_TEXT_PX[0]) -> str:
    """The style sheet at one scale; no body text is smaller than ``least_px``."""

    def px(design: float) -> str:
        return f"{max(1, round(design * scale))}px"

    def text(design: float) -> str:
        return f"{text_px(design, scale, least_px)}px"

    def room(high: float, wide: float, line: int = 1) -> str:
        """Padding within a line of this width: the words of a button stay where they are when its line grows."""
        return " ".join(f"{max(0, max(1, round(design * scale)) + 1 - line)}px" for design in (high, wide))

    dot, ring = round(24 * scale), round(8 * scale)
    huge = px(HUGE_DIGITS / DIGIT_SHARE_OF_EM)
    return f"""
* {{ font-family: "{family}"; font-size: {text(20)}; color: {c.INK}; }}
QMainWindow, QWidget#screen {{ background: {c.BACKGROUND}; }}
QMainWindow > QWidget {{ widget-animation-duration: 0; }}  /* each new size of the window is its screen's at once */
QLabel {{ background: transparent; }}
QLabel[role="huge"] {{ font-size: {huge}; font-weight: bold; }}
QLabel[role="huge"][state="long"] {{ font-size: {px(0.76 * HUGE_DIGITS / DIGIT_SHARE_OF_EM)}; }}
QLabel[role="large"] {{ font-size: {text(58)}; font-weight: bold; }}
QLabel[role="large"][state="words"] {{ font-size: {text(34)}; }}
QLabel[role="countdown"] {{ font-size: {text(64)}; font-weight: bold; }}
QLabel[role="figure"] {{ font-size: {text(42)}; font-weight: bold; }}
QLabel[role="title"] {{ font-size: {text(34)}; font-weight: bold; }}
QLabel[role="heading"] {{ font-size: {text(24)}; font-weight: bold; }}
QLabel[role="lead"] {{ font-size: {text(26)}; }}
QLabel[role="strong"] {{ font-weight: bold; }}
QLabel[role="soft"] {{ color: {c.INK_SOFT}; }}
QLabel[role="caption"] {{ color: {c.INK_SOFT}; font-size: {text(17)}; }}
QLabel[role="unit"] {{ color: {c.INK_SOFT}; font-size: {text(24)}; }}
QLabel[role="problem"] {{
    background: {c.CAUTION}; color: {c.CAUTION_INK}; border: 1px solid {c.CAUTION_LINE};
    border-radius: {px(8)}; padding: {px(8)} {px(12)};
}}
QLabel[role="chip"] {{
    background: {c.ACCENT_SOFT}; color: {c.ACCENT_DARK}; border-radius: {px(8)}; padding: {px(5)} {px(12)};
}}
QLabel[role="chip"][state="good"] {{ background: {c.GOOD_SOFT}; color: {c.GOOD}; }}
QLabel[role="chip"][state="caution"] {{
    background: {c.CAUTION}; color: {c.CAUTION_INK}; border: 1px solid {c.CAUTION_LINE};
}}
QLabel[role="brand"] {{ font-size: {text(22)}; font-weight: bold; color: {c.ACCENT}; }}
QLabel[role="step"] {{ color: {c.INK_SOFT}; padding: {px(4)} {px(14)}; border-bottom: 3px solid transparent; }}
QLabel[role="step"][state="here"] {{ color: {c.ACCENT_DARK}; font-weight: bold; border-bottom: 3px solid {c.ACCENT}; }}

QFrame[role="card"] {{ background: {c.SURFACE}; border: 1px solid {c.LINE}; border-radius: {px(12)}; }}
QFrame[role="card"][state="high"] {{ background: {c.RED}; border: 1px solid {c.RED_DARK}; }}
QFrame[role="card"][state="high"] QLabel {{ color: {c.ON_DARK}; }}
QFrame[role="card"][state="high"] QLabel[role="chip"][state="caution"] {{
    background: {c.CAUTION}; color: {c.CAUTION_INK};
}}
QFrame[role="bar"] {{ background: {c.SURFACE}; border: none; border-bottom: 1px solid {c.LINE}; }}
QFrame[role="foot"] {{ background: {c.SURFACE}; border: none; border-top: 1px solid {c.LINE}; }}
QFrame[role="rule"] {{ background: {c.LINE}; border: none; max-height: 1px; min-height: 1px; }}
QFrame[role="sheet"] {{ background: {c.SURFACE}; border: 1px solid {c.LINE_STRONG}; border-radius: {px(14)}; }}
QFrame[role="message"] {{ background: {c.ACCENT_FAINT}; border: 1px solid {c.LINE}; border-radius: {px(8)}; }}
QFrame[role="message"][state="caution"] {{ background: {c.CAUTION}; border: 2px solid {c.CAUTION_LINE}; }}
QFrame[role="message"][state="caution"] QLabel {{ color: {c.CAUTION_INK}; }}
QFrame[role="message"][state="high"] {{ background: {c.RED}; border: 2px solid {c.RED_DARK}; }}
QFrame[role="message"][state="high"] QLabel {{ color: {c.ON_DARK}; font-weight: bold; }}
QFrame[role="banner"] {{ background: {c.RED}; border: none; }}
QFrame[role="banner"] QLabel {{ color: {c.ON_DARK}; font-size: {text(40)}; font-weight: bold; }}
QFrame[role="banner"] QLabel#detail {{ font-size: {text(22)}; font-weight: normal; }}

QPushButton, QToolButton {{
    background: {c.SURFACE}; border: 1px solid {c.LINE_STRONG}; border-radius: {px(8)};
    padding: {px(6)} {px(14)}; min-height: {px(40)};
}}
QPushButton:hover {{ background: {c.ACCENT_FAINT}; }}
QPushButton:pressed {{ background: {c.ACCENT_SOFT}; }}
QPushButton:focus {{ border: 3px solid {c.ACCENT}; padding: {room(6, 14, 3)}; }}
QPushButton:disabled {{ color: {c.INK_SOFT}; border-color: {c.LINE}; background: {c.SURFACE_SOFT}; }}
QPushButton:checked {{
    background: {c.ACCENT_SOFT}; border: 2px solid {c.ACCENT}; color: {c.ACCENT_DARK}; padding: {room(6, 14, 2)};
}}
QPushButton:checked:focus {{ border: 3px solid {c.INK}; padding: {room(6, 14, 3)}; }}
QPushButton[role="main"] {{
    background: {c.ACCENT}; color: {c.ON_ACCENT}; border: 1px solid {c.ACCENT_DARK};
    font-size: {text(24)}; font-weight: bold; padding: {px(8)} {px(28)}; min-height: {px(56)};
}}
QPushButton[role="main"]:hover, QPushButton[role="main"]:pressed {{ background: {c.ACCENT_DARK}; }}
QPushButton[role="main"]:focus {{ border: 3px solid {c.INK}; padding: {room(8, 28, 3)}; }}
QPushButton[role="main"]:disabled {{ background: {c.LINE}; color: {c.INK_SOFT}; border-color: {c.LINE}; }}
QPushButton[role="link"] {{ background: transparent; border: 1px solid transparent; color: {c.ACCENT}; }}
QPushButton[role="link"]:focus {{ border: 2px solid {c.ACCENT}; padding: {room(6, 14, 2)}; }}
QPushButton[role="reminder"] {{
    background: {c.CAUTION}; color: {c.CAUTION_INK}; border: 1px solid {c.CAUTION_LINE};
}}
QPushButton[role="reminder"]:focus {{ border: 2px solid {c.CAUTION_INK}; padding: {room(6, 14, 2)}; }}
QPushButton[role="touch"] {{ min-height: {px(TOUCH - 8)}; padding: {px(4)} {px(16)}; min-width: {px(84)}; }}
QPushButton[role="touch"]:focus {{ padding: {room(4, 16, 3)}; }}
QPushButton[role="touch"][state="caution"] {{
    background: {c.CAUTION}; color: {c.CAUTION_INK}; border: 2px solid {c.CAUTION_LINE}; font-weight: bold;
}}
QPushButton[role="touch"][state="caution"]:focus {{ border: 3px solid {c.INK}; }}
QPushButton[role="choice"] {{
    min-height: {px(TOUCH - 8)}; padding: {px(4)} {px(10)}; text-align: left; font-size: {text(22)};
}}
QPushButton[role="choice"]:checked {{ padding: {room(4, 10, 2)}; }}
QPushButton[role="choice"]:focus {{ padding: {room(4, 10, 3)}; }}
QPushButton[role="rpe"] {{
    min-height: {px(TOUCH)}; min-width: {px(40)}; padding: 0; font-size: {text(28)}; font-weight: bold;
}}
QFrame[role="rpe"] {{ background: transparent; border: 3px solid transparent; border-radius: {px(10)}; }}
QFrame[role="rpe"][state="due"] {{ background: {c.CAUTION}; border: 3px solid {c.CAUTION_LINE}; }}
QFrame[role="rpe"][state="due"] QLabel {{ color: {c.CAUTION_INK}; }}
QPushButton#stop {{
    background: {c.RED}; color: {c.ON_DARK}; border: 3px solid {c.RED_DARK}; border-radius: {px(16)};
    font-size: {text(50)}; font-weight: bold; padding: 0;
}}
QPushButton#stop:pressed {{ background: {c.RED_DARK}; }}
QPushButton#stop:focus {{ border: 5px solid {c.INK}; }}

QLineEdit, QComboBox, QPlainTextEdit, QSpinBox {{
    background: {c.SURFACE}; border: 1px solid {c.LINE_STRONG}; border-radius: {px(6)};
    padding: {px(5)} {px(9)}; min-height: {px(32)};
    selection-background-color: {c.ACCENT}; selection-color: {c.ON_ACCENT}; placeholder-text-color: {c.INK_SOFT};
}}
QLineEdit QToolButton {{ background: transparent; border: none; padding: 0; min-height: 0; }}
QTextBrowser {{ background: transparent; border: none; }}
QLineEdit[role="figure"] {{ min-height: {px(TOUCH - 16)}; font-size: {text(32)}; font-weight: bold; }}
QPushButton[role="stepper"] {{
    min-height: {px(TOUCH - 8)}; min-width: {px(84)}; padding: {px(4)}; font-size: {text(36)}; font-weight: bold;
}}
QLineEdit:focus, QComboBox:focus, QPlainTextEdit:focus, QSpinBox:focus {{
    border: 2px solid {c.ACCENT};
}}
QLineEdit[state="wrong"] {{ border: 2px solid {c.CAUTION_LINE}; background: {c.CAUTION}; }}
QLineEdit:disabled, QComboBox:disabled {{ background: {c.SURFACE_SOFT}; color: {c.INK_SOFT}; border-color: {c.LINE}; }}
QLineEdit#search {{ font-size: {text(26)}; min-height: {px(46)}; }}
QComboBox::drop-down {{ border: none; width: {px(36)}; }}
QComboBox::down-arrow {{ image: url("{PICTURES}/{c.CHEVRON}"); width: {px(24)}; height: {px(24)}; }}
QComboBox QAbstractItemView {{
    background: {c.SURFACE}; selection-background-color: {c.ACCENT_SOFT}; selection-color: {c.INK};
    border: 1px solid {c.LINE_STRONG};
}}
QCheckBox, QRadioButton {{
    spacing: {px(10)}; background: transparent; padding: {px(3)}; border: 2px solid transparent;
}}
QCheckBox:focus, QRadioButton:focus {{ border: 2px solid {c.ACCENT}; border-radius: {px(6)}; }}
QCheckBox::indicator, QRadioButton::indicator, QTableView::indicator {{
    width: {dot}px; height: {dot}px; background: {c.SURFACE}; border: 2px solid {c.LINE_STRONG};
}}
QCheckBox::indicator, QTableView::indicator {{ border-radius: {px(5)}; }}
QRadioButton::indicator {{ border-radius: {(dot + 4) // 2}px; }}
QCheckBox::indicator:checked, QTableView::indicator:checked {{
    background: {c.ACCENT}; border-color: {c.ACCENT}; image: url("{PICTURES}/{c.TICK}");
}}
QRadioButton::indicator:checked {{
    width: {dot + 4 - 2 * ring}px; height: {dot + 4 - 2 * ring}px; border: {ring}px solid {c.ACCENT};
}}

QTableView, QTableWidget {{
    background: {c.SURFACE}; alternate-background-color: {c.SURFACE_SOFT}; border: 1px solid {c.LINE};
    border-radius: {px(8)}; gridline-color: {c.LINE};
    selection-background-color: {c.ACCENT_SOFT}; selection-color: {c.INK};
}}
QTableView::item {{ padding: {px(4)} {px(6)}; border: none; }}
QHeaderView {{ background: {c.SURFACE}; border: none; }}
QHeaderView::section {{
    background: {c.SURFACE}; color: {c.INK_SOFT}; border: none; border-bottom: 1px solid {c.LINE_STRONG};
    padding: {px(6)} {px(6)} {px(6)} {round(6 * scale) + ITEM_MARGIN}px; font-size: {text(17)}; min-height: {px(28)};
}}
QHeaderView[lines="2"]::section {{ min-height: {round(2.5 * text_px(17, scale, least_px))}px; }}
QProgressBar {{
    background: {c.ACCENT_SOFT}; border: none; border-radius: {px(6)};
    min-height: {px(14)}; max-height: {px(14)}; text-align: center;
}}
QProgressBar::chunk {{ background: {c.ACCENT}; border-radius: {px(6)}; }}
QProgressBar[state="caution"]::chunk {{ background: {c.CAUTION_LINE}; }}
QScrollArea, QScrollArea > QWidget > QWidget#scrolled {{ background: transparent; border: none; }}
QScrollArea {{ border: 2px solid transparent; }}
QScrollArea:focus, QTableView:focus {{ border: 2px solid {c.ACCENT}; }}
QScrollBar:vertical {{ background: transparent; width: {px(14)}; margin: 0; }}
QScrollBar::handle:vertical {{ background: {c.LINE_STRONG}; border-radius: {px(6)}; min-height: {px(40)}; }}
QScrollBar:horizontal {{ background: transparent; height: {px(14)}; margin: 0; }}
QScrollBar::handle:horizontal {{ background: {c.LINE_STRONG}; border-radius: {px(6)}; min-width: {px(40)}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QToolTip {{ background: {c.SURFACE}; color: {c.INK}; border: 1px solid {c.LINE_STRONG}; padding: 4px; }}
"""
