"""Does one thing to a record again and again until it is killed; tells each time it is done through a pipe."""

import itertools
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from tests.fast_keys import use_fast_keys
from tests.unit.records.builders import PASSPHRASE, assessment_of, events_of, run_of
from teststation.records.access.user import User
from teststation.records.database import open_record
from teststation.records.upkeep.backup import backup

EVENTS = 400
PASSPHRASES = (PASSPHRASE, "en ny setning")
Told = tuple[str, int]  # what was done, and for a journal how many of its events


def main(kind: str, path: Path, told: Connection) -> None:
    """Work until killed: ``test`` keeps tests from journals, ``sign`` signs them too; the others do what they say."""
    use_fast_keys()
    told.send(("ready", 0))
    if kind == "migrate":
        open_record(path, PASSPHRASE).close()
        told.send(("migrated", 0))
        return
    with open_record(path, PASSPHRASE) as record:
        person = record.people.all()[0]
        signer: User = record.users.all()[0]
        for number in itertools.count(1):
            run_id = f"{kind}-{number}"
            if kind == "backup":
                backup(record.database, record.file, path.with_name("b.backup"))
            elif kind == "rekey":
                record.file.change_key(PASSPHRASES[number % 2])
            else:
                events = events_of(EVENTS)
                with record.new_journal(run_id) as journal:
                    for count, event in enumerate(events, start=1):
                        journal.append(msgspec.Raw(event), durable=False)  # type: ignore[arg-type]
                        told.send((f"journal {run_id}", count))
                record.keep(person.id, run_of(run_id), assessment_of(), events)
                if kind == "sign":
                    record.signing.sign(run_id, signer)
            told.send((run_id, 0))
