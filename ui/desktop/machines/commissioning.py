"""A treadmill is put into use, one page after the other: port, kind, trial, check, limits, summary."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from ui.desktop.i18n import tr
from ui.desktop.machines.commissioning_belt import CheckPage, CommandPage
from ui.desktop.machines.commissioning_end import LimitsPage, SummaryPage
from ui.desktop.machines.commissioning_start import FamilyPage, PortPage
from ui.desktop.theme.style import STOP_HEIGHT, STOP_WIDTH
from ui.desktop.widgets.base import button, column, frame, label, problem_label, row, set_text, show_problems
from ui.desktop.widgets.roomy import Roomy

PAGES = ("port", "family", "command", "check", "limits", "summary")


class CommissioningScreen(QWidget):
    """Pages and the foot under them; what the operator does leaves as signals. STOPP has its corner."""

    leave_wanted = Signal()
    back_wanted = Signal()
    next_wanted = Signal()
    seen_at_rest = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("screen")
        self.ports, self.families = PortPage(), FamilyPage()
        self.command, self.check = CommandPage(), CheckPage()
        self.limits, self.summary = LimitsPage(), SummaryPage()
        self.stack = QStackedWidget()
        for page in (self.ports, self.families, self.command, self.check, self.limits, self.summary):
            self.stack.addWidget(page)
        self.step = label("", "title")
        self.banner_text = label(tr("run.red_button"), centred=True, wrap=True)
        self.at_rest_button = button(tr("run.seen_at_rest"), self.seen_at_rest.emit, "touch")
        self.banner = frame(row(self.banner_text, self.at_rest_button, gap=20, margin=10, shares=(1,)), "banner")
        self.banner.hide()
        self.problem = problem_label()
        self.leave = button(tr("commission.leave"), self.leave_wanted.emit, "touch")
        self.back = button(tr("common.back"), self.back_wanted.emit, "touch")
        self.next = button(tr("commission.next"), self.next_wanted.emit, "main")
        self._corner = QWidget()
        foot = row(self.leave, 1, self.back, self.next, self._corner, gap=14, margin=(12, 8, 8, 8))
        # Above what scrolls: which step it is, and where the belt has to be stopped by hand.
        head = column(self.banner, self.step, gap=10, margin=(18, 12, 18, 4))
        inner = column(self.stack, self.problem, gap=10, margin=(18, 6, 18, 8), shares=(1,))
        parts = column(head, Roomy(inner, tr("commission.title")), frame(foot, "foot"), gap=0, shares=(0, 1))
        self.setLayout(parts)

    def rescale(self, scale: float, family: str) -> None:
        """Make room for this scale."""
        self._corner.setFixedSize(round(STOP_WIDTH * scale) + 14, round(STOP_HEIGHT * scale) + 4)
        for hold in (self.command.hold, self.check.hold):
            hold.setMinimumHeight(round(110 * scale))
        for page in (self.command, self.check):
            page.belt.setMinimumHeight(round(64 * scale))

    @property
    def page(self) -> str:
        """Which page is shown."""
        return PAGES[self.stack.currentIndex()]

    def show_page(self, page: str) -> None:
        """Show one page."""
        number = PAGES.index(page)
        self.stack.setCurrentIndex(number)
        name = tr(f"commission.page_{page}")
        set_text(self.step, f"{tr('commission.title')}. "
                 + tr("commission.step", number=number + 1, count=len(PAGES), name=name))  # fmt: skip
        last = page == PAGES[-1]
        set_text(self.next, tr("commission.save") if last else tr("commission.next"))
        self.next.setAccessibleName(self.next.text())
        self.show_problem("")

    def show_problem(self, text: str) -> None:
        """One sentence on what is wrong, or nothing."""
        show_problems(self.problem, [text] if text else [])

    def allow(self, *, moving: bool) -> None:
        """While the belt may move there is nothing to do but to stop it."""
        self.back.setEnabled(not moving and self.page != PAGES[0])
        self.next.setEnabled(not moving)

    def hold(self) -> None:
        """Hold the button of this page, where it has one."""
        page = {"command": self.command, "check": self.check}.get(self.page)
        if page is not None:
            page.hold.hold()

    def loosen(self) -> None:
        """The key came up: whatever was held is let go unless it is down again at once."""
        self.command.hold.loosen()
        self.check.hold.loosen()

    def tighten(self) -> None:
        """The key is down again: it was only repeated."""
        self.command.hold.tighten()
        self.check.hold.tighten()

    def let_go(self) -> None:
        """Whatever was held is held no longer."""
        self.command.hold.let_go()
        self.check.hold.let_go()
