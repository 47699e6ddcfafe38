"""Who walks, as the options say it: found in the record or added, and never somebody else."""

import argparse
from datetime import date, datetime
from typing import TYPE_CHECKING

from teststation.cause import Cause, Problem
from teststation.errors import BadInput
from teststation.records.people.matching import NO_NAME, Description, Matching, told_born
from teststation.records.people.national_number import damaged
from teststation.records.storage.names import trimmed
from teststation.subject import Subject
from teststation.texts import english

if TYPE_CHECKING:
    from teststation.records.database import Record


# The age in whole years is the one that goes with a birth date. Beside it are true, too: one year more where the years
# were subtracted or the age was rounded, and one less where a birthday has passed since somebody was asked.
BIRTHDAYS_APART = 1


def described(arguments: argparse.Namespace, subject: Subject) -> Description:
    """Who is to walk, as the options say it. Raises BadInput with every problem."""
    born = checked_born(arguments, subject)
    return Description(arguments.name or "", born, (arguments.number or "").strip(), subject.sex)


def checked_born(arguments: argparse.Namespace, subject: Subject | None) -> date | None:
    """The birth date, where birth date and number can be somebody's at all and, of a subject, go with the age.

    Raises:
        BadInput: every problem.
    """
    problems: list[Problem] = []
    born = told_born(arguments.born or "", _today())
    if isinstance(born, Cause):
        problems.append(f"--born: {english(born)}")
    elif born is not None and subject is not None:
        try:
            _check_age(subject.age_years, born)
        except BadInput as error:
            problems += error.causes
    number = (arguments.number or "").strip()
    damage = damaged(number) if number else None
    if damage is not None:
        problems.append(f"--number: {english(damage)}")
    if problems or isinstance(born, Cause):
        raise BadInput(*problems)
    return born


def person_for(record: "Record", said: Description, subject: Subject, language: str | None = None) -> str:
    """The person these options name: found by number, else by name and birth date, else added.

    ``language`` becomes that of who is added; whoever is found keeps their own.

    Raises:
        BadInput: what is said is not true of the person it finds; nobody is added.
    """
    found = Matching(record.people.all(), record.people.with_number).find(said)
    if isinstance(found, Cause):
        raise BadInput(found)
    if found is not None:
        if said.born is None and found.born is not None:
            _check_age(subject.age_years, date.fromisoformat(found.born))
        return found.id
    given, _, family = (trimmed(said.name) or NO_NAME).rpartition(" ")
    born = None if said.born is None else said.born.isoformat()
    number = said.number or None
    return record.people.add(
        family_name=family, given_name=given, born=born, sex=subject.sex, number=number, language=language
    ).id


def _check_age(age_years: float, born: date) -> None:
    """Raises BadInput where an age in years is not that of who was born then."""
    today = _today()
    whole_years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if not whole_years - BIRTHDAYS_APART <= age_years <= whole_years + BIRTHDAYS_APART:
        told = {"age": age_years, "born": born.isoformat(), "years": whole_years}
        raise BadInput(Cause("person_other_age", told))


def _today() -> date:
    """The day it is here."""
    return datetime.now().astimezone().date()
