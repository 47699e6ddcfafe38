"""Whom a table or a command means: found in the record, or nobody yet, or a contradiction that somebody must settle.

A number finds a person; a name, a birth date or a sex beside it must then be that person's. Names are the same whatever
their case, their spaces and hyphens and the order of their words. Whoever was born on the same day and differs by
accents, by a look-alike letter of another script, or by how a name is written together, is neither found nor added:
somebody must say who it is.
"""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from teststation.cause import Cause
from teststation.records.people.person import Person, birth_date, same_number
from teststation.records.storage.names import folded, plain, trimmed
from teststation.subject import Sex

NO_NAME = "Uten navn"  # what a person is called of whom only a number was given
# Letters of other scripts that no eye tells from ours, each as it is written: Unicode Technical Standard 39, its
# table of confusables. A keyboard that stood on another language writes them, and a list would show one person twice.
_CYRILLIC = "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0405\u0406\u0408" + (
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0458"
)
_GREEK = "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf"
_LOOK_ALIKE = str.maketrans(_CYRILLIC + _GREEK, "ABEKMHOPCTXSIJaeopcyxsij" + "ABEZHIKMNOPTYXo")
Key = tuple[tuple[str, ...], str | None]


@dataclass(frozen=True, slots=True)
class Description:
    """What somebody says of a person. None and empty: nothing."""

    name: str = ""
    born: date | None = None
    number: str = ""
    sex: Sex | None = None


class Matching:
    """The people of a record as descriptions find them; who is added meanwhile is found too."""

    def __init__(self, people: Iterable[Person], with_number: Callable[[str], Person | None]) -> None:
        """``with_number``: finds whose duplicate had a number, too."""
        self._with_number = with_number
        self._by_number: dict[str, Person] = {}
        self._by_name: dict[Key, list[Person]] = {}
        self._by_letters: dict[Key, list[Person]] = {}
        for person in people:
            self.add(person)

    def add(self, person: Person) -> None:
        """Let descriptions find one more."""
        if person.number is not None:
            self._by_number[person.number] = person
        self._by_name.setdefault((_words(person.full_name), person.born), []).append(person)
        self._by_letters.setdefault((_letters(person.full_name), person.born), []).append(person)

    def find(self, said: Description) -> Person | Cause | None:
        """The person, or None for nobody who is known, or what does not fit together."""
        number = same_number(said.number)
        if number is not None:
            person = self._by_number.get(number) or self._with_number(number)
            if person is not None:
                return contradiction(person, said) or person
        if not _words(said.name) or said.born is None:
            return None
        found = self._by_name.get((_words(said.name), said.born.isoformat()), [])
        if found and number is not None:
            return Cause("person_without_number")
        if len(found) > 1:
            return Cause("person_several")
        if found:
            return contradiction(found[0], said) or found[0]
        nearly = self._by_letters.get((_letters(said.name), said.born.isoformat()), [])
        # A number of one's own tells two such people apart.
        nearly = [person for person in nearly if number is None or person.number is None]
        return Cause("person_nearly", {"name": nearly[0].full_name}) if nearly else None


def contradiction(person: Person, said: Description) -> Cause | None:
    """What is said of this person and is not true of them: then it is somebody else."""
    if _words(said.name) and person.full_name != NO_NAME and _words(said.name) != _words(person.full_name):
        return Cause("person_other_name")
    if said.born is not None and person.born is not None and said.born.isoformat() != person.born:
        return Cause("person_other_born")
    if said.sex is not None and said.sex is not person.sex:
        return Cause("person_other_sex")
    return None


def told_born(text: str, today: date) -> date | Cause | None:
    """A birth date as it was written; None for none, or why it can be nobody's who is tested here."""
    return birth_date(text, today) if text.strip() else None


def _words(name: str) -> tuple[str, ...]:
    seen = "".join(letter for letter in name if unicodedata.category(letter) != "Cf")  # signs that nobody sees
    apart = "".join(" " if letter == "," or unicodedata.category(letter) == "Pd" else letter for letter in seen)
    return tuple(sorted(folded(trimmed(apart)).split()))


def _letters(name: str) -> tuple[str, ...]:
    """The letters of a name as a keyboard without accents has them, however it is put together."""
    ours = unicodedata.normalize("NFKC", name).translate(_LOOK_ALIKE)  # wide letters and ligatures are ours, too
    plainly = (plain(word.replace("aa", "å")) for word in _words(ours))
    return tuple(sorted(letter for word in plainly for letter in word if letter.isalnum()))
