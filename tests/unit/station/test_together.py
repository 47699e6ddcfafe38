"""A group on the station: each strap its own tile and record, no belt anywhere; scripted straps, a scripted clock."""

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

import ui.station.together as room
from tests.fast_keys import use_fast_keys
from tests.mutants import fails_with
from tests.unit.records.builders import PASSPHRASE, assessment_of, events_of, run_of, sentences
from tests.unit.training.session.builders import END_S, true_bpm
from teststation.cause import Cause
from teststation.clock import ScaledClock, TimeScale
from teststation.errors import AfterTheTest, BadInput, RecordError
from teststation.exchange.export import export_record
from teststation.ports import HeartRateReading, HeartRateStatus, Journal, RawFrame
from teststation.records.database import Record, open_record
from teststation.records.people.person import Person
from teststation.run.record import STATION_SLEPT, Outcome, RunRecord
from teststation.run.state import Phase
from teststation.sleep import Sleep
from teststation.subject import Sex
from teststation.texts import texts
from teststation.training.interview import Answer, Interview, own_form
from teststation.training.together import NO_BELT, training_of
from ui.station.settings import Settings
from ui.station.station import Station
from ui.station.together import TOLD_AT_LEAST_EVERY_S, GroupSession, Tile, prepare_group, wearer


class Strap:
    """One driver, as the station sees it: a reading whenever the clock has moved on a second."""

    def __init__(self, clock: "Clock", sensor: str, pulse: Callable[[float], int | None]) -> None:
        self.clock, self.sensor, self.pulse = clock, sensor, pulse
        self.broken: str | None = None
        self.silent = False  # a driver that is frozen
        self.closed = False
        self.trouble: tuple[Cause, ...] = ()

    def readings(self) -> Sequence[HeartRateReading]:
        if self.silent:
            return ()
        bpm = self.pulse(self.clock.t_s)
        status = HeartRateStatus.STALE if bpm is None else HeartRateStatus.OK
        beats = () if bpm is None else (round(60 * 1024 / bpm),) * 2
        return (HeartRateReading(self.clock.t_s, status, bpm, beats, bpm is not None or None, sensor=self.sensor),)

    def frames(self) -> Sequence[RawFrame]:
        return ()

    def failure(self) -> str | None:
        return self.broken

    def close(self) -> None:
        self.closed = True


class Clock:
    t_s = 0.0


def varied(t_s: float) -> int:
    return round(true_bpm(t_s)) + (int(t_s) % 3 - 1)


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    use_fast_keys()
    with open_record(tmp_path / "a.record", PASSPHRASE, create=True) as made:
        yield made


@pytest.fixture
def station(record: Record) -> Station:
    return Station(record, Settings())


@pytest.fixture
def people(record: Record) -> list[Person]:
    found = [
        record.people.add(family_name=name, given_name="Eva", sex=Sex.FEMALE, born="1980-05-01")
        for name in ("Dal", "Li")
    ]
    for n, person in enumerate(found):
        run = run_of(f"t{n}", treadmill="woodway:COM3")
        run = msgspec.structs.replace(run, subject=msgspec.structs.replace(run.subject, beta_blocker=False))
        record.tests.save(person.id, run, assessment_of(), events_of(3))
    return found


def on_straps_of(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> list[Strap]:
    """Every strap that a group session opens from now on, on this clock, in the order of their opening."""
    straps: list[Strap] = []

    def client(device: str, *_: object, **__: object) -> Strap:
        straps.append(Strap(clock, device, varied))
        return straps[-1]

    as_it_stands = sys.modules[prepare_group.__module__]  # or as a fault is planted in it
    monkeypatch.setattr(as_it_stands, "HeartRateClient", client)
    monkeypatch.setattr(as_it_stands, "ScaledClock", lambda *_: ScaledClock(lambda: clock.t_s, TimeScale(1.0)))
    return straps


Made = tuple[GroupSession, list[Strap], Clock]


@pytest.fixture
def made(station: Station, people: list[Person], monkeypatch: pytest.MonkeyPatch) -> Made:
    clock = Clock()
    straps = on_straps_of(clock, monkeypatch)
    return prepare_group(station, [(people[0], "ble:A"), (people[1], "ble:B")], "4x4"), straps, clock


def walk(session: GroupSession, clock: Clock, until_s: float) -> None:
    while clock.t_s < until_s:
        clock.t_s += 1.0
        session.tick()


def test_each_is_kept_in_their_own_record_without_a_belt(made: Made, record: Record, people: list[Person]) -> None:
    session, straps, clock = made
    session.begin()
    for n, until_s in enumerate((550.0, 970.0, 1390.0, 1810.0)):
        walk(session, clock, until_s)
        assert [tile.borg_due for tile in session.tiles()] == [True, True]
        session.rpe(0, 17)
        assert session.tiles()[0].borg == 17
        assert session.tiles()[1].borg is None, f"bout {n + 1}: one answer is one person's"
    walk(session, clock, END_S + 2)
    assert session.ended
    assert session.finish() == []
    first, second = (record.sessions.history(person.id)[0] for person in people)
    assert (first.run.outcome, first.run.treadmill, first.run.belt) == (Outcome.COMPLETED, NO_BELT, ())
    assert (first.result.bouts_done, first.result.next_load) == (4, None)
    assert ([bout.rpe for bout in first.result.bouts], second.result.bouts[0].rpe) == ([17] * 4, None)
    assert record.sessions.peaks(people[0].id)[0].bpm == pytest.approx(168, abs=2), "evidence of the next estimate"
    assert record.diary(people[0].id)[0].value.borg == 17
    assert record.sessions.last_with_load(people[0].id, "4x4") is None
    assert record.journals() == []
    session.close()
    assert all(strap.closed for strap in straps)


def test_what_is_kept_follows_from_the_journal(
    made: Made, record: Record, station: Station, people: list[Person]
) -> None:
    session, _, clock = made
    session.begin()
    walk(session, clock, 800.0)
    session.rpe(1, 15)
    session.stop(0, "patient")
    walk(session, clock, 900.0)
    assert [tile.part.phase.value for tile in session.tiles()] == ["ended", "stages"], "the others go on"
    for one in session.members:
        one.journal.close()  # the station dies here
    station.recover()
    runs = {stored.person_id: stored.run for stored in station.recovered_sessions}
    assert runs[people[0].id] == session.members[0].training.run
    assert runs[people[1].id].outcome is Outcome.INTERRUPTED
    assert len(runs[people[1].id].stages) == 4


def test_a_strap_that_is_lost_is_one_sentence_and_stops_nobody(made: Made) -> None:
    session, straps, clock = made
    session.begin()
    walk(session, clock, 320.0)
    straps[0].pulse = lambda _: None
    straps[1].broken = "the driver has ended"
    walk(session, clock, 330.0)
    say = texts("nb")
    words = [[say.say(cause) for cause in tile.troubles if isinstance(cause, Cause)] for tile in session.tiles()]
    assert session.tiles()[0].bpm is None
    assert words[0] == [f"ikke noe pulssignal fra {session.tiles()[0].name}: se til pulsbeltet; klokken går videre"]
    straps[0].pulse = varied
    walk(session, clock, 345.0)
    assert session.tiles()[0].troubles == ()
    assert not session.ended


def test_a_computer_that_slept_is_told_on_every_tile_and_marked_in_what_is_kept(made: Made) -> None:
    session, _, clock = made
    naps = iter([5.0, 0.0, 0.0, 90.4])
    session._slept_s = lambda: next(naps, 0.0)
    session.tick()
    assert "group_slept" not in troubles(session.tiles()[0]), "before the start nothing is missed"
    session.begin()
    walk(session, clock, 2.0)
    session.stop(1)
    walk(session, clock, 3.0)
    assert session.tiles()[0].troubles == (Cause("group_slept", {"seconds": 90}),)
    assert session.tiles()[1].troubles == (), "who was done has missed nothing"
    assert session.tiles()[0].part.phase is Phase.STAGES, "nobody is stopped by it"
    session.stop_all()
    assert session.finish() == []
    kept = [one.stored.run.marks for one in session.members if one.stored is not None]
    assert [[mark.text for mark in marks if mark.kind == STATION_SLEPT] for marks in kept] == [["90"], []]


def test_a_group_looks_for_sleep_by_the_systems_clocks(made: Made) -> None:
    assert isinstance(getattr(made[0]._slept_s, "__self__", None), Sleep)


def test_a_strap_that_stands_still_or_is_frozen_is_told_on_its_tile(made: Made) -> None:
    session, straps, clock = made
    session.begin()
    straps[0].pulse = lambda _: 120
    walk(session, clock, 500.0)
    assert troubles(session.tiles()[0]) == ["hr_frozen"]
    assert session.tiles()[1].troubles == ()
    straps[1].silent = True
    walk(session, clock, 510.0)
    assert session.tiles()[1].bpm is None
    assert troubles(session.tiles()[1]) == ["group_strap_lost"]


def troubles(tile: Tile) -> list[str]:
    return [cause.code for cause in tile.troubles if isinstance(cause, Cause)]


class FullDisk:
    """A journal whose disk takes no more from a moment on; what it was given is remembered by the one around it."""

    def __init__(self, inner: Journal) -> None:
        self.inner, self.full = inner, False

    @property
    def events(self) -> list[bytes]:
        return self.inner.events  # type: ignore[attr-defined]

    def append(self, event: msgspec.Struct, *, durable: bool) -> None:
        if self.full:
            self.events.append(msgspec.json.encode(event))
            raise RecordError(Cause("journal_not_written", {"path": "j", "why": "no space left"}))
        self.inner.append(event, durable=durable)

    def close(self) -> None:
        self.inner.close()


def test_a_journal_that_is_not_written_is_told_at_once_and_costs_nothing(
    made: Made, record: Record, people: list[Person], caplog: pytest.LogCaptureFixture
) -> None:
    session, _, clock = made
    disk = FullDisk(session.members[0].journal)
    session.members[0].journal = disk
    session.begin()
    walk(session, clock, 400.0)
    disk.full = True
    walk(session, clock, 401.0)
    first, second = session.tiles()
    assert troubles(first) == ["group_not_written", "journal_not_written"]
    assert second.troubles == ()
    (line,) = [one.getMessage() for one in caplog.records if one.levelname == "ERROR"]
    assert session.members[0].training.first.run_id in line
    assert "no space left" in line
    assert people[0].family_name not in line, "a log names nobody"
    walk(session, clock, 800.0)
    assert len([one for one in caplog.records if one.levelname == "ERROR"]) == 1, "said once"
    assert session.tiles()[0].troubles[0] == first.troubles[0], "and shown as long as it is so"
    session.stop_all()
    assert [str(error) for _, error in session.finish()] == []
    (stored,) = record.sessions.history(people[0].id)
    assert len(stored.run.stages) == 4
    assert "journal_failed" in [mark.kind for mark in stored.run.marks]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows moves no folder with an open file in it")
def test_a_group_whose_record_is_gone_is_rescued_each_into_a_record(
    made: Made, record: Record, people: list[Person], tmp_path: Path
) -> None:
    session, _, clock = made
    session.begin()
    walk(session, clock, 700.0)
    record.path.rename(tmp_path / "elsewhere")
    shutil.rmtree(record.journal_path("x").parent)
    walk(session, clock, 702.0)
    session.stop_all()
    refused_ones = session.finish()
    assert [member.wearer.person_id for member, _ in refused_ones] == [person.id for person in people]
    for member, error in refused_ones:
        assert isinstance(error, AfterTheTest)
        (rescued,) = tmp_path.glob(f"*-rescued-{member.training.first.run_id[:8]}.record")
        assert str(rescued) in str(error)
        with open_record(rescued, PASSPHRASE) as opened:
            (stored,) = opened.sessions.history(member.wearer.person_id)
        assert stored.run.outcome is Outcome.OPERATOR
        assert len(stored.run.stages) == 3


def test_a_strap_that_two_are_read_by_is_nobodys(made: Made, record: Record, people: list[Person]) -> None:
    session, straps, clock = made
    session.begin()
    walk(session, clock, 400.0)
    straps[1].sensor = straps[0].sensor
    walk(session, clock, 500.0)
    assert [tile.bpm for tile in session.tiles()] == [None, None], "nobody can tell whose it is"
    assert {tile.troubles[0].code for tile in session.tiles() if isinstance(tile.troubles[0], Cause)} == {
        "group_strap_twice"
    }
    straps[1].sensor = "ble:B"
    walk(session, clock, 510.0)
    assert None not in [tile.bpm for tile in session.tiles()]
    walk(session, clock, 800.0)
    session.stop_all()
    session.finish()
    for person in people:
        (stored,) = record.sessions.history(person.id)
        assert sum(one.bpm is None for one in stored.run.heart) >= 95, "what was anybody's is in neither record"


def test_one_record_that_refuses_costs_the_others_nothing(made: Made, record: Record, people: list[Person]) -> None:
    session, _, clock = made
    session.begin()
    walk(session, clock, 700.0)
    session.stop_all()

    def refuses(_: object) -> None:
        raise RecordError(Cause("record_gone", {"name": "x"}))

    session.members[0].keep = refuses  # type: ignore[assignment]
    ((member, error),) = session.finish()
    assert (member, error.causes[0].code) == (session.members[0], "record_gone")  # type: ignore[attr-defined]
    assert len(record.sessions.history(people[1].id)) == 1
    assert [path.stem for path in record.journals()] == [session.members[0].training.first.run_id]


def test_what_never_began_leaves_nothing(made: Made, record: Record) -> None:
    session, _, clock = made
    walk(session, clock, 20.0)
    assert not session.begun
    assert session.finish() == []
    session.close()
    assert record.journals() == []


def refused(station: Station, *wearers: tuple[Person, str]) -> list[str]:
    with pytest.raises(BadInput) as raised:
        prepare_group(station, wearers, "4x4")
    return [cause.code for cause in raised.value.causes if isinstance(cause, Cause)]


def test_everything_that_is_wrong_is_said_at_once_and_nothing_started(
    station: Station, record: Record, people: list[Person]
) -> None:
    a, b = people
    new = record.people.add(family_name="Ny", given_name="Per", sex=Sex.MALE, born="1990-01-01")
    assert refused(station) == ["group_nobody"]
    assert refused(station, (a, "ble:A"), (b, "")) == ["group_no_strap"], "more persons than straps"
    assert refused(station, (a, "ble:aa:1"), (b, "ble:AA:1")) == ["group_strap_twice"]
    assert refused(station, (a, "ant:usb,number=70001"), (b, "ant:COM5,number=4465")) == ["group_strap_twice"], (
        "sixteen bits go over the air"
    )
    assert refused(station, (a, "ant:usb"), (b, "ftms:X")) == ["group_ant_number", "group_no_such_strap"]
    assert refused(station, (a, "ble:A"), (new, "ble:B")) == ["group_no_test"]
    assert record.journals() == []


def test_one_ant_stick_hears_three(station: Station, record: Record, people: list[Person]) -> None:
    more = [record.people.add(family_name=f"P{n}", given_name="X", sex=Sex.MALE, born="1990-01-01") for n in range(2)]
    all_four = [(person, f"ant:usb,number={n}") for n, person in enumerate((*people, *more), start=1)]
    assert "group_stick_full" in refused(station, *all_four)
    assert wearer(people[0], "ant:usb,number=7").stick == "usb"


def test_after_a_symptom_nobody_trains_in_a_group(station: Station, record: Record, people: list[Person]) -> None:
    run = run_of("s", "2026-02-02T10:00:00+01:00", treadmill="woodway:COM3")
    stopped = msgspec.structs.replace(run, outcome=Outcome.OPERATOR, reason=Cause("stop_chest_pain"))
    record.tests.save(people[0].id, stopped, assessment_of(), events_of(3))
    assert refused(station, (people[0], "ble:A"), (people[1], "ble:B")) == ["group_after_symptom"]
    waits = {"postponed": Answer(chosen=("yes",))}
    record.training.add(people[1].id, Interview("2026-02-02", own_form().text, waits))
    assert refused(station, (people[0], "ble:A"), (people[1], "ble:B")) == ["group_after_symptom", "group_postponed"]
    record.training.add(people[1].id, Interview("2026-02-03", own_form().text, {"postponed": Answer(chosen=("no",))}))
    later = msgspec.structs.replace(run, id="p", started_at="2026-02-04T10:00:00+01:00")
    record.tests.save(people[1].id, later, assessment_of(), events_of(3, screening_pregnant="yes"))
    assert refused(station, (people[0], "ble:A"), (people[1], "ble:B")) == ["group_after_symptom", "group_pregnant"]


def test_no_treadmill_is_known_to_the_room() -> None:
    """No load control whatever: nothing that could order a belt is even read."""
    for module in (room.__file__, training_of.__globals__["__file__"]):
        text = Path(module).read_text("utf-8")
        assert not any(word in text for word in ("TreadmillClient", "drivers.treadmill", "Controller", "LoadChanged"))


def test_it_is_exported_and_verified_like_any_session(made: Made, record: Record, tmp_path: Path) -> None:
    session, _, clock = made
    session.begin()
    walk(session, clock, 1000.0)
    session.stop_all()
    assert session.finish() == []
    session.close()
    forms = frozenset({"csv", "seconds", "fit", "tcx", "events"})
    export_record(record, tmp_path / "out", lambda _: b"", forms)
    names = {path.name for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert {"sessions.csv", "bouts.csv"} <= names
    bouts = (tmp_path / "out" / "bouts.csv").read_text("utf-8-sig").splitlines()
    assert len(bouts) == 1 + 2 * 2, "the header, and two bouts of each"
    assert sum(name.endswith(".fit") for name in names) >= 2
    assert sentences(record) == []


# --- the journal's path ---


Ground = tuple[Station, list[Person], pytest.MonkeyPatch]


def interrupted(ground: Ground) -> None:
    """The station dies in the first bout: what was walked is taken in, and Borg of it, also where no strap is heard."""
    station, people, monkeypatch = ground
    clock = Clock()
    straps = on_straps_of(clock, monkeypatch)
    session = prepare_group(station, [(people[0], "ble:A"), (people[1], "ble:B")], "4x4")
    try:
        straps[1].silent = True
        session.begin()
        walk(session, clock, 310.0)
        session.rpe(0, 15)
        walk(session, clock, 320.0)
    finally:
        for one in session.members:
            one.journal.close()
    station.recover()
    assert station.not_recovered == []
    ids = {one.training.first.run_id: one.training.run for one in session.members}
    kept = {stored.id: stored.run for stored in station.recovered_sessions}
    assert kept.keys() == ids.keys()
    for run_id, run in kept.items():
        assert [stage.rpe for stage in run.stages] == [stage.rpe for stage in ids[run_id].stages]
        assert len(run.stages) == 2
        assert pulses(run) == pulses(ids[run_id])
        assert (run.ended_s or 0.0) >= 320.0 - TOLD_AT_LEAST_EVERY_S
    assert sorted(len(pulses(run)) for run in kept.values()) == [0, 320]


def pulses(run: RunRecord) -> list[int]:
    return [one.bpm for one in run.heart if one.bpm is not None]


def full_disk(ground: Ground) -> None:
    """A journal that takes no more is told on its tile, and the others' clock goes on."""
    station, people, monkeypatch = ground
    clock = Clock()
    on_straps_of(clock, monkeypatch)
    session = prepare_group(station, [(people[0], "ble:A"), (people[1], "ble:B")], "4x4")
    disk = FullDisk(session.members[0].journal)
    session.members[0].journal = disk
    try:
        session.begin()
        walk(session, clock, 30.0)
        disk.full = True
        try:
            walk(session, clock, 32.0)
        except RecordError as error:
            pytest.fail(f"one full disk ended it for everybody: {error}")
        assert troubles(session.tiles()[0])[:1] == ["group_not_written"]
        assert troubles(session.tiles()[1]) == []
        assert "journal_failed" in [mark.kind for mark in session.members[0].training.run.marks]
    finally:
        disk.full = False
        session.stop_all()
        session.finish()
        session.close()


def test_what_a_journal_does_not_take_is_told_and_what_it_took_is_taken_in(
    station: Station, people: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    full_disk((station, people, monkeypatch))
    interrupted((station, people, monkeypatch))


JOURNAL_FAULTS = [
    ("one.journal.append(event, durable=not frequent)", "_ = frequent", interrupted),
    ("one.training.feed(event)\n        self._write(one, event)", "one.training.feed(event)", interrupted),
    ("if one.training.state != before or now_s - one.written_s >= TOLD_AT_LEAST_EVERY_S:", "if False:", interrupted),
    ("if one.training.state != before or now_s - one.written_s >= TOLD_AT_LEAST_EVERY_S:",
     "if one.training.state != before:", interrupted),
    ("except (OSError, StationError) as error:", "except OSError as error:", full_disk),
    ("one.not_written = error.causes if", "one.not_written = () if", full_disk),
    ('self._feed(one, ev.DeviceFailed(t_s=self._clock.now_s(), device="journal"',
     'str(ev.DeviceFailed(t_s=0.0, device="journal"', full_disk),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "fact"), JOURNAL_FAULTS)
def test_the_journals_path_fails_on_a_planted_fault(
    station: Station, people: list[Person], monkeypatch: pytest.MonkeyPatch, old: str, new: str,
    fact: Callable[[Ground], None],
) -> None:  # fmt: skip
    fails_with(room, old, new, lambda: fact((station, people, monkeypatch)))
