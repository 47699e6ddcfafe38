"""How a person, a test and who acted are named: a demonstration so that none is taken for a real one."""

from teststation.records.access.actions import COMMAND_LINE, WINDOW
from teststation.records.people.person import Person
from ui.desktop.i18n import tr


def name_of(person: Person) -> str:
    """Given name, then family name; marked where it is the demonstration's own person."""
    return tr("demo.person", name=person.full_name) if person.demo else person.full_name


def marked(text: str, *, demo: bool) -> str:
    """A test's own words; marked where it was a demonstration."""
    return tr("demo.test", text=text) if demo else text


PROGRAMS = {WINDOW: "audit.by_window", COMMAND_LINE: "audit.by_command_line"}


def who(actor: str) -> str:
    """Who a record says has acted: a user's name, or the program that somebody used who had not logged in."""
    program, bracket, user = actor.partition(" (")
    return tr(PROGRAMS[program]) + bracket + user if program in PROGRAMS else actor
