"""The clinic's protocols in the window: who may write them, and what leads from the library to the editor and back."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec
from PySide6.QtWidgets import QWidget

from teststation.cause import Cause
from teststation.errors import BadInput, StationError
from teststation.files.outputs import Kind, Output, problem
from teststation.files.writing import write_whole
from teststation.physiology.prior import HUNT3_WEIGHT_KG
from teststation.protocol import session_draft
from teststation.protocol.draft import Draft, draft_of, text_of
from teststation.protocol.load import find
from teststation.protocol.own import Version
from teststation.protocol.session_draft import SessionDraft
from teststation.records.access.actions import Action
from teststation.records.access.user import Permission
from teststation.records.people.person import Person
from teststation.subject import Subject
from ui.desktop.i18n import core_texts, say, told, tr
from ui.desktop.i18n.marks import name_of
from ui.desktop.i18n.numbers import age_years, today
from ui.desktop.protocols.someone import EXAMPLE, Someone, title_of, typed_with_comma
from ui.desktop.widgets.dialogs import Dialogs
from ui.desktop.widgets.sheet import Sheet
from ui.station.desk import Desk
from ui.station.must_live import must_live
from ui.station.protocols import NotInOrder, Shelved, bring_in, new_identifier, save_version, shelf, titles
from ui.station.station import Station

if TYPE_CHECKING:  # its plots are large, and wanted late: they are no part of the start
    from ui.desktop.protocols.library import LibrarySheet

MODEL = "submax-13"  # whose first stage and cool-down a new protocol begins with


class Window(Protocol):
    """What the protocols need of the window."""

    dialogs: Dialogs

    def show_sheet(self, make: Callable[[QWidget], Sheet]) -> None:
        """Show one more sheet."""
        ...

    def tell(self, title: str, sentences: Sequence[str]) -> None:
        """Say something and wait to be seen."""
        ...


class ProtocolFlow:
    """Opens the library; ``changed`` is called with the id of whatever was saved, taken out of use or chosen."""

    def __init__(self, station: Station, desk: Desk, window: Window, changed: Callable[[str, bool], None]) -> None:
        """``changed``: an id, and whether it was chosen for the test that is being prepared."""
        self._station, self._desk, self._window, self._changed = station, desk, window, changed
        self.library: LibrarySheet | None = None
        self._for_a_test = False

    def open(self, someone: Someone | None = None, *, for_a_test: bool = False, choose: str = "") -> None:
        """Show every protocol at hand. ``someone``: for whom uptake and pulse are foretold."""
        from ui.desktop.protocols.library import LibrarySheet

        self._for_a_test = for_a_test

        def make(window: QWidget) -> Sheet:
            may = self._desk.may(Permission.SETTINGS)
            sheet = LibrarySheet(window, someone or Someone(), may_write=may, for_a_test=for_a_test)
            sheet.new_wanted.connect(lambda: self._edit(self._new_draft(), 0))
            sheet.bring_in_wanted.connect(self._ask_file)
            sheet.edit_wanted.connect(lambda one: self._edit_own(one))
            sheet.copy_wanted.connect(self._copy)
            sheet.export_wanted.connect(self._ask_where)
            sheet.withdraw_wanted.connect(self._withdraw)
            sheet.chosen.connect(lambda identifier: self._changed(identifier, True))
            sheet.closed.connect(self._closed)
            self.library = sheet
            self._show(choose)
            return sheet

        self._window.show_sheet(make)

    def open_for(self, person: Person, subject: Subject | None, choose: str) -> None:
        """The same for who is to be tested: by their last test where there is one, else by what is known of them.

        Args:
            subject: As the pre-test has it; None while its weight is missing.
        """
        record = self._station.record
        lines = record.tests.summaries(person.id)
        last = record.tests.get(lines[0].id) if lines else None
        if subject is None:
            born = None if person.born is None else date.fromisoformat(person.born)
            years = EXAMPLE.age_years if born is None else age_years(born, today())
            kg = HUNT3_WEIGHT_KG[person.sex] if last is None else last.run.subject.weight_kg
            subject = Subject(sex=person.sex, age_years=years, weight_kg=kg, height_cm=person.height_cm)
        line = None if last is None else last.assessment.line
        self.open(Someone(subject, line, name_of(person)), for_a_test=True, choose=choose)

    def _closed(self) -> None:
        self.library = None

    def _show(self, choose: str = "") -> None:
        """What the library has now."""
        if self.library is None:
            return
        try:
            uses = self._station.record.tests.uses_of_protocols()
        except StationError:
            uses = {}  # a server that is away: how often is told when it is back
        own = self._station.own_protocols
        found, damaged = shelf(own, uses)
        if self._for_a_test:
            found = [one for one in found if not one.bouts]  # no test is walked with a session
        versions = {one.id: own.versions(one.id) for one in found if one.version is not None}
        self.library.show_shelf(found, damaged, versions, uses, choose)

    # --- writing ---

    def _new_draft(self) -> Draft:
        model = draft_of(*find(MODEL), comma=typed_with_comma())
        speed = dict(model.speeds)[model.default_speed]
        first = msgspec.structs.replace(model.stages[0], speed=speed, name="")
        return Draft(stages=(first,), cool_down=model.cool_down)

    def _copy_of(self, one: Shelved) -> Draft:
        """The same stages under a name of its own; where they came from is said of the original alone."""
        draft = draft_of(one.text, one.id, comma=typed_with_comma())
        title = tr("protocols.copy_of", title=core_texts().name_of(one.title))
        return msgspec.structs.replace(draft, identifier="", title=title, citation="")

    def _copy(self, one: Shelved) -> None:
        if not one.bouts:
            self._edit(self._copy_of(one), 0)
            return
        draft = session_draft.draft_of(one.text, one.id, comma=typed_with_comma())
        title = tr("protocols.copy_of", title=core_texts().name_of(one.title))
        self._edit_session(msgspec.structs.replace(draft, identifier="", title=title, citation=""), 0)

    def _edit_own(self, one: Shelved) -> None:
        if one.version is None:
            return
        if one.bouts:
            draft = session_draft.draft_of(one.text, one.id, comma=typed_with_comma())
            self._edit_session(draft, one.version.number)
        else:
            self._edit(draft_of(one.text, one.id, comma=typed_with_comma()), one.version.number)

    def _edit(self, draft: Draft, after: int) -> None:
        from ui.desktop.protocols.editor import EditorSheet

        own = self._station.own_protocols

        def keep(written: Draft, name: str) -> Version:
            if not written.identifier:
                written = msgspec.structs.replace(written, identifier=new_identifier(own, written.title))
            return save_version(own, text_of(written), name, self._who(), after)

        def make(window: QWidget) -> Sheet:
            someone = Someone() if self.library is None else self.library.who.someone
            taken = titles(own, besides=draft.identifier)
            sheet = EditorSheet(window, draft, someone, keep, self._window.show_sheet, taken)
            sheet.kept.connect(self._kept)
            return sheet

        self._window.show_sheet(make)

    def _edit_session(self, draft: SessionDraft, after: int) -> None:
        from ui.desktop.protocols.session_editor import SessionEditorSheet

        own = self._station.own_protocols

        def keep(written: SessionDraft, name: str) -> Version:
            if not written.identifier:
                written = msgspec.structs.replace(written, identifier=new_identifier(own, written.title))
            return save_version(own, session_draft.text_of(written), name, self._who(), after)

        def make(window: QWidget) -> Sheet:
            taken = titles(own, besides=draft.identifier)
            sheet = SessionEditorSheet(window, draft, keep, self._window.show_sheet, taken)
            sheet.kept.connect(self._kept)
            return sheet

        self._window.show_sheet(make)

    def _kept(self, version: Version) -> None:
        self._note(version)
        self._changed(version.protocol_id, False)
        self._show(version.protocol_id)

    def _withdraw(self, one: Shelved) -> None:
        version = one.version
        if version is None:
            return
        if one.id == self._station.settings.default_protocol and not version.withdrawn:
            self._window.tell(tr("protocols.withdraw"), [tr("protocols.usual", title=title_of(one))])
            return
        own, gone = self._station.own_protocols, not version.withdrawn
        try:
            now = save_version(own, version.text, version.name, self._who(), version.number, withdrawn=gone)
        except StationError as error:
            self._window.tell(tr("error.known"), told(error))
        else:
            self._note(now)
        self._changed(one.id, False)
        self._show(one.id)

    def _note(self, version: Version) -> None:
        """The record's log tells who has changed what tests are walked with, and to exactly which text."""
        action = Action.PROTOCOL_WITHDRAWN if version.withdrawn else Action.PROTOCOL_SAVED
        try:
            self._station.record.audit.note(
                action, protocol=version.protocol_id, version=version.number, sha256=version.sha256
            )
        except StationError as error:
            self._window.tell(tr("error.known"), told(error))

    def _who(self) -> str:
        """Who saves, as a version names them."""
        user = self._desk.user
        unnamed = self._station.settings.operator or self._station.record.audit.acting.name
        return unnamed if user is None else user.name

    # --- files ---

    def _ask_file(self) -> None:
        self._window.dialogs.open_file(tr("protocols.bring_in_title"), tr("protocols.filter"), self.bring_in)

    def bring_in(self, path: Path) -> None:
        """A file becomes a protocol of the clinic's own, or its problems are told."""
        try:
            version = bring_in(self._station.own_protocols, path, "", self._who())
        except NotInOrder as error:
            lines = [f"{wrong.where}: {say(wrong.cause)}" for wrong in error.wrong]
            self._window.tell(tr("protocols.not_brought", name=path.name), lines)
        except StationError as error:
            self._window.tell(tr("protocols.not_brought", name=path.name), told(error))
        else:
            self._kept(version)

    def _ask_where(self, one: Shelved) -> None:
        self._window.dialogs.save_as(
            tr("protocols.export_title"), f"{one.id}.toml", tr("protocols.filter"), lambda path: self.export(one, path)
        )

    def export(self, one: Shelved, path: Path) -> None:
        """Write a protocol into a file, for another station."""
        try:
            versions = self._station.own_protocols.folder.glob("*/*")
            found = problem(Output(path, Kind.TOML), (), must_live(inputs=versions))
            if found is not None:
                raise BadInput(found)
            write_whole(path, one.text.encode("utf-8"))
        except StationError as error:
            self._window.tell(tr("error.known"), told(error))
        except OSError as error:
            cause = Cause("output_unwritable", {"path": str(path), "why": error.strerror or ""})
            self._window.tell(tr("error.known"), [say(cause)])
