"""Login, lock and users in the window."""

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMainWindow

from teststation.records.access.actions import Action
from teststation.records.access.user import Permission, User
from ui.desktop.desk.lock import IdleLock, may_lock
from ui.desktop.desk.login import FirstPasswordCover, FirstUserSheet, LoginCover, PasswordSheet
from ui.desktop.desk.users import UsersSheet
from ui.desktop.header import Header
from ui.desktop.i18n import tr
from ui.desktop.widgets.choices import choices
from ui.desktop.widgets.sheet import Cover, Sheet
from ui.station.desk import Desk
from ui.station.settings import Settings


class Window(Protocol):
    """What login and lock need of the window."""

    def show_sheet(self, make: Callable[..., Sheet]) -> None:
        """Show one more sheet."""
        ...

    def tell(self, title: str, sentences: Sequence[str]) -> None:
        """Say something and wait to be seen."""
        ...

    def keep_settings(self, settings: Settings) -> None:
        """Use settings from now on."""
        ...


class DeskFlow(QObject):
    """Who is at the desk. ``user_changed`` comes whenever it is somebody else, or somebody with other rights."""

    user_changed = Signal()
    desk_left = Signal()  # nobody is at the desk: what lies outside the window must be closed
    desk_cleared = Signal()  # another user than before has come in: nothing of the former's work stays open

    def __init__(
        self,
        desk: Desk,
        header: Header,
        window: QMainWindow,
        ask: Window,
        settings: Callable[[], Settings],
        run_under_way: Callable[[], bool],
        *,
        demo: bool,
    ) -> None:
        super().__init__(window)
        self.desk, self.header, self._window, self._ask = desk, header, window, ask
        self._settings, self._run_under_way, self._demo = settings, run_under_way, demo
        self.cover: Cover | None = None
        self._last: User | None = None
        self.lock = IdleLock(after_s=lambda: settings().lock_after_min * 60.0, may=self._may_lock, parent=self)
        self.lock.due.connect(lambda: self.leave(Action.LOCKED))
        header.account_wanted.connect(self.show_account)
        header.lock_wanted.connect(lambda: self.leave(Action.LOCKED))
        header.users_missing.connect(self.set_up_users)

    # --- at the door ---

    def start(self) -> None:
        """Ask who is there, where the record has users and nobody has said so."""
        if self.desk.asks_login and self.desk.user is None:
            self._show_login("")
        self._last = self.desk.user
        self._show_user()

    def begin_anew(self) -> None:
        """Another content has come into the record: whoever works here comes in by what it knows of users."""
        if self.desk.user is not None:
            self.desk.log_out()
        self._last = None
        if self.cover is None:
            self.start()

    def remind(self) -> None:
        """Offer the first user, unless that was put off; the header goes on reminding."""
        if not self._demo and not self.desk.asks_login and not self._settings().work_without_login:
            self.set_up_users()

    def leave(self, action: Action = Action.LOGGED_OUT) -> None:
        """Log out or lock. Not while a run is under way: nothing may lie between a person and STOPP."""
        if not self._may_lock():
            return
        login = self.desk.user.login if self.desk.user is not None and action is Action.LOCKED else ""
        try:
            self.desk.log_out(action)
        finally:  # whatever the record says: the cover lies over the window
            self.desk_left.emit()
            self._show_login(login)
        self._show_user()

    def raise_cover(self) -> None:
        """Nothing opens above the door."""
        if self.cover is not None:
            self.cover.raise_()

    def _may_lock(self) -> bool:
        return self.cover is None and may_lock(
            logged_in=self.desk.user is not None, run_under_way=self._run_under_way()
        )

    def _show_login(self, login: str) -> None:
        self.show_cover(LoginCover(self._window, self.desk, self._let_in, login=login))

    def show_cover(self, cover: Cover) -> None:
        """Lay it over everything: nothing opens above it."""
        self.cover = cover
        cover.closed.connect(self._uncovered)
        cover.open()

    def _uncovered(self) -> None:
        self.cover = None

    def _let_in(self, user: User) -> None:
        if user.must_change:
            self.show_cover(FirstPasswordCover(self._window, self.desk, user, self._let_in))
            return
        if self._last is not None and self._last.id != user.id:
            self.desk_cleared.emit()
        self._last = user
        self._show_user()

    # --- users ---

    def set_up_users(self) -> None:
        """The first administrator."""
        self._ask.show_sheet(lambda window: FirstUserSheet(window, self.desk, self._let_in, self._put_off))

    def show_account(self) -> None:
        """What the user can do with their own login, and an administrator with everybody's."""
        user = self.desk.user
        if user is None:
            return
        answers = [("lock", tr("account.lock")), ("password", tr("account.password")), ("leave", tr("account.leave"))]
        if self.desk.may(Permission.USERS):
            answers.append(("users", tr("account.users")))
        words = tr("account.words", name=user.name, role=tr(f"role.{user.role.value}"))
        self._ask.show_sheet(lambda window: choices(window, tr("account.title"), words, answers, self._account))

    def _account(self, answer: str) -> None:
        user = self.desk.user
        if user is None:
            return
        match answer:
            case "lock":
                self.leave(Action.LOCKED)
            case "leave":
                self.leave()
            case "password":
                self._ask.show_sheet(lambda window: PasswordSheet(window, self.desk, user))
            case _:
                self._ask.show_sheet(lambda window: UsersSheet(window, self.desk, self._ask.tell, self._ask.show_sheet))

    def _put_off(self) -> None:
        self._ask.keep_settings(msgspec.structs.replace(self._settings(), work_without_login=True))
        self._show_user()

    def _show_user(self) -> None:
        user = self.desk.user
        no_users = user is None and not self._demo and not self.desk.asks_login
        self.header.show_user(None if user is None else user.name, no_users=no_users)
        self.user_changed.emit()
