"""``teststation records roles``: stations' logins on a server, apart from the owner of its tables."""

import argparse
import sys

from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.records.access.user import Permission
from teststation.records.several_stations.roles import script, set_roles, stations
from teststation.records.several_stations.served import ServedDatabase
from teststation.records.storage.place import place_of
from ui.commands.common import the_location, the_record
from ui.commands.voice import say


def run(arguments: argparse.Namespace) -> int:
    """Give stations what an appointment needs and no more, or print the SQL for who may."""
    place = place_of(the_location(arguments))
    if place.url is None:
        raise BadInput(Cause("roles_no_server", {"name": place.name}))
    who = stations(str(place.url.database), arguments.group, arguments.station)
    if arguments.print:
        sys.stdout.write(script(who))
        return 0
    with the_record(arguments, create=False, needs=Permission.RECORD) as record:
        assert isinstance(record.database, ServedDatabase)
        made = set_roles(record.database, record.audit, who)
    say(
        f"{', '.join(who.logins)}: may do what an appointment needs, as {who.group}, and no more: the audit log takes "
        "rows and gives none back; erasing, restoring and upgrading stay with this login"
    )
    for login in made:
        say(f"{login} was made without a password; give it one in psql: \\password {login}")
    return 0
