"""Screens that no appointment on scripted ports reaches, each at the moment that asks for the most room."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from drivers.adapters import PortHere
from tests.ui.conftest import Bench
from tests.unit.records.builders import events_of
from tests.unit.run.test_bouts import in_bout, session
from tests.unit.training.session.builders import walked
from teststation.cause import Cause
from teststation.protocol.plan import BOUT, PAUSE
from teststation.run.state import Phase
from teststation.snapshot import snapshot
from teststation.training.session.analysis import analyse
from teststation.training.together import Part
from ui.desktop.clinic.settings import SettingsSheet
from ui.desktop.i18n import core_texts
from ui.desktop.machines.commissioning import PAGES
from ui.desktop.window import MainWindow
from ui.station.together import Tile

See = Callable[[], None]


def further(bench: Bench, look: Callable[[QWidget], None], qtbot: QtBot) -> None:
    """A group, a session, the pages of a machine, protocols and training, one after the other."""
    window = bench.window

    def see() -> None:
        qtbot.wait(30)
        look(window)

    for show in (group, a_session, machine, protocols, trained, today_and_more):
        show(bench, see)
        window.sheets.finish_all()
        window.go_to(window.people)


def group(bench: Bench, see: See) -> None:
    """Six train together; somebody's pulse is lost, and Borg is asked for."""
    bout, pause = Part(Phase.STAGES, BOUT, 2, 4, 125.0), Part(Phase.STAGES, PAUSE, 3, 4, 61.0)
    name = bench.person.full_name
    lost = Cause("group_strap_lost", {"name": name})
    flickers = Cause("group_pulse_comes_and_goes", {"name": name})
    tiles = (
        Tile("Kari Aasen", 161, 153.0, 171.0, bout, 15, False, ()),
        Tile("Ola Nordmann Berg", 178, 153.0, 171.0, bout, None, False, ()),
        Tile(name, None, 140.0, 157.0, bout, 16, True, (lost,)),
        Tile(name, 139, 158.0, 177.0, pause, None, True, (flickers,)),
        Tile("Pasient Demo", 121, None, None, pause, 17, False, ()),
        Tile(name, None, 140.0, 157.0, bout, 16, True, (lost, flickers)),
    )
    for n in (len(tiles), 3):
        bench.window.group.begin(core_texts().name_of("Intervaller 4 × 4"), n)
        bench.window.group.show_tiles(tiles[:n], begun=True)
        bench.window.go_to(bench.window.group)
        see()


def a_session(bench: Bench, see: See) -> None:
    """A bout whose pulse is far below its band: a harder load is offered, which needs words."""
    walker = in_bout(session())
    walker.bpm = 145
    walker.run_for(190.0)
    screen = bench.window.intervals
    screen.begin(bench.person.full_name, "12.04.1979", core_texts().name_of(walker.state.plan.title))
    screen.show_moment(snapshot(walker.state, walker.now_s, walker.recording.record(walker.state), None))
    assert not screen.bouts.answers.isHidden()
    bench.window.go_to(screen)
    see()


def machine(bench: Bench, see: See) -> None:
    """Every page on which a treadmill is put into use, with all that it may say."""
    screen = bench.window.commissioning
    screen.ports._find = lambda: (
        PortHere("COM3", "USB Serial Port (FTDI)", "usb=0403:6001:A10K4F2W"),
        PortHere("COM4", "Silicon Labs CP210x USB to UART Bridge", "usb=10c4:ea60:0001"),
    )
    screen.ports.search()
    screen.families.offer(cable=True, answered=("trackmaster", "woodway"))
    screen.families.kinds["trackmaster"].click()
    screen.command.show_machine(moves=True, reads=True, unit="kmh")
    screen.check.show_machine(moves=True)
    screen.check.show_moment(running=True, counting=True, seconds=12.3)
    bench.window.go_to(screen)
    for page in PAGES:
        screen.show_page(page)
        screen.show_problem(core_texts().name_of("Intervaller 4 × 4"))
        see()


def protocols(bench: Bench, see: See) -> None:
    """The library, of a test and of a session, and the editor of each."""
    window = bench.window
    window.protocols.open()
    see()
    library = window.protocols.library
    assert library is not None
    library.copy_button.click()
    see()
    _close(window)
    library.table.setCurrentCell([one.id for one in library._shelf].index("4x4"), 0)
    see()
    library.copy_button.click()
    see()
    _close(window)


def trained(bench: Bench, see: See) -> None:
    """Plan, diary and strength of somebody who has walked a session."""
    window, person = bench.window, bench.person
    run, readings = walked()
    window.station.record.sessions.save(person.id, run, analyse(run, readings), events_of(3))
    window.people.refresh(choose=person.id)
    window.people.training_button.click()
    see()
    flow = window.train
    for ask in (flow.plan, flow.talk, flow.sessions):
        ask()
        see()
        _close(window)
    flow.show_strength()
    see()
    flow.new_one_rm("leg_press")
    see()


def today_and_more(bench: Bench, see: See) -> None:
    """Who comes today, what waits to be handed over, backups, help, and the record's settings."""
    window = bench.window
    window.people.today_button.click()
    see()
    window.people.waiting_button.click()
    see()
    _close(window)
    for show in (window.clinic.show_backups, window.show_help, window.clinic.edit_settings):
        show()
        see()
        if isinstance(window.sheet, SettingsSheet):
            window.sheet.record_button.click()
            see()
            _close(window)
        _close(window)


def _close(window: MainWindow) -> None:
    assert window.sheet is not None
    window.sheet.finish()
