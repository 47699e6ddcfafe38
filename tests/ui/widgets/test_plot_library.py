"""What is left of pyqtgraph draws every plot, and what is left out comes when it is asked for."""

import json
import os
import subprocess
import sys

from pytestqt.qtbot import QtBot

from tests.patience import PATIENCE
from tests.ui.widgets.every_plot import PLOTS, drawn

SOME_COLOURS = 30  # of lines, surfaces, and letters with soft edges; a plot without anything in it has two
LEFT_OUT = (
    "pyqtgraph.imageview",
    "pyqtgraph.parametertree",
    "pyqtgraph.multiprocess",
    "PySide6.QtTest",
    "PySide6.QtSvg",
)


def test_every_plot_is_drawn_where_qt_was_there_before_the_window(qtbot: QtBot) -> None:
    pictures = drawn()
    assert list(pictures) == list(PLOTS)
    assert all(colours > SOME_COLOURS for colours, _ in pictures.values()), pictures


def test_the_program_draws_every_plot_without_the_rest_of_pyqtgraph_and_the_same_with_it() -> None:
    words = [sys.executable, "-m", "tests.ui.widgets.every_plot"]
    surroundings = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(words, capture_output=True, text=True, timeout=60 * PATIENCE, check=False, env=surroundings)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert all(colours > SOME_COLOURS for colours, _ in said["drawn"].values()), said["drawn"]
    assert not set(LEFT_OUT) & set(said["read"])
    assert said["whole"], "who asks for a part that was left out gets it"
    assert said["as_before"]
