"""``teststation records raw``: the bytes that passed a strap's wire in one test, as a file that ``replay:`` plays."""

import argparse
from pathlib import Path

from drivers.heart_rate.raw_file import FORM, SUFFIX, RawHead, RawLine, write_raw
from teststation.errors import BadInput
from teststation.files.outputs import Kind, Output
from teststation.records.access.actions import Action
from teststation.records.access.user import Permission
from teststation.run import events as ev
from ui.commands.common import the_record
from ui.commands.outputs import check, write
from ui.commands.telling import tell

FRAME = b'"heart_frame_passed"'


def run(arguments: argparse.Namespace) -> int:
    """Write the frames of one kept test."""
    if not arguments.out.lower().endswith(SUFFIX):
        raise BadInput(f"--out {arguments.out}: a file of raw frames ends in {SUFFIX}; name it so")
    check(arguments, (arguments.out, Kind.RAW))
    with the_record(arguments, create=False, needs=Permission.EXPORT) as record:
        stored = record.tests.get(arguments.id)
        # Only what is written out is read: another event may be of a kind that only a newer version knows.
        kept = (body for body in record.tests.events(stored.id) if FRAME in body)
        events = (ev.decode_event(body) for body in kept)
        frames = [
            RawLine(event.t_s, event.direction, event.data_hex, event.channel)
            for event in events
            if isinstance(event, ev.HeartFramePassed)
        ]
        if not frames:
            raise BadInput(f"{stored.id}: no raw frames were kept with this test; choose one with a strap")
        head = RawHead(FORM, stored.run.heart_rate, stored.id, stored.run.started_at)
        write(Output(Path(arguments.out), Kind.RAW), write_raw(head, frames))
        record.audit.note(Action.RAW_FRAMES_SAVED, stored.person_id, stored.id)
    tell(f"{arguments.out}: {len(frames)} frames of {stored.run.heart_rate}")
    return 0
