"""What the station does for its record while nobody is on the belt: hand over, and make the backup that is due.

It works beside the window and gives a backup up when a test is prepared: the next quiet minute begins it again.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from teststation.cause import Cause, Problem
from teststation.errors import StationError
from teststation.records.storage.failures import ServerAway
from ui.desktop.i18n import told, tr
from ui.desktop.i18n.numbers import moment
from ui.desktop.work import Work
from ui.station.station import Station

if TYPE_CHECKING:
    from teststation.records.upkeep.findings import LastBackup

LOOK_EVERY_MS = 60_000
RENEW_EVERY = 60  # looks between two hand-overs while the server answers: it brings the people who may come today


def last_words(last: "LastBackup | None") -> str:
    """When the record was last backed up; None where no folder is chosen for that."""
    if last is None:
        return tr("backups.none")
    if last.at is None:
        return tr("backups.never")
    return tr("backups.late" if last.late else "backups.last", when=moment(last.at.isoformat()))


class Upkeep(QObject):
    """Looks once a minute. A problem is said once, and again only after it had gone."""

    backup_known = Signal(object)  # LastBackup; None where there is no folder for backups

    def __init__(
        self,
        station: Station,
        quiet: Callable[[], bool],
        tell: Callable[[Sequence[str]], None],
        parent: QObject | None = None,
    ) -> None:
        """``quiet``: whether no run is prepared, walked or stopping; asked from another thread too."""
        super().__init__(parent)
        self._station, self._quiet, self._tell = station, quiet, tell
        self._work: Work | None = None
        self._said: tuple[Problem, ...] = ()
        self._looks = 0
        self._closing = False
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._made = False  # a backup, since ``backup_known`` was told
        self._asked: list[Work] = []  # what somebody asked for, beside the looks
        self._timer.start()

    def look(self) -> None:
        """Begin what is due, unless a run is under way or the last look is still at work."""
        if not self._may_go_on() or (self._work is not None and not self._work.wait(0.0)):
            return
        self._looks += 1
        self._work = Work(self._do, self)
        self._work.done.connect(self._say)
        self._work.start()

    def look_back(self) -> None:
        """Find out when the record was last backed up, and tell ``backup_known``."""
        self.beside(self._last, self.backup_known.emit)

    def back_up_now(self, said: "Callable[[LastBackup | None, Sequence[str]], None]") -> None:
        """Make a backup, due or not; ``said`` gets the newest there is then, and what is wrong."""

        def make() -> tuple[Problem, ...]:
            from teststation.records.upkeep.findings import Interrupted

            record, settings = self._station.record, self._station.settings
            folder = Path(settings.backup_folder)
            try:
                return record.upkeep.backup_into(folder, settings.backup_days, _now(), self._may_go_on).causes
            except Interrupted:
                return (tr("place.given_up"),)

        def done(answer: "tuple[LastBackup | None, tuple[Problem, ...]]") -> None:
            last, problems = answer
            self.backup_known.emit(last)
            said(last, told(problems))

        def do() -> "tuple[LastBackup | None, tuple[Problem, ...]]":
            problems = self._problems(make)
            return self._last(), problems

        self.beside(do, done)

    def beside(self, work: Callable[[], object], done: Callable[..., None]) -> None:
        """Do what somebody asked for: they are told wherever they are by then, and the window's end awaits it."""

        def answered(answer: object) -> None:
            self._asked = [one for one in self._asked if one is not asked]  # which holds who is told
            done(answer)

        asked = Work(work, self)
        asked.done.connect(answered)
        self._asked = [one for one in self._asked if not one.wait(0.0)] + [asked.start()]

    def _last(self) -> "LastBackup | None":
        from teststation.records.upkeep.findings import LastBackup

        folder = self._station.settings.backup_folder
        if not folder:
            return None
        try:
            return self._station.record.upkeep.last_backup(Path(folder), _now())
        except StationError:  # the look that makes backups says so
            return LastBackup(None, late=True)

    def close(self) -> list[Work]:
        """The window closes: give up what can be given up. What is returned is the rest, which comes to its end."""
        self._closing = True
        self._timer.stop()
        return [*self._asked, *([] if self._work is None else [self._work])]

    def _may_go_on(self) -> bool:
        return self._quiet() and not self._closing

    def _do(self) -> tuple[Problem, ...]:
        """Everything due; the problems of it. Runs in a thread of its own: the record is asked for all of it here."""
        return (*self._problems(self._hand_over), *self._problems(self._back_up))

    def _hand_over(self) -> tuple[Problem, ...]:
        record = self._station.record
        if record.away is None and self._looks % RENEW_EVERY != 0:
            return ()
        return tuple(self._named(problem) for problem in record.hand_over().kept_here)

    def _back_up(self) -> tuple[Problem, ...]:
        settings = self._station.settings
        if not settings.backup_folder or self._station.record.away is not None:
            return ()
        made = self._station.record.upkeep.scheduled_backup(
            Path(settings.backup_folder),
            settings.backup_days,
            _now(),
            self._may_go_on,
        )
        self._made = self._made or made is not None
        return () if made is None else made.causes

    @staticmethod
    def _problems(part: Callable[[], tuple[Problem, ...]]) -> tuple[Problem, ...]:
        from teststation.records.upkeep.findings import Interrupted

        try:
            return part()
        except Interrupted:
            return ()
        except ServerAway as away:
            return tuple(_without_details(cause) for cause in away.causes)
        except StationError as error:
            return error.causes

    def _say(self, problems: tuple[Problem, ...]) -> None:
        if self._made:
            self._made = False
            self.look_back()
        if problems != self._said and problems:
            self._tell(told(problems))
        self._said = problems

    def _named(self, problem: Problem) -> Problem:
        """In the window a person has a name; in a log an id."""
        if not isinstance(problem, Cause) or problem.code != "person_two_stations":
            return problem
        person = self._station.record.people.get(str(problem.values["person"]))
        return Cause(problem.code, {"person": person.full_name})


def _now() -> datetime:
    return datetime.now()  # noqa: DTZ005 - the wall clock of the clinic names the file


def _without_details(problem: Problem) -> Problem:
    """A server that is away says so each time in other words, and is told of once."""
    if isinstance(problem, Cause) and problem.code == "server_away":
        return Cause("server_gone", {"name": problem.values["name"]})
    return problem
