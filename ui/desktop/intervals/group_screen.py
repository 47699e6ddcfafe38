"""A group session: one tile a person, one clock for all. No load stands here, and nothing here moves a belt."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from teststation.protocol.plan import BOUT, WARM_UP
from teststation.run.state import Phase
from teststation.training.together import Part
from ui.desktop.i18n import of_session, told, tr
from ui.desktop.i18n.numbers import clock
from ui.desktop.intervals.band_words import band_words
from ui.desktop.test.panels import NO_READING
from ui.desktop.widgets.base import button, column, frame, label, row, set_shown, set_state, set_text
from ui.desktop.widgets.roomy import Roomy
from ui.station.together import Tile

COLUMNS = 3
BORG_RIM_PX, BORG_LINE_PX = 4, 3  # around the button, and the line around that, as styled


class TilePanel(QFrame):
    """One person: pulse against their own band, and where they are."""

    def __init__(self, place: int, screen: "GroupScreen") -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.name = label("", "heading", wrap=True)
        self.pulse = label(NO_READING, "large")
        self.unit = label(tr("run.bpm"), "soft")
        self.band = label("", "strong", wrap=True)
        self.near = label("", "chip", centred=True)
        self.part = label("", "soft")
        self.trouble = label("", "problem", wrap=True)
        self.borg_button = button("", lambda: screen.borg_wanted.emit(place), "touch")
        self.borg = frame(row(self.borg_button, margin=BORG_RIM_PX), "rpe")  # which shows when it is due
        self.event_button = button(tr("together.event"), lambda: screen.event_wanted.emit(place), "touch")
        self.end_button = button(tr("together.one_ends"), lambda: screen.one_ends.emit(place), "touch")
        # Hands beside what is read: below it they would be what a message pushes out of a small window.
        pulse = row(self.pulse, self.unit, 1, gap=8)
        read = column(pulse, row(self.band, 1), row(self.near, 1), self.part, gap=2)
        rim = BORG_RIM_PX + BORG_LINE_PX
        others = [row(one, margin=(rim, 0, rim, 0)) for one in (self.event_button, self.end_button)]
        hands = column(self.borg, *others, 1, gap=4)
        parts = (self.name, row(read, hands, gap=8, shares=(1, 0)), self.trouble, 1)
        self.setLayout(column(*parts, gap=4, margin=10))

    def show_tile(self, tile: Tile) -> None:
        """Show one moment."""
        set_text(self.name, tile.name)
        set_text(self.pulse, NO_READING if tile.bpm is None else str(tile.bpm))
        read = self.pulse.text() if tile.bpm is None else f"{tile.bpm} {tr('run.bpm')}"
        self.pulse.setAccessibleName(f"{tr('together.pulse', name=tile.name)} {read}")
        self._show_band(tile)
        set_text(self.part, part_words(tile.part))
        with of_session():
            set_text(self.trouble, " ".join(told(tile.troubles)))
        set_shown(self.trouble, bool(tile.troubles))
        given = tr("together.borg_ask") if tile.borg is None else tr("together.borg", rpe=tile.borg)
        set_text(self.borg_button, tr("together.borg_due") if tile.borg_due else given)
        set_state(self.borg, "due" if tile.borg_due else "")
        for one in (self.borg_button, self.event_button, self.end_button):
            one.setEnabled(tile.part.phase in (Phase.STAGES, Phase.COOL_DOWN))

    def _show_band(self, tile: Tile) -> None:
        """What the pulse is to come to now: the bouts' band in a bout and before the start, else the part's own aim.

        In a bout where the pulse is against it, too; a pulse above the bouts' band is said at any time.
        """
        low, high, bpm = tile.low_bpm, tile.high_bpm, tile.bpm
        band, near, state = tr("interval.talk_test"), "", ""
        if low is not None and high is not None:
            band = tr("interval.band", low=round(low), high=round(high))
            if tile.part.phase is not Phase.READY and tile.part.name != BOUT:
                band = "" if tile.aim_bpm is None else tr("interval.aim", bpm=round(tile.aim_bpm))
            if bpm is not None and (bpm > high or tile.part.name == BOUT):
                near = band_words(bpm, low, high)
                state = "caution" if bpm > high else "good" if bpm >= low else ""
        set_text(self.band, band)
        set_text(self.near, near)
        set_state(self.near, state)
        set_shown(self.near, bool(near))


class GroupScreen(QWidget):
    """What is wanted leaves as the place of a tile; what is to be done is the flow's."""

    start_wanted = Signal()
    end_wanted = Signal()  # for all; before the start: none of it
    borg_wanted = Signal(int)
    event_wanted = Signal(int)
    one_ends = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("screen")
        self.tiles: list[TilePanel] = []
        self.title = label("", "title")
        self.clock = label("", "title")
        self._grid = QGridLayout()
        self._grid.setSpacing(10)
        for place in range(COLUMNS):
            self._grid.setColumnStretch(place, 1)
        self.start_button = button(tr("together.start"), self.start_wanted.emit, "main")
        self.end_button = button(tr("together.leave"), self.end_wanted.emit, "touch")
        foot = row(self.end_button, 1, self.start_button, margin=12, gap=8)
        head = row(self.title, 1, self.clock)
        above = column(head, label(tr("together.how"), "caption"), gap=8, margin=(14, 14, 14, 6))
        tiles = Roomy(column(self._grid, margin=(14, 2, 14, 14)), tr("together.title"))
        self.setLayout(column(above, tiles, frame(foot, "foot"), gap=0, shares=(0, 1)))

    def begin(self, title: str, n: int) -> None:
        """So many empty tiles."""
        for tile in self.tiles:
            self._grid.removeWidget(tile)
            tile.deleteLater()
        self.tiles = [TilePanel(place, self) for place in range(n)]
        for place, tile in enumerate(self.tiles):
            self._grid.addWidget(tile, place // COLUMNS, place % COLUMNS)
        set_text(self.title, title)

    def show_tiles(self, tiles: Sequence[Tile], *, begun: bool) -> None:
        """Show one moment of all."""
        for panel, tile in zip(self.tiles, tiles, strict=True):
            panel.show_tile(tile)
        walking = next((tile.part for tile in tiles if tile.part.phase is not Phase.ENDED), None)
        set_text(self.clock, tr("together.done") if walking is None else part_words(walking))
        set_shown(self.start_button, not begun)
        set_text(self.end_button, tr("together.end" if begun else "together.leave"))


def part_words(part: Part) -> str:
    """Where somebody is, and how long it lasts."""
    match part.phase:
        case Phase.STAGES if part.name == BOUT:
            words = tr("interval.bout", n=part.bout, of=part.bouts)
        case Phase.STAGES:
            words = tr("interval.warm_up" if part.name == WARM_UP else "interval.pause")
        case Phase.COOL_DOWN:
            words = tr("interval.cool_down")
        case Phase.ENDED:
            return tr("together.done")
        case _:
            return tr("together.ready")
    return tr("together.left", part=words, left=clock(part.left_s))
