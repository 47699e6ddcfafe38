"""The page for the safe."""

from datetime import date

import pypdfium2
import pytest

from teststation.report.recovery_sheet import recovery_sheet


def words(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


@pytest.mark.parametrize("passphrase", ["vhyka-7a9qd-8394p-8uxdx-qe2bs", "Gul;Traktor!Ål", "دراجة-حمراء-٧", "x" * 300])
@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_one_page_holds_the_whole_passphrase_and_what_it_opens(passphrase: str, language: str) -> None:
    pages = words(recovery_sheet(language, "Klinikken", "C:/data/teststation.record", passphrase, date(2026, 11, 28)))
    assert len(pages) == 1
    bare = "".join(pages[0].split())
    assert passphrase in bare or not passphrase.isascii()
    assert "C:/data/teststation.record" in bare
    assert ("2026-11-28" if language == "en" else "28.11.2026") in bare


def test_every_letter_of_another_script_is_there() -> None:
    (page,) = words(recovery_sheet("nb", "", "a.record", "Велосипед Øyer 中文", date(2026, 11, 28)))
    for letter in "ВелосипедØyer中文":
        assert letter in page


def test_a_space_is_drawn_and_not_lost() -> None:
    with_space = recovery_sheet("nb", "", "a.record", "gul traktor", date(2026, 11, 28))
    without = recovery_sheet("nb", "", "a.record", "gultraktor", date(2026, 11, 28))
    assert with_space != without
