"""What lies between and beside tests: training, interval sessions, the patient's own view, and drills."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec

from drivers.emulators.patient import draw_body
from tests.sample_tests import sample
from tests.ui.screenshots.camera import Camera, let_live, wait
from tests.unit.records.builders import events_of
from tests.unit.training.session.builders import walked
from teststation.cause import Cause
from teststation.physiology.assess import assess_run
from teststation.protocol.plan import BOUT, PAUSE
from teststation.records.database import Record
from teststation.records.people.person import Person
from teststation.run.drill import Fault
from teststation.run.record import Outcome, RunRecord
from teststation.run.state import Phase
from teststation.training.diary import Entry
from teststation.training.plan import make_plan
from teststation.training.session.analysis import analyse
from teststation.training.session.result import SessionResult
from teststation.training.strength import Method, OneRm
from teststation.training.together import Part
from ui.commands.demo import add_patient, throw_away_record
from ui.desktop.drill.flow import DrillFlow
from ui.desktop.i18n import core_texts
from ui.desktop.i18n.numbers import today
from ui.desktop.intervals.sessions import SessionsSheet
from ui.desktop.intervals.start import StartSheet
from ui.desktop.patient.view import PatientView
from ui.desktop.patient.words import patient_moment
from ui.desktop.window import MainWindow
from ui.laboratory.room import simulate
from ui.station.settings import Settings
from ui.station.station import Station
from ui.station.together import Tile

SEED = 3
WARM_S = 120.0  # of the warm-up: enough of a curve


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
    save("96-session-start")
    sheet.prepare()
    wait(lambda: window.flow is not None, 20)
    flow = window.flow
    assert flow is not None
    controller = flow.session.controller
    wait(lambda: not flow.session.snapshot().not_ready_because, 30)
    save("97-session-ready")
    flow.session.begin()
    wait(lambda: controller.state.phase is Phase.STAGES and controller.now_s() > WARM_S, 60)
    flow.session.next()
    wait(lambda: controller.state.stage_index == 1, 60)
    let_live(0.5)
    save("98-session-bout")
    flow.ask_more()
    save("98-session-more")
    window.sheets.finish_all()
    window.stop()
    wait(lambda: window.sheet is not None or window.flow is None, 30)
    save("99-session-stopped")
    window.sheets.finish_all()
    wait(lambda: window.flow is None, 30)
    window.sheets.finish_all()


def sessions_kept(
    window: MainWindow, person: Person, save: Callable[[str], None], close_sheet: Callable[[], None]
) -> None:
    """The sessions that are kept, what one came to, what they came to together, and the diary's page."""
    record = window.station.record
    for days_ago in (9, 4, 2):
        run, found = trained_session(days_ago)
        record.sessions.save(person.id, run, found, events_of(3))
    window.people.refresh(choose=person.id)
    window.people.training_button.click()
    save("9a-training-effect")
    flow = window.train
    flow.sessions()
    save("9b-sessions-here")
    sheet = window.sheet
    assert isinstance(sheet, SessionsSheet)
    sheet.open_chosen()
    save("9c-session-result")
    close_sheet()
    close_sheet()
    flow.show_page("filled")
    save("9d-diary-page")
    close_sheet()
    window.go_to(window.people)


def trained_session(days_ago: int) -> tuple[RunRecord, SessionResult]:
    """A whole 4x4 as the bench walks it."""
    run, readings = walked()
    began = datetime.now(UTC) - timedelta(days=days_ago)
    run = msgspec.structs.replace(run, id=f"session-{days_ago}", started_at=began.isoformat(timespec="seconds"))
    return run, analyse(run, readings)


def group(window: MainWindow, person: Person, save: Callable[[str], None], close_sheet: Callable[[], None]) -> None:
    """Who trains together, and their tiles, drawn from moments that no strap gives on demand."""
    window.people.refresh(choose=person.id)
    window.people.group_button.click()
    save("9e-group-start")
    close_sheet()
    bout, pause = Part(Phase.STAGES, BOUT, 2, 4, 125.0), Part(Phase.STAGES, PAUSE, 3, 4, 61.0)
    lost = Cause("group_strap_lost", {"name": "Per Hansen"})
    tiles = (
        Tile("Kari Aasen", 161, 153.0, 171.0, bout, 15, False, ()),
        Tile("Ola Nordmann Berg", 178, 153.0, 171.0, bout, None, False, ()),
        Tile("Per Hansen", None, 140.0, 157.0, bout, 16, False, (lost,)),
        Tile("Åse Ødegård", 139, 158.0, 177.0, pause, None, True, ()),
        Tile("Pasient Demo", 121, None, None, pause, 17, False, ()),
    )
    screen = window.group
    screen.begin(core_texts().name_of("Intervaller 4 × 4"), len(tiles))
    screen.show_tiles(tiles, begun=True)
    window.go_to(screen)
    save("9f-group")
    window.go_to(window.people)


def patients_view(window: MainWindow, camera: Camera, name: str) -> None:
    """What the patient sees on a screen of their own, at this moment of the run."""
    assert window.flow is not None
    view = PatientView(None, camera.language, demo=False)
    view.resize(window.size())
    view.show_moment(patient_moment(window.flow.session.snapshot()))
    view.show()
    camera.picture(view, name)
    view.close()


def appointments(record: Record, people: Sequence[Person]) -> None:
    """What a first screen is about: somebody who is due, a test that broke off, a session today, tests to hand over."""
    run, found = sample()
    for number, (person, days_ago) in enumerate(zip(people, (200, 95, 3, 30), strict=True)):
        at = datetime.now(UTC) - timedelta(days=days_ago)
        outcome = Outcome.INTERRUPTED if days_ago == 3 else Outcome.COMPLETED
        kept = msgspec.structs.replace(run, id=f"run-{number}", started_at=at.isoformat(timespec="seconds"),
                                       outcome=outcome, reason=None)  # fmt: skip
        record.tests.save(person.id, kept, found, ())
    record.training.add(people[-1].id, make_plan(today(), {today().isoweekday()}, "4x4", weeks=2))


def earlier(record: Record, person: Person) -> None:
    """The person's test of a quarter ago, a little less fit."""
    body = draw_body(SEED)
    run = simulate(SEED, body=replace(body, vo2max=body.vo2max - 4.0)).run
    at = datetime.now(UTC) - timedelta(days=95)
    run = msgspec.structs.replace(
        run,
        id="quarter",
        started_at=at.isoformat(timespec="seconds"),
        treadmill="emulated:trackmaster",
        heart_rate="emulated:bridge",
    )
    record.tests.save(person.id, run, assess_run(run), ())


def drills(camera: Camera, scale: float) -> None:
    """Which drill, one while it is walked, and how it went; on a record of its own, as a drill always is."""
    settings = Settings(
        treadmill="emulated", heart_rate="emulated", intended_use_accepted=True,
        language=camera.language, theme=camera.theme,
    )  # fmt: skip
    with throw_away_record() as record:
        window = MainWindow(Station(record, settings, scale), demo=True, drill=("", add_patient(record, 1)))
        window.resize(window.screen().geometry().size())
        window.show()
        let_live(0.3)
        drills = window.drills
        assert drills is not None
        drills.choose()
        camera.picture(window, "a0-drill-choose")
        assert window.sheet is not None
        window.sheet.pressed_by[str(list(Fault).index(Fault.STRAP_LOST) + 1)].click()
        wait(lambda: window.flow is not None, 30)
        flow = window.flow
        assert isinstance(flow, DrillFlow)
        wait(lambda: not flow.session.snapshot().not_ready_because, 60)
        flow.session.begin()
        wait(lambda: flow.session.snapshot().alarms, 60)
        let_live(0.3)
        camera.picture(window, "a1-drill-run")
        drills.bar.strap_button.click()
        window.stop()
        while window.flow is not None:  # it may ask why it was stopped
            window.sheets.finish_all()
            let_live(0.1)
        wait(lambda: window.sheet is not None, 10)
        camera.picture(window, "a2-drill-told")
        window.close_when_at_rest()
