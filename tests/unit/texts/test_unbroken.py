"""No line ends between a sign, its number, its unit or its range: on a page, and in a window."""

from collections.abc import Callable
from types import ModuleType

import pytest

from tests.mutants import fails_with
from teststation.report import layout
from teststation.report.layout import register_fonts, wrap
from teststation.report.typesetting.scripts import REGULAR
from teststation.texts import writing
from teststation.texts.writing import JOINER, NO_BREAK, pieces, unbroken

FIGURES = (
    "± 11", "176 ± 11", "± 11 slag/min", "12 %", "−1,2 %", "45,1 mL/kg/min", "4,8 km/t", "4.8 km/h", "82 kg", "5 min",
    "19 av 20", "19 of 20", "Borg 17", "HUNT 3", "4 × 4", "≥ 85 %",
)  # fmt: skip
WORDS = "Under snittet med"


def a_pages_line_ends_within_no_figure() -> None:
    register_fonts()
    for figure in FIGURES:
        assert pieces(f"{WORDS} {figure} i dag") == [*WORDS.split(), figure, "i", "dag"], figure
        for width in range(75, 200, 5):
            lines = wrap(f"{WORDS} {figure} i dag", REGULAR, 8, width)
            assert any(figure in line for line in lines), (figure, lines)
            assert " ".join(lines) == f"{WORDS} {figure} i dag", "the blanks stay what they were"
    assert wrap("45,1 mL/kg/min", REGULAR, 8, 50) == ["45,1", "mL/kg/min"], "wider than a line it ends at its blanks"


def a_windows_line_ends_within_no_figure() -> None:
    for figure in FIGURES:
        said = unbroken(f"{WORDS} {figure} i dag")
        assert said.replace(JOINER, "").split(" ") == [*WORDS.split(), figure.replace(" ", NO_BREAK), "i", "dag"]
    assert unbroken("41–50") == f"41–{JOINER}50"
    assert unbroken("45,1 mL/kg/min") == f"45,1{NO_BREAK}mL/{JOINER}kg/{JOINER}min"
    for words in ("4 stages", "5 minutter", "ja/nei", "trinn 3 og 4", "a – b"):
        assert unbroken(words) == words, "a line may end between words"


FACTS = (a_pages_line_ends_within_no_figure, a_windows_line_ends_within_no_figure)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.__name__)
def test_no_line_ends_within_a_figure(fact: Callable[[], None]) -> None:
    fact()


@pytest.mark.parametrize(
    ("module", "old", "new", "fact"),
    [
        (layout, "kept += [piece] if whole else", "kept +=", a_pages_line_ends_within_no_figure),
        (writing, 'r"(?<=[±×≤≥]) (?=[\\d−+])|', 'r"', a_pages_line_ends_within_no_figure),
        (writing, 'return _SIGN_INSIDE.sub(rf"\\g<0>{JOINER}", ', "return (", a_windows_line_ends_within_no_figure),
    ],
)
def test_the_facts_fail_on_a_planted_fault(module: ModuleType, old: str, new: str, fact: Callable[[], None]) -> None:
    fails_with(module, old, new, fact)
