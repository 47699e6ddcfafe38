"""A belt that was not checked for too long, told when the window opens."""

from collections.abc import Callable, Sequence

from drivers.machines_file import machines_path
from teststation.errors import StationError
from ui.desktop.i18n import told, tr
from ui.desktop.i18n.numbers import day, today
from ui.station.settings import Settings


def remind(settings: Settings, tell: Callable[[str, Sequence[str]], None]) -> None:
    """Tell of the treadmill of the clinic's own file whose check is due, if there is one."""
    if not machines_path().exists():
        return
    from ui.station.belt_check import check_reminder

    try:
        machine = check_reminder(settings, today())
    except StationError as error:
        tell(tr("error.known"), told(error))
        return
    if machine is not None:
        last = machine.last_check
        when = tr("belt_check.never") if last is None else day(last.day)
        words = tr("belt_check.words", name=machine.name or machine.device, when=when)
        tell(tr("belt_check.due"), [words])
