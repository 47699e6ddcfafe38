"""``teststation run``: one test without a window, kept in the record."""

import argparse
from contextlib import suppress
from pathlib import Path

from drivers.registry import TREADMILL, parse_device
from teststation.cause import Cause, Problem
from teststation.demonstration import is_demonstration
from teststation.errors import AfterTheTest, BadInput, RecordError, StationError
from teststation.files.outputs import Kind, Output
from teststation.output import run_object
from teststation.physiology.advice import advise
from teststation.protocol.plan import Plan
from teststation.records.tests.stored import StoredTest
from teststation.run.record import Outcome
from teststation.subject import Subject
from teststation.texts import english, texts
from teststation.training.session.evidence import Learned, learned_by_test
from ui.commands import outputs
from ui.commands.common import the_record
from ui.commands.headless import EXIT_STATUS, drive
from ui.commands.interrupt import orderly
from ui.commands.subjects import subject_from, subject_values
from ui.commands.voice import say
from ui.commands.who import checked_born, described, person_for
from ui.station.session import Session
from ui.station.settings import ant_key, load_settings
from ui.station.station import Setup, Station, floors_sentence, load_plan_of


def run(arguments: argparse.Namespace) -> int:
    """Check everything first, then run, keep, report."""
    subject, plan = _checked(arguments)
    with the_record(arguments, create=True) as record:
        station = Station(record, load_settings(), arguments.time_scale)
        person_id = person_for(record, described(arguments, subject), subject, arguments.language)
        demo = is_demonstration(arguments.treadmill, arguments.heart_rate)
        known = station.known(person_id, subject, demo=demo)
        if known != subject:
            day, bpm = known.hr_max_intervals_on, known.hr_max_intervals_bpm or 0.0
            say(f"HRmax rests on the interval session of {day}, whose pulse held {bpm:.0f} bpm")
        if (learned := learned_by_test(known)) is not None:
            say(learned_sentence(learned))
        setup = Setup(
            plan=plan,
            subject=known,
            treadmill=arguments.treadmill,
            heart_rate=arguments.heart_rate,
            person_id=person_id,
            seed=arguments.seed,
        )
        emulated = parse_device(arguments.treadmill, TREADMILL).family == "emulated"
        return run_setup(
            station,
            setup,
            ask=not arguments.yes and not emulated,
            pdf=arguments.pdf,
            json=arguments.json,
            confirm=arguments.confirm,
            language=arguments.language,
        )


def run_setup(
    station: Station,
    setup: Setup,
    *,
    ask: bool,
    pdf: str | None,
    json: str | None,
    confirm: str = "enter",
    language: str | None = None,
) -> int:
    """Take one setup from the devices to the report, and return the exit status.

    Args:
        language: Of the report; None: the person's own.

    Raises:
        AfterTheTest: the test was walked and could not be kept, or its report or result not be written.
    """
    if station.scale.factor != 1.0:
        say(floors_sentence(station.scale))
    # From the first driver to the kept test: a signal ends the walking, never the keeping.
    with orderly() as interrupt:
        take_in_interrupted(station)
        session = station.prepare(setup)
        try:
            if not drive(session, interrupt, ask=ask, confirm=confirm):
                return EXIT_STATUS[Outcome.OPERATOR]
            stored = _finished(station, session)
        except AfterTheTest:
            with suppress(StationError):  # what was asked for beside the record is written all the same
                outputs.write_json(run_object(*session.outcome), json)
            raise
        finally:
            session.close()
        return deliver(station, stored, pdf=pdf, json=json, language=language)


def learned_sentence(learned: Learned) -> str:
    """What an interval session changed of HRmax, before and after."""
    before, after = learned.before, learned.after
    narrower = f": the range became {learned.narrower_pct} % narrower" if learned.narrower_pct > 0 else ""
    return (
        f"HRmax {before.bpm:.0f} ± {before.reckoned_sd_bpm or before.see_bpm:.0f} ({before.source}) before, "
        f"{after.bpm:.0f} ± {after.reckoned_sd_bpm or after.see_bpm:.0f} ({after.source}) now{narrower}"
    )


def take_in_interrupted(station: Station) -> None:
    """Keep every run that was interrupted, and say so."""
    for stored in station.recover():
        say(f"an interrupted test was found and {kept_sentence(station, stored)}")
    for session in station.recovered_sessions:
        say(f"an interrupted session was found and kept as {session.id}{demo_words(session.run.demo, 'session')}")
    for path, problems in station.not_recovered:
        for problem in problems:
            say(f"the interrupted run in {path} is not kept: {english(problem)}")


def _finished(station: Station, session: Session) -> StoredTest:
    """The test as it is kept; else where it is until it can be. Raises AfterTheTest."""
    try:
        return session.finish()
    except RecordError as error:
        journal = station.record.journal_path(session.run_id)
        raise AfterTheTest(*error.causes, Cause("test_in_journal", {"path": str(journal)})) from error


def deliver(
    station: Station, stored: StoredTest, *, pdf: str | None, json: str | None, language: str | None = None
) -> int:
    """Say that a test is kept, and write its report and result.

    Raises:
        AfterTheTest: one of them could not be written; the other one is.
    """
    try:
        say(f"{kept_sentence(station, stored)}; {headline_sentence(stored)}{demo_words(stored.run.demo)}")
        for words in framed(stored):
            say(words)
    except RecordError as error:
        raise AfterTheTest(*error.causes) from error
    problems: list[Problem] = []
    for deliver_one in (
        lambda: outputs.write_json(run_object(stored.run, stored.assessment, stored.signature), json),
        lambda: None if pdf is None else outputs.write(Output(Path(pdf), Kind.PDF), station.report(stored, language)),
    ):
        try:
            deliver_one()
        except StationError as error:
            problems += error.causes
    if problems:
        raise AfterTheTest(*problems, Cause("test_kept_all_the_same", {"test": stored.id}))
    outcome = stored.run.outcome
    assert outcome is not None
    return EXIT_STATUS[outcome]


def kept_sentence(station: Station, stored: StoredTest) -> str:
    """Under which id a test is kept, where, and whether all of it is. Raises RecordError where it is not."""
    record = station.record
    if not record.tests.kept_among([stored.id]):
        raise RecordError(Cause("test_not_kept", {"name": record.database.name, "test": stored.id}))
    said = f"kept as {stored.id}"
    if record.away is not None:
        said += " on this station, to be handed over when the server answers"
    damaged = record.journal_path(stored.id).with_suffix(".damaged")
    if damaged.exists():
        said += f", but not whole: a line of its journal could not be read, see {damaged}"
    return said


def demo_words(demo: object, run: str = "test") -> str:
    """What every line says of a demonstration."""
    return f"  DEMONSTRATION, not a {run} of a person" if demo else ""


def headline_sentence(stored: StoredTest) -> str:
    """The answer in one English line."""
    estimate = stored.assessment.estimates[stored.assessment.headline]
    if estimate.vo2max_ml_kg_min is None:
        return "VO2max withheld" + ("" if estimate.why is None else f": {texts('en').say(estimate.why)}")
    return (
        f"VO2max {estimate.vo2max_ml_kg_min:.1f} mL/kg/min, 95 % interval {estimate.low:.1f} to {estimate.high:.1f}, "
        f"{estimate.n_stages} stages"
    )


def framed(stored: StoredTest) -> tuple[str, ...]:
    """What stands in the frame of its page, above everything else: a symptom, or that it is to be taken again."""
    return advise(stored.run, stored.assessment).framed(texts("en"))


def check_ant_key(treadmill: str, heart_rate: str) -> None:
    """Raises BadInput for ANT+ without the clinic's network key: a window would say it and wait."""
    on_ant = {treadmill.partition(":")[0], heart_rate.partition(":")[0]} & {"ant", "fec"}
    if on_ant and not ant_key(load_settings()):
        raise BadInput(Cause("ant_key_missing"))


def _checked(arguments: argparse.Namespace) -> tuple[Subject, Plan]:
    """Everything that can be wrong with the options, in one go."""
    problems: list[str] = []
    subject: Subject | None = None
    plan: Plan | None = None
    try:
        subject = subject_from(subject_values(arguments))
    except BadInput as error:
        problems.extend(error.problems)
    try:
        plan = load_plan_of(arguments.protocol, arguments.speed)
    except StationError as error:
        problems.extend(error.problems)
    for check in (
        lambda: checked_born(arguments, subject),
        lambda: Station.check_devices(arguments.treadmill, arguments.heart_rate, arguments.time_scale),
        lambda: outputs.check(arguments, (arguments.pdf, Kind.PDF), (arguments.json, Kind.JSON)),
        lambda: check_ant_key(arguments.treadmill, arguments.heart_rate),
    ):
        try:
            check()
        except BadInput as error:
            problems.extend(error.problems)
    if problems or subject is None or plan is None:
        raise BadInput(*problems)
    return subject, plan
