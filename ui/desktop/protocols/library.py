"""Every protocol at hand: the clinic's own beside the station's, what each asks, and how often it was walked."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractItemView, QStackedWidget, QWidget

from teststation.errors import StationError
from teststation.physiology.foreseen import foresee
from teststation.protocol.load import example_plan
from teststation.protocol.own import Version
from teststation.protocol.plan import Plan
from teststation.protocol.session_draft import aims, draft_of
from ui.desktop.i18n import core_texts, told, tr
from ui.desktop.i18n.marks import who
from ui.desktop.i18n.numbers import DASH, clock, moment, number
from ui.desktop.protocols.aim_curve import AimCurve
from ui.desktop.protocols.load_curve import LoadCurve
from ui.desktop.protocols.someone import Someone, WhoBar, title_of
from ui.desktop.widgets.base import button, column, frame, label, row, set_shown, set_text, show_problems
from ui.desktop.widgets.sheet import Sheet
from ui.desktop.widgets.table import fill_wrapped, reading_table
from ui.station.protocols import Damaged, Shelved

COLUMNS = ("title", "minutes", "whose", "used")
VERSIONS_SHOWN = 6
SHA_SHOWN = 12


class LibrarySheet(Sheet):
    """Shows; what is to be done is told by signals, and shown again by ``show_shelf``."""

    help_page = "protocols"

    new_wanted = Signal()
    bring_in_wanted = Signal()
    edit_wanted = Signal(object)  # Shelved, of the clinic's own
    copy_wanted = Signal(object)  # Shelved
    export_wanted = Signal(object)
    withdraw_wanted = Signal(object)  # Shelved; back into use where it is withdrawn
    chosen = Signal(str)  # an id: for the test that is being prepared

    def __init__(self, window: QWidget, someone: Someone, *, may_write: bool, for_a_test: bool) -> None:
        """``for_a_test``: one of them can be chosen for it."""
        scale = float(window.property("drawn_scale") or 1.0)
        self._may_write = may_write
        self._shelf: Sequence[Shelved] = ()
        self._versions: Mapping[str, Sequence[tuple[int, Version | None]]] = {}
        self._uses: Mapping[tuple[str, str], int] = {}
        headings = [tr(f"protocols.list.{name}") for name in COLUMNS]
        self.table = reading_table(tr("protocols.library"), headings, 0, wrapped=True)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.itemSelectionChanged.connect(self._look)
        self.damaged = label("", "problem", wrap=True)
        self.damaged.hide()
        self.name, self.facts = label("", "heading", wrap=True), label("", wrap=True)
        self.origin, self.versions = label("", "caption", wrap=True), label("", "caption", wrap=True)
        self.who, self.curve, self.aims = WhoBar(someone, self._look), LoadCurve(scale), AimCurve(scale)
        self._charts = QStackedWidget()
        for chart in (self.curve, self.aims):
            self._charts.addWidget(chart)
        self._legend = label(tr("protocols.legend"), "caption", wrap=True)
        self.new_button = button(tr("protocols.new"), lambda: self.new_wanted.emit())
        self.bring_button = button(tr("protocols.bring_in"), lambda: self.bring_in_wanted.emit())
        self.edit_button = button(tr("protocols.edit"), lambda: self.edit_wanted.emit(self.here))
        self.copy_button = button(tr("protocols.copy"), lambda: self.copy_wanted.emit(self.here))
        self.export_button = button(tr("protocols.export"), lambda: self.export_wanted.emit(self.here))
        self.withdraw_button = button(tr("protocols.withdraw"), lambda: self.withdraw_wanted.emit(self.here))
        left = column(
            self.table, self.damaged, row(self.new_button, self.bring_button, 1, gap=8), gap=8, shares=(1,)
        )  # fmt: skip
        keys = row(self.edit_button, self.copy_button, self.export_button, self.withdraw_button, 1, gap=8)
        inside = column(
            self.name, self.facts, self.who, self._charts, self._legend,
            self.versions, self.origin, keys, gap=6, margin=16, shares=(0, 0, 0, 1),
        )  # fmt: skip
        body = row(left, frame(inside, "card"), gap=18, shares=(1, 1))
        super().__init__(window, tr("protocols.library"), body, width=1800, fill=True)
        self.add_cancel(tr("common.close"))
        self.use_button = button(tr("protocols.use"), self._use, "main")
        self.foot.addWidget(self.use_button)
        self.use_button.setHidden(not for_a_test)
        for one in (self.new_button, self.bring_button, self.edit_button, self.copy_button, self.withdraw_button):
            one.setHidden(not may_write)

    @property
    def here(self) -> Shelved | None:
        """The protocol that is looked at."""
        place = self.table.currentRow()
        return self._shelf[place] if 0 <= place < len(self._shelf) else None

    def show_shelf(
        self,
        shelf: Sequence[Shelved],
        damaged: Sequence[Damaged],
        versions: Mapping[str, Sequence[tuple[int, Version | None]]],
        uses: Mapping[tuple[str, str], int],
        choose: str = "",
    ) -> None:
        """Show what there is.

        Args:
            versions: Of the clinic's own, the newest first, by id.
            uses: How many tests were walked with each text, by id and sha256.
            choose: Which one to look at; the one looked at before, without.
        """
        wanted = choose or (self.here.id if self.here is not None else "")
        self._shelf, self._versions, self._uses = shelf, versions, uses
        fill_wrapped(self.table, [self._row(one) for one in shelf])
        place = next((number for number, one in enumerate(shelf) if one.id == wanted), 0)
        self.table.setCurrentCell(place, 0)
        sentences = [tr("protocols.damaged", id=one.id, why="; ".join(told(one.error))) for one in damaged]
        show_problems(self.damaged, sentences)
        self._look()

    def _row(self, one: Shelved) -> tuple[str, ...]:
        minutes = number(one.minutes, 0 if one.minutes % 1 == 0 else 1)
        return title_of(one), minutes, _whose(one), str(one.uses) if one.uses else DASH

    def _look(self) -> None:
        one = self.here
        if one is None:
            return
        try:
            plan = example_plan(one.text, one.id)
        except StationError as error:
            show_problems(self.damaged, told(error))
            return
        set_text(self.name, title_of(one))
        self._show_facts(one, plan)
        set_text(self.origin, core_texts().origin_of(plan.citation))
        set_shown(self.origin, bool(plan.citation))
        set_text(self.versions, "\n".join(self._version_lines(one)))
        own = one.version is not None
        set_shown(self.edit_button, own and self._may_write)
        set_shown(self.withdraw_button, own and self._may_write)
        set_text(self.withdraw_button, tr("protocols.restore" if one.withdrawn else "protocols.withdraw"))
        self.use_button.setEnabled(not one.withdrawn and not one.bouts)

    def _show_facts(self, one: Shelved, plan: Plan) -> None:
        """What it asks: of a test uptake and pulse of somebody, of a session the pulse it aims at."""
        set_shown(self.who, not one.bouts)
        self._charts.setCurrentWidget(self.aims if one.bouts else self.curve)
        set_text(self._legend, tr("protocols.session.legend" if one.bouts else "protocols.legend"))
        if one.bouts:
            self.aims.show_aims(aims(draft_of(one.text, one.id)))
            whole_s = plan.duration_s + plan.cool_down.duration_s
            set_text(self.facts, tr("protocols.session.facts", time=clock(whole_s), n=one.bouts, whose=_whose(one)))
            return
        who = self.who.someone
        stages = (*plan.stages, plan.cool_down)
        self.curve.show_stages(stages, foresee(stages, who.subject, plan.limits.hr_fraction_of_max, who.line))
        facts = tr("protocols.facts", time=clock(plan.duration_s), n=len(plan.stages), whose=_whose(one))
        set_text(self.facts, f"{facts} · {used_words(one.uses)}")

    def _version_lines(self, one: Shelved) -> list[str]:
        lines: list[str] = []
        versions = self._versions.get(one.id, ())
        for n, version in versions[:VERSIONS_SHOWN]:
            if version is None:
                lines.append(tr("protocols.version_damaged", n=n))
                continue
            key = "protocols.version_withdrawn" if version.withdrawn else "protocols.version"
            uses = "" if one.bouts else used_words(self._uses.get((one.id, version.sha256), 0))
            said = tr(key, n=n, name=version.name, at=moment(version.saved_at), by=who(version.saved_by))
            lines.append(f"{said} · {uses} · {version.sha256[:SHA_SHOWN]}".replace(" ·  · ", " · "))
        if len(versions) > VERSIONS_SHOWN:
            lines.append(tr("protocols.more_versions", n=len(versions) - VERSIONS_SHOWN))
        return lines or [tr("protocols.sha", sha=one.sha256[:SHA_SHOWN])]

    def _use(self) -> None:
        one = self.here
        if one is not None and not one.withdrawn:
            self.finish()
            self.chosen.emit(one.id)


def used_words(uses: int) -> str:
    """How often something was walked."""
    return tr("protocols.used", n=uses)


def _whose(one: Shelved) -> str:
    if one.version is None:
        whose = tr("protocols.built_in")
    else:
        whose = tr("protocols.withdrawn") if one.withdrawn else tr("protocols.own", n=one.version.number)
    return tr("protocols.session.is_one", whose=whose) if one.bouts else whose
