"""What is said of a demonstration wherever a person or a test is named, so that none is taken for a real one."""

from teststation.records.people.people import Person
from ui.desktop.i18n import tr


def name_of(person: Person) -> str:
    """Given name, then family name; marked where it is the demonstration's own person."""
    return tr("demo.person", name=person.full_name) if person.demo else person.full_name


def marked(text: str, *, demo: bool) -> str:
    """A test's own words; marked where it was a demonstration."""
    return tr("demo.test", text=text) if demo else text
