"""Straps' codecs on mutated input: whatever comes in, nothing is raised, nothing hangs and nothing grows.

The night's run gives each codec a million inputs, the suite a small twin of it; both are the same for the same seed.
"""

import random
from collections.abc import Callable, Iterator

import pytest

from drivers.emulators.ant_stick import DUMMY_KEY
from drivers.heart_rate import freshness
from drivers.heart_rate.ant_pages import HrmDecoder
from drivers.heart_rate.ble_codec import BleDecoder
from drivers.heart_rate.bridge_codec import BridgeDecoder
from drivers.heart_rate.freshness import Freshness
from drivers.heart_rate.samples import Sample
from drivers.radio.ant_channel import AntChannel, Page
from drivers.radio.ant_codec import Deframer, frame
from drivers.radio.ant_key import KeyRedactor

Take = Callable[[bytes], None]

BLE_SEEDS = [bytes.fromhex(h) for h in ("0648", "16660004", "1ec0102700030403", "106772038a039504")]
BRIDGE_SEEDS = [
    b'{"hr":72,"rr":[850.5,833],"contact":true,"batt":80,"id":"x","seq":3,"t_ms":900}\n',
    b'{"hr": 0, "rr_ms": 1}\n',
    b"HR:72\n",
    b" hr = 180,RR=333.5\r\n",
]
ANT_SEEDS = [
    frame(0x6F, 0x20),
    *[frame(0x40, 0, n, 0) for n in (0x46, 0x42, 0x51, 0x66, 0x44, 0x63, 0x43, 0x45, 0x4B)],
    frame(0x4E, 0, 4, 0, 0, 1, 0, 4, 1, 60, 0x80, 0x39, 0x30, 120, 1),
    frame(0x4E, 0, 0x87, 80, 5, 0x23, 0, 8, 2, 61),
    *[frame(0x40, 0, 1, n) for n in (1, 2, 7, 8)],
]
PAGE_SEEDS = [bytes.fromhex(h) for h in ("043452ff52ff7057", "840252ff10027157", "87ff051319629357")]


def mutations(seeds: list[bytes], count: int, seed: int) -> Iterator[bytes]:
    """Seeds with bytes flipped, put in, taken out and cut, or several of them in a row."""
    rng = random.Random(seed)
    for _ in range(count):
        data = bytearray(rng.choice(seeds))
        for _ in range(rng.randrange(4)):
            at = rng.randrange(len(data) + 1)
            match rng.randrange(5):
                case 0 if at < len(data):
                    data[at] ^= 1 << rng.randrange(8)
                case 1:
                    data[at:at] = rng.randbytes(rng.randrange(1, 5))
                case 2:
                    del data[at : at + rng.randrange(1, 4)]
                case 3:
                    del data[at:]
                case _:
                    data += rng.choice(seeds)
        yield bytes(data)


def into_freshness() -> Callable[[Sample | None], None]:
    """Samples go on into the rules, as in the driver."""
    state, now_s = Freshness(), 0.0

    def take(sample: Sample | None) -> None:
        nonlocal state, now_s
        now_s += 0.25
        if sample is not None:
            state, reading = freshness.take(state, sample, now_s)
            assert reading is None or reading.bpm is None or 0 < reading.bpm <= 65535
        state, _ = freshness.pass_time(state, now_s)

    return take


def ble() -> Take:
    decoder, onward = BleDecoder(sensor="x"), into_freshness()
    return lambda data: onward(decoder.take(("2a37", "2a19", "2a38")[len(data) % 3], data))


def bridge() -> Take:
    decoder, onward = BridgeDecoder(), into_freshness()

    def take(data: bytes) -> None:
        for sample in decoder.feed(data) or [None]:
            onward(sample)
        assert len(decoder._buffer) <= 256

    return take


def ant() -> Take:
    channel, pages, redactor, onward = AntChannel(DUMMY_KEY), HrmDecoder(), KeyRedactor(DUMMY_KEY), into_freshness()
    channel.start(0.0)
    now_s = 0.0

    def take(data: bytes) -> None:
        nonlocal now_s
        now_s += 0.1
        assert DUMMY_KEY not in redactor.feed(data)
        for event in (*channel.feed(data, now_s), *channel.pass_time(now_s)):
            if isinstance(event, Page):
                onward(pages.sample(event.data, now_s, f"ANT+ {event.number}"))
        channel.take_out()
        if not channel._steps and not channel.number:
            channel.start(now_s)

    return take


def framing() -> Take:
    deframer = Deframer()

    def take(data: bytes) -> None:
        deframer.feed(data)
        assert len(deframer._buffer) <= 44

    return take


def ant_pages() -> Take:
    decoder, onward = HrmDecoder(), into_freshness()
    now_s = 0.0

    def take(data: bytes) -> None:
        nonlocal now_s
        now_s += data[0] / 16 if data else 0.25
        onward(decoder.sample((data + bytes(8))[:8], now_s))

    return take


CODECS: dict[str, tuple[list[bytes], Callable[[], Take]]] = {
    "ble": (BLE_SEEDS, ble),
    "bridge": (BRIDGE_SEEDS, bridge),
    "ant": (ANT_SEEDS, ant),
    "ant framing": (ANT_SEEDS, framing),
    "ant pages": (PAGE_SEEDS, ant_pages),
}


def fuzz(codec: str, count: int) -> None:
    seeds, make = CODECS[codec]
    take = make()
    for data in mutations(seeds, count, seed=1):
        take(data)


@pytest.mark.parametrize("codec", CODECS)
def test_five_thousand_mutated_inputs_break_no_codec(codec: str) -> None:
    fuzz(codec, 5_000)


@pytest.mark.nightly
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("codec", CODECS)
def test_a_million_mutated_inputs_break_no_codec(codec: str) -> None:
    fuzz(codec, 1_000_000)
