"""A report is seen, printed and saved from memory: nothing clear lies on the disk that nobody asked for."""

import logging
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import PIL.Image
import pypdf
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication, QImage, QRegion
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from tests.links import link
from tests.mutants import fails_with
from tests.sample_tests import sample
from tests.ui.conftest import SETTINGS, ended
from tests.ui.desk.test_login import AN_HOUR_S, kari, log_in, quick  # noqa: F401 - fixtures
from tests.unit.records.builders import events_of
from tests.unit.records.test_leaks import SECRETS, traces
from teststation.records.access.actions import Action
from teststation.records.access.user import Role, User
from teststation.records.database import Record
from teststation.records.tests.stored import StoredTest
from teststation.subject import Sex
from ui.desktop.i18n import tr
from ui.desktop.result import pages as pages_module
from ui.desktop.result import papers, report
from ui.desktop.result.pages import BAND_PX, POINTS_PER_INCH, Pages
from ui.desktop.result.report import PRINT_DPI, ReportSheet
from ui.desktop.window import MainWindow
from ui.station.station import Station

A4_PT = (595.0, 842.0)
WHOLE_PX = 10_000  # more than any page
MakeWindow = Callable[..., MainWindow]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Whatever is temporary comes to lie beside the record, where the test looks; Python itself can make nothing."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(folder))
    # A file without a name, or one that is gone when the test looks, would be no trace: so making one fails.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    return folder


@pytest.fixture
def kept(record: Record) -> StoredTest:
    person = record.people.add(
        family_name="Hemmeligsen", given_name="Klara", born="1980-01-31", sex=Sex.FEMALE, number="31129956715",
        note="sensitivt notat",
    )  # fmt: skip
    run, found = sample()
    return record.tests.save(person.id, run, found, events_of(5))


def printer_into(path: Path) -> QPrinter:
    """A printer whose paper is a PDF."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFileName(str(path))
    return printer


@pytest.fixture
def quick_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report made once for all tests that are not about making it."""
    make = Station.report

    def once(self: Station, stored: StoredTest, language: str = "nb") -> bytes:
        if not _made:
            _made.append(make(self, stored, language))
        return _made[0]

    monkeypatch.setattr(Station, "report", once)


_made: list[bytes] = []


def opened(window: MainWindow, kept: StoredTest, qtbot: QtBot) -> ReportSheet:
    window.show_report(kept)
    qtbot.waitUntil(lambda: window.sheet is not None, timeout=60_000)
    sheet = window.sheet
    assert isinstance(sheet, ReportSheet)
    return sheet


def written(window: MainWindow) -> None:
    """Let what is being saved come to its end, and be told."""
    ended(window.papers.close())
    QApplication.processEvents()


def prints(sheet: ReportSheet, printer: QPrinter, qtbot: QtBot) -> bool:
    """Whether the printer took the pages."""
    taken: list[bool] = []
    sheet.print_on(printer, taken.append)
    qtbot.waitUntil(lambda: bool(taken), timeout=20_000)
    return taken[0]


def told(record: Record) -> list[str]:
    return [row.action for row in record.audit.newest()[::-1] if row.action.startswith(("report", "test_handed"))]


def test_an_opened_report_leaves_nothing_on_the_disk(
    temporary: Path,
    make_window: MakeWindow,
    kept: StoredTest,
    qtbot: QtBot,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    window = make_window()
    sheet = opened(window, kept, qtbot)
    assert "Klara Hemmeligsen" in sheet.views[0].accessibleDescription(), "the report itself says who it is"
    assert len(list(tmp_path.rglob("*.record"))) == 1
    assert traces(tmp_path) == []
    sheet.finish()
    ended(window.papers.close())
    assert traces(tmp_path) == []
    assert not any(secret in caplog.text for secret in SECRETS)


def test_the_fact_fails_where_a_report_lies_in_the_temporary_folder(temporary: Path, tmp_path: Path) -> None:
    (temporary / "a").write_bytes(b"%PDF-1.4")
    assert traces(tmp_path) != []
    with pytest.raises(OSError), tempfile.TemporaryFile():
        pass


@pytest.mark.usefixtures("quick_report")
def test_seen_saved_and_printed_are_three_things_in_the_log(
    make_window: MakeWindow, record: Record, kept: StoredTest, qtbot: QtBot, tmp_path: Path
) -> None:
    window = make_window()
    sheet = opened(window, kept, qtbot)
    assert told(record) == [Action.REPORT_OPENED]
    window.papers.write(kept, sheet.data, tmp_path / "a.pdf", sheet.say)
    written(window)
    assert told(record) == [Action.REPORT_OPENED, Action.REPORT_SAVED]
    assert sheet.said.text() == "Lagret: a.pdf"
    printer = printer_into(tmp_path / "paper.pdf")
    window.papers.print_report(kept, sheet, printer)
    assert not sheet.said.text().startswith("Sendt"), "STOPP waits for one band of a page at most"
    qtbot.waitUntil(lambda: sheet.said.text() == "Sendt til skriveren.", timeout=20_000)
    assert told(record) == [Action.REPORT_OPENED, Action.REPORT_SAVED, Action.REPORT_PRINTED]


@pytest.mark.usefixtures("quick_report")
def test_a_report_is_saved_beside_the_window_and_told_to_nobody_where_its_sheet_is_closed(
    make_window: MakeWindow, record: Record, kept: StoredTest, qtbot: QtBot, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    window = make_window()
    sheet = opened(window, kept, qtbot)
    wrote_in: list[int] = []
    may_go_on = threading.Event()

    def slowly(path: Path, data: bytes) -> None:
        wrote_in.append(threading.get_ident())
        assert may_go_on.wait(20)
        path.write_bytes(data)

    monkeypatch.setattr(papers, "write_whole", slowly)
    window.papers.write(kept, sheet.data, tmp_path / "a.pdf", sheet.say)
    sheet.finish()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    may_go_on.set()
    written(window)
    assert wrote_in != [threading.get_ident()]
    assert (tmp_path / "a.pdf").read_bytes() == sheet.data
    assert told(record)[-1] == Action.REPORT_SAVED


@pytest.mark.usefixtures("quick_report")
def test_every_page_is_printed_at_300_dots_an_inch(
    make_window: MakeWindow, kept: StoredTest, qtbot: QtBot, tmp_path: Path
) -> None:
    sheet = opened(make_window(), kept, qtbot)
    printer = printer_into(tmp_path / "paper.pdf")
    assert prints(sheet, printer, qtbot)
    paper = pypdf.PdfReader(tmp_path / "paper.pdf")
    assert len(paper.pages) == len(sheet.pages) == 2
    for page in paper.pages:
        assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(A4_PT, abs=1.0)
        (image,) = page.images
        assert isinstance(image.image, PIL.Image.Image)
        assert image.image.width == pytest.approx(A4_PT[0] / 72 * 300, abs=4)


@pytest.mark.usefixtures("quick_report")
def test_a_range_of_pages_is_what_is_printed(
    make_window: MakeWindow, kept: StoredTest, qtbot: QtBot, tmp_path: Path
) -> None:
    sheet = opened(make_window(), kept, qtbot)
    printer = printer_into(tmp_path / "paper.pdf")
    printer.setFromTo(2, 2)
    assert prints(sheet, printer, qtbot)
    assert len(pypdf.PdfReader(tmp_path / "paper.pdf").pages) == 1


def dots(picture: QImage) -> np.ndarray:
    """Rows of dots, blue, green and red, 0 to 255 each."""
    rows = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), picture.width(), 4)
    return rows[:, :, :3].astype(int)


@pytest.mark.usefixtures("quick_report")
def test_a_page_that_is_drawn_in_bands_is_the_same_page(
    make_window: MakeWindow, kept: StoredTest, qtbot: QtBot
) -> None:
    pages = opened(make_window(), kept, qtbot).pages

    def same() -> None:
        drawing = Pages.drawn_in_bands(pages, 0, PRINT_DPI)
        whole: list[QImage] = []

        def draws() -> Iterator[None]:
            whole.append((yield from drawing))

        bands = sum(1 for _ in draws())
        assert bands == 8
        at_once = Pages.band(pages, 0, PRINT_DPI, 0, WHOLE_PX)
        assert whole[0].size() == at_once.size()
        # Where a letter's edge crosses a band's, a dot may be rounded otherwise.
        assert np.abs(dots(whole[0]) - dots(at_once)).max() <= 1

    fails_with(pages_module, "for px in (below_px, 0, top_px)", "for px in (below_px, 0, max(0, top_px - 1))", same)


@pytest.mark.usefixtures("quick_report")
def test_what_is_seen_of_a_page_is_that_part_of_it(make_window: MakeWindow, kept: StoredTest, qtbot: QtBot) -> None:
    pages = opened(make_window(), kept, qtbot).pages
    width_px = 900
    page = dots(pages.band(0, POINTS_PER_INCH * width_px / pages.size_pt(0)[0], 0, WHOLE_PX))

    def seen() -> None:
        view = report.PageView(pages, 0)
        qtbot.addWidget(view)
        view.show_width(width_px)
        for part in (view.rect(), QRect(0, 300, width_px, 37), QRect(211, 77, 300, 500)):
            picture = QImage(part.size(), QImage.Format.Format_RGB32)
            view.render(picture, QPoint(0, 0), QRegion(part))
            expected = page[part.top() : part.bottom() + 1, part.left() : part.right() + 1]
            assert expected.min() < 128 < expected.max()  # there is something to be seen
            assert np.abs(dots(picture)[: len(expected)] - expected).max() <= 1

    fails_with(report, "QRectF(0, top / dots,", "QRectF(0, seen.top(),", seen)
    fails_with(report, "range(first, end, BAND_PX)", "range(first, end - BAND_PX, BAND_PX)", seen)


@pytest.mark.usefixtures("quick_report")
def test_of_a_page_that_is_larger_than_the_room_no_more_is_drawn_than_is_seen(
    make_window: MakeWindow, kept: StoredTest, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, band = make_window(), Pages.band
    drawn_rows: list[int] = []

    def noted(pages: Pages, number: int, dots_per_inch: float, top_px: int, height_px: int) -> QImage:
        picture = band(pages, number, dots_per_inch, top_px, height_px)
        drawn_rows.append(picture.height())
        return picture

    monkeypatch.setattr(Pages, "band", noted)

    def drawn() -> None:
        sheet = opened(window, kept, qtbot)
        sheet.zoom(9)
        QApplication.processEvents()
        drawn_rows.clear()
        sheet.pile.repaint()
        room, page = sheet.paper.viewport(), sheet.views[0]
        sheet.finish()
        assert page.height() > 2 * room.height()
        # One page is seen, or the end of one and the beginning of the next.
        assert max(drawn_rows) <= BAND_PX
        assert sum(drawn_rows) <= room.height() + 2 * len(sheet.views)

    fails_with(report, "seen, dots = event.rect(),", "seen, dots = self.rect(),", drawn)


@pytest.mark.usefixtures("quick_report")
def test_pages_are_printed_to_their_end_though_their_sheet_is_closed(
    make_window: MakeWindow, kept: StoredTest, qtbot: QtBot, tmp_path: Path
) -> None:
    sheet = opened(make_window(), kept, qtbot)
    taken: list[bool] = []
    sheet.print_on(printer_into(tmp_path / "paper.pdf"), taken.append)
    sheet.finish()
    qtbot.waitUntil(lambda: bool(taken), timeout=20_000)
    assert taken == [True]
    assert len(pypdf.PdfReader(tmp_path / "paper.pdf").pages) == 2


@pytest.mark.usefixtures("quick_report")
def test_a_report_that_cannot_be_saved_is_a_sentence_and_no_row_in_the_log(
    make_window: MakeWindow, record: Record, kept: StoredTest, tmp_path: Path
) -> None:
    window = make_window()
    window.papers.write(kept, b"%PDF-", tmp_path / "nowhere" / "a.pdf", lambda words: pytest.fail(words))
    written(window)
    assert window.sheet is not None
    assert told(record) == []


def test_nothing_the_window_saves_takes_the_place_of_what_must_live(
    make_window: MakeWindow, record: Record, kept: StoredTest, tmp_path: Path
) -> None:
    window = make_window()
    person = record.people.get(kept.person_id)
    (tmp_path / "brev.zip").write_bytes(b"no archive")
    linked = link(tmp_path / "lenke.pdf", record.path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    places = [record.path, record.journal_folder / "a.pdf", tmp_path / "brev.zip"]
    for path in [*places, tmp_path / "lenke.pdf"] if linked else places:
        window.papers.write(kept, b"%PDF-", path, lambda words: pytest.fail(words))
        assert window.sheet is not None, path
        window.sheet.finish()
        window.papers.write_copy(person, path)
        ended(window.papers.close())
        assert window.sheet is not None, path
        window.sheet.finish()
    assert told(record) == []
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


@pytest.mark.usefixtures("quick_report")
@pytest.mark.qt_log_ignore("propagateSizeHints")  # a second window on a platform without windows
@pytest.mark.parametrize(("with_person", "start"), [(False, "test_"), (True, "Hemmeligsen_Klara_")])
def test_the_proposed_name_tells_the_person_only_where_the_clinic_wants_it(
    make_window: MakeWindow, kept: StoredTest, qtbot: QtBot, with_person: bool, start: str
) -> None:
    window = make_window(settings=msgspec.structs.replace(SETTINGS, person_in_file_names=with_person))
    opened(window, kept, qtbot).save_button.click()
    dialog = window.dialogs.shown
    assert isinstance(dialog, QFileDialog)
    name = Path(dialog.selectedFiles()[0]).name
    assert name == f"{start}{kept.run.started_at[:10]}_{kept.id[:8]}.pdf"
    assert window.papers._stem(kept) == name[:-4], "the printer's queue is told no more"
    dialog.reject()


@pytest.mark.usefixtures("quick_report")
def test_the_pages_are_drawn_and_grow(make_window: MakeWindow, kept: StoredTest, qtbot: QtBot) -> None:
    sheet = opened(make_window(), kept, qtbot)
    first, wide = sheet.views[0], sheet.views[0].width()
    assert wide > 0.9 * sheet.paper.viewport().width()
    drawn = first.grab().toImage()
    ink = {drawn.pixelColor(x, y).lightness() for x in range(0, wide, 5) for y in range(0, 400, 5)}
    assert min(ink) < 120 < 250 < max(ink), "dark letters on white"
    QTest.keyClick(sheet.paper, Qt.Key.Key_Plus)
    assert first.width() > 1.3 * wide
    for _ in range(9):
        sheet.smaller.click()
    assert first.width() < 0.6 * wide
    assert not sheet.smaller.isEnabled()


def test_a_page_says_its_words_to_who_cannot_see_it(kept: StoredTest, make_window: MakeWindow) -> None:
    pages = Pages(make_window().station.report(kept))
    assert "31.01.1980" in pages.words(0)
    pages.close()


@pytest.mark.usefixtures("quick_report")
@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_a_persons_own_copy_is_saved_from_the_history(
    make_window: MakeWindow, record: Record, kept: StoredTest, qtbot: QtBot, tmp_path: Path
) -> None:
    window = make_window()
    person = record.people.get(kept.person_id)
    window.persons.show_history(person)
    window.history.copy_button.click()
    dialog = window.dialogs.shown
    assert isinstance(dialog, QFileDialog)
    assert Path(dialog.selectedFiles()[0]).name == f"person_{person.id[:8]}.zip"
    dialog.selectFile(str(tmp_path / "kopi.zip"))
    dialog.accept()
    qtbot.waitUntil(lambda: window.sheet is not None, timeout=20_000)
    with zipfile.ZipFile(tmp_path / "kopi.zip") as packed:
        assert "person.csv" in packed.namelist()
    assert record.audit.newest(1)[0].action == Action.PERSON_EXPORTED


# --- the lock ---


@pytest.fixture
def locked(quick: None, kari: User, record: Record, make_window: MakeWindow) -> MainWindow:  # noqa: F811
    """A window at which Kari is at work."""
    record.users.add("nils", "Nils Dal", Role.THERAPIST, "gå tur i skogen")
    window = make_window()
    log_in(window)
    return window


def lock(window: MainWindow) -> None:
    window.door.lock._touched_s -= AN_HOUR_S
    window.door.lock.look()
    assert window.door.cover is not None


@pytest.mark.usefixtures("quick_report")
@pytest.mark.qt_log_ignore("propagateSizeHints")  # a second window on a platform without windows
def test_a_locked_station_covers_the_report_and_closes_what_lies_outside(
    locked: MainWindow, kept: StoredTest, qtbot: QtBot
) -> None:
    sheet = opened(locked, kept, qtbot)
    sheet.save_button.click()
    dialog = locked.dialogs.shown
    assert dialog is not None
    lock(locked)
    assert locked.dialogs.shown is None
    assert not dialog.isVisible()
    cover = locked.door.cover
    assert cover is not None
    seen = locked.childAt(locked.rect().center())
    assert seen is cover or (seen is not None and cover.isAncestorOf(seen))
    picture = locked.grab().toImage()
    assert picture.pixelColor(30, 300) == picture.pixelColor(30, 400), "nothing is seen through the cover"
    log_in(locked, "nils")
    assert locked.sheet is None, "and another user finds nothing"


@pytest.mark.usefixtures("quick_report")
@pytest.mark.qt_log_ignore("propagateSizeHints")  # a second window on a platform without windows
@pytest.mark.parametrize("what", ["save_button", "print_button"])
def test_an_answer_that_comes_after_the_lock_is_none(
    locked: MainWindow, record: Record, kept: StoredTest, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    sheet = opened(locked, kept, qtbot)
    getattr(sheet, what).click()
    dialog = locked.dialogs.shown
    if sheet.said.text() == tr("papers.no_printer"):
        pytest.skip("Windows asks for no printer where there is none")
    assert isinstance(dialog, QFileDialog if what == "save_button" else QPrintDialog)
    monkeypatch.setattr(dialog, "reject", lambda: None)  # as one that the system keeps open
    lock(locked)
    dialog.finished.emit(1)
    assert told(record) == [Action.REPORT_OPENED]


@pytest.mark.usefixtures("quick_report")
def test_a_report_that_is_ready_only_after_the_lock_is_shown_to_nobody(
    locked: MainWindow, kept: StoredTest, qtbot: QtBot
) -> None:
    locked.show_report(kept)
    lock(locked)
    assert locked.papers._work is not None
    assert locked.papers._work.wait(20.0)
    qtbot.wait(20)
    assert locked.sheet is None


def test_a_test_is_handed_over_in_one_click_and_its_text_lies_on_the_clipboard(
    make_window: MakeWindow, record: Record, kept: StoredTest, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "journal"
    window = make_window(settings=msgspec.structs.replace(SETTINGS, hand_over_folder=str(folder)))
    window.show_result(kept)
    window.result.hand_over_button.click()
    qtbot.waitUntil(lambda: "Overlevert til journal" in window.result.busy.text(), timeout=60_000)
    (pdf,), (text,) = list(folder.glob("*.pdf")), list(folder.glob("*.txt"))
    assert pdf.stem == text.stem
    assert len(list(folder.iterdir())) == 2
    words = text.read_bytes().decode("utf-8")
    assert QGuiApplication.clipboard().text() == words
    assert told(record) == [Action.TEST_HANDED_OVER]
    window.papers.let_go()
    assert QGuiApplication.clipboard().text() == "", "who leaves the desk leaves nobody's result behind"
    QGuiApplication.clipboard().setText("noe annet")
    window.papers.let_go()
    assert QGuiApplication.clipboard().text() == "noe annet"
