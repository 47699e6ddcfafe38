"""Colours of the window: calm, light, few. Red belongs to STOPP and to high alarms alone."""

BACKGROUND = "#F2F5F7"
SURFACE = "#FFFFFF"
SURFACE_SOFT = "#F7F9FA"
INK = "#13222C"
INK_SOFT = "#475965"
LINE = "#CBD5DB"
LINE_STRONG = "#7C8D98"
ACCENT = "#0B5C7A"
ACCENT_DARK = "#084459"
ACCENT_SOFT = "#DDECF2"
ACCENT_FAINT = "#EDF5F8"
GOOD = "#1B6B3A"
GOOD_SOFT = "#E1F1E7"
CAUTION = "#FFE7B3"
CAUTION_LINE = "#A86A00"
CAUTION_INK = "#4F3300"
RED = "#BE1220"
RED_DARK = "#8F0B17"
ON_DARK = "#FFFFFF"
STAGE_TINTS = ("#E4EEF3", "#F3F7F9")

# Text on its ground: every pair that the style sheet uses.
TEXT_PAIRS = (
    (INK, BACKGROUND),
    (INK, SURFACE),
    (INK, SURFACE_SOFT),
    (INK_SOFT, BACKGROUND),
    (INK_SOFT, SURFACE),
    (INK_SOFT, SURFACE_SOFT),
    (INK, ACCENT_SOFT),
    (ACCENT_DARK, BACKGROUND),
    (ACCENT_DARK, ACCENT_SOFT),
    (ACCENT_DARK, ACCENT_FAINT),
    (ACCENT, SURFACE),
    (ON_DARK, ACCENT),
    (ON_DARK, ACCENT_DARK),
    (INK_SOFT, LINE),
    *((INK_SOFT, tint) for tint in STAGE_TINTS),
    (GOOD, SURFACE),
    (GOOD, GOOD_SOFT),
    (CAUTION_INK, CAUTION),
    (ON_DARK, RED),
    (ON_DARK, RED_DARK),
)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two ``#RRGGBB`` colours, 1 to 21 (WCAG 2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
