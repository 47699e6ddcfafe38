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
    """Blanks the key out of a stream of bytes, however the stream is cut: its bytes come out as zeros.

    The byte after it goes too: it is the message's checksum, and tells the XOR of the key's bytes.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._held = b""
        self._owes_checksum = False

    def feed(self, data: bytes) -> bytes:
        """Bytes that may be kept; the beginning of what may become the key is held back until it is known."""
        left, out = self._held + data, bytearray()
        self._held = b""
        while left:
            if self._owes_checksum:
                self._owes_checksum, left = False, left[1:]
                out.append(0)
                continue
            before, found, after = left.partition(self._key)
            if not found:
                held = self._beginning(left)
                self._held = left[len(left) - held :]
                out += left[: len(left) - held]
                break
            out += before + bytes(len(found))
            self._owes_checksum, left = True, after
        return bytes(out)

    def _beginning(self, data: bytes) -> int:
        """How many of the last bytes may begin the key."""
        longest = min(len(self._key) - 1, len(data))
        return next((n for n in range(longest, 0, -1) if self._key.startswith(data[-n:])), 0)
