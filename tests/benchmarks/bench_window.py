"""What the window costs during a run, in real time: its share of one core, and how fast it opens.

python -m tests.benchmarks.bench_window [SECONDS]
"""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from drivers.processes import child_environment
from teststation.records.database import open_record
from teststation.subject import Sex, Subject
from ui.desktop.window import MainWindow
from ui.station.settings import Settings
from ui.station.station import Setup, Station, load_plan_of

SETTINGS = Settings(treadmill="emulated", heart_rate="emulated", intended_use_accepted=True)
EMPTY = """
from PySide6.QtWidgets import QApplication, QMainWindow
a = QApplication([])
w = QMainWindow()
w.show()
a.processEvents()
"""
FIRST = """
from ui.commands import window
from ui.desktop.application import opening
with opening("nb"):
    pass
"""
LIST = """
import pathlib, sys
from ui.desktop.application import opening
with opening("nb") as hall:
    from teststation.records.database import open_record
    from ui.desktop.window import MainWindow
    from ui.station.settings import Settings
    from ui.station.station import Station
    with open_record(pathlib.Path(sys.argv[1]), "bench", create=False) as record:
        w = MainWindow(Station(record, Settings(intended_use_accepted=True)))
        w.show()
        hall.hide()
        from PySide6.QtWidgets import QApplication
        QApplication.processEvents()
"""
PEOPLE = 10_000


def live(seconds: float) -> None:
    """Let the window live as in its own event loop."""
    loop = QEventLoop()
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()


def opening_s(code: str, *words: str) -> float:
    """The best of three starts of a process that shows one window."""
    times = []
    for _ in range(3):
        began_s = time.monotonic()
        subprocess.run([sys.executable, "-c", code, *words], env=child_environment(), check=True)
        times.append(time.monotonic() - began_s)
    return min(times)


def main(seconds: float) -> None:
    """Run, and print the figures."""
    application = QApplication([])
    with tempfile.TemporaryDirectory() as folder, open_record(Path(folder) / "r", secrets.token_hex(8)) as record:
        station = Station(record, SETTINGS)
        person = record.people.add(family_name="Måling", sex=Sex.MALE)
        subject = Subject(sex=Sex.MALE, age_years=44, weight_kg=88)
        window = MainWindow(station, demo=True)
        window.resize(1920, 1080)
        window.show()
        window.prepare(Setup(load_plan_of("submax-13"), subject, "emulated", "emulated", person.id))
        live(3.0)
        assert window.flow is not None
        window.flow.session.begin()
        live(15.0)
        before, began_s = time.process_time(), time.monotonic()
        live(seconds)
        share = (time.process_time() - before) / (time.monotonic() - began_s)
        print(f"window during a run, {seconds:.0f} s: {100 * share:.1f} % of a core   (to hold: 10 %)")
        window.stop()
        live(8.0)
        window.close()
        live(2.0)
    empty, first = opening_s(EMPTY), opening_s(FIRST)
    print(f"first window {first:.2f} s, an empty one {empty:.2f} s: {first / empty:.1f} times   (to hold: 1.8)")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.record"
        with open_record(path, "bench", create=True) as record:
            for number in range(PEOPLE):
                record.people.add(family_name=f"Måling{number}", sex=Sex.MALE)
        usable = opening_s(LIST, str(path))
    print(f"list of {PEOPLE} people {usable:.2f} s: {usable / empty:.1f} times   (to hold: 4)")
    application.quit()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0)
