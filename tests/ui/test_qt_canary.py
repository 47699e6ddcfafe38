"""Some PySide6 releases lose a reference to True on each emit and abort the interpreter: see the pin in the project."""

from PySide6.QtCore import QObject, Signal


class Emitter(QObject):
    said = Signal(bool)


def test_five_hundred_true_signals_leave_the_interpreter_alive() -> None:
    emitter, heard = Emitter(), []
    emitter.said.connect(heard.append)
    for _ in range(500):
        emitter.said.emit(True)
    assert heard == [True] * 500
