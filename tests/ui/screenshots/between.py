"""What lies between and beside tests: training, interval sessions, the patient's own view, and drills."""

from collections.abc import Callable
from datetime import timedelta

from tests.ui.screenshots.camera import Camera, let_live, wait
from teststation.cause import Cause
from teststation.ports import Setpoint
from teststation.records.database import Record
from teststation.records.people.people import Person
from teststation.run.drill import TOLD_BY, Act, Course, Done, Fault, scored
from teststation.run.state import Phase
from teststation.training.diary import Entry
from teststation.training.plan import make_plan
from teststation.training.strength import Method, OneRm
from ui.desktop.i18n.numbers import today
from ui.desktop.intervals.start import StartSheet
from ui.desktop.patient.view import PatientView
from ui.desktop.patient.words import patient_moment
from ui.desktop.window import MainWindow
from ui.station.settings import Settings
from ui.station.station import Station

LOAD = Setpoint(speed_kmh=4.5, incline_pct=6.0)


def training(window: MainWindow, person: Person, save: Callable[[str], None], close_sheet: Callable[[], None]) -> None:
    """Plan and diary three weeks in, strength, and the talk before the first session."""
    notes, record = window.station.record.training, window.station.record
    monday = today() - timedelta(days=today().weekday() + 21)
    notes.add(person.id, make_plan(monday, (1, 3, 5), "4x4"))
    done = [monday + timedelta(days=days) for days in (0, 2, 4, 7, 11, 14, 16)]
    for number, on in enumerate(done, start=1):
        entry = Entry(
            day=on.isoformat(), kind="4x4", minutes=35.0, bouts_done=4 if number % 3 else 3, bouts_planned=4,
            borg=15 + number % 3, felt=1 + number % 5, comment="Tungt i tredje drag." if number == 3 else "",
        )  # fmt: skip
        notes.add(person.id, entry)
    for weeks, kg in ((3, 80.0), (1, 87.5)):
        on = (today() - timedelta(weeks=weeks)).isoformat()
        notes.add(person.id, OneRm(day=on, exercise="leg_press", load_kg=kg, method=Method.TESTED))
    assert record.diary(person.id)
    window.people.refresh(choose=person.id)
    window.people.training_button.click()
    save("90-training")
    flow = window.train
    for name, ask in (
        ("91-training-row", lambda: flow.write(Entry(day=today().isoformat()))),
        ("92-training-plan", flow.plan),
        ("93-training-talk", flow.talk),
    ):
        ask()
        save(name)
        close_sheet()
    flow.show_strength()
    save("94-strength")
    flow.new_one_rm("leg_press")
    save("95-strength-1rm")
    close_sheet()
    window.go_to(window.people)


def sessions(window: MainWindow, person: Person, save: Callable[[str], None]) -> None:
    """An interval session, up to its first bout, and how it ends at once."""
    window.people.refresh(choose=person.id)
    window.people.session_button.click()
    sheet = window.sheet
    assert isinstance(sheet, StartSheet)
    sheet.weight.setText("82")
    sheet.speed.setText("4,5")
    sheet.incline.setText("6")
    save("96-session-start")
    sheet.prepare()
    wait(lambda: window.flow is not None, 20)
    flow = window.flow
    assert flow is not None
    controller = flow.session.controller
    wait(lambda: not flow.session.snapshot().not_ready_because, 30)
    save("97-session-ready")
    flow.session.begin()
    wait(lambda: controller.state.phase is Phase.STAGES and controller.state.stage_index == 1, 60)
    let_live(0.5)
    save("98-session-bout")
    window.stop()
    wait(lambda: window.sheet is not None or window.flow is None, 30)
    save("99-session-stopped")
    window.sheets.finish_all()
    wait(lambda: window.flow is None, 30)
    window.sheets.finish_all()


def patients_view(window: MainWindow, camera: Camera, name: str) -> None:
    """What the patient sees on a screen of their own, at this moment of the run."""
    assert window.flow is not None
    view = PatientView(None, camera.language, demo=False)
    view.resize(window.size())
    view.show_moment(patient_moment(window.flow.session.snapshot()))
    view.show()
    camera.picture(view, name)
    view.close()


def drills(record: Record, person: Person, camera: Camera, scale: float) -> None:
    """Which drill, and how one went."""
    settings = Settings(
        treadmill="emulated", heart_rate="emulated", intended_use_accepted=True,
        language=camera.language, theme=camera.theme,
    )  # fmt: skip
    window = MainWindow(Station(record, settings, scale), demo=True, drill=("", person.id))
    window.resize(window.screen().geometry().size())
    window.show()
    let_live(0.3)
    assert window.drills is not None
    window.drills.choose()
    camera.picture(window, "a0-drill-choose")
    fault = Fault.STOP_IGNORED
    course = Course(fault, 10.0, 11.0, Cause(TOLD_BY[fault]), 20.0, (Done(Act.STOP, 10.5), Done(Act.RED_BUTTON, 16.0)))
    window.drills.tell(scored(course))
    camera.picture(window, "a1-drill-told")
    window.close()
