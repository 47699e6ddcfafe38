"""Who walks, as the options say it: found in the record or added, and never somebody else."""

import argparse
from datetime import date, datetime

from teststation.cause import Cause, Problem
from teststation.errors import BadInput
from teststation.moments import DAYS_IN_YEAR
from teststation.records.database import Record
from teststation.records.people.matching import NO_NAME, Description, Matching, told_born
from teststation.records.people.national_number import damaged
from teststation.records.storage.names import trimmed
from teststation.subject import Subject
from teststation.texts import english

# An age is whole, rounded, or copied from last year's sheet, and three years are two beats of HRmax; more is somebody
# else's age, or somebody else's birth date.
AGE_APART_YEARS = 3.0


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


def person_for(record: Record, said: Description, subject: Subject) -> str:
    """The person these options name: found by number, else by name and birth date, else added.

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
    return record.people.add(family_name=family, given_name=given, born=born, sex=subject.sex, number=number).id


def _check_age(age_years: float, born: date) -> None:
    """Raises BadInput where an age in years is not that of who was born then."""
    if abs((_today() - born).days / DAYS_IN_YEAR - age_years) > AGE_APART_YEARS:
        raise BadInput(Cause("person_other_age", {"age": age_years, "born": born.isoformat()}))


def _today() -> date:
    """The day it is here."""
    return datetime.now().astimezone().date()
