"""Who may log in: added, changed, let back in and let go by an administrator. Nobody is deleted."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from teststation.errors import StationError
from teststation.records.access.user import Role, User
from ui.desktop.desk.login import user_problems
from ui.desktop.i18n import told, tr
from ui.desktop.widgets.base import ElidedLabel, button, clear, column, label, problem_label, set_text, show_problems
from ui.desktop.widgets.fields import form, line_edit
from ui.desktop.widgets.scrolled import Scrolled
from ui.desktop.widgets.sheet import Sheet
from ui.station.desk import Desk

Tell = Callable[[str, Sequence[str]], None]


def role_box(role: Role) -> QComboBox:
    """The roles, one chosen."""
    made = QComboBox()
    made.setAccessibleName(tr("users.role"))
    for each in Role:
        made.addItem(tr(f"role.{each.value}"), each.value)
    made.setCurrentIndex(made.findData(role.value))
    return made


class UsersSheet(Sheet):
    """One row for each user. What changes is kept at once."""

    def __init__(self, window: QWidget, desk: Desk, tell: Tell, show_sheet: Callable[..., None]) -> None:
        self._desk, self._tell, self._show_sheet = desk, tell, show_sheet
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(14)
        self.grid.setVerticalSpacing(8)
        self.grid.setColumnStretch(1, 1)
        self.problems = problem_label()
        lines = Scrolled(self.grid, tr("users.title"))
        super().__init__(window, tr("users.title"), column(lines, self.problems), width=1700)
        self.add_cancel(tr("common.close"))
        self.foot.addWidget(button(tr("users.new"), self.add, "main"))
        self.fill()

    def fill(self) -> None:
        """Show who there is."""
        clear(self.grid)
        for place, key in enumerate(("login", "name", "role", "state")):
            self.grid.addWidget(label(tr(f"users.column_{key}"), "caption"), 0, place)
        for line, user in enumerate(self._desk.record.users.all(), start=1):
            self._row(line, user)

    def _row(self, line: int, user: User) -> None:
        state = "users.gone" if not user.active else "users.one_time" if user.must_change else "users.active"
        role = role_box(user.role)
        role.setAccessibleName(tr("users.role_of", login=user.login))
        role.setEnabled(user.active)
        role.activated.connect(lambda *_: self._change(user, role=Role(role.currentData())))
        reset = button(tr("users.reset"), lambda: self.reset(user), name=tr("users.reset_of", login=user.login))
        reset.setEnabled(user.active)
        key = "users.let_go" if user.active else "users.take_back"
        leave = button(tr(key), lambda: self._change(user, active=not user.active), name=f"{tr(key)}: {user.login}")
        leave.setEnabled(self._desk.user is None or user.id != self._desk.user.id)
        for place, widget in enumerate(
            (label(user.login, "strong"), ElidedLabel(user.name), role, label(tr(state), "soft"), reset, leave)
        ):
            self.grid.addWidget(widget, line, place)

    def add(self) -> None:
        """A new user."""
        self._show_sheet(lambda window: NewUserSheet(window, self._desk, self._added))

    def reset(self, user: User) -> None:
        """A one-time password for who has forgotten theirs."""
        try:
            one_time = self._desk.record.users.reset(user.id)
        except StationError as error:
            show_problems(self.problems, told(error))
            return
        show_problems(self.problems, ())
        self.fill()
        self._tell(tr("users.one_time_title", login=user.login), [one_time, tr("users.one_time_words")])

    def _added(self, user: User, one_time: str) -> None:
        self.fill()
        self._tell(tr("users.one_time_title", login=user.login), [one_time, tr("users.one_time_words")])

    def _change(self, user: User, *, role: Role | None = None, active: bool | None = None) -> None:
        try:
            changed = self._desk.record.users.change(user.id, role=role, active=active)
        except StationError as error:
            show_problems(self.problems, told(error))
        else:
            self._desk.renew(changed)
            show_problems(self.problems, ())
        self.fill()


class NewUserSheet(Sheet):
    """Login, name and role; the password is a one-time one, made by the station."""

    def __init__(self, window: QWidget, desk: Desk, added: Callable[[User, str], None]) -> None:
        self._desk, self._added = desk, added
        self.name, self.login = line_edit("", tr("users.name")), line_edit("", tr("login.login"))
        self.role = role_box(Role.THERAPIST)
        self.role_words = label("", "soft", wrap=True)
        self.problems = problem_label()
        fields = form((tr("users.name"), self.name), (tr("login.login"), self.login), (tr("users.role"), self.role))
        super().__init__(window, tr("users.new"), column(fields, self.role_words, self.problems), width=900)
        self.add_cancel(tr("common.cancel"))
        self.foot.addWidget(button(tr("form.save"), self.save, "main"))
        self.role.currentIndexChanged.connect(lambda *_: self._explain())
        self._explain()
        for field in (self.name, self.login):
            field.returnPressed.connect(self.save)

    def save(self) -> None:
        """Keep the user, or say what is wrong."""
        login, name = self.login.text(), self.name.text()
        problems = user_problems(login, name)
        if not problems:
            try:
                user, one_time = self._desk.record.users.add(login, name, Role(self.role.currentData()))
            except StationError as error:
                problems = told(error)
            else:
                self.finish()
                self._added(user, one_time or "")
                return
        show_problems(self.problems, problems)

    def _explain(self) -> None:
        set_text(self.role_words, tr(f"role.{self.role.currentData()}_may"))
