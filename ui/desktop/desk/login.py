"""The door: login, a first password of one's own, and the first administrator of a fresh record."""

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QWidget

from teststation.errors import StationError
from teststation.records.access.user import LOGIN_MAX, Role, User, password_fault
from ui.desktop.i18n import told, tr
from ui.desktop.widgets.base import button, column, label, problem_label, show_problems
from ui.desktop.widgets.fields import form, line_edit
from ui.desktop.widgets.sheet import Cover, Sheet
from ui.station.desk import Desk


def password_edit(name: str) -> QLineEdit:
    """A field whose letters nobody reads over a shoulder."""
    made = line_edit("", name)
    made.setEchoMode(QLineEdit.EchoMode.Password)
    return made


def new_password_problems(fresh: str, again: str, login: str) -> list[str]:
    """What is wrong with a new password, in words."""
    fault = password_fault(fresh, login)
    if fault is not None:
        return [tr(f"password.{fault}")]
    return [] if fresh == again else [tr("password.differ")]


class LoginCover(Cover):
    """Asks who is there. ``let_in`` is called with the user; the cover is then gone."""

    def __init__(self, window: QWidget, desk: Desk, let_in: Callable[[User], None], *, login: str = "") -> None:
        self._desk, self._let_in = desk, let_in
        self.login = line_edit(login, tr("login.login"))
        self.login.setMaxLength(LOGIN_MAX)
        self.password = password_edit(tr("login.password"))
        self.problems = problem_label()
        words = tr("login.locked") if login else tr("login.words")
        fields = form((tr("login.login"), self.login), (tr("login.password"), self.password))
        body = column(label(words, "soft", wrap=True), fields, self.problems)
        super().__init__(window, tr("login.title"), body, width=760)
        self.enter = button(tr("login.enter"), self.try_it, "main")
        self.foot.addWidget(self.enter)
        for field in (self.login, self.password):
            field.returnPressed.connect(self.try_it)

    def open(self) -> None:
        """Show it, the keyboard where something is still missing."""
        super().open()
        (self.password if self.login.text() else self.login).setFocus()

    def try_it(self) -> None:
        """Let in, or say why not."""
        try:
            user = self._desk.log_in(self.login.text(), self.password.text())
        except StationError as error:
            self.password.clear()
            self.password.setFocus()
            show_problems(self.problems, told(error))
            return
        self.finish()
        self._let_in(user)


class FirstPasswordCover(Cover):
    """Who came in with a one-time password chooses their own before anything else."""

    def __init__(self, window: QWidget, desk: Desk, user: User, let_in: Callable[[User], None]) -> None:
        self._change = PasswordFields(desk, user)
        self._let_in = let_in
        body = column(label(tr("password.first"), "soft", wrap=True), *self._change.rows)
        super().__init__(window, tr("password.title"), body, width=760)
        self.fields = self._change
        self.foot.addWidget(button(tr("password.keep"), self.keep, "main"))
        self._change.again.returnPressed.connect(self.keep)

    def keep(self) -> None:
        """Keep the password and let in."""
        user = self._change.keep()
        if user is not None:
            self.finish()
            self._let_in(user)


class PasswordFields:
    """The former password and a new one, twice."""

    def __init__(self, desk: Desk, user: User) -> None:
        self._desk, self._user = desk, user
        self.former = password_edit(tr("password.former"))
        self.fresh, self.again = password_edit(tr("password.fresh")), password_edit(tr("password.again"))
        self.problems = problem_label()
        fields = form(
            (tr("password.former"), self.former), (tr("password.fresh"), self.fresh), (tr("password.again"), self.again)
        )
        self.rows = (fields, self.problems)

    def keep(self) -> User | None:
        """Change the password; None, and words on the screen, where that cannot be."""
        problems = new_password_problems(self.fresh.text(), self.again.text(), self._user.login)
        if not problems and self.fresh.text() == self.former.text():
            problems = [tr("password.same")]
        if not problems:
            try:
                user = self._desk.record.users.change_own_password(self._user, self.former.text(), self.fresh.text())
            except StationError as error:
                problems = told(error)
            else:
                self._desk.renew(user)
                return user
        show_problems(self.problems, problems)
        return None


class PasswordSheet(Sheet):
    """A new password for who is logged in."""

    def __init__(self, window: QWidget, desk: Desk, user: User) -> None:
        self.fields = PasswordFields(desk, user)
        super().__init__(window, tr("password.title"), column(*self.fields.rows), width=760)
        self.add_cancel(tr("common.cancel"))
        self.foot.addWidget(button(tr("password.keep"), self.keep, "main"))
        self.fields.again.returnPressed.connect(self.keep)

    def keep(self) -> None:
        """Keep it and close."""
        if self.fields.keep() is not None:
            self.finish()


class FirstUserSheet(Sheet):
    """Makes the first administrator, or puts it off. From the first user on the window asks for a login."""

    def __init__(self, window: QWidget, desk: Desk, made: Callable[[User], None], later: Callable[[], None]) -> None:
        self._desk, self._made, self._later = desk, made, later
        self.name, self.login = line_edit("", tr("users.name")), line_edit("", tr("login.login"))
        self.fresh, self.again = password_edit(tr("login.password")), password_edit(tr("password.again"))
        self.problems = problem_label()
        fields = form(
            (tr("users.name"), self.name),
            (tr("login.login"), self.login),
            (tr("login.password"), self.fresh),
            (tr("password.again"), self.again),
        )
        body = column(label(tr("first_user.words"), "soft", wrap=True), fields, self.problems)
        super().__init__(window, tr("first_user.title"), body, width=960)
        self.foot.insertWidget(0, button(tr("first_user.later"), self.put_off, "touch"))
        self.foot.addWidget(button(tr("first_user.make"), self.make, "main"))
        self.again.returnPressed.connect(self.make)

    def put_off(self) -> None:
        """Work without a login for now."""
        self.finish()
        self._later()

    def make(self) -> None:
        """Make the administrator and let them in."""
        login, name = self.login.text(), self.name.text()
        problems = user_problems(login, name)
        problems += new_password_problems(self.fresh.text(), self.again.text(), login)
        if not problems:
            try:
                self._desk.record.users.add(login, name, Role.ADMINISTRATOR, self.fresh.text())
                user = self._desk.log_in(login, self.fresh.text())
            except StationError as error:
                problems = told(error)
            else:
                self.finish()
                self._made(user)
                return
        show_problems(self.problems, problems)


def user_problems(login: str, name: str) -> list[str]:
    """What is wrong with a new user, in words."""
    problems = []
    if not login.strip() or len(login.split()) != 1 or len(login.strip()) > LOGIN_MAX:
        problems.append(tr("users.login_wrong"))
    if not name.strip():
        problems.append(tr("users.name_missing"))
    return problems
