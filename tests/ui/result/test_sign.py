"""Signing in the window: by a named user, only amended afterwards, with a reason."""

import msgspec
import pytest
from PySide6.QtWidgets import QLabel

from tests.ui.conftest import Bench
from tests.ui.desk.test_login import PASSWORD, kari, log_in, quick  # noqa: F401 - fixtures
from tests.unit.records.builders import assessment_of
from teststation.physiology.result import ALGORITHM_VERSION
from teststation.records.access.actions import Action
from teststation.records.access.user import Role, User
from teststation.records.database import Record
from teststation.records.tests.stored import StoredTest
from ui.desktop.result.sign import TEXT_MAX, SignSheet


@pytest.fixture
def tested(kari: User, bench: Bench) -> Bench:  # noqa: F811
    """Kari has logged in and run a short test; its result is shown."""
    log_in(bench.window)
    bench.to_stages().pass_s(60.0)
    bench.running.stop()
    bench.pass_s(5.0)
    assert bench.window.stack.currentWidget() is bench.window.result
    return bench


def kept(record: Record) -> StoredTest:
    return record.tests.list()[0]


def sheet_of(bench: Bench) -> SignSheet:
    bench.window.result.sign_button.click()
    sheet = bench.window.sheet
    assert isinstance(sheet, SignSheet)
    return sheet


def test_a_finished_test_is_signed_and_then_shows_by_whom(tested: Bench, record: Record) -> None:
    result = tested.window.result
    assert "Ikke signert" in result.signed.text()
    sheet = sheet_of(tested)
    assert sheet.reason.isHidden()
    sheet.comment.setPlainText("God innsats.")
    sheet.sign()
    signature = kept(record).signature
    assert signature is not None
    assert (signature.user_name, signature.comment, signature.reason) == ("Kari Berg", "God innsats.", "")
    assert "Signert av Kari Berg" in result.signed.text()
    assert result.sign_button.text() == "Rett"


def test_an_amendment_needs_a_reason_and_both_versions_can_be_read(tested: Bench, record: Record) -> None:
    sheet_of(tested).sign()
    sheet = sheet_of(tested)
    sheet.comment.setPlainText("Holdt i rekkverket.")
    sheet.sign()
    assert "Skriv hvorfor" in sheet.problems.text()
    sheet.reason.setPlainText("Glemt å notere.")
    sheet.sign()
    assert [one.comment for one in record.signing.signatures(kept(record).id)] == ["", "Holdt i rekkverket."]
    result = tested.window.result
    assert "Rettet av Kari Berg" in result.signed.text()
    assert not result.versions_button.isHidden()
    result.versions_button.click()
    assert tested.window.sheet is not None
    words = [child.text() for child in tested.window.sheet.panel.findChildren(QLabel)]
    assert any("Signert av Kari Berg" in word for word in words)
    assert any("Glemt å notere." in word and "«Holdt i rekkverket.»" in word for word in words)


def test_a_symptom_that_was_told_of_afterwards_stops_the_advice_on_the_screen(tested: Bench, record: Record) -> None:
    sheet_of(tested).sign()
    sheet = sheet_of(tested)
    sheet.symptoms["chest_pain"].setChecked(True)
    sheet.reason.setPlainText("Ringte neste dag.")
    sheet.sign()
    signature = kept(record).signature
    assert signature is not None
    assert signature.symptoms == ("chest_pain",)
    result = tested.window.result
    assert "Fortalt etter testen: ubehag i brystet." in result.sentence.text()
    assert "legens avklaring" in result.training.text()
    assert sheet_of(tested).symptoms["chest_pain"].isChecked(), "what was told of stays until somebody takes it back"


def test_a_corrected_weight_is_calculated_again_and_keeps_the_run(tested: Bench, record: Record) -> None:
    before = kept(record)
    sheet = sheet_of(tested)
    sheet.weight.setText("92")
    assert not sheet.reason.isHidden()
    sheet.sign()
    assert "Skriv hvorfor" in sheet.problems.text()
    sheet.reason.setPlainText("Veid med sekk.")
    sheet.sign()
    after = kept(record)
    assert after.run == msgspec.structs.replace(
        before.run, subject=msgspec.structs.replace(before.run.subject, weight_kg=92.0)
    )
    assert len(record.tests.results(after.id)) == 2


def test_a_comment_is_kept_whole_or_not_at_all(tested: Bench, record: Record) -> None:
    sheet = sheet_of(tested)
    sheet.comment.setPlainText("a" * (TEXT_MAX + 3))
    sheet.sign()
    assert "3 for mange" in sheet.problems.text()
    assert kept(record).signature is None
    assert len(sheet.comment.toPlainText()) == TEXT_MAX + 3, "what was written is still there"
    sheet.comment.setPlainText("a" * TEXT_MAX)
    sheet.sign()
    signature = kept(record).signature
    assert signature is not None
    assert len(signature.comment) == TEXT_MAX
    assert signature.subject is None, "and nothing of the subject was rounded"


def test_a_weight_that_can_be_nobodys_is_refused(tested: Bench, record: Record) -> None:
    sheet = sheet_of(tested)
    sheet.weight.setText("9")
    sheet.sign()
    assert "25 til 300" in sheet.problems.text()
    assert kept(record).signature is None


def test_who_signs_second_at_another_station_is_told(tested: Bench, record: Record, kari: User) -> None:  # noqa: F811
    sheet = sheet_of(tested)
    record.signing.sign(kept(record).id, kari, comment="Fra den andre stasjonen.")
    sheet.sign()
    assert "Noen andre har signert denne testen i mellomtiden" in sheet.problems.text()
    assert len(record.signing.signatures(kept(record).id)) == 1


@pytest.mark.usefixtures("kari")
def test_a_technician_cannot_sign(record: Record, bench: Bench) -> None:
    record.users.add("tor", "Tor Vik", Role.TECHNICIAN, PASSWORD)
    log_in(bench.window, "tor")
    bench.to_stages().pass_s(30.0)
    bench.running.stop()
    bench.pass_s(5.0)
    assert not bench.window.result.sign_button.isEnabled()
    assert "innlogging som behandler" in bench.window.result.sign_button.toolTip()


def test_without_users_nobody_signs(bench: Bench) -> None:
    bench.to_stages().pass_s(30.0)
    bench.running.stop()
    bench.pass_s(5.0)
    assert not bench.window.result.sign_button.isEnabled()


def test_an_older_calculation_is_done_again_and_stands_beside_the_signed_one(
    tested: Bench,
    record: Record,
    kari: User,  # noqa: F811
) -> None:
    window, stored = tested.window, kept(record)
    assert window.result.again_button.isHidden()
    old = msgspec.structs.replace(assessment_of(20.0), algorithm_version="0")
    record.tests.add_result(stored.id, old)
    record.signing.sign(stored.id, kari)
    window.results.renew()
    assert "eldre metode (utgave 0)" in window.result.signed.text()
    window.result.again_button.click()
    now = kept(record)
    assert now.assessment == old
    assert record.tests.results(stored.id)[-1].algorithm_version == ALGORITHM_VERSION
    assert "En nyere beregning står ved siden av" in window.result.signed.text()
    assert window.result.again_button.isHidden()
    sheet = sheet_of(tested)
    assert not sheet.newer.isHidden()
    sheet.newer.setChecked(True)
    sheet.reason.setPlainText("Ny metode.")
    sheet.sign()
    assert kept(record).assessment.algorithm_version == ALGORITHM_VERSION


def test_looking_at_a_test_is_told_once(tested: Bench, record: Record) -> None:
    for _ in range(3):
        tested.window.show_result(kept(record))
    seen = [row for row in record.audit.newest() if row.action == Action.TEST_SEEN]
    assert [(row.actor, row.test_id) for row in seen] == [("kari", kept(record).id)]


def test_the_report_carries_the_signature(tested: Bench, record: Record) -> None:
    import io

    from pypdf import PdfReader

    sheet = sheet_of(tested)
    sheet.comment.setPlainText("God innsats.")
    sheet.sign()
    pages = PdfReader(io.BytesIO(tested.window.station.report(kept(record)))).pages
    text = " ".join(pages[1].extract_text().split())
    assert "Kari Berg" in text
    assert "God innsats." in text
