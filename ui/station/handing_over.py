"""Tests handed over to a journal system: for each a PDF and a text of five lines in the folder that it watches.

Each file is written beside its place and renamed once it is whole, the text before the PDF: a system that takes what it
sees takes no half file, and finds the text when it finds the page. One that cannot be made never stops the others.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from teststation.cause import Cause, Problem
from teststation.errors import BadInput, StationError
from teststation.exchange.names import checked_pattern, file_stem, hand_over_stem
from teststation.exchange.tables import state_of
from teststation.files.outputs import Kind, Output, problem
from teststation.files.writing import FOLDER_MODE, write_whole
from teststation.records.access.actions import Action
from teststation.records.tests.stored import StoredTest
from teststation.texts import english
from ui.station.must_live import must_live
from ui.station.station import Station

log = logging.getLogger("teststation.exchange")


@dataclass(frozen=True, slots=True)
class HandedOver:
    """One test in its folder."""

    test_id: str
    pdf: Path
    text: Path
    words: str  # the five lines


def hand_over(
    station: Station,
    tests: Sequence[StoredTest],
    folder: Path,
    language: str | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
    go_on: Callable[[], bool] = lambda: True,
) -> tuple[list[HandedOver], list[Problem]]:
    """Write them all; what could not be made or written is told, and the others are there.

    Args:
        progress: Told after each test how many are done, and of how many.
        go_on: Asked before each test; after a no the rest is left as it was.
    Raises:
        BadInput: the folder or the pattern of names cannot be used; nothing is written.
    """
    pattern = checked_pattern(station.settings.hand_over_name)
    _prepare(station, folder)
    made: list[HandedOver] = []
    problems: list[Problem] = []
    for number, stored in enumerate(tests, start=1):
        if not go_on():
            break
        try:
            made.append(_one(station, stored, folder, pattern, language))
        except StationError as error:
            problems.append(_left_out(stored, english(*error.causes)))
        except OSError as error:
            problems.append(_left_out(stored, error.strerror or ""))
        except Exception as error:  # noqa: BLE001 - whatever it is, the others are still to be handed over
            log.error("a test was not handed over: %s (%s)", stored.id, type(error).__name__)
            problems.append(_left_out(stored, type(error).__name__))
        progress(number, len(tests))
    return made, problems


def _left_out(stored: StoredTest, why: str) -> Cause:
    return Cause("hand_over_no_report", {"test": stored.id, "why": why})


def _prepare(station: Station, folder: Path) -> None:
    found = problem(Output(folder, Kind.FOLDER), (), must_live(station.record.location))
    if found is not None:
        raise BadInput(found)
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(Cause("hand_over_no_folder", {"folder": str(folder), "why": error.strerror or ""})) from error


def _one(station: Station, stored: StoredTest, folder: Path, pattern: str, language: str | None) -> HandedOver:
    data, words = station.papers(stored, language)
    person = station.record.people.get(stored.person_id)
    if pattern:
        stem = hand_over_stem(person, stored, state_of(stored), pattern)
    else:
        named, demo = station.settings.person_in_file_names, stored.run.demo
        stem = file_stem(person, stored.id, stored.run.started_at, with_person=named, demo=demo)
    text, pdf = folder / f"{stem}.txt", folder / f"{stem}.pdf"
    for path, kind in ((text, Kind.TEXT), (pdf, Kind.PDF)):
        found = problem(Output(path, kind), (), must_live(station.record.location))
        if found is not None:
            raise BadInput(found)
    write_whole(text, words.encode("utf-8"))
    write_whole(pdf, data)
    station.record.audit.note(Action.TEST_HANDED_OVER, stored.person_id, stored.id)
    return HandedOver(stored.id, pdf, text, words)
