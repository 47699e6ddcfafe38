"""Numbers, times and dates as the window's language writes them, and as people type them. No locale of the machine."""

from datetime import UTC, date, datetime

from teststation.moments import here
from teststation.texts import COMMA, writing
from teststation.texts.writing import DASH as DASH
from ui.desktop.i18n import language


def number(value: float | None, decimals: int = 0) -> str:
    """With the language's own decimal sign; a dash where there is none."""
    return writing.number(language(), value, decimals)


def exact(value: float | None) -> str:
    """A number as it stands in a field that can be saved again: every digit it has; nothing where there is none."""
    if value is None:
        return ""
    text = f"{value!r}".removesuffix(".0").replace("-", writing.MINUS)
    return text.replace(".", ",") if language() in COMMA else text


def signed(value: float, decimals: int = 1) -> str:
    """With its sign, plus included."""
    return writing.signed(language(), value, decimals)


def between(low: float | None, high: float | None, decimals: int = 0) -> str:
    """A range, with a dash in between."""
    return f"{number(low, decimals)}{DASH}{number(high, decimals)}"


def clock(seconds: float) -> str:
    """``m:ss``, rounded up: a clock that counts down shows 0:00 only when the time is up."""
    whole = int(-(-max(0.0, seconds) // 1))
    return f"{whole // 60}:{whole % 60:02d}"


def day(iso: str | None) -> str:
    """An ISO date or moment as the language writes a day; a dash where there is none."""
    return writing.day(language(), iso)


def moment(iso: str) -> str:
    """A moment with its day, by the clock of this place."""
    at = here(datetime.fromisoformat(iso))
    return f"{writing.day(language(), at.isoformat())} {at:%H:%M}"


def parse_number(text: str) -> float | None:
    """A number with comma or point; None for anything else."""
    try:
        value = float(text.strip().replace(",", ".").replace("−", "-"))
    except ValueError:
        return None
    return value if abs(value) < 1e6 else None


def parse_day(text: str) -> date | None:
    """A date as ``dd.mm.yyyy``, ``ddmmyyyy``, ISO or ``28 Nov 2026``; None for anything else."""
    stripped = text.strip()
    in_english = writing.parse_english_day(stripped)
    if in_english is not None:
        return in_english
    for pattern in ("%d.%m.%Y", "%d%m%Y", "%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(stripped, pattern).date()  # noqa: DTZ007 - a birth date has no zone
        except ValueError:
            continue
    return None


def today() -> date:
    """The day it is here."""
    return datetime.now(UTC).astimezone().date()


def age_years(born: date, on: date) -> float:
    """Age in years with its fraction; whole on each birthday."""
    birthdays = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    last = _birthday(born, born.year + birthdays)
    following = _birthday(born, born.year + birthdays + 1)
    return birthdays + (on - last).days / (following - last).days


def _birthday(born: date, year: int) -> date:
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)
