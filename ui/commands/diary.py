"""``teststation diary``: the plan, the training diary, strength and the interview of one person."""

import argparse
import json
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.exchange import columns
from teststation.exchange.tables import csv_of
from teststation.exchange.training import diary_rows, plan_object, sets_words, training_object, why_it_waits
from teststation.exchange.watches import each_once, read_activities
from teststation.files.outputs import Kind, Output
from teststation.files.reading import from_json, read_bytes, read_text
from teststation.records.access.user import Permission
from teststation.records.training.note import Note
from teststation.texts import texts
from teststation.training import interview as talks
from teststation.training import plan as plans
from teststation.training import strength as lifts
from teststation.training.diary import Attendance, Entry, StrengthSet, checked, overview
from teststation.training.interview import Answer, Interview
from teststation.training.plan import Plan
from teststation.training.strength import Method, OneRm
from ui.commands.common import the_record
from ui.commands.outputs import check, write, write_json
from ui.commands.telling import tell
from ui.commands.voice import say
from ui.station.settings import interview_path, load_settings
from ui.station.training import needs_a_yes

if TYPE_CHECKING:
    from teststation.records.database import Record


def list_all(arguments: argparse.Namespace) -> int:
    """The plan with how its sessions stand, and every row of the diary."""
    check(arguments, (arguments.json, Kind.JSON))
    with the_record(arguments, create=False, needs=Permission.TEST) as record:
        person = record.people.get(arguments.person)
        found = training_object(record, person.id, _today())
        record.training.seen(person.id, Entry)
        if arguments.json is not None:
            write_json(found, arguments.json)
        if arguments.json != "-":
            if found["plan"] is not None:
                told = found["plan"]
                print(f"{told['done']} of {told['so_far']} sessions so far, {told['planned']} planned")
                if found["waits"] is not None:
                    tell(found["waits"])
                for session in told["sessions"]:
                    print(f"{session['number']:3}  {session['day']}  {session['kind']:9} {session['state']}")
            for row in found["diary"]:
                tell(f"{row['id']}  {row['day']}  {_row_words(row)}")
    return 0


def _row_words(row: dict[str, Any]) -> str:
    words = [row["kind"], "" if row["attendance"] == "done" else f"{row['attendance']} {row['reason']}".strip()]
    for name, form in (("minutes", "{:g} min"), ("borg", "Borg {}"), ("rating", "CR-10 {:g}"), ("felt", "felt {}")):
        words += [form.format(row[name])] if row[name] is not None else []
    words += [f"{row['bouts_done']}/{row['bouts_planned']} bouts"] if row["bouts_done"] is not None else []
    words += [f"symptom: {', '.join(row['symptoms'])}"] if row["symptoms"] else []
    words += [sets_words(msgspec.convert(one, StrengthSet)) for one in row["sets"]]
    return "  ".join(word for word in (*words, row["what"], row["comment"]) if word)


def add(arguments: argparse.Namespace) -> int:
    """One row by hand."""
    done, planned = arguments.bouts or (None, None)
    entry = checked(
        Entry(
            day=_day(arguments.day).isoformat(),
            kind=arguments.kind,
            what=arguments.what,
            attendance=Attendance(arguments.attendance),
            reason=arguments.reason,
            minutes=arguments.minutes,
            borg=arguments.borg,
            rating=arguments.rating,
            felt=arguments.felt,
            bouts_done=done,
            bouts_planned=planned,
            stopped_because=arguments.stopped,
            symptoms=tuple(arguments.symptoms),
            comment=arguments.comment,
            therapist=arguments.therapist,
            plan_number=arguments.session,
            sets=tuple(StrengthSet(*one) for one in arguments.sets),
        ),
        _today(),
    )
    with the_record(arguments, create=False, needs=Permission.TEST) as record:
        person = record.people.get(arguments.person)
        if entry.plan_number is not None:
            _is_planned(record.training.last(person.id, Plan), entry.plan_number)
        (note,) = record.training.add(person.id, entry)
        words = _stands_for(record, arguments.person, note)
    say(f"row {note.id} kept{words}")
    return 0


def _is_planned(note: Note[Plan] | None, number: int) -> None:
    if note is None:
        raise BadInput(Cause("plan_none"))
    if not any(one.number == number for one in note.value.sessions):
        raise BadInput(Cause("plan_no_session", {"number": number}))


def _stands_for(record: "Record", person_id: str, note: Note[Entry]) -> str:
    plan = record.training.last(person_id, Plan)
    if plan is None:
        return ""
    entries = record.diary(person_id)
    place = [one.id for one in entries].index(note.id)
    found = overview(plan.value, [one.value for one in entries], _today())
    session = next((one.session.number for one in found.sessions if one.entry == place), None)
    return "; no planned session is that near" if session is None else f"; it is session {session} of the plan"


def bring_in(arguments: argparse.Namespace) -> int:
    """A watch's activities. Every file is read before anything is kept."""
    activities = each_once(_every_file([Path(name) for name in arguments.files]))
    with the_record(arguments, create=False, needs=Permission.TEST) as record:
        person = record.people.get(arguments.person)
        found = record.bring_in(person.id, activities)
        for one in found:
            where = "was there already" if one.known else "new row" if one.entry is None else "into the row of that day"
            print(f"{one.activity.started_at:%Y-%m-%d %H:%M}  {one.activity.minutes:.0f} min  {where}")
    fresh = sum(not one.known for one in found)
    say(f"{fresh} {'activity' if fresh == 1 else 'activities'} kept; {len(found) - fresh} there already")
    return 0


def _every_file(paths: list[Path]) -> list[Any]:
    read: list[Any] = []
    problems: list[Any] = []
    for path in paths:
        try:
            read.append(read_activities(path, _today()))
        except BadInput as error:
            problems += error.causes
    if problems:
        raise BadInput(*problems)
    return read


def export(arguments: argparse.Namespace) -> int:
    """The diary as CSV; as JSON with every version; as a page."""
    check(arguments, (arguments.json, Kind.JSON), (arguments.pdf, Kind.PDF))
    if arguments.blank and arguments.pdf is None:
        raise BadInput("--blank is of a page: name its file with --pdf")
    with the_record(arguments, create=False, needs=Permission.EXPORT) as record:
        person = record.people.get(arguments.person)
        if arguments.json is not None:
            write_json(training_object(record, person.id, _today()), arguments.json)
        if arguments.pdf is not None:
            from ui.station.training_pages import diary_page

            page = diary_page(record, load_settings(), person, _today(), arguments.language, blank=arguments.blank)
            write(Output(Path(arguments.pdf), Kind.PDF), page)
            record.training.printed(person.id, Entry)
        if arguments.json is None and arguments.pdf is None:
            rows = diary_rows(record.diary(person.id))
            sys.stdout.write(csv_of(rows, columns.DIARY).decode("utf-8-sig").replace("\r\n", "\n"))
            sys.stdout.flush()
        record.training.seen(person.id, Entry)
    return 0


def plan(arguments: argparse.Namespace) -> int:
    """Make a plan or change the last one; then tell its sessions."""
    with the_record(arguments, create=False, needs=Permission.TEST) as record:
        person = record.people.get(arguments.person)
        note = record.training.last(person.id, Plan)
        if arguments.test is not None and record.tests.get(arguments.test).person_id != person.id:
            raise BadInput("--test: this test is somebody else's; name one of this person's")
        if arguments.new is not None:
            (note,) = record.training.add(
                person.id,
                plans.make_plan(
                    _day(arguments.new), arguments.weekdays or (1, 3, 5), arguments.kind, weeks=arguments.weeks,
                    closed=[_day(day) for day in arguments.closed], test_id=arguments.test,
                ),
            )  # fmt: skip
        if note is None:
            raise BadInput(Cause("plan_none"))
        changed = _changed(note.value, arguments)
        if changed != note.value:
            note = record.training.change(note, changed, arguments.because)
        record.training.seen(person.id, Plan)
        if waits := why_it_waits(record, person.id):
            say(texts("en")(f"diary.waits.{waits}"))
        told = plan_object(note, record.diary(person.id), _today())
        for session in told["sessions"]:
            print(f"{session['number']:3}  {session['day']}  {session['kind']:9} {session['state']}")
    return 0


def _changed(plan: Plan, arguments: argparse.Namespace) -> Plan:
    if arguments.away is not None:
        plan = plans.stay_away(plan, _day(arguments.away[0]), _day(arguments.away[1]), arguments.because)
    if arguments.weekdays and arguments.new is None:
        plan = plans.on_other_weekdays(plan, _day(arguments.from_day), arguments.weekdays)
    for number, day in arguments.move:
        plan = plans.move(plan, number, _day(day))
    if arguments.end is not None:
        plan = plans.end_plan(plan, _day(arguments.end), arguments.because)
    return plan


def strength(arguments: argparse.Namespace) -> int:
    """Every 1RM with the load it gives, and what is offered next."""
    check(arguments, (arguments.json, Kind.JSON))
    exercise, kg = arguments.exercise, arguments.kg
    if (exercise is None) is not (kg is None):
        raise BadInput(f"--{'kg' if kg is None else 'exercise'} is missing; say what was lifted, and how much")
    with the_record(arguments, create=False, needs=Permission.TEST) as record:
        person = record.people.get(arguments.person)
        if exercise is not None and kg is not None:
            one = OneRm(
                day=_day(arguments.day).isoformat(),
                exercise=exercise,
                method=Method.TESTED if arguments.repetitions == 1 else Method.ESTIMATED,
                load_kg=kg,
                repetitions=arguments.repetitions,
                step_kg=arguments.step,
                increase_kg=arguments.increase,
                cleared_by=arguments.cleared_by,
            )
            needs = needs_a_yes(record, person.id)
            record.training.add(person.id, lifts.checked(one, _today(), needs_a_yes=needs))
        entries = [note.value for note in record.diary(person.id)]
        told = [_lift(note, entries) for note in record.training.of_person(person.id, OneRm)]
        record.training.seen(person.id, OneRm)
        if arguments.json is not None:
            write_json(told, arguments.json)
        if arguments.json != "-":
            for row in told:
                after = "no load is light enough" if row["next_kg"] is None else f"next {row['next_kg']:g} kg"
                tell(
                    f"{row['day']}  {row['exercise']:12} 1RM {row['one_rm_kg']:.1f} kg "
                    f"({row['low_kg']:.0f}-{row['high_kg']:.0f}, {row['by']})  {after} ({row['what']})"
                )
    return 0


def _lift(note: Note[OneRm], entries: list[Entry]) -> dict[str, Any]:
    found = lifts.estimate(note.value)
    offered = lifts.propose(note.value, sorted(entries, key=lambda entry: entry.day))
    return {
        "id": note.id,
        "day": note.value.day,
        "exercise": note.value.exercise,
        "method": note.value.method.value,
        "load_kg": note.value.load_kg,
        "repetitions": note.value.repetitions,
        "one_rm_kg": found.kg,
        "low_kg": found.low,
        "high_kg": found.high,
        "by": found.by,
        "doubtful": found.doubtful,
        "next_kg": None if offered is None else offered.kg,
        "what": "-" if offered is None else offered.what.value,
        "inside": None if offered is None else offered.inside,
    }


def interview(arguments: argparse.Namespace) -> int:
    """Check a table of questions; or keep answers, tell the last talk, print it."""
    if arguments.check is not None:
        return _check_form(Path(arguments.check))
    if arguments.person is None:
        raise BadInput("--person is missing; say whose talk it is")
    check(arguments, (arguments.json, Kind.JSON), (arguments.pdf, Kind.PDF))
    with the_record(arguments, create=False, needs=Permission.TEST) as record:
        person = record.people.get(arguments.person)
        note = record.training.last(person.id, Interview)
        if arguments.answers is not None or arguments.done:
            note = _keep_talk(record, person.id, note, arguments)
        if note is None:
            raise BadInput(Cause("interview_none"))
        record.training.seen(person.id, Interview)
        if arguments.pdf is not None:
            from ui.station.training_pages import interview_page

            write(
                Output(Path(arguments.pdf), Kind.PDF),
                interview_page(record, load_settings(), person, note, arguments.language),
            )
            record.training.printed(person.id, Interview)
        if arguments.json is not None:
            write_json({"id": note.id, "version": note.number, **msgspec.to_builtins(note.value)}, arguments.json)
        if arguments.json != "-":
            for question, answer in talks.answered(note.value):
                tell(f"{question.id:24} {_answer_words(answer)}")
    return 0


def _keep_talk(
    record: "Record", person_id: str, note: Note[Interview] | None, arguments: argparse.Namespace
) -> Note[Interview]:
    told = {} if arguments.answers is None else _answers(Path(arguments.answers))
    if note is None or (note.value.done and told):
        form = talks.find_form(interview_path())
        before = Interview(_today().isoformat(), form.text, {})
    else:
        before = note.value
    wanted = talks.checked(
        msgspec.structs.replace(before, answers={**before.answers, **told}, done=arguments.done or before.done)
    )
    if note is None or (note.value.done and told):
        return record.training.add(person_id, wanted)[0]
    return note if wanted == note.value else record.training.change(note, wanted)


def _answers(path: Path) -> dict[str, Answer]:
    try:
        return from_json(msgspec.json.Decoder(dict[str, Answer]), read_bytes(path))
    except (OSError, msgspec.DecodeError) as error:
        raise BadInput(Cause("interview_no_answers", {"path": str(path), "why": _why(error)})) from error


def _check_form(path: Path) -> int:
    try:
        form = talks.read_form(read_text(path), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(Cause("interview_no_text", {"path": str(path), "why": _why(error)})) from error
    questions, parts = len(form.questions), len(form.parts)
    tell(
        f"{path}: in order, {questions} question{'' if questions == 1 else 's'} "
        f"in {parts} part{'' if parts == 1 else 's'}"
    )
    return 0


def _why(error: Exception) -> str:
    """Why a file cannot be read; the file itself is named beside."""
    return (error.strerror or "") if isinstance(error, OSError) else str(error)


def _answer_words(answer: Answer) -> str:
    words = ["does not want to answer"] if answer.declined else []
    words += [", ".join(answer.chosen)] if answer.chosen else []
    words += [str(answer.number)] if answer.number is not None else []
    words += [json.dumps(answer.text, ensure_ascii=False)] if answer.text else []
    return " ".join(words)


def _day(text: str | None) -> date:
    if text is None:
        return _today()
    try:
        found = date.fromisoformat(text)
        _ = found + timedelta(days=366), found - timedelta(days=366)  # a plan that begins there has an end
    except (ValueError, OverflowError):
        raise BadInput(Cause("diary_no_day", {"day": text})) from None
    return found


def _today() -> date:
    return datetime.now().astimezone().date()
