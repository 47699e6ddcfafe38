"""Whatever comes over a wire: no codec breaks, hangs, or takes nonsense for a value. Small here, large at night."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.treadmill import trackmaster, woodway
from drivers.treadmill.csafe import CsafeReader
from drivers.treadmill.gauge import ReadCodec
from drivers.treadmill.opcode_codec import Dialect, ReplyParser
from drivers.treadmill.port import Request
from drivers.treadmill.woodway_standard import WoodwayStandardReader

INPUTS, INPUT_BYTES = 100, 6
NIGHTLY_EXAMPLES = 10_000  # × 100 inputs: a million for each codec


def opcodes(dialect: Dialect) -> Callable[[list[bytes]], None]:
    requests = sorted(dialect.opcodes, key=lambda request: request.name)

    def feed(inputs: list[bytes]) -> None:
        for number, data in enumerate(inputs):
            request: Request = requests[number % len(requests)]
            parser = ReplyParser(dialect, request)
            # Its own acknowledge first in every other input, or hardly any would get far.
            ack = bytes([dialect.opcodes[request] + 0x10]) if number % 2 else b""
            answer = parser.feed(ack + data)
            if answer is not None and answer.value is not None:
                assert 0 <= answer.value <= 9999 * 0.1 * dialect.kmh_per_unit + 1000
            assert parser.missing >= 0

    return feed


def reader(codec: Callable[[], ReadCodec], flag: bytes) -> Callable[[list[bytes]], None]:
    def feed(inputs: list[bytes]) -> None:
        made = codec()
        for number, data in enumerate(inputs):
            for reading in made.feed(flag + data if number % 2 else data):
                assert reading.speed_kmh is None or 0 <= reading.speed_kmh < 1e6
        assert made.damaged >= 0

    return feed


CODECS = {
    "trackmaster": opcodes(trackmaster.dialect("mph")),
    "woodway": opcodes(woodway.DIALECT),
    "csafe": reader(CsafeReader, b"\xf2\xf1"),
    "woodway-standard": reader(WoodwayStandardReader, b"\xc7"),
}


def chopped(entropy: bytes) -> list[bytes]:
    """One draw as many inputs of one to six bytes."""
    inputs = [entropy[at : at + INPUT_BYTES] for at in range(0, len(entropy), INPUT_BYTES)]
    return [data[: 1 + data[0] % INPUT_BYTES] for data in inputs]


SIZE = INPUTS * INPUT_BYTES
BLOCKS = st.binary(min_size=SIZE, max_size=SIZE)


@pytest.mark.parametrize("name", CODECS)
@settings(deadline=None)
@given(entropy=BLOCKS)
def test_no_input_breaks_a_codec(name: str, entropy: bytes) -> None:
    CODECS[name](chopped(entropy))


@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", CODECS)
@settings(deadline=None, max_examples=NIGHTLY_EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
@given(entropy=BLOCKS)
def test_a_million_inputs_break_no_codec(name: str, entropy: bytes) -> None:
    CODECS[name](chopped(entropy))
