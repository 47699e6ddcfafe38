"""An interval session on the station: where it starts, and the run with its devices. No Qt."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import msgspec

from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.physiology.advice import advise, symptoms_of
from teststation.physiology.hrmax import shown_bpm
from teststation.physiology.prescription import BORG_HIGH
from teststation.physiology.result import Line
from teststation.ports import Setpoint
from teststation.protocol.load import SessionLoads, builtin_sessions, find, is_session, load_session, session_band
from teststation.protocol.own import OwnProtocols
from teststation.protocol.plan import Plan
from teststation.protocol.schema import INCLINE_PCT, SPEED_KMH
from teststation.records.tests.stored import StoredSession
from teststation.run import events as ev
from teststation.run.record import RunRecord
from teststation.subject import Subject
from teststation.training.session.evidence import Learned, learned, peak_of, with_evidence, without_evidence
from teststation.training.session.start import Start, last_load, propose, typed
from ui.station.session import Session

if TYPE_CHECKING:  # values are enough here: whose record it is reads the tables
    from teststation.records.database import Record

ANY_LOAD = SessionLoads(bout=Setpoint(speed_kmh=4.0, incline_pct=0.0))  # no session can be read without one


class TrainingSession(Session):
    """One interval session from prepared to kept: driven like a test, and never assessed as one."""

    keep_session: Callable[[RunRecord], StoredSession]
    _kept: StoredSession | None = None

    def accept_offer(self) -> None:
        """Take the harder load that is offered, from the next bout on."""
        self._press(ev.LoadAccepted)

    def decline_offer(self) -> None:
        """Leave the load as it is."""
        self._press(ev.OfferDeclined)

    def finish_session(self) -> StoredSession:
        """Keep the ended session in the record, once; its journal goes only when the record has it. As ``finish``."""
        with self._finishing:
            if self._kept is None:
                self.conclude()
                self._journal.close()
                self._kept = self.keep_session(self._run)
            return self._kept

    @property
    def run(self) -> RunRecord:
        """The run as it stands."""
        if not self._concluded:
            self._assess()
        return self._run

    def _assess(self) -> None:
        self._assessed_at_s = time.monotonic()
        self._run = self.controller.recording.record(self.controller.state)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Where a person's next session starts. ``subject`` knows what earlier sessions said of HRmax."""

    text: str  # of the session as it was when this was proposed
    path: str
    subject: Subject
    start: Start
    line: Line | None  # of the last test, for warm-up and pauses

    def plan(self, load: Setpoint | None = None, *, cleared: bool = False) -> Plan:
        """The plan at the proposed load, or at one that the operator says.

        Args:
            cleared: Somebody has answered for a session after a test with a symptom; it is kept who and why.
        Raises:
            BadInput: there is no load to start with, or this one is none, or nobody has answered.
        """
        if self.start.barred and not cleared:
            raise BadInput(self.start.cause)
        loads = self.start.loads
        if load is not None:
            loads = self._typed(load)
        if loads is None:
            raise BadInput(self.start.cause)
        return load_session(self.text, self.path, loads)

    def _typed(self, load: Setpoint) -> SessionLoads:
        speeds, inclines = SPEED_KMH, INCLINE_PCT
        sound = speeds[0] <= load.speed_kmh <= speeds[1] and inclines[0] <= load.incline_pct <= inclines[1]
        if not sound or load.incline_pct * 2 % 1:
            raise BadInput(Cause("session_too_hard", {"speed": load.speed_kmh, "incline": load.incline_pct}))
        return typed(self.subject, load, self.line, self.start.band_of_bpm, by_pulse=self.start.by_pulse)


def propose_session(
    record: "Record",
    person_id: str,
    subject: Subject,
    protocol: str,
    today: str,
    *,
    demo: bool,
    own: OwnProtocols | None = None,
) -> Proposal:
    """Where a person's next session starts, by their last test and their last session of this kind.

    Args:
        own: The clinic's own protocols, whose sessions are known by their names too.
    Raises:
        BadInput: the protocol is no session, or no sound one.
    """
    text, path = find(protocol, own)
    band = session_band(text, path)
    peaks = record.sessions.peaks(person_id, demo=demo)
    known = with_evidence(subject, peaks, today)
    every = record.tests.history(person_id)
    tests = [stored for stored in every if stored.run.demo is demo]
    waits = record.hard_training_waits(person_id, tests[-1].conditions if tests else {})
    last = None
    if tests:
        as_of_today = msgspec.structs.replace(tests[-1].run, hard_training_waits=waits)
        last = (tests[-1].assessment, advise(as_of_today, tests[-1].assessment))
    plan_id = load_session(text, path, ANY_LOAD).id
    before = record.sessions.last_with_load(person_id, plan_id, demo=demo)
    left = None
    if before is not None and before.result.next_load is not None:
        on = _day(before.run.started_at)
        since = bool(tests) and _day(tests[-1].run.started_at) > on
        left = last_load(before.result.next_load, (date.fromisoformat(today) - on).days, tested_since=since)
    newest = record.sessions.newest(person_id, demo=demo)
    held = [one.run.started_at for one in (*tests[-1:], *(() if newest is None else (newest,)))]
    told = (record.people.get(person_id).demo or not demo) and record.training.symptom_told_since(
        person_id, max(held, key=datetime.fromisoformat, default=None)
    )
    start = propose(
        known, band, last, left, shown_bpm(peaks, today, BORG_HIGH),
        after_symptom=told or (newest is not None and bool(symptoms_of(newest.run))),
        waits=waits,
    )  # fmt: skip
    if last is None and every and start.cause.code == "session_no_test":
        start = replace(start, cause=Cause("session_no_test_demo" if demo else "session_no_test_real"))
    return Proposal(text, path, known, start, None if last is None else last[0].line)


def _day(started_at: str) -> date:
    """The day at the station of an ISO 8601 moment."""
    return date.fromisoformat(started_at[:10])


def session_titles(own: OwnProtocols | None = None) -> dict[str, str]:
    """What the sessions at hand are called, by id: the station's, then the clinic's own that are in use."""
    found = {identifier: load_session(*find(identifier), ANY_LOAD).title for identifier in builtin_sessions()}
    if own is None:
        return found
    for identifier in own.ids():
        with suppress(BadInput):
            version = own.newest(identifier)
            if is_session(version.text):
                found[identifier] = version.title
    return found


def learned_from(record: "Record", stored: StoredSession) -> Learned | None:
    """What one kept session has added to what was known of HRmax; None where nothing."""
    this = peak_of(stored.result, stored.run.started_at[:10])
    if this is None or not this.tells:
        return None
    before = record.sessions.peaks(stored.person_id, demo=stored.run.demo, before=stored.run.started_at)
    subject = without_evidence(stored.run.subject)
    return learned(subject, before, this)
