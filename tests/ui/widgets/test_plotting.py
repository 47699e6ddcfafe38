"""What every plot shares."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from ui.desktop.i18n import use_language
from ui.desktop.widgets.plotting import axes_of, plot


@pytest.fixture(autouse=True)
def norwegian_again() -> Iterator[None]:
    yield
    use_language("nb")


@pytest.mark.parametrize(("language", "half"), [("nb", "0,5"), ("nn", "0,5"), ("en", "0.5")])
def test_an_axis_writes_numbers_as_the_window_does(qtbot: QtBot, language: str, half: str) -> None:
    use_language(language)
    made = plot("Minutter", "Puls", "Puls mot tid")
    qtbot.addWidget(made)
    for side in ("bottom", "left"):
        assert axes_of(made).getAxis(side).tickStrings([0.5, 1.0], 1.0, 0.5)[0] == half
