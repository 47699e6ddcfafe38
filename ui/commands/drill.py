"""``teststation drill``: what to do when something goes wrong, practised on emulators; nothing of it is kept."""

import argparse

import msgspec

from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.run.drill import TOLD_BY, Fault
from teststation.texts import english
from ui.commands.demo import DEMO_SETTINGS, add_patient, throw_away_record
from ui.commands.display import display_at_hand

_OF_A_RECORD = ("record", "user", "user_password_file", "passphrase_file")


def run(arguments: argparse.Namespace) -> int:
    """Open the window on one drill, or on the choice of them; or list them."""
    given = [f"--{name.replace('_', '-')}" for name in _OF_A_RECORD if getattr(arguments, name) is not None]
    if given:
        raise BadInput(f"a drill has a record of its own and keeps nothing; leave {', '.join(given)} out")
    if arguments.list:
        for fault in Fault:
            print(f"{fault.value:14} {english(Cause(TOLD_BY[fault]))}")
        return 0
    if not display_at_hand():
        raise BadInput("there is no display here, and a drill is about what somebody does at the screen")
    from ui.desktop.application import run_app
    from ui.station.apart.record_process import RecordProcess

    settings = msgspec.structs.replace(DEMO_SETTINGS, language=arguments.language or DEMO_SETTINGS.language)
    with RecordProcess() as process, throw_away_record(process.open) as record:
        person_id = add_patient(record, 1)
        return run_app(
            record,
            settings,
            demo=True,
            drill=(arguments.fault or "", person_id),
            until_stdin_closes=arguments.until_stdin_closes,
        )
