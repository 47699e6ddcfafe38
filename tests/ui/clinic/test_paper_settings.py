"""What stands on pages and how they are handed over: tried before it is kept; and the page for management."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ui.people.test_bring_in import words_of
from tests.unit.report.test_identity import png
from ui.desktop.clinic.paper_settings import PaperSettingsSheet
from ui.desktop.clinic.settings import SettingsSheet
from ui.desktop.window import MainWindow


def opened(window: MainWindow) -> PaperSettingsSheet:
    window.clinic.edit_settings()
    settings = window.sheet
    assert isinstance(settings, SettingsSheet)
    settings.papers_button.click()
    sheet = window.sheet
    assert isinstance(sheet, PaperSettingsSheet)
    return sheet


def test_what_stands_on_pages_is_kept(window: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(png())
    sheet = opened(window)
    sheet.address.setText("Storgata 1")
    sheet.footer.setText("org.nr. 999")
    sheet.logo.setText(str(tmp_path / "logo.png"))
    sheet.number.setCurrentIndex(sheet.number.findData("masked"))
    sheet.style_box.setCurrentIndex(sheet.style_box.findData("comma"))
    sheet.blocks["methods"].setChecked(False)
    sheet.ledger.setChecked(True)
    sheet.folder.setText(str(tmp_path / "journal"))
    sheet.pattern.setText("{number}_{date}")
    sheet.save()
    kept = window.station.settings
    assert (kept.clinic_address, kept.report_footer, kept.clinic_logo) == (
        "Storgata 1", "org.nr. 999", str(tmp_path / "logo.png"),
    )  # fmt: skip
    assert (kept.report_number, kept.csv_style, kept.report_without, kept.report_ledger) == (
        "masked", "comma", "methods", True,
    )  # fmt: skip
    assert (kept.hand_over_folder, kept.hand_over_name) == (str(tmp_path / "journal"), "{number}_{date}")
    assert window.station.clinic().logo == png()
    again = opened(window)
    assert [box.isChecked() for box in again.blocks.values()] == [True, False, True]


def test_every_problem_is_said_and_nothing_is_kept(window: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"GIF89a")
    before = window.station.settings
    sheet = opened(window)
    sheet.logo.setText(str(tmp_path / "logo.png"))
    sheet.pattern.setText("{navn}")
    sheet.save()
    said = sheet.problems.text()
    assert "logoen kan ikke leses" in said
    assert "{navn} er ukjent" in said
    assert window.station.settings == before


def test_the_page_for_management_is_asked_for_and_written(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def chosen(title: str, name: str, kind: str, then: Callable[[Path], None]) -> None:
        assert name == "grupperapport.pdf"
        then(tmp_path / name)

    monkeypatch.setattr(window.dialogs, "save_as", chosen)
    window.clinic.edit_settings()
    settings = window.sheet
    assert isinstance(settings, SettingsSheet)
    settings.group_button.click()
    assert "grupperapport.pdf" in words_of(window.sheet)
    assert (tmp_path / "grupperapport.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "grupperapport.csv").read_bytes().decode("utf-8-sig").startswith("group;")
