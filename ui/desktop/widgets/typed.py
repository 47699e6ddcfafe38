"""What a hand has written in the fields of a form since it was opened, or since it was kept."""

from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget
from shiboken6 import getCppPointer

SEARCHES = "searches"  # a field's property: what is written there only finds something, and is nothing to keep


class Typed:
    """Compares the fields of a form with what stood there; what the program itself wrote there is nobody's words."""

    def __init__(self, root: QWidget) -> None:
        self._root = root
        self._stood: dict[int, str] = {}  # by the field; one that came later began empty
        self.begin()

    def begin(self) -> None:
        """What stands there now is kept, or was given."""
        self._stood = {_key(field): text for field, _, text in self._fields()}

    @property
    def changed(self) -> bool:
        """Whether something would be lost."""
        return any(by_hand and text != self._stood.get(_key(field), "") for field, by_hand, text in self._fields())

    def _fields(self) -> list[tuple[QWidget, bool, str]]:
        lines = [
            (one, one.isModified(), one.text().strip())
            for one in self._root.findChildren(QLineEdit)
            if one.echoMode() is QLineEdit.EchoMode.Normal and not one.property(SEARCHES)
        ]
        papers = [
            (one, one.document().isModified(), one.toPlainText().strip())
            for one in self._root.findChildren(QPlainTextEdit)
        ]
        return [*lines, *papers]


def _key(field: QWidget) -> int:
    """Of the field itself: what Python sees of one that nobody holds is another object each time."""
    return getCppPointer(field)[0]
