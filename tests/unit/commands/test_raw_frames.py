"""Raw frames are written of a test in which something happened that only a newer version knows."""

import json

import msgspec

from tests.mutants import fails_with
from tests.unit.run.builders import belt, heart, run_prepared
from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.run import events
from teststation.run import events as ev


def newer(data: bytes, **changes: object) -> bytes:
    return json.dumps(json.loads(data) | changes).encode("utf-8")


def one_sentence(data: bytes, kind: str) -> None:
    told: RecordError | None = None
    try:
        ev.decode_event(data)
    except RecordError as error:
        told = error
    except msgspec.MsgspecError as error:
        raise AssertionError("a mistake of the program") from error
    assert told is not None, "taken"
    assert told.causes == (Cause("event_newer", {"kind": kind}),)
    assert "update this station" in str(told)


def every_newer_form_is_told() -> None:
    read = msgspec.json.encode(belt(0.0, 4.8))
    one_sentence(newer(read, event="belt_flew"), "belt_flew")
    one_sentence(newer(read, height_m=3.0), "belt_read")
    one_sentence(newer(msgspec.json.encode(heart(0.0, 90)), status="dreaming"), "heart_rate_read")
    one_sentence(newer(msgspec.json.encode(run_prepared()), plan={"form": 9}), "run_prepared")
    one_sentence(b"[]", "?")
    one_sentence(b"{", "?")


def test_a_journal_of_a_newer_version_is_told_in_one_sentence() -> None:
    every_newer_form_is_told()


def test_the_sentence_fails_on_a_planted_fault() -> None:
    fails_with(
        events,
        "    except msgspec.MsgspecError as error:\n",
        "    except KeyError as error:\n",
        every_newer_form_is_told,
    )
