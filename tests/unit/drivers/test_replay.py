"""Recordings of every kind, replayed: FIT with its beat intervals, and a former test's own bytes through its codec."""

import itertools
import queue
import tempfile
import threading
import time
import types
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import lines
from drivers.emulators.ant_stick import DUMMY_KEY, AntStick
from drivers.emulators.patient import Patient, draw_body
from drivers.emulators.strap_bridge import StrapBridge
from drivers.heart_rate import fit_recording, recording_files, replay
from drivers.heart_rate.ant_pages import HrmDecoder
from drivers.heart_rate.bridge_codec import BridgeDecoder
from drivers.heart_rate.raw_file import FORM, RawHead, RawLine, RawPlayer, read_raw, write_raw
from drivers.heart_rate.recording_files import read_recording
from drivers.heart_rate.samples import Sample
from drivers.radio.ant_channel import AntChannel, Page
from tests.fit_file import fit_bytes, hr_fit_bytes
from tests.mutants import fails_with
from teststation.clock import TimeScale
from teststation.errors import BadInput

# --- FIT ---


def test_a_fit_is_read_with_its_gaps_and_its_beat_intervals(tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    path.write_bytes(fit_bytes([(10, 120, [0.5, 0.51]), (11, None, []), (13, 122, [0.49, 0.5, 0.5, 0.5, 0.5, 0.48])]))
    points = read_recording(str(path))
    assert [(p.t_s, p.bpm) for p in points] == [(0.0, 120), (1.0, 0), (3.0, 122)]
    assert points[0].rr_1024 == (512, 522)
    assert points[2].rr_1024 == (502, 512, 512, 512, 512, 492)


@pytest.mark.parametrize("cut", [0, 5, 13, 14, 40, -1])
def test_a_fit_that_was_cut_is_one_sentence(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "run.fit"
    path.write_bytes(fit_bytes([(0, 120, [])] * 3)[:cut])
    with pytest.raises(BadInput, match=r"cannot be read as FIT|no heart rate"):
        read_recording(str(path))


@given(st.integers(0, 120), st.integers(1, 255))
def test_no_flipped_byte_of_a_fit_breaks_its_reader(at: int, flip: int) -> None:
    data = bytearray(fit_bytes([(n, 120, [0.5]) for n in range(4)]))
    data[at % len(data)] ^= flip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.fit"
        path.write_bytes(data)
        with pytest.raises(BadInput):
            read_recording(str(path))


@pytest.mark.parametrize("value", ["inf", "nan", "-5000000", "1e400", "900"])
def test_a_tcx_pulse_that_is_none_is_a_gap(tmp_path: Path, value: str) -> None:
    path = tmp_path / "a.tcx"
    points = "".join(
        f"<Trackpoint><Time>2021-03-04T10:00:0{n}Z</Time><HeartRateBpm><Value>{bpm}</Value></HeartRateBpm></Trackpoint>"
        for n, bpm in enumerate(("114", value, "116"))
    )
    path.write_text(f"<TrainingCenterDatabase>{points}</TrainingCenterDatabase>", "utf-8")
    assert [(p.t_s, p.bpm) for p in read_recording(str(path)) if p.bpm] == [(0.0, 114), (2.0, 116)]


@pytest.mark.parametrize("value", ["0", "29", "241", "255", "900", "-1"])
def test_a_csv_pulse_that_can_be_none_is_no_reading(tmp_path: Path, value: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"t_s,hr_bpm\n0,114\n1,{value}\n2,116\n", "utf-8")
    assert [(p.t_s, p.bpm) for p in read_recording(str(path))] == [(0.0, 114), (1.0, 0), (2.0, 116)]
    path.write_text(f"t_s,hr_bpm\n0,{value}\n", "utf-8")
    with pytest.raises(BadInput, match="no heart rate"):
        read_recording(str(path))


def test_a_csv_field_without_end_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('t_s,hr_bpm\n0,80\n1,"' + "8" * 140_000 + '"\n2,nan\n', "utf-8")
    with pytest.raises(BadInput) as told:
        read_recording(str(path))
    assert len(told.value.causes) == 2


# --- raw frames ---


def bridge_frames(seconds: float) -> list[RawLine]:
    strap = StrapBridge(Patient(draw_body(1), 1), lambda: (4.8, 0.0))
    return [
        RawLine(n / 10, "in", data.hex()) for n in range(round(seconds * 10)) if (data := strap.transmit(100 + n / 10))
    ]


def ant_frames(seconds: float) -> tuple[list[RawLine], list[Sample]]:
    """A conversation with the emulated stick, and the samples the driver had of it."""
    stick = AntStick(Patient(draw_body(1), 1), lambda: (4.8, 0.0))
    channel, pages = AntChannel(DUMMY_KEY, 12345), HrmDecoder()
    frames: list[RawLine] = []
    samples: list[Sample] = []
    channel.start(0.0)
    for n in range(round(seconds * 50)):
        t_s = n / 50
        out = channel.take_out()
        stick.receive(out, t_s)
        data = stick.transmit(t_s)
        frames += [RawLine(t_s, "out", out.hex())] if out else []
        frames += [RawLine(t_s, "in", data.hex())] if data else []
        for event in channel.feed(data, t_s):
            if isinstance(event, Page):
                sample = pages.sample(event.data, t_s, f"ANT+ {event.number}")
                samples += [] if sample is None else [sample]
    return frames, samples


def played(path: Path) -> list[Sample]:
    file = read_raw(str(path))
    player = RawPlayer(file)
    return [sample for t_s, channel, data in file.frames for sample in player.feed(t_s, channel, data)]


def test_a_bridges_raw_frames_play_as_they_were_heard(tmp_path: Path) -> None:
    frames = bridge_frames(30)
    path = tmp_path / "a.raw"
    path.write_bytes(write_raw(RawHead(FORM, "bridge:COM4"), frames))
    decoder = BridgeDecoder()
    assert played(path) == [s for f in frames for s in decoder.feed(bytes.fromhex(f.hex))]
    assert len(played(path)) >= 28


def test_half_a_line_before_the_port_was_opened_anew_is_no_part_of_the_next(tmp_path: Path) -> None:
    path = tmp_path / "a.raw"
    pieces = (b"HR:80\nHR:1", b"", b"72\nHR:81\n")
    frames = [RawLine(float(n), "in", piece.hex()) for n, piece in enumerate(pieces)]
    path.write_bytes(write_raw(RawHead(FORM, "bridge:COM4"), frames))
    assert [sample.bpm for sample in played(path)] == [80, 81]


def test_an_ant_sticks_raw_frames_play_as_they_were_heard(tmp_path: Path) -> None:
    frames, samples = ant_frames(30)
    path = tmp_path / "a.raw"
    path.write_bytes(write_raw(RawHead(FORM, "ant:COM4,number=12345"), frames))
    assert played(path) == samples
    assert len(samples) > 90


def test_a_bluetooth_straps_raw_frames_play_with_battery_and_place(tmp_path: Path) -> None:
    frames = [RawLine(0, "in", "01", "2a38"), RawLine(0, "in", "57", "2a19"), RawLine(1, "in", "16640004", "2a37")]
    path = tmp_path / "a.raw"
    path.write_bytes(write_raw(RawHead(FORM, "ble:HRM"), frames))
    (sample,) = played(path)
    assert (sample.bpm, sample.battery_pct, sample.location, sample.rr_1024) == (100, 87, "chest", (1024,))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "row 1"),
        ("{}", "row 1"),
        ('{"teststation_raw":1,"heart_rate":"ble:X"}\n', "no frames"),
        ('{"teststation_raw":1,"heart_rate":"ble:X"}\n{"t_s":0,"way":"in","hex":"0"}', "row 2"),
        ('{"teststation_raw":1,"heart_rate":"ble:X"}\n{"t_s":0,"way":"in"}', "row 2"),
        ('{"teststation_raw":9,"heart_rate":"ble:X"}\n{"t_s":0,"way":"in","hex":"00"}', "cannot replay it"),
        ('{"teststation_raw":1,"heart_rate":"emulated"}\n{"t_s":0,"way":"in","hex":"00"}', "cannot replay it"),
    ],
)
def test_a_file_that_is_no_raw_file_is_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "a.raw"
    path.write_text(text, "utf-8")
    with pytest.raises(BadInput, match=words):
        read_raw(str(path))


@pytest.mark.parametrize("name", ["a.raw", "a.fit", "a.csv"])
def test_every_kind_of_recording_is_played_in_test_time(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    match path.suffix:
        case ".raw":
            path.write_bytes(write_raw(RawHead(FORM, "bridge:COM4"), bridge_frames(30)))
        case ".fit":
            path.write_bytes(fit_bytes([(n, 100 + n, [0.6]) for n in range(28)]))
        case _:
            path.write_text("t_s,hr_bpm\n" + "".join(f"{n},{100 + n}\n" for n in range(28)), "utf-8")
    said: list[lines.FromDriver] = []
    inbox: queue.Queue[lines.ToDriver | Exception | None] = queue.Queue()
    player = threading.Thread(target=replay.run, args=(str(path), {}, said.append, inbox, TimeScale(50.0)))
    began_s = time.monotonic()
    player.start()
    heard: list[lines.Heart] = []
    while len(heard) < 25 and time.monotonic() < began_s + 10:
        time.sleep(0.02)
        heard = [line for line in said if isinstance(line, lines.Heart)]
    inbox.put(lines.Quit())
    player.join(5.0)
    # The stamps are the recorded moments: a second of the file is a fiftieth on the wall.
    steps_s = [after.reading.t_mono_s - before.reading.t_mono_s for before, after in itertools.pairwise(heard)]
    assert all(step_s * 50 == pytest.approx(1.0, abs=0.11) for step_s in steps_s)
    assert all(line.reading.bpm for line in heard)
    assert any(isinstance(line, lines.Wire) for line in said) == (name == "a.raw")


# --- files of others ---


def recorded(folder: Path, name: str, content: str | bytes) -> list[tuple[float, int, bool]]:
    path = folder / name
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return [(point.t_s, point.bpm, point.told) for point in read_recording(str(path))]


@pytest.mark.parametrize(
    "text",
    [
        "t_s,hr_bpm\n0,80\n1,\n2,82\n",
        'sep=;\n"Time";"Heart_Rate"\n0;80\n1;\n2;82\n',
        "\ufefft_s;hr_bpm\r\n0,0;80\r\n1,0;\r\n2,0;82,0\r\n",
        "# from a watch\ntime\tbpm\n0:00\t80\n0:01\t\n0:02\t82\n",
        "time,hr\n2026-03-01 10:00:00,80\n2026-03-01 10:00:01,\n2026-03-01 10:00:02,82\n",
    ],
)
def test_an_empty_pulse_is_a_gap_in_whatever_table(tmp_path: Path, text: str) -> None:
    assert recorded(tmp_path, "a.csv", text) == [(0.0, 80, True), (1.0, 0, False), (2.0, 82, True)]


def test_a_zero_is_a_word_and_an_empty_cell_is_none(tmp_path: Path) -> None:
    assert recorded(tmp_path, "a.csv", "t_s,hr_bpm\n0,80\n1,0\n2,255\n3,\n") == [
        (0.0, 80, True), (1.0, 0, True), (2.0, 0, True), (3.0, 0, False),
    ]  # fmt: skip


def test_every_second_row_without_a_pulse_is_no_strap_that_comes_and_goes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("t_s,hr_bpm\n" + "".join(f"{n},{100 if n % 2 == 0 else ''}\n" for n in range(60)), "utf-8")
    said: list[lines.FromDriver] = []
    inbox: queue.Queue[lines.ToDriver | Exception | None] = queue.Queue()
    player = threading.Thread(target=replay.run, args=(str(path), {}, said.append, inbox, TimeScale(50.0)))
    player.start()
    end_s = time.monotonic() + 20.0
    while sum(isinstance(line, lines.Heart) for line in said) <= 15 and time.monotonic() < end_s:
        time.sleep(0.02)
    inbox.put(lines.Quit())
    player.join(5.0)
    heard = [line.reading for line in said if isinstance(line, lines.Heart)]
    assert len(heard) > 15
    assert all(reading.bpm == 100 for reading in heard)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "t_s,hr_bpm\n0,\n1,\n"),
        ("a.csv", "t_s,hr_bpm\n0,0\n1,255\n"),
        ("a.csv", ""),
        ("a.csv", "# nothing\n"),
        ("a.tcx", "<TrainingCenterDatabase><Trackpoint><Time>2021-03-04T10:00:00Z</Time></Trackpoint>"
         "</TrainingCenterDatabase>"),
        ("a.fit", fit_bytes([(n, None, []) for n in range(5)])),
        ("a.fit", hr_fit_bytes([])),
    ],
)  # fmt: skip
def test_a_file_without_any_pulse_is_refused_in_one_sentence(tmp_path: Path, name: str, content: str | bytes) -> None:
    with pytest.raises(BadInput, match="no heart rate"):
        recorded(tmp_path, name, content)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ('t_s,hr_bpm\n0,80\n1,"81\n2,82\n3,83\n', 3),
        ("t_s,hr_bpm\n0,80\n0,5,81\n2,82\n", 3),  # decimal commas between commas: the second cell is no pulse
        ("t_s,hr_bpm\n0,80\nstart,81\n", 3),
        ("t_s,hr_bpm\n0,80\n1,81 bpm\n", 3),
        ("# a\n\nt_s,hr_bpm\n0,80\n1e999,81\n", 5),
    ],
)
def test_a_row_that_is_none_is_told_by_its_line(tmp_path: Path, text: str, row: int) -> None:
    with pytest.raises(BadInput) as told:
        recorded(tmp_path, "a.csv", text)
    assert [cause.values["row"] for cause in told.value.causes if not isinstance(cause, str)] == [row]


@pytest.mark.parametrize("before", ["", "\n", "  \r\n\t", "\ufeff", "\ufeff \n"])
def test_blanks_before_the_declaration_are_no_hindrance(tmp_path: Path, before: str) -> None:
    points = "".join(
        f"<Trackpoint><Time>2021-03-04T10:00:0{n}Z</Time>{heart}</Trackpoint>"
        for n, heart in enumerate(("<HeartRateBpm><Value>114</Value></HeartRateBpm>", "", "<HeartRateBpm/>"))
    )
    text = f'{before}<?xml version="1.0" encoding="UTF-8"?><TrainingCenterDatabase>{points}</TrainingCenterDatabase>'
    assert recorded(tmp_path, "a.tcx", text) == [(0.0, 114, True), (1.0, 0, False), (2.0, 0, False)]


def test_a_reader_that_stumbles_over_blanks_is_found_out(tmp_path: Path) -> None:
    def fact(before: str) -> Callable[[], None]:
        def holds() -> None:
            try:
                test_blanks_before_the_declaration_are_no_hindrance(tmp_path, before)
            except BadInput as error:
                raise AssertionError(str(error)) from error

        return holds

    fails_with(recording_files, ".lstrip())", ")", fact("  \r\n\t"))
    fails_with(recording_files, ".removeprefix(_BOM).lstrip())", ".lstrip())", fact("\ufeff \n"))


def test_a_fit_with_its_pulse_in_hr_messages_alone_is_read_beat_by_beat(tmp_path: Path) -> None:
    beats = [(0.7 * n, 80 + n) for n in range(25)]
    found = recorded(tmp_path, "a.fit", hr_fit_bytes(beats))
    assert [bpm for _, bpm, _ in found] == [bpm for _, bpm in beats]
    assert [t_s for t_s, _, _ in found] == pytest.approx([t_s for t_s, _ in beats], abs=0.002)
    points = read_recording(str(tmp_path / "a.fit"))
    assert all(point.rr_1024 and point.rr_1024[0] == pytest.approx(0.7 * 1024, abs=1) for point in points[1:])


def test_the_time_of_hr_messages_goes_on_over_every_turn_of_their_twelve_bits(tmp_path: Path) -> None:
    beats = [(1.9 * n, 60) for n in range(200)]
    found = recorded(tmp_path, "a.fit", hr_fit_bytes(beats))
    assert [t_s for t_s, _, _ in found] == pytest.approx([t_s for t_s, _ in beats], abs=0.002)


def test_records_of_a_fit_go_before_its_hr_messages(tmp_path: Path) -> None:
    found = recorded(tmp_path, "a.fit", hr_fit_bytes([(0.0, 80), (0.7, 81)], records=[(0, 120), (1, 121)]))
    assert [bpm for _, bpm, _ in found] == [120, 121]
    found = recorded(tmp_path, "a.fit", hr_fit_bytes([(0.5, 80), (1.2, 81)], records=[(0, None), (1, None)]))
    assert [(t_s, bpm) for t_s, bpm, told in found if told] == [
        (pytest.approx(0.5, abs=0.002), 80), (pytest.approx(1.2, abs=0.002), 81),
    ]  # fmt: skip


def a_fit_whose_records_have_no_pulse(tmp_path: Path) -> None:
    try:
        found = recorded(tmp_path, "a.fit", hr_fit_bytes([(0.5, 80), (1.2, 81)], records=[(0, None), (1, None)]))
    except BadInput:
        pytest.fail("its beats were not read")
    assert [bpm for _, bpm, told in found if told] == [80, 81]


FAULTS: dict[str, tuple[types.ModuleType, str, str, Callable[[Path], None]]] = {
    "an empty cell is a pulse of zero": (
        recording_files, "heart if cells[heart_at] else None", "heart",
        lambda folder: test_an_empty_pulse_is_a_gap_in_whatever_table(folder, "t_s,hr_bpm\n0,80\n1,\n2,82\n"),
    ),
    "a file without a pulse is a recording": (
        recording_files, "if not any(point.bpm for point in points):", "if False:",
        lambda folder: test_a_file_without_any_pulse_is_refused_in_one_sentence(folder, "a.csv", "t_s,hr_bpm\n0,\n"),
    ),
    "records alone have a pulse": (
        fit_recording, "alone = any(one.bpm for one in records.points)", "alone = bool(records.points)",
        a_fit_whose_records_have_no_pulse,
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(tmp_path: Path, fault: str) -> None:
    module, old, new, fact = FAULTS[fault]
    fails_with(module, old, new, lambda: fact(tmp_path))
