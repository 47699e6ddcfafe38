"""What training asks of the record, for the window and the command line alike."""

from datetime import datetime
from typing import TYPE_CHECKING

from teststation.physiology.advice import symptoms_of
from teststation.texts import Texts
from teststation.training.interview import Interview, answered, cautions
from teststation.training.interview import say as in_words
from teststation.training.words import answer_words

if TYPE_CHECKING:  # values are enough here: whose record it is reads the tables
    from teststation.records.database import Record


def needs_a_yes(record: "Record", person_id: str) -> bool:
    """Whether a set to failure wants a clinician's yes: a caution of the last talk, or what the last test knew or saw.

    Nobody is asked twice for what is known already: a beta-blocker and an irregular rhythm are of heart or pressure,
    and after a symptom, in a test, a session or the diary, or where hard training waits, somebody is asked first.
    A demonstration tells nothing of a person.
    """
    talk = record.training.last(person_id, Interview)
    if talk is not None and cautions(talk.value):
        return True
    demo = record.people.get(person_id).demo
    kept = [stored for stored in record.tests.history(person_id) if demo or not stored.run.demo]
    if record.hard_training_waits(person_id, kept[-1].conditions if kept else {}):
        return True
    tests = [stored.run for stored in kept]
    session = record.sessions.newest(person_id, demo=demo)
    last = (*tests[-1:], *(() if session is None else (session.run,)))
    if any(symptoms_of(run) for run in last):
        return True
    held = max((run.started_at for run in last), key=datetime.fromisoformat, default=None)
    if record.training.symptom_told_since(person_id, held):
        return True
    return bool(tests) and (tests[-1].subject.beta_blocker or tests[-1].subject.irregular_rhythm)


def talk_words(record: "Record", person_id: str, say: Texts) -> tuple[str, list[str]] | None:
    """What the last talk said that is to be at hand before a test: its day, and a line for each; None for nothing."""
    talk = record.training.last(person_id, Interview)
    told = [] if talk is None else answered(talk.value, before_test=True)
    if talk is None or not told:
        return None
    lines = [f"{in_words(one.words, say.language)} {answer_words(say, one, answer)}" for one, answer in told]
    return talk.value.day, lines
