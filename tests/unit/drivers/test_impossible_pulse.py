"""A pulse that can be none is no reading in any dialect: made of the bytes that a strap, a bridge or a file sends."""

from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.heart_rate import freshness
from drivers.heart_rate.ant_pages import HrmDecoder
from drivers.heart_rate.ble_codec import BleDecoder
from drivers.heart_rate.bridge_codec import BridgeDecoder
from drivers.heart_rate.freshness import Freshness
from drivers.heart_rate.replay import Recording
from drivers.heart_rate.samples import Sample
from teststation.ports import HeartRateReading, HeartRateStatus

Said = Callable[[list[int], Path], list[Sample]]


def by_bridge_object(told: list[int], _: Path) -> list[Sample]:
    text = "".join(f'{{"hr":{bpm},"seq":{n}}}\n' for n, bpm in enumerate(told))
    return BridgeDecoder().feed(text.encode("ascii"))


def by_bridge_line(told: list[int], _: Path) -> list[Sample]:
    return BridgeDecoder().feed("".join(f"HR:{bpm}\n" for bpm in told).encode("ascii"))


def by_bluetooth(told: list[int], _: Path) -> list[Sample]:
    decoder = BleDecoder()
    frames = [b"\x01" + bpm.to_bytes(2, "little") for bpm in told]
    return [sample for frame in frames if (sample := decoder.take("2a37", frame)) is not None]


def by_ant(told: list[int], _: Path) -> list[Sample]:
    decoder = HrmDecoder()
    pages = [bytes((0, 255, 255, 255, n * 4 & 255, n * 4 >> 8, n, bpm)) for n, bpm in enumerate([114, *told])]
    return [sample for n, page in enumerate(pages) if (sample := decoder.sample(page, float(n))) is not None]


def by_csv(told: list[int], room: Path) -> list[Sample]:
    path = room / "a.csv"
    path.write_text("t_s,hr_bpm\n" + "".join(f"{n},{bpm}\n" for n, bpm in enumerate([114, *told])), "utf-8")
    recording = Recording(str(path))
    return [s for n in range(1, len(recording.times_s)) for s in recording.samples(n)]


def readings(samples: list[Sample]) -> list[HeartRateReading]:
    state, said = Freshness(), []
    for n, sample in enumerate(samples):
        state, reading = freshness.take(state, sample, float(n))
        said += [] if reading is None else [reading]
    return said


@pytest.mark.parametrize("say", [by_bridge_object, by_bridge_line, by_bluetooth, by_ant, by_csv])
@pytest.mark.parametrize("bpm", [1, 29, 241, 255])
def test_what_can_be_no_pulse_is_no_reading_in_any_dialect(say: Said, bpm: int, tmp_path: Path) -> None:
    said = readings(say([120, bpm, 121], tmp_path))
    assert [(r.status, r.bpm) for r in said] == [
        (HeartRateStatus.OK, 120),
        (HeartRateStatus.NO_READING, None),
        (HeartRateStatus.OK, 121),
    ]
