"""Figures that stay together in a label, and a list that is narrower than what is chosen in it."""

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from teststation.texts.writing import NO_BREAK
from ui.desktop.widgets.base import label, set_text
from ui.desktop.widgets.fields import short_choice


def test_a_wrapped_label_keeps_a_figure_together_and_says_what_it_was_given(qtbot: QtBot) -> None:
    made = label("omtrent ± 11 slag/min", wrap=True)
    qtbot.addWidget(made)
    assert made.text() == "omtrent ± 11 slag/min"
    assert f"±{NO_BREAK}11{NO_BREAK}slag" in QLabel.text(made)
    set_text(made, "± 9")
    assert (made.text(), QLabel.text(made)) == ("± 9", f"±{NO_BREAK}9")


def test_a_list_says_that_what_is_chosen_does_not_fit(qtbot: QtBot) -> None:
    made = short_choice("Protokoll")
    qtbot.addWidget(made)
    made.addItem("Submaksimal tredemølletest 13 minutter")
    made.show()
    widths = []
    made.fitted.connect(lambda: widths.append(made.width()))
    made.resize(120, 30)
    assert made.cut
    made.resize(600, 30)
    assert not made.cut
    assert widths[-1] == 600, "who says the whole name elsewhere hears of it"
    assert not made.grab().isNull()
