"""What the window costs during a run, in real time: its share of one core, and how fast it opens.

python -m tests.benchmarks.bench_window [SECONDS]

With 0 seconds, only how fast it opens.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer

from drivers.processes import child_environment
from tests.benchmarks.house import Stalls, open_window
from teststation.records.database import open_record
from teststation.records.people.people import add_in
from teststation.records.people.person import new_person
from teststation.subject import Sex

TOLD = """
import time
print(time.monotonic(), time.process_time(), flush=True)
"""
EMPTY = (
    """
from PySide6.QtWidgets import QApplication, QMainWindow
a = QApplication([])
w = QMainWindow()
w.show()
a.processEvents()
"""
    + TOLD
)
FIRST = """
from ui.station.apart.record_start import started
first = started()
from ui.commands import window
from ui.station.apart.record_process import RecordProcess
with RecordProcess(first):
    from ui.desktop.application import opening
    with opening("nb"):
        import time
        print(time.monotonic(), time.process_time(), flush=True)
"""
LIST = """
from ui.station.apart.record_start import started
first = started()
import argparse, sys
from concurrent.futures import ThreadPoolExecutor
from ui.commands import window as command
from ui.station.apart.record_process import RecordProcess
from ui.station.settings import Settings
def usable():
    import time
    from PySide6.QtWidgets import QApplication, QTableView
    print(time.monotonic(), time.process_time(), flush=True)
    shown = [one for top in QApplication.topLevelWidgets() for one in top.findChildren(QTableView) if one.isVisible()]
    assert [one.model().rowCount() for one in shown] == [100], "a page of people is on the screen"
    QApplication.quit()
settings = Settings(intended_use_accepted=True)
with RecordProcess(first) as process, ThreadPoolExecutor(1) as beside:
    arguments = argparse.Namespace(record=sys.argv[1], passphrase_file=None, user=None)
    opened = beside.submit(command.begun_with_what_is_kept, process, arguments, settings)
    from ui.desktop.application import opening, read_meanwhile, run_app
    with opening("nb") as hall:
        from PySide6.QtCore import QTimer
        record = read_meanwhile(opened)
        from ui.commands.common import act
        act(record, arguments, None)
        # Behind the window's first picture and what it says at once.
        QTimer.singleShot(0, lambda: QTimer.singleShot(0, usable))
        run_app(record, settings, instead_of=hall, opened=process.opened)
"""
SCREEN = Path(__file__).with_name("screen.json")  # without it Qt's has 800 pixels, and is less than the window needs
PEOPLE = 10_000
PASSPHRASE = "bench"
STARTS = 5


def live(seconds: float) -> None:
    """Let the window live as in its own event loop."""
    loop = QEventLoop()
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()


def opened_s(code: str, *words: str) -> tuple[float, float]:
    """Seconds, and seconds of a core, of one start of a process that shows one window and tells when.

    A product that is installed has its bytecode with it; a machine that forbids it here would measure the compiler.
    """
    environment = {name: value for name, value in child_environment().items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["TESTSTATION_PASSPHRASE"] = PASSPHRASE
    if environment.get("QT_QPA_PLATFORM") == "offscreen":
        environment["QT_QPA_PLATFORM"] = f"offscreen:configfile={SCREEN}"
    began_s = time.monotonic()
    told = subprocess.run(
        [sys.executable, "-c", code, *words], env=environment, check=True, capture_output=True, text=True
    ).stdout.split()
    return float(told[-2]) - began_s, float(told[-1])  # one clock for all processes of a machine


def told(what: str, opened: list[tuple[float, float]], empty: list[tuple[float, float]], to_hold: float) -> str:
    """A window against the empty ones opened in turns with it: best against best, and the middle of the turns.

    What else the machine does counts in the time, and less in the time of a core.
    """
    ratios = [
        (min(one[of] for one in opened) / min(one[of] for one in empty),
         median(one[of] / other[of] for one, other in zip(opened, empty, strict=True)))
        for of in (0, 1)
    ]  # fmt: skip
    (time_best, time_middle), (core_best, core_middle) = ratios
    return (
        f"{what} {min(opened)[0]:.2f} s: {time_best:.1f} times (in turns {time_middle:.1f}), "
        f"{core_best:.1f} times its time of a core (in turns {core_middle:.1f})   (to hold: {to_hold:g})"
    )


def fill(path: Path) -> None:
    """A record with many people, written in one transaction: what adds them one by one is not measured here."""
    with open_record(path, PASSPHRASE, create=True) as record, record.database.writing() as connection:
        for number in range(PEOPLE):
            person = new_person(family_name=f"Måling{number}", sex=Sex.MALE)
            add_in(connection, record.audit, person)


def main(seconds: float) -> None:
    """Run, and print the figures."""
    if seconds:
        during_a_run(seconds)
    before_one()


def during_a_run(seconds: float) -> None:
    """The share of a core, and what holds up the event loop, in real time."""
    with open_window(1.0) as (window, setup):
        window.prepare(setup)
        live(3.0)
        assert window.flow is not None
        window.flow.session.begin()
        live(15.0)
        before, began_s = time.process_time(), time.monotonic()
        live(seconds)
        share = (time.process_time() - before) / (time.monotonic() - began_s)
        print(f"window during a run, {seconds:.0f} s: {100 * share:.1f} % of a core   (to hold: 10 %)")
        stalls = Stalls()  # which costs by itself, so not meanwhile
        stalls.when = f"during {seconds:.0f} s more of a run"
        live(seconds)
        stalls.end()
        window.stop()
        live(8.0)


def before_one() -> None:
    """From the start of the process to a window, in turns: whoever else is at work disturbs each alike."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.record"
        fill(path)
        starts = ((EMPTY,), (FIRST,), (LIST, str(path)))
        for words in starts:
            opened_s(*words)  # once, for what only the first start costs
        turns = [[opened_s(*words) for words in starts] for _ in range(STARTS)]
    empty, first, listed = (list(column) for column in zip(*turns, strict=True))
    print(f"an empty window {min(empty)[0]:.2f} s, {min(one[1] for one in empty):.2f} s of a core")
    print(told("first window", first, empty, 1.8))
    print(told(f"list of {PEOPLE} people", listed, empty, 4))


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0)
