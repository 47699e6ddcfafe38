"""Numbers, times and dates as a Norwegian reads and writes them. Pure functions, no locale of the machine."""

from datetime import UTC, date, datetime

DASH = "–"


def number(value: float | None, decimals: int = 0) -> str:
    """With a decimal comma; a dash where there is none."""
    if value is None:
        return DASH
    text = f"{value:.{decimals}f}"
    if not text.strip("-0."):
        text = text.lstrip("-")
    return text.replace(".", ",").replace("-", "−")


def exact(value: float | None) -> str:
    """A number as it stands in a field that can be saved again: every digit it has; nothing where there is none."""
    return "" if value is None else f"{value!r}".removesuffix(".0").replace(".", ",").replace("-", "−")


def signed(value: float, decimals: int = 1) -> str:
    """With its sign, plus included."""
    text = number(value, decimals)
    return text if text.startswith("−") or not text.strip("0,") else f"+{text}"


def between(low: float | None, high: float | None, decimals: int = 0) -> str:
    """A range, with a dash in between."""
    return f"{number(low, decimals)}{DASH}{number(high, decimals)}"


def clock(seconds: float) -> str:
    """``m:ss``, rounded up: a clock that counts down shows 0:00 only when the time is up."""
    whole = int(-(-max(0.0, seconds) // 1))
    return f"{whole // 60}:{whole % 60:02d}"


def day(iso: str | None) -> str:
    """An ISO date or moment as ``dd.mm.yyyy``; a dash where there is none."""
    if not iso:
        return DASH
    return f"{datetime.fromisoformat(iso).date():%d.%m.%Y}"


def moment(iso: str) -> str:
    """A moment as ``dd.mm.yyyy hh:mm``, by the clock of this place."""
    return f"{datetime.fromisoformat(iso).astimezone():%d.%m.%Y %H:%M}"


def parse_number(text: str) -> float | None:
    """A number with comma or point; None for anything else."""
    try:
        value = float(text.strip().replace(",", ".").replace("−", "-"))
    except ValueError:
        return None
    return value if abs(value) < 1e6 else None


def parse_day(text: str) -> date | None:
    """A date as ``dd.mm.yyyy``, ``ddmmyyyy`` or ISO; None for anything else."""
    stripped = text.strip()
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
