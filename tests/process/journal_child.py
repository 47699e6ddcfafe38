"""Writes 200 events a second to a journal until it is killed; tells each one on standard output when it is written."""

import sys
import time
from pathlib import Path

import msgspec

from teststation.records.tests.journal import JournalWriter

EVENTS_PER_S = 200


class Counted(msgspec.Struct, frozen=True, tag_field="event", tag="counted"):
    """The nth event."""

    t_s: float
    number: int


def main(path: str, key_hex: str) -> None:
    """Write until killed."""
    began_s = time.monotonic()
    journal = JournalWriter(Path(path), bytes.fromhex(key_hex))
    number = 0
    while True:
        now_s = time.monotonic() - began_s
        journal.append(Counted(t_s=now_s, number=number), durable=number % 50 == 0)
        number += 1
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        time.sleep(max(0.0, number / EVENTS_PER_S - now_s))


if __name__ == "__main__":
    main(*sys.argv[1:])
