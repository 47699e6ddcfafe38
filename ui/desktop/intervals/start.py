"""Where a session starts: which one, the person's weight, and the load, which the prescription fills in."""

from collections.abc import Callable
from datetime import date

import msgspec
from PySide6.QtWidgets import QCheckBox, QWidget

from teststation.demonstration import is_demonstration
from teststation.errors import StationError
from teststation.moments import DAYS_IN_YEAR
from teststation.ports import Setpoint
from teststation.records.people.person import Person
from teststation.subject import Subject
from teststation.training.session.evidence import without_evidence
from ui.desktop.i18n import core_texts, say, told, tr
from ui.desktop.i18n.marks import name_of
from ui.desktop.i18n.numbers import day, exact, parse_number, today
from ui.desktop.intervals.which import which_session
from ui.desktop.widgets.base import button, column, label, problem_label, set_shown, set_text, show_problems
from ui.desktop.widgets.fields import WEIGHT_KG, form, line_edit
from ui.desktop.widgets.sheet import Sheet
from ui.station.interval_session import Proposal, propose_session
from ui.station.station import Setup, Station
from ui.station.training import talk_words


class StartSheet(Sheet):
    """Asked before anything is started; ``prepared`` gets the setup."""

    def __init__(
        self, window: QWidget, station: Station, person: Person, prepared: Callable[[Setup], None], *, seed: int = 1
    ) -> None:
        self._station, self._person, self._prepared, self._seed = station, person, prepared, seed
        settings = station.settings
        self._demo = is_demonstration(settings.treadmill, settings.heart_rate)
        tests = [one for one in station.record.tests.history(person.id) if one.run.demo is self._demo]
        self._last: Subject | None = without_evidence(tests[-1].run.subject) if tests else None
        self._proposal: Proposal | None = None
        self.sessions = which_session(station.own_protocols)
        weight = "" if self._last is None else exact(self._last.weight_kg)
        self.weight = line_edit(weight, tr("interval.weight"))
        self.speed = line_edit("", tr("run.speed"))
        self.incline = line_edit("", tr("run.incline"))
        self.beta_blocker = QCheckBox(tr("interval.beta_blocker"))
        self.irregular = QCheckBox(tr("interval.irregular"))
        for box, on in (
            (self.beta_blocker, self._last is not None and self._last.beta_blocker),
            (self.irregular, self._last is not None and self._last.irregular_rhythm),
        ):
            box.setChecked(on)
            box.toggled.connect(lambda _: self.propose())
        said = talk_words(station.record, person.id, core_texts())
        self.talk = label(
            "" if said is None else tr("pretest.talk", day=day(said[0]), words="\n".join(said[1])), wrap=True
        )
        self.where = label("", "soft", wrap=True)
        self.offer = label("", "strong", wrap=True)
        self.harder_button = button(tr("interval.harder"), self.take_offer, "touch")
        self.cleared = line_edit("", tr("interval.cleared"))
        self.cleared_words = label("", "problem", wrap=True)
        self.problems = problem_label()
        fields = form(
            (tr("interval.which"), self.sessions),
            (tr("interval.weight"), self.weight),
            (tr("interval.medicine"), column(self.beta_blocker, self.irregular, gap=4)),
            (tr("run.speed"), self.speed),
            (tr("run.incline"), self.incline),
        )
        # Who has to answer for it is asked first: on a small screen the rest is scrolled to.
        asked = (self.cleared_words, self.cleared)
        body = column(*asked, fields, self.talk, self.where, self.offer, self.harder_button, self.problems)
        super().__init__(window, tr("interval.title", name=name_of(person)), body)
        self.add_cancel(tr("common.cancel"))
        self.prepare_button = button(tr("interval.prepare"), self.prepare, "main")
        self.foot.addWidget(self.prepare_button)
        set_shown(self.talk, said is not None)
        self.sessions.currentIndexChanged.connect(lambda _: self.propose())
        self.propose()

    def propose(self) -> None:
        """Fill in the load of the chosen session."""
        self._proposal = self._propose(self._last.weight_kg if self._last is not None else WEIGHT_KG.low)
        start = self._proposal.start
        set_text(self.cleared_words, say(start.cause) if start.barred else "")
        told = (None if start.barred else start.cause, start.band_cause, start.borg_cause)
        set_text(self.where, ". ".join(say(cause) for cause in told if cause is not None))
        if start.loads is not None:
            self.speed.setText(exact(start.loads.bout.speed_kmh))
            self.incline.setText(exact(start.loads.bout.incline_pct))
        offered = start.offered
        set_shown(self.harder_button, offered is not None)
        set_text(
            self.offer,
            ""
            if offered is None
            else tr("interval.offered", speed=exact(offered.speed_kmh), incline=exact(offered.incline_pct)),
        )
        for widget in (self.cleared, self.cleared_words):
            set_shown(widget, start.barred)

    def _propose(self, weight_kg: float) -> Proposal:
        return propose_session(
            self._station.record,
            self._person.id,
            self._subject(weight_kg),
            self.sessions.currentData(),
            today().isoformat(),
            demo=self._demo,
            own=self._station.own_protocols,
        )

    def take_offer(self) -> None:
        """Start with the harder load that is offered."""
        offered = None if self._proposal is None else self._proposal.start.offered
        if offered is not None:
            self.speed.setText(exact(offered.speed_kmh))
            self.incline.setText(exact(offered.incline_pct))

    def prepare(self) -> None:
        """Start the drivers, or say what is missing. Nothing moves."""
        assert self._proposal is not None
        weight = parse_number(self.weight.text())
        speed, incline = parse_number(self.speed.text()), parse_number(self.incline.text())
        wrong = [] if WEIGHT_KG.holds(weight) else [WEIGHT_KG.sentence(tr("interval.weight"))]
        wrong += [] if speed is not None and incline is not None else [tr("interval.load_missing")]
        wrong += [] if self._person.born is not None else [tr("interval.born_missing")]
        settings = self._station.settings
        wrong += [] if settings.treadmill and settings.heart_rate else [tr("interval.devices_missing")]
        cleared = self.cleared.text().strip()
        if not wrong and weight is not None and speed is not None and incline is not None:
            try:
                proposal = self._propose(weight)
                load = Setpoint(speed_kmh=speed, incline_pct=incline)
                same = proposal.start.loads is not None and proposal.start.loads.bout == load
                plan = proposal.plan(None if same else load, cleared=bool(cleared))
            except StationError as error:
                wrong = told(error)
            else:
                self.finish()
                self._prepared(
                    Setup(
                        plan=plan,
                        subject=proposal.subject,
                        treadmill=settings.treadmill,
                        heart_rate=settings.heart_rate,
                        person_id=self._person.id,
                        conditions={"session_cleared": cleared} if cleared else {},
                        seed=self._seed,
                    )
                )
                return
        show_problems(self.problems, wrong)

    def _subject(self, weight_kg: float) -> Subject:
        """The person today: what the last test knew, as old as they are now."""
        born = None if self._person.born is None else date.fromisoformat(self._person.born)
        age = 40.0 if born is None else (today() - born).days / DAYS_IN_YEAR
        known = self._last
        if known is None:
            known = Subject(self._person.sex, age, weight_kg, height_cm=self._person.height_cm)
        return msgspec.structs.replace(
            known,
            age_years=age,
            weight_kg=weight_kg,
            beta_blocker=self.beta_blocker.isChecked(),
            irregular_rhythm=self.irregular.isChecked(),
        )
