"""Before the test: the right person, the few numbers, the questions, and what will be missing for want of data."""

from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QLabel, QScrollArea, QWidget

from teststation.demonstration import is_demonstration
from teststation.device_names import device_name
from teststation.physiology.hrmax import SessionPeak
from teststation.records.people.person import Person
from teststation.subject import Subject, contradictions, pressure_is_high, read_pressure
from teststation.training.session.evidence import learned_by_test, with_evidence
from ui.desktop.i18n import core_texts, say, tr
from ui.desktop.i18n.learned import learned_words
from ui.desktop.i18n.marks import marked, name_of
from ui.desktop.i18n.numbers import age_years, day, exact, parse_number, today
from ui.desktop.test.pretest_answers import Activity
from ui.desktop.test.pretest_hr_max import HrMaxChoice
from ui.desktop.test.pretest_protocol import ProtocolChoice
from ui.desktop.test.pretest_words import will_be_withheld
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
        self.hr_max = HrMaxChoice(self)
        self.learned = label("", "soft", wrap=True)  # what an interval session says of the maximum, before and after
        self.learned.hide()
        self.resting = line_edit("", tr("pretest.resting"))
        self.pressure = line_edit("", tr("pretest.pressure"), "132/84")
        self.waist = line_edit("", tr("pretest.waist"))
        self.activity = Activity()
        self.beta, self.rhythm = QCheckBox(tr("pretest.beta")), QCheckBox(tr("pretest.rhythm"))
        self.rail = QCheckBox(tr("pretest.rail"))
        self.walked = ProtocolChoice(station, self)
        self.protocols_button = button(tr("protocols.open"), self.protocols_wanted.emit, tip=tr("protocols.open_tip"))
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
                (tr("pretest.hr_source"), self.hr_max.source),
                (tr("pretest.hr_measured"), self.hr_max.value),
                (tr("pretest.hr_date"), self.hr_max.on),
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
            form((tr("pretest.protocol"), self.walked.protocol), above=True),
            row(1, self.protocols_button),
            form((tr("pretest.speed"), self.walked.speed)),
            self.walked.stages,
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
        for field in (self.weight, self.height_cm, self.resting, self.pressure, self.waist):
            field.textChanged.connect(lambda *_: self._look())
        for part in (self.walked, self.hr_max, self.activity):
            part.changed.connect(self._look)
        for check in (self.confirmed, self.beta, self.rhythm, self.rail):
            check.toggled.connect(lambda *_: self._look())

    # --- a person ---

    def show_person(self, person: Person) -> None:
        """Begin anew with this person; what was true last time is offered, never the weight."""
        self.person = person
        settings = self.station.settings
        demo = is_demonstration(settings.treadmill, settings.heart_rate)
        self._peaks = self.station.record.sessions.peaks(person.id, demo=demo)
        lines = [one for one in self.station.record.tests.summaries(person.id) if one.demo is demo]
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
        self.screening.clear_answers()
        self.walked.fill()
        self.hr_max.show_last(last)
        set_shown(self.problems, False)
        self._show_devices()
        self._look()
        self.confirmed.setFocus()

    def _show_last(self) -> None:
        """Last time's values in grey: what stands there so is not taken for today's."""
        last = self._last
        for field, value in (
            (self.weight, None if last is None else last.weight_kg),
            (self.resting, None if last is None else last.resting_hr_bpm),
            (self.waist, None if last is None else last.waist_cm),
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
        self.walked.choose(self._last_protocol, self._last_speed)
        self._look()

    def protocols_changed(self, chosen: str = "") -> None:
        """The clinic's protocols are others now; ``chosen`` is to be walked, without it the one that was chosen."""
        if self.person is not None:
            self.walked.fill(chosen or self.walked.protocol.currentData())

    # --- what it comes to ---

    def _age(self) -> float | None:
        born = None if self.person is None or self.person.born is None else date.fromisoformat(self.person.born)
        return None if born is None else age_years(born, today())

    def subject(self) -> Subject | None:
        """The person as the arithmetic needs them; None while a needed value is missing or wrong."""
        age, weight = self._age(), parse_number(self.weight.text())
        if self.person is None or not AGE_YEARS.holds(age) or not WEIGHT_KG.holds(weight):
            return None
        assert age is not None
        assert weight is not None
        pressure = read_pressure(self.pressure.text())
        return Subject(
            sex=self.person.sex,
            age_years=round(age, 2),
            weight_kg=weight,
            height_cm=parse_number(self.height_cm.text()),
            beta_blocker=self.beta.isChecked(),
            irregular_rhythm=self.rhythm.isChecked(),
            resting_hr_bpm=parse_number(self.resting.text()),
            resting_systolic_mmhg=None if pressure is None else pressure[0],
            resting_diastolic_mmhg=None if pressure is None else pressure[1],
            waist_cm=parse_number(self.waist.text()),
            activity_index=self.activity.index,
            **self.hr_max.told(),
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
        problems += self.hr_max.problems()
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
            plan=self.walked.plan(),
            subject=subject,
            treadmill=settings.treadmill,
            heart_rate=settings.heart_rate,
            person_id=self.person.id,
            conditions=conditions,
            seed=self._seed,
        )

    def _look(self) -> None:
        if self.person is None or not self.walked.filled:
            return
        plan = self.walked.plan()
        age = self._age()
        trial = Subject(sex=self.person.sex, age_years=age or 40.0, weight_kg=80.0, beta_blocker=self.beta.isChecked())
        self.hr_max.say_calculated(trial, age_known=age is not None)
        subject = self.subject()
        sentences = [tr("withheld.no_weight")] if subject is None else will_be_withheld(self._known(subject), plan)
        self._say_learned(subject or trial)
        if self.rail.isChecked():
            sentences.append(tr("withheld.rail"))
        set_text(self.withheld, "\n\n".join(sentences) or tr("withheld.nothing"))
        if not self.problems.isHidden():
            problems = self.missing()
            show_problems(self.problems, problems)

    def _show_devices(self) -> None:
        settings = self.station.settings
        ready = bool(settings.treadmill and settings.heart_rate)
        words = tr("pretest.devices_missing")
        if ready:
            names = self.station.device_names()
            both = (device_name(one, core_texts(), names) for one in (settings.treadmill, settings.heart_rate))
            words = tr("pretest.devices", **dict(zip(("treadmill", "heart_rate"), both, strict=True)))
        set_text(self.devices, marked(words, demo=is_demonstration(settings.treadmill, settings.heart_rate)))
        set_state(self.devices, "" if ready else "caution")

    def _known(self, subject: Subject) -> Subject:
        return with_evidence(subject, self._peaks, today().isoformat())

    def _say_learned(self, subject: Subject) -> None:
        known = self._known(subject)
        words = learned_words(learned_by_test(known))
        if words and known.hr_max_intervals_on is not None:
            words = f"{tr('pretest.session', date=day(known.hr_max_intervals_on))} {words}"
        set_text(self.learned, words)
        set_shown(self.learned, bool(words))
