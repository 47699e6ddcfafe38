"""Every plot of the station, drawn with all that it may show.

    python -m tests.ui.widgets.every_plot

By itself in a process that begins as the program does, and says in JSON which of pyqtgraph's parts were read.
"""

import hashlib
import json
import os
import sys
from datetime import date

import ui.desktop  # noqa: F401 - before Qt, as in the program

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QWidget

from teststation.physiology.assess import assess
from teststation.physiology.foreseen import foresee
from teststation.physiology.result import Load, StageObservation
from teststation.protocol.load import find, load_plan
from teststation.protocol.session_draft import Aim
from teststation.run.record import HeartSample, Mark, RunRecord, StagePlanRef, StageSpan
from teststation.subject import Sex, Subject
from teststation.training.diary import Week
from ui.desktop.protocols.aim_curve import AimCurve
from ui.desktop.protocols.load_curve import LoadCurve
from ui.desktop.theme.style import font_family
from ui.desktop.training.week_plot import RmPlot, WeekPlot
from ui.desktop.widgets.load_plot import LoadPlot
from ui.desktop.widgets.plot_library import pg
from ui.desktop.widgets.time_plot import TimePlot
from ui.desktop.widgets.trend_plot import TrendPlot, TrendPoint

SUBJECT = Subject(sex=Sex.MALE, age_years=50, weight_kg=80)
PLAN = load_plan(*find("submax-13"))


def load_plot() -> QWidget:
    """Four stages, one of them not used and one being walked, the line through them, its band, and both limits."""
    pulses = ((0.0, 112.0), (4.0, 124.0), (8.0, 137.0), (12.0, 149.0), (14.0, 156.0))
    seen = [
        StageObservation(n, str(n), None, Load(None, 4.8, incline_pct), bpm, handrail=n == 1)
        for n, (incline_pct, bpm) in enumerate(pulses)
    ]
    made = LoadPlot()
    made.rescale(0.6, font_family())
    made.show_assessment(assess(SUBJECT, seen), open_stage=True)
    return made


def time_plot() -> QWidget:
    """Two stages, a gap in the pulse, a mark with its words, the limit, and what is still to come."""
    stages = tuple(
        StageSpan(n, StagePlanRef(plan.name, plan.duration_s, plan.speed_kmh, plan.incline_pct), 180.0 * n, ended_s)
        for n, (plan, ended_s) in enumerate(zip(PLAN.stages, (180.0, None), strict=False))
    )
    heart = tuple(HeartSample(float(t_s), None if 60 < t_s < 90 else 90 + t_s // 6) for t_s in range(240))
    marks = (Mark(100.0, "note", "Knær"),)
    made = TimePlot()
    made.rescale(0.6, font_family())
    run = RunRecord("r", "2026-01-02T10:00:00+01:00", PLAN, SUBJECT, "", "", stages, heart, (), marks)
    made.show_run(run, 150.0, 120.0, walking=True)
    return made


def trend_plot(tests: int) -> QWidget:
    """So many tests in a line, and one that was brought in; without any its words."""
    own = [TrendPoint(date(2025, 1 + n, 2), 38.0 + n, 33.0 + n, 44.0 + n) for n in range(tests)]
    made = TrendPlot()
    made.rescale(0.6, font_family())
    made.show_points([TrendPoint(date(2024, 6, 1), 36.0), *own] if own else [])
    return made


def week_plot() -> QWidget:
    """Weeks as planned, more, and less."""
    made = WeekPlot()
    made.rescale(0.6, font_family())
    made.show_weeks([Week(date(2026, 1, 5 + 7 * n), 2, n, n + 1, 60.0, None, 0) for n in range(3)])
    return made


def rm_plot() -> QWidget:
    """One tested, one estimated."""
    made = RmPlot()
    made.rescale(0.6, font_family())
    made.show_points([(date(2026, 1, 2), 50.0, 48.0, 52.0, True), (date(2026, 3, 2), 55.0, 50.0, 61.0, False)])
    return made


def load_curve() -> QWidget:
    """A protocol's uptake, the names of its steps, pulse, range and limit."""
    stages = (*PLAN.stages, PLAN.cool_down)
    made = LoadCurve(0.6)
    made.show_stages(stages, foresee(stages, SUBJECT, PLAN.limits.hr_fraction_of_max))
    return made


def aim_curve() -> QWidget:
    """A session's parts."""
    made = AimCurve(0.6)
    made.show_aims([Aim("warm_up", 600.0, 0.6, 0.7), Aim("bout", 240.0, 0.85, 0.95), Aim("cool_down", 300.0, 0.0, 0.0)])
    return made


PLOTS = {
    "load": load_plot, "time": time_plot, "no trend": lambda: trend_plot(0), "trend": lambda: trend_plot(4),
    "weeks": week_plot, "1RM": rm_plot, "protocol": load_curve, "session": aim_curve,
}  # fmt: skip


def drawn() -> dict[str, tuple[int, str]]:
    """Draw each: how many colours it has, and a sum over its picture."""
    pictures = {}
    for name, plot in PLOTS.items():
        made = plot()
        made.resize(600, 400)
        image = made.grab().toImage()  # its bits end with it
        picture = bytes(image.constBits())
        pictures[name] = (len(set(memoryview(picture).cast("I"))), hashlib.sha256(picture).hexdigest())
    return pictures


def main() -> None:
    """Draw them with what is read for them, and again once all of pyqtgraph was asked for."""
    application = QApplication([])
    first = drawn()
    read = sorted(name for name in sys.modules if name.startswith(("pyqtgraph.", "PySide6.")))
    whole = pg.ImageView is not None and "pyqtgraph.imageview" in sys.modules
    again = drawn()
    sys.stdout.write(json.dumps({"drawn": first, "read": read, "whole": whole, "as_before": again == first}))
    application.quit()


if __name__ == "__main__":
    main()
