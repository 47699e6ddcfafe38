"""Tests one after the other in one window: what holds up its event loop, and the memory that it takes.

    python -m tests.benchmarks.bench_run [TESTS] [SCALE]

Each is walked, kept, seen and printed in time that is scaled: the window and its processes are not. Every fifth is
walked to its end, the others are stopped in their second stage. While somebody walks there is so much more to draw at
each look as the time is scaled: what holds up a walk in real time is told by ``bench_window``.
"""

import sys
import time

import psutil

from tests.benchmarks.house import Stalls, left_unsaid, live_until, open_window, prepared
from ui.desktop.result.report import ReportSheet
from ui.desktop.window import MainWindow
from ui.station.station import Setup

SCALE = 40.0
TO_HOLD_MB = 200.0
WITHIN_S = 1200.0
SEEN_S = 0.2


def walk(window: MainWindow, setup: Setup, stalls: Stalls, *, to_the_end: bool) -> None:
    """One test with its report."""
    stalls.when = "preparing"
    flow = prepared(window, setup)
    session = flow.session
    live_until(lambda: not session.snapshot().not_ready_because, 60, "ready")
    stalls.when = "walking"
    session.begin()
    if not to_the_end:
        live_until(lambda: session.controller.state.stage_index >= 1 or session.ended, WITHIN_S, "the second stage")
        window.stop()
    live_until(lambda: session.ended, WITHIN_S, "the end of the walk")
    stalls.when = "keeping and showing the result"
    live_until(lambda: window.flow is None or left_unsaid(window), 60, "kept")
    stored = window.result.stored
    assert stored is not None
    stalls.when = "making and showing the report"
    window.papers.open_report(stored)
    live_until(lambda: isinstance(window.sheet, ReportSheet), 120, "a report")
    look_at_the_report(window)
    stalls.when = "leaving"
    window.sheets.finish_all()
    window.back_to_people()


def look_at_the_report(window: MainWindow) -> None:
    """Its pages as they are shown, enlarged, and to their end: they are drawn when they are seen."""
    sheet = window.sheet
    assert isinstance(sheet, ReportSheet)
    bar = sheet.paper.verticalScrollBar()
    for look in (lambda: None, lambda: sheet.zoom(1), lambda: sheet.zoom(-1), lambda: bar.setValue(bar.maximum())):
        look()
        until_s = time.monotonic() + SEEN_S
        live_until(lambda until_s=until_s: time.monotonic() > until_s, 60, "a report that is seen")


def memory() -> str:
    """All that the window's process has in memory, and what of it is nobody else's, as libraries are."""
    me = psutil.Process()
    told = me.memory_info()
    shared = getattr(told, "shared", None)  # told by Linux alone; elsewhere each page has to be looked at
    own = me.memory_full_info().uss if shared is None else told.rss - shared
    return f"{told.rss / 1e6:.0f} MB, {own / 1e6:.0f} of them its own"


def main(tests: int, scale: float) -> None:
    """Walk them, and print the figures."""
    with open_window(scale) as (window, setup):
        stalls = Stalls()
        stalls.when = "opening"
        live_until(lambda: not window.warm_up(), 60, "every room")
        print(f"the window with every room: {memory()}")
        for number in range(tests):
            walk(window, setup, stalls, to_the_end=number % 5 == 0)
            if number in (0, 4, 9, 19, 29, 39) or number == tests - 1:
                print(f"after {number + 1} tests {memory()}   (to hold after 50: {TO_HOLD_MB:.0f} MB)", flush=True)
        stalls.end()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50, float(sys.argv[2]) if len(sys.argv) > 2 else SCALE)
