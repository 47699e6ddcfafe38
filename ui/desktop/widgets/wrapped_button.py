"""A button that asks for no more width than it gets."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton


class WrappedButton(QPushButton):
    """What is wider than the button goes on in a second line: a Qt button cuts it off, or pushes others out."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self._words = words
        self.wraps = True  # False: it asks for the room of its words, where a sheet can grow to give it
        policy = self.sizePolicy()  # Qt's own lets no button be narrower than its words in one line
        policy.setHorizontalPolicy(QSizePolicy.Policy.Preferred)
        self.setSizePolicy(policy)

    def text(self) -> str:
        """Its words, in however many lines they stand."""
        return self._words

    def setText(self, words: str) -> None:
        self._words = words
        super().setText(words)
        self._wrap()

    def sizeHint(self) -> QSize:
        """As wide as its words in one line, as high as the lines they stand in."""
        hint, letters = super().sizeHint(), self.fontMetrics()
        return QSize(self._rim() + letters.size(0, self._words).width(), hint.height())

    def minimumSizeHint(self) -> QSize:
        """As wide as its longest word, where it wraps."""
        if not self.wraps:
            return self.sizeHint()
        longest = max((self.fontMetrics().horizontalAdvance(word) for word in self._words.split()), default=0)
        return QSize(self._rim() + longest, super().minimumSizeHint().height())

    def height_at(self, width: int) -> int:
        """How high it is at another width."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        words = self.fontMetrics().size(0, in_lines(self._words, self.fontMetrics(), self._room(width)))
        return self.style().sizeFromContents(QStyle.ContentsType.CT_PushButton, option, words, self).height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._wrap()

    def _rim(self) -> int:
        return super().sizeHint().width() - self.fontMetrics().size(0, super().text()).width()

    def _room(self, width: int) -> int:
        return width - self._rim() - 1  # a style rounds up

    def _wrap(self) -> None:
        lines = in_lines(self._words, self.fontMetrics(), self._room(self.width()))
        if lines != super().text():
            super().setText(lines)
            self.updateGeometry()


def in_lines(words: str, letters: QFontMetrics, width: int) -> str:
    """Words broken at their spaces into lines no wider than this, where no single word is."""
    lines: list[str] = []
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and letters.horizontalAdvance(longer) > width:
            lines.append(word)
        else:
            lines[-1:] = [longer]
    return "\n".join(lines)
