"""Tones made of arithmetic, and the quickest way each system has to play them. Nothing here waits for a sound.

Three priorities that an ear tells apart by count and rhythm as well as by pitch, after the manner of IEC 60601-1-8: ten
pulses in groups for high, three for medium, two for low. No sound of this station is a certified alarm.
"""

import atexit
import io
import math
import queue
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import wave
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QApplication

RATE_HZ = 22_050
LOUDNESS = 0.6
EDGE_S = 0.012  # a tone that begins at once clicks

Note = tuple[float, float]  # Hz (0: a pause) and seconds
C, E, G, HIGH_C = 523.25, 659.26, 783.99, 1046.5
_SHORT, _LONG = (0.0, 0.08), (0.0, 0.2)
_GROUP: tuple[Note, ...] = ((C, 0.12), _SHORT, (E, 0.12), _SHORT, (G, 0.12), _LONG, (G, 0.12), _SHORT, (HIGH_C, 0.12))

SOUNDS: dict[str, tuple[Note, ...]] = {
    "high": (*_GROUP, (0, 0.35), *_GROUP),
    "medium": ((G, 0.18), (0, 0.16), (E, 0.18), (0, 0.16), (C, 0.18)),
    "low": ((E, 0.18), (0, 0.18), (C, 0.18)),
    "asked": ((C, 0.15), (0, 0.1), (G, 0.25)),
    # The last seconds before a change of load rise to it, by a whole tone each.
    **{f"count_{left}": ((440.0 * 2 ** ((10 - left) / 6), 0.14),) for left in range(11)},
}
PLAYERS = ("pw-play", "paplay", "aplay", "afplay")


def samples(notes: Sequence[Note]) -> list[int]:
    """The notes as 16-bit samples, each with a soft beginning and end."""
    made: list[int] = []
    for hz, seconds in notes:
        count = round(seconds * RATE_HZ)
        for n in range(count):
            soft = min(1.0, n / (EDGE_S * RATE_HZ), (count - 1 - n) / (EDGE_S * RATE_HZ))
            made.append(round(32_767 * LOUDNESS * soft * math.sin(2 * math.pi * hz * n / RATE_HZ)))
    return made


def as_wave(notes: Sequence[Note]) -> bytes:
    """The notes as a file that every system plays."""
    values, file = samples(notes), io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(struct.pack(f"<{len(values)}h", *values))
    return file.getvalue()


class Speaker:
    """Plays sounds by their names in a thread of its own; where a system has nothing to play with, it beeps."""

    def __init__(self, beep: Callable[[], object] = QApplication.beep) -> None:
        self._beep = beep
        self._play = _player()
        self._asked: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._files: dict[str, Path] = {}
        self._thread: threading.Thread | None = None

    def play(self, name: str) -> None:
        """Play it soon, and come back at once."""
        if self._play is None:
            self._beep()
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="speaker", daemon=True)
            self._thread.start()
        self._asked.put(name)

    def _run(self) -> None:
        folder = Path(tempfile.mkdtemp(prefix="teststation-tones-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        while True:
            name = self._asked.get()
            if name not in self._files:
                path = self._files[name] = folder / f"{name}.wav"
                path.write_bytes(as_wave(SOUNDS[name]))
            assert self._play is not None
            self._play(self._files[name])


def _player() -> Callable[[Path], None] | None:
    if sys.platform == "win32":
        import winsound

        flags = winsound.SND_FILENAME | winsound.SND_ASYNC | winsound.SND_NODEFAULT
        return lambda path: winsound.PlaySound(str(path), flags)
    return _by_program()


def _by_program() -> Callable[[Path], None] | None:
    program = next((found for name in PLAYERS if (found := shutil.which(name))), None)
    if program is None:
        return None

    def play(path: Path) -> None:
        try:
            subprocess.run(
                [program, str(path)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=5,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return  # a sound that cannot be played is seen all the same

    return play
