"""Does one thing to a record again and again until it is killed; tells each time it is done on standard output."""

import itertools
import sys
from pathlib import Path

import msgspec

from tests.fast_keys import use_fast_keys
from tests.unit.records.builders import PASSPHRASE, assessment_of, events_of, run_of
from teststation.records.backup import backup
from teststation.records.database import open_record
from teststation.records.users import User

EVENTS = 400


def tell(what: str) -> None:
    """One finished thing."""
    sys.stdout.write(what + "\n")
    sys.stdout.flush()


def main(kind: str, location: str) -> None:
    """Work until killed: ``test`` keeps tests from journals, ``sign`` signs them too, ``migrate``, ``backup``."""
    use_fast_keys()
    path = Path(location)
    tell("ready")
    if kind == "migrate":
        open_record(path, PASSPHRASE).close()
        tell("migrated")
        return
    with open_record(path, PASSPHRASE) as record:
        person = record.people.all()[0]
        signer: User = record.users.all()[0]
        for number in itertools.count(1):
            run_id = f"{kind}-{number}"
            if kind == "backup":
                backup(record.database, record.file, path.with_name("b.backup"))
                tell(run_id)
                continue
            events = events_of(EVENTS)
            with record.new_journal(run_id) as journal:
                for event in events:
                    journal.append(msgspec.Raw(event), durable=False)  # type: ignore[arg-type]
            record.keep(person.id, run_of(run_id), assessment_of(), events)
            if kind == "sign":
                record.signing.sign(run_id, signer)
            tell(run_id)


if __name__ == "__main__":
    main(*sys.argv[1:])
