"""Colours of the window, in two themes: calm, few. Red belongs to STOPP and to high alarms alone.

A theme is chosen before any widget is made; who draws asks for a colour when it is drawn.
"""

from typing import Final

BACKGROUND: str
SURFACE: str
SURFACE_SOFT: str
INK: str
INK_SOFT: str
LINE: str
LINE_STRONG: str
ACCENT: str
ACCENT_DARK: str  # the accent where it stands out more from its ground
ACCENT_SOFT: str
ACCENT_FAINT: str
ON_ACCENT: str
GOOD: str
GOOD_SOFT: str
CAUTION: str
CAUTION_LINE: str
CAUTION_INK: str
RED: str
RED_DARK: str
ON_DARK: str  # on red, in either theme
SCRIM: str  # over the window under a sheet
STAGE_TINTS: tuple[str, str]
CHEVRON: str  # pictures, beside this file
TICK: str

LIGHT: Final[dict[str, object]] = {
    "BACKGROUND": "#F2F5F7",
    "SURFACE": "#FFFFFF",
    "SURFACE_SOFT": "#F7F9FA",
    "INK": "#13222C",
    "INK_SOFT": "#475965",
    "LINE": "#CBD5DB",
    "LINE_STRONG": "#7C8D98",
    "ACCENT": "#0B5C7A",
    "ACCENT_DARK": "#084459",
    "ACCENT_SOFT": "#DDECF2",
    "ACCENT_FAINT": "#EDF5F8",
    "ON_ACCENT": "#FFFFFF",
    "GOOD": "#1B6B3A",
    "GOOD_SOFT": "#E1F1E7",
    "CAUTION": "#FFE7B3",
    "CAUTION_LINE": "#A86A00",
    "CAUTION_INK": "#4F3300",
    "RED": "#BE1220",
    "RED_DARK": "#8F0B17",
    "ON_DARK": "#FFFFFF",
    "SCRIM": "#6E13222C",
    "STAGE_TINTS": ("#E4EEF3", "#F3F7F9"),
    "CHEVRON": "chevron.svg",
    "TICK": "tick.svg",
}
DARK: Final[dict[str, object]] = {
    "BACKGROUND": "#0F181E",
    "SURFACE": "#18242C",
    "SURFACE_SOFT": "#1E2C35",
    "INK": "#E8EFF3",
    "INK_SOFT": "#A9BAC4",
    "LINE": "#33444F",
    "LINE_STRONG": "#7E929E",
    "ACCENT": "#6FC3E0",
    "ACCENT_DARK": "#A6DDF0",
    "ACCENT_SOFT": "#17384A",
    "ACCENT_FAINT": "#152B38",
    "ON_ACCENT": "#04222E",
    "GOOD": "#7FD6A0",
    "GOOD_SOFT": "#173526",
    "CAUTION": "#4A3300",
    "CAUTION_LINE": "#E0A63A",
    "CAUTION_INK": "#FFE2A8",
    "RED": "#D41C2B",
    "RED_DARK": "#8F0B17",
    "ON_DARK": "#FFFFFF",
    "SCRIM": "#96000000",
    "STAGE_TINTS": ("#22343F", "#1B2932"),
    "CHEVRON": "chevron-dark.svg",
    "TICK": "tick-dark.svg",
}
PALETTES: Final = {"light": LIGHT, "dark": DARK}

# Text on its ground: every pair of names that the style sheet uses.
TEXT_PAIRS: Final = (
    ("INK", "BACKGROUND"),
    ("INK", "SURFACE"),
    ("INK", "SURFACE_SOFT"),
    ("INK_SOFT", "BACKGROUND"),
    ("INK_SOFT", "SURFACE"),
    ("INK_SOFT", "SURFACE_SOFT"),
    ("INK", "ACCENT_SOFT"),
    ("INK", "ACCENT_FAINT"),
    ("INK_SOFT", "LINE"),
    ("ACCENT_DARK", "BACKGROUND"),
    ("ACCENT_DARK", "ACCENT_SOFT"),
    ("ACCENT_DARK", "ACCENT_FAINT"),
    ("ACCENT", "SURFACE"),
    ("ACCENT", "BACKGROUND"),
    ("ON_ACCENT", "ACCENT"),
    ("ON_ACCENT", "ACCENT_DARK"),
    ("GOOD", "SURFACE"),
    ("GOOD", "GOOD_SOFT"),
    ("CAUTION_INK", "CAUTION"),
    ("ON_DARK", "RED"),
    ("ON_DARK", "RED_DARK"),
)


def use_theme(theme: str) -> None:
    """Draw in one of ``PALETTES`` from now on; an unknown one is the light one."""
    globals().update(PALETTES.get(theme, LIGHT))


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two ``#RRGGBB`` colours, 1 to 21 (WCAG 2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


use_theme("light")
