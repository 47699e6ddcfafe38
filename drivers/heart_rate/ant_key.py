"""The ANT+ network key: the clinic's own, entered by the clinic, and never shown or written to any log.

It reaches the driver's process in its environment, not on its command line, which other users of a machine can read.
"""

import re
from collections.abc import Mapping

from teststation.cause import Cause
from teststation.errors import BadInput

ENVIRONMENT = "TESTSTATION_ANT_KEY"
KEY_BYTES = 8


def parse_key(text: str) -> bytes:
    """Sixteen hexadecimal digits, with or without separators, as bytes. Raises BadInput, which does not repeat them."""
    digits = re.sub(r"[\s:,-]|0x", "", text.strip(), flags=re.IGNORECASE)
    if not re.fullmatch(r"[0-9a-fA-F]{16}", digits):
        raise BadInput(Cause("ant_key_wrong"))
    return bytes.fromhex(digits)


def key_in(environment: Mapping[str, str]) -> bytes | None:
    """The key of this environment, or None where there is none. Raises BadInput for one that is none."""
    text = environment.get(ENVIRONMENT, "").strip()
    return parse_key(text) if text else None


class KeyRedactor:
    """Blanks the key out of a stream of bytes, however the stream is cut: its bytes come out as zeros."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """Bytes that may be kept; the beginning of what may become the key is held back until it is known."""
        clean = (self._held + data).replace(self._key, bytes(len(self._key)))
        held = next(
            (n for n in range(min(len(self._key) - 1, len(clean)), 0, -1) if self._key.startswith(clean[-n:])), 0
        )
        self._held = clean[len(clean) - held :]
        return clean[: len(clean) - held]
