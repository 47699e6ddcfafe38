"""Before the test: the right person, the few numbers, the questions, and what will be missing for want of data."""

from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QScrollArea, QWidget

from teststation.demonstration import is_demonstration
from teststation.errors import StationError
from teststation.physiology.assess import assess
from teststation.physiology.hrmax import INTERVALS_VALID_DAYS, SessionPeak, hr_max
from teststation.physiology.non_exercise import by_questions
from teststation.protocol.plan import Plan
from teststation.records.people.people import Person
from teststation.subject import Subject, contradictions, pressure_is_high, read_pressure
from teststation.training.session.evidence import learned_by_test, with_evidence
from ui.desktop.i18n import core_texts, knows, say, tr
from ui.desktop.i18n.learned import learned_words
from ui.desktop.i18n.marks import marked, name_of
from ui.desktop.i18n.numbers import age_years, clock, day, exact, number, parse_day, parse_number, today
from ui.desktop.test.pretest_answers import Activity
from ui.desktop.test.screening import Screening
from ui.desktop.widgets.base import (
    button,
    card,
    column,
    frame,
    label,
    row,
    set_shown,
    set_state,
    set_text,
    show_problems,
)
from ui.desktop.widgets.fields import (
    AGE_YEARS,
    HEIGHT_CM,
    HR_MAX_BPM,
    HR_RESTING_BPM,
    WAIST_CM,
    WEIGHT_KG,
    form,
    line_edit,
)
from ui.desktop.widgets.roomy import Roomy
from ui.station.station import Setup, Station
from ui.station.strap_search import needs_a_choice
from ui.station.training import talk_words

NAMESAKES_SHOWN = 3
PRESSURE = "screening_pressure"
CALCULATED, MEASURED, FROM_RPE = "calculated", "measured", "rpe"
INTERVALS, ALL_OUT = "intervals", "intervals_all_out"
FROM_SESSION = (INTERVALS, ALL_OUT)
WITH_A_VALUE = (MEASURED, *FROM_SESSION)


def will_be_withheld(subject: Subject, plan: Plan) -> list[str]:
    """Sentences on results that this subject and plan cannot give, and on what makes them wider."""
    found = assess(subject, ())
    sentences: list[str] = []
    pulse = found.estimates["extrapolation"].why
    if pulse is not None and pulse.code == "pulse_not_to_be_trusted":
        sentences.append(tr("withheld.pulse", why=say(pulse)))
    elif found.hr_max.source == "rpe" or (subject.hr_max_from_rpe and found.hr_max.reckoned_source == "age"):
        sentences.append(tr("withheld.hr_max_rpe"))
    elif found.hr_max.source not in ("measured", "intervals"):
        sentences.append(tr("withheld.hr_max", see=number(found.hr_max.see_bpm)))
    if by_questions(subject) is None and not subject.beta_blocker:
        sentences.append(tr("withheld.questions"))
    before = found.estimates["non_exercise"].why
    if before is not None:
        sentences.append(tr("withheld.non_exercise", why=say(before)))
    if plan.method != "ebbeling":
        sentences.append(tr("withheld.ebbeling"))
    return sentences


class PretestScreen(QWidget):
    """``prepared`` carries a whole ``Setup``; whatever is missing is said, all at once."""

    prepared = Signal(object)
    practice_wanted = Signal(object)  # Setup of the test that is to follow
    protocols_wanted = Signal()  # all of them, with what each asks of this person
    back = Signal()

    def __init__(self, station: Station, *, seed: int = 1) -> None:
        super().__init__()
        self.setObjectName("screen")
        self.station, self._seed = station, seed
        self.person: Person | None = None
        self._peaks: tuple[SessionPeak, ...] = ()  # what this person's interval sessions say of the maximum
        self.who, self.born = label("", "title", wrap=True), label("", "lead", wrap=True)
        self.namesakes = label("", "problem", wrap=True)
        self.namesakes.hide()
        self.confirmed = QCheckBox(tr("pretest.confirm"))
        self.weight = line_edit("", tr("pretest.weight"))
        self.height_cm = line_edit("", tr("pretest.height"))
        self.hr_source = QComboBox()
        self.hr_value = line_edit("", tr("pretest.hr_measured"))
        self.hr_date = line_edit("", tr("pretest.hr_date"), tr("form.born_hint"))
        self.learned = label("", "soft", wrap=True)  # what an interval session says of the maximum, before and after
        self.learned.hide()
        self.resting = line_edit("", tr("pretest.resting"))
        self.pressure = line_edit("", tr("pretest.pressure"), "132/84")
        self.waist = line_edit("", tr("pretest.waist"))
        self.activity = Activity()
        self.beta, self.rhythm = QCheckBox(tr("pretest.beta")), QCheckBox(tr("pretest.rhythm"))
        self.rail = QCheckBox(tr("pretest.rail"))
        self.protocol, self.speed = QComboBox(), QComboBox()
        self.protocols_button = button(tr("protocols.open"), self.protocols_wanted.emit, tip=tr("protocols.open_tip"))
        self.stages = label("", "soft", wrap=True)
        self.conditions = line_edit("", tr("pretest.conditions"), tr("pretest.conditions_hint"))
        self.screening = Screening(self._look)
        self.talk = label("", "soft", wrap=True)  # what the interview said that is to be at hand
        self.talk.hide()
        self.withheld = label("", wrap=True)
        self.devices = label("", "chip")
        self.problems: QLabel = label("", "problem", wrap=True)
        self.prepare_button = button(tr("pretest.prepare"), self.prepare, "main")
        self.practice_button = button(tr("practice.open"), self.practise, "touch", tip=tr("practice.tip"))
        self.as_last = button(tr("pretest.as_last"), self.take_last, tip=tr("pretest.as_last_tip"))
        self._last: Subject | None = None
        self._last_protocol = self._last_speed = ""
        self._practised = False
        self._layout()
        self._connect()

    def _layout(self) -> None:
        for choice, name in (
            (self.hr_source, tr("pretest.hr_source")),
            (self.protocol, tr("pretest.protocol")),
            (self.speed, tr("pretest.speed")),
        ):
            choice.setAccessibleName(name)
            choice.setMinimumContentsLength(8)
            choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for check in (self.confirmed, self.beta, self.rhythm, self.rail):
            check.setAccessibleName(check.text())
        person = card(
            tr("pretest.who"),
            self.who,
            self.born,
            self.namesakes,
            row(self.confirmed, 1, self.as_last),
            form(
                (tr("pretest.weight"), self.weight),
                (tr("pretest.height"), self.height_cm),
                (tr("pretest.hr_source"), self.hr_source),
                (tr("pretest.hr_measured"), self.hr_value),
                (tr("pretest.hr_date"), self.hr_date),
                (tr("pretest.resting"), self.resting),
                (tr("pretest.pressure"), self.pressure),
                (tr("pretest.waist"), self.waist),
            ),
            self.learned,
            form((tr("pretest.activity"), self.activity), above=True),
            self.beta,
            self.rhythm,
            1,
        )
        test = card(
            tr("pretest.test"),
            form((tr("pretest.protocol"), row(self.protocol, self.protocols_button, gap=8, shares=(1,))), above=True),
            form((tr("pretest.speed"), self.speed)),
            self.stages,
            self.rail,
            form((tr("pretest.conditions"), self.conditions), above=True),
        )
        missing = card(tr("pretest.withheld"), self.withheld, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setAccessibleName(tr("pretest.screening"))
        inside = QWidget()
        inside.setObjectName("scrolled")
        inside.setLayout(column(self.talk, self.screening, 1, margin=(0, 0, 10, 0)))
        scroll.setWidget(inside)
        questions = card(tr("pretest.screening"), scroll)
        right = column(test, missing, shares=(0, 1))
        body = row(person, questions, right, margin=(16, 14, 16, 8), shares=(5, 6, 5))
        self.problems.hide()
        back = button(tr("common.back"), self.back.emit, "touch")
        foot = row(back, self.devices, 1, self.practice_button, self.prepare_button, margin=12)
        inner = column(self.problems, margin=(16, 0, 16, 6))
        self.setLayout(column(Roomy(body, tr("step.pretest")), inner, frame(foot, "foot"), gap=0, shares=(1,)))

    def _connect(self) -> None:
        self.protocol.currentIndexChanged.connect(lambda *_: self._protocol_chosen())
        self.speed.currentIndexChanged.connect(lambda *_: self._look())
        self.hr_source.currentIndexChanged.connect(lambda *_: self._look())
        for field in (
            self.weight,
            self.height_cm,
            self.hr_value,
            self.hr_date,
            self.resting,
            self.pressure,
            self.waist,
        ):
            field.textChanged.connect(lambda *_: self._look())
        self.activity.changed.connect(self._look)
        for check in (self.confirmed, self.beta, self.rhythm, self.rail):
            check.toggled.connect(lambda *_: self._look())

    # --- a person ---

    def show_person(self, person: Person) -> None:
        """Begin anew with this person; what was true last time is offered, never the weight."""
        self.person = person
        settings = self.station.settings
        demo = is_demonstration(settings.treadmill, settings.heart_rate)
        self._peaks = self.station.record.sessions.peaks(person.id, demo=demo)
        lines = self.station.record.tests.summaries(person.id)
        run = self.station.record.tests.get(lines[0].id).run if lines else None
        last = None if run is None else run.subject
        self._last_protocol, self._last_speed = ("", "") if run is None else (run.plan.id, run.plan.speed_name)
        set_text(self.who, name_of(person))
        set_text(self.born, tr("person.facts", born=day(person.born), sex=tr(f"sex.{person.sex.value}")))
        others = self.station.record.people.namesakes(person)
        names = "; ".join(f"{name_of(other)}, {day(other.born)}" for other in others[:NAMESAKES_SHOWN])
        set_text(self.namesakes, tr("pretest.namesakes", names=names))
        set_shown(self.namesakes, bool(others))
        told = talk_words(self.station.record, person.id, core_texts())
        set_text(self.talk, "" if told is None else tr("pretest.talk", day=day(told[0]), words="\n".join(told[1])))
        set_shown(self.talk, told is not None)
        self._last = last
        self._practised = False
        set_text(self.practice_button, tr("practice.open"))
        set_shown(self.as_last, last is not None)
        self._show_last()
        self.confirmed.setChecked(False)
        self.weight.clear()
        self.resting.clear()
        self.pressure.clear()
        self.waist.clear()
        self.activity.clear()
        self.conditions.clear()
        self.height_cm.setText(exact(person.height_cm))
        self.beta.setChecked(bool(last and last.beta_blocker))
        self.rhythm.setChecked(bool(last and last.irregular_rhythm))
        self.rail.setChecked(False)
        measured = last is not None and last.hr_max_measured_bpm is not None
        self.hr_value.setText(exact(last.hr_max_measured_bpm) if last and measured else "")
        on = last.hr_max_measured_on if last and measured else None
        self.hr_date.setText(day(on) if on else "")
        self.screening.clear_answers()
        self._fill_protocols()
        by_effort = last is not None and last.hr_max_from_rpe
        self._fill_sources(MEASURED if measured else FROM_RPE if by_effort else CALCULATED)
        set_shown(self.problems, False)
        self._look()
        self.confirmed.setFocus()

    def _show_last(self) -> None:
        """Last time's values in grey: what stands there so is not taken for today's."""
        last = self._last
        for field, value in (
            (self.weight, last and last.weight_kg),
            (self.resting, last and last.resting_hr_bpm),
            (self.waist, last and last.waist_cm),
        ):
            field.setPlaceholderText("" if value is None else tr("pretest.last_value", value=exact(value)))

    def take_last(self) -> None:
        """As last time: what hardly changes in three months. Weight and resting pulse are today's, always."""
        last = self._last
        if last is None:
            return
        self.waist.setText(exact(last.waist_cm))
        self.beta.setChecked(last.beta_blocker)
        self.rhythm.setChecked(last.irregular_rhythm)
        index = self.protocol.findData(self._last_protocol)
        if index >= 0:
            self.protocol.setCurrentIndex(index)
            self.speed.setCurrentIndex(max(0, self.speed.findData(self._last_speed)))
        self._look()

    def protocols_changed(self, chosen: str = "") -> None:
        """The clinic's protocols are others now; ``chosen`` is to be walked, without it the one that was chosen."""
        if self.person is not None:
            self._fill_protocols(chosen or self.protocol.currentData())

    def _fill_protocols(self, chosen: str = "") -> None:
        self.protocol.blockSignals(True)
        self.protocol.clear()
        for identifier, title in self.station.protocols_now():
            self.protocol.addItem(core_texts().name_of(title), identifier)
        wanted = self.station.settings.default_protocol
        index = self.protocol.findData(wanted)
        if index < 0:
            try:
                self.protocol.addItem(self.station.plan(wanted).title, wanted)
                index = self.protocol.count() - 1
            except StationError:
                index = 0
        self.protocol.setCurrentIndex(max(index, self.protocol.findData(chosen)) if chosen else index)
        self.protocol.blockSignals(False)
        self._protocol_chosen()

    def _protocol_chosen(self) -> None:
        offered = self.station.speeds(self.protocol.currentData())
        self.speed.blockSignals(True)
        self.speed.clear()
        for name, speed_kmh in offered.items():
            words = tr(f"speed.{name}") if knows(f"speed.{name}") else name
            self.speed.addItem(tr("pretest.speed_item", name=words, speed=number(speed_kmh, 1)), name)
        if not offered:
            self.speed.addItem(tr("pretest.speed_fixed"), None)
        index = self.speed.findData(self.station.settings.default_speed)
        self.speed.setCurrentIndex(max(0, index))
        self.speed.setEnabled(bool(offered))
        self.speed.blockSignals(False)
        self._look()

    def _fill_sources(self, chosen: str) -> None:
        self.hr_source.blockSignals(True)
        self.hr_source.clear()
        self.hr_source.addItem("", CALCULATED)
        self.hr_source.addItem(tr("pretest.hr_is_measured"), MEASURED)
        self.hr_source.addItem(tr("pretest.hr_is_intervals"), INTERVALS)
        self.hr_source.addItem(tr("pretest.hr_is_all_out"), ALL_OUT)
        self.hr_source.addItem(tr("pretest.hr_is_rpe"), FROM_RPE)
        self.hr_source.setCurrentIndex(self.hr_source.findData(chosen))
        self.hr_source.blockSignals(False)

    # --- what it comes to ---

    def _age(self) -> float | None:
        born = None if self.person is None or self.person.born is None else date.fromisoformat(self.person.born)
        return None if born is None else age_years(born, today())

    def plan(self) -> Plan:
        """The protocol at the chosen speed."""
        return self.station.plan(self.protocol.currentData(), self.speed.currentData())

    def subject(self) -> Subject | None:
        """The person as the arithmetic needs them; None while a needed value is missing or wrong."""
        age, weight = self._age(), parse_number(self.weight.text())
        if self.person is None or not AGE_YEARS.holds(age) or not WEIGHT_KG.holds(weight):
            return None
        assert age is not None
        assert weight is not None
        measured = self.hr_source.currentData() == MEASURED
        session = self.hr_source.currentData() in FROM_SESSION
        on = parse_day(self.hr_date.text())
        pressure = read_pressure(self.pressure.text())
        return Subject(
            sex=self.person.sex,
            age_years=round(age, 2),
            weight_kg=weight,
            height_cm=parse_number(self.height_cm.text()),
            hr_max_measured_bpm=parse_number(self.hr_value.text()) if measured else None,
            hr_max_measured_on=on.isoformat() if measured and on else None,
            hr_max_from_rpe=self.hr_source.currentData() == FROM_RPE,
            beta_blocker=self.beta.isChecked(),
            irregular_rhythm=self.rhythm.isChecked(),
            resting_hr_bpm=parse_number(self.resting.text()),
            resting_systolic_mmhg=None if pressure is None else pressure[0],
            resting_diastolic_mmhg=None if pressure is None else pressure[1],
            waist_cm=parse_number(self.waist.text()),
            activity_index=self.activity.index,
            hr_max_intervals_bpm=parse_number(self.hr_value.text()) if session else None,
            hr_max_intervals_all_out=self.hr_source.currentData() == ALL_OUT,
        )

    def missing(self) -> list[str]:
        """Everything that must be mended first."""
        problems: list[str] = []
        if not self.confirmed.isChecked():
            problems.append(tr("pretest.not_confirmed"))
        if not AGE_YEARS.holds(self._age()):
            problems.append(tr("pretest.no_birth_date"))
        if not WEIGHT_KG.holds(parse_number(self.weight.text())):
            problems.append(WEIGHT_KG.sentence(tr("pretest.weight")))
        for field, bounds, name in (
            (self.height_cm, HEIGHT_CM, tr("pretest.height")),
            (self.resting, HR_RESTING_BPM, tr("pretest.resting")),
            (self.waist, WAIST_CM, tr("pretest.waist")),
        ):
            if field.text().strip() and not bounds.holds(parse_number(field.text())):
                problems.append(bounds.sentence(name))
        pressure = read_pressure(self.pressure.text())
        if pressure is None and self.pressure.text().strip():
            problems.append(tr("pretest.pressure_wrong"))
        elif pressure is not None and pressure_is_high(pressure) and self.screening.answers().get(PRESSURE) == "no":
            problems.append(tr("pretest.pressure_high"))
        source, on = self.hr_source.currentData(), parse_day(self.hr_date.text())
        if source in WITH_A_VALUE and not HR_MAX_BPM.holds(parse_number(self.hr_value.text())):
            problems.append(HR_MAX_BPM.sentence(tr("pretest.hr_measured")))
        if source in WITH_A_VALUE and on is None:
            problems.append(tr("pretest.hr_date_missing"))
        elif source in FROM_SESSION and on is not None and not session_counts(on, today()):
            problems.append(tr("pretest.hr_session_old"))
        if self.activity.begun and self.activity.index is None:
            problems.append(tr("pretest.activity_unfinished"))
        subject = self.subject()
        if subject is not None:
            problems += [f"{say(found)}." for found in contradictions(subject, today().isoformat())]
        settings = self.station.settings
        if not settings.treadmill or not settings.heart_rate:
            problems.append(tr("pretest.no_devices"))
        elif needs_a_choice(settings.heart_rate):
            problems.append(tr("pretest.choose_strap"))
        return [*problems, *self.screening.problems()]

    def prepare(self) -> None:
        """Hand over the setup, or say what is missing."""
        setup = self._setup()
        if setup is not None:
            self.prepared.emit(setup)

    def practise(self) -> None:
        """A practice walk with this person, who has answered the same questions as for a test."""
        setup = self._setup()
        if setup is not None:
            self.practice_wanted.emit(setup)

    def note_practice(self) -> None:
        """The person has practised today."""
        self._practised = True
        set_text(self.practice_button, tr("practice.done"))

    def _setup(self) -> Setup | None:
        """What the test is prepared with, or None and what is missing on the screen."""
        problems = self.missing()
        show_problems(self.problems, problems)
        subject = self.subject()
        if problems or subject is None or self.person is None:
            return None
        conditions = {**self.screening.answers(), "handrail": "yes" if self.rail.isChecked() else "no"}
        if self.conditions.text().strip():
            conditions["conditions"] = self.conditions.text().strip()
        if self._practised:
            conditions["practice"] = "yes"
        settings = self.station.settings
        return Setup(
            plan=self.plan(),
            subject=subject,
            treadmill=settings.treadmill,
            heart_rate=settings.heart_rate,
            person_id=self.person.id,
            conditions=conditions,
            seed=self._seed,
        )

    def _look(self) -> None:
        if self.person is None or self.protocol.count() == 0 or self.hr_source.count() == 0:
            return
        plan = self.plan()
        with_a_value = self.hr_source.currentData() in WITH_A_VALUE
        for field in (self.hr_value, self.hr_date):
            field.setEnabled(with_a_value)
        age = self._age()
        trial = Subject(sex=self.person.sex, age_years=age or 40.0, weight_kg=80.0, beta_blocker=self.beta.isChecked())
        assumed = hr_max(trial)
        key = "pretest.hr_brawner" if assumed.source == "brawner2004" else "pretest.hr_nes"
        words = tr(key, bpm=round(assumed.bpm)) if age is not None else tr("pretest.hr_unknown")
        if self.hr_source.itemText(0) != words:
            self.hr_source.setItemText(0, words)
        set_text(self.stages, _stages_words(plan))
        subject = self.subject()
        sentences = [tr("withheld.no_weight")] if subject is None else will_be_withheld(self._known(subject), plan)
        self._say_learned(subject or trial)
        if self.rail.isChecked():
            sentences.append(tr("withheld.rail"))
        set_text(self.withheld, "\n\n".join(sentences) or tr("withheld.nothing"))
        settings = self.station.settings
        ready = bool(settings.treadmill and settings.heart_rate)
        words = tr("pretest.devices", treadmill=settings.treadmill, heart_rate=settings.heart_rate)
        demo = is_demonstration(settings.treadmill, settings.heart_rate)
        set_text(self.devices, marked(words, demo=demo) if ready else tr("pretest.devices_missing"))
        set_state(self.devices, "" if ready else "caution")
        if not self.problems.isHidden():
            problems = self.missing()
            show_problems(self.problems, problems)

    def _known(self, subject: Subject) -> Subject:
        return with_evidence(subject, self._peaks, today().isoformat())

    def _say_learned(self, subject: Subject) -> None:
        known = self._known(subject)
        words = learned_words(learned_by_test(known))
        if words and known.hr_max_intervals_on is not None:
            words = f"{tr('pretest.session', date=day(known.hr_max_intervals_on))} {words}"
        set_text(self.learned, words)
        set_shown(self.learned, bool(words))


def session_counts(on: date, tested_on: date) -> bool:
    """Whether an interval session is recent enough to tell of HRmax."""
    return 0 <= (tested_on - on).days <= INTERVALS_VALID_DAYS


def _stages_words(plan: Plan) -> str:
    loads = " → ".join(f"{number(s.incline_pct, 0 if s.incline_pct % 1 == 0 else 1)} %" for s in plan.stages)
    slow, fast = min(s.speed_kmh for s in plan.stages), max(s.speed_kmh for s in plan.stages)
    speed = number(slow, 1) if slow == fast else f"{number(slow, 1)}–{number(fast, 1)}"
    return tr("pretest.stages", n=len(plan.stages), time=clock(plan.duration_s), speed=speed, loads=loads)
