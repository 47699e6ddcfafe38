"""A second stand-in for a Trackmaster, written from the manual's table alone: none of the product's own dialect code.

It is strict: what a real machine refuses it refuses, a command that comes while it answers another is lost, and its
half-second watchdog is always on, in wall time. How its belt obeys is set by ``Belt``.
Source: Trackmaster service manual 317-160-406, chapter 8; vendor's application notes on the watchdog.
"""

import select
import socket
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass
from itertools import pairwise

from drivers.processes import come_first_alone

BYTE_S = 10 / 4800
WATCHDOG_S = 0.5
TURN_S = 0.004
IDLE_TURN_S = 0.01
NOTED_EVERY_S = 0.02  # of its own time: the mean is over seconds
KEPT_WAITING_S = 0.05
EXCUSED_S = 0.2


@dataclass(frozen=True, slots=True)
class Belt:
    """How one belt obeys. Rates and times in its own seconds, which ``scale`` speeds up.

    Args:
        lowest: The slowest setting it takes, in its unit; below it is BE.
        mean_s: The speed it reports is a mean over this long.
        holds_s: How long it runs on before a stop bites.
        stops: ``obeys``; ``half``: falls by ``falls_kmh`` and runs on; ``accelerates``: does so by as much.
        slower: ``obeys`` lower settings, or acknowledges them and does not run more slowly than ``floor_kmh``.
        again_after_s: It runs again, at ``again_kmh``, so long after it has come to rest.
        claims_stopped: It says stopped while it runs on after a stop.
        word_revives: A word after its watchdog has begun to stop it lets it run on.
    """

    accel_kmh_s: float = 1.0
    decel_kmh_s: float = 1.0
    mean_s: float = 2.0
    lowest: float = 0.2
    highest: float = 15.0
    unit_kmh: float = 1.0
    holds_s: float = 0.0
    stops: str = "obeys"
    falls_kmh: float = 0.7
    floor_kmh: float = 0.0
    again_after_s: float | None = None
    again_kmh: float = 2.0
    claims_stopped: bool = False
    word_revives: bool = False
    scale: float = 1.0


class StrictTreadmill:
    """One treadmill on a loopback socket, in a thread."""

    def __init__(self, belt: Belt) -> None:
        self.belt = belt
        self.heard: list[tuple[float, bytes]] = []  # whole commands, and when they came
        self.refused: list[bytes] = []
        self.lost = 0
        self.watchdog_fired = 0
        self.speed_kmh = 0.0
        self.rested_s: float | None = None
        self.deck = 0
        self._on = self._watched = False
        self._set = round(belt.lowest * 10)
        self._stop_s: float | None = None  # its own time of the first stop since the start
        self._stop_goal_kmh: float | None = None
        self._bitten = False
        self._now_s = 0.0  # its own time
        self._wall_s = self._spoken_s = time.monotonic()
        self._past: deque[tuple[float, float]] = deque([(0.0, 0.0)])
        self._pending = b""
        self._busy_until_s = 0.0
        self._excused_until_s = 0.0  # this thread was kept waiting: whoever asked again did so for want of an answer
        self._answers: deque[tuple[float, bytes]] = deque()
        self._ending = threading.Event()
        self._listening = socket.socket()
        if sys.platform != "win32":
            self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listening.bind(("127.0.0.1", 0))
        self._listening.listen(1)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"socket://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> "StrictTreadmill":
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join(2.0)
        self._listening.close()

    def first(self, opcode: int, after_s: float = 0.0) -> float | None:
        """When this was first said to it after a moment of ``time.monotonic``."""
        return next((at_s for at_s, data in list(self.heard) if data[0] == opcode and at_s >= after_s), None)

    # --- the wire ---

    def _serve(self) -> None:
        come_first_alone()
        client: socket.socket | None = None
        try:
            while not self._ending.is_set():
                readers = [self._listening] if client is None else [client]
                ready, _, _ = select.select(readers, [], [], TURN_S if self._answers else IDLE_TURN_S)
                if not ready and time.monotonic() - self._wall_s > KEPT_WAITING_S:
                    # This thread had no processor, and whoever speaks to it perhaps none either: a word comes first.
                    ready, _, _ = select.select(readers, [], [], KEPT_WAITING_S)
                if client is None:
                    if ready:
                        client, _ = self._listening.accept()
                        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                else:
                    # What was said is taken in before a silence is seen: it has lain there since nobody knows when.
                    client = self._exchange(client, bool(ready))
                self._live()
        finally:
            if client is not None:
                client.close()

    def _exchange(self, client: socket.socket, ready: bool) -> socket.socket | None:
        try:
            if ready:
                data = client.recv(256)
                now_s = time.monotonic()
                if now_s - self._wall_s > KEPT_WAITING_S:
                    self._excused_until_s = now_s + EXCUSED_S
                if not data:
                    client.close()
                    return None
                for byte in data:
                    self._take(byte)
            while self._answers and self._answers[0][0] <= time.monotonic():
                client.sendall(self._answers.popleft()[1])
        except OSError:
            client.close()
            return None
        return client

    def _take(self, byte: int) -> None:
        if byte >= 0xA0:
            self._pending = bytes([byte])
        elif self._pending:
            self._pending += bytes([byte])
        else:
            return
        digits = {0xA3: 4, 0xA4: 4, 0xA5: 4, 0xA6: 2, 0xA7: 2, 0xA9: 4}.get(self._pending[0], 0)
        if len(self._pending) < 1 + digits:
            return
        command, self._pending = self._pending, b""
        now_s = time.monotonic()
        if now_s < self._busy_until_s:
            self.lost += now_s > self._excused_until_s
            return
        self._spoken_s = now_s
        self.heard.append((now_s, command))
        answer = self._answer(command[0], command[1:])
        self._busy_until_s = now_s + BYTE_S * (len(command) + len(answer))
        self._answers.append((self._busy_until_s, answer))

    def _answer(self, opcode: int, digits: bytes) -> bytes:
        if digits and not digits.isdigit():
            return self._refuse(opcode, digits)
        number = int(digits) if digits else 0
        match opcode:
            case 0xA0 | 0xA1:
                self._on, self._watched, self._bitten = True, opcode == 0xA0, False
                self._stop_s = self._stop_goal_kmh = self.rested_s = None
            case 0xA2 | 0xAA:
                self._stop(lowers_deck=opcode == 0xAA)
            case 0xA3:
                if not round(self.belt.lowest * 10) <= number <= round(self.belt.highest * 10):
                    return self._refuse(opcode, digits)
                self._set = number
            case 0xA4:
                if number > 250 or number % 5:
                    return self._refuse(opcode, digits)
                self.deck = number
            case 0xA5 | 0xA6 | 0xA7 | 0xA8 | 0xA9 | 0xAB | 0xAC:
                pass
            case 0xC0:
                return bytes([0xD0]) + self._status()
            case 0xC1:
                return bytes([0xD1]) + self._digits(self.reported_kmh / self.belt.unit_kmh)
            case 0xC2 | 0xC4:
                return bytes([opcode + 0x10]) + f"{self.deck:04d}".encode()
            case 0xC3:
                return bytes([0xD3]) + f"{self._set:04d}".encode()
            case _:
                return b"\xdf" if 0xC0 <= opcode < 0xD0 else b"\xbf"
        return bytes([opcode + 0x10])

    def _refuse(self, opcode: int, digits: bytes) -> bytes:
        self.refused.append(bytes([opcode]) + digits)
        return b"\xbe"

    def _status(self) -> bytes:
        if self._stop_s is not None and self.belt.claims_stopped:
            return b"1"
        return b"1" if not self._on else b"2" if self._watched else b"3"

    @staticmethod
    def _digits(speed: float) -> bytes:
        return f"{round(speed * 10):04d}".encode()

    # --- the belt ---

    def _stop(self, *, lowers_deck: bool) -> None:
        if not self._on or self._stop_s is not None:
            return
        self._stop_s = self._now_s
        belt = self.belt
        change_kmh = {"obeys": -self.speed_kmh, "half": -belt.falls_kmh, "accelerates": belt.falls_kmh}[belt.stops]
        self._stop_goal_kmh = max(0.0, self.speed_kmh + change_kmh)
        if lowers_deck:
            self.deck = 0

    def _goal_kmh(self) -> float:
        belt = self.belt
        if not self._on:
            return 0.0
        if self._bitten:
            return 0.0
        if self._stop_s is not None and self._stop_goal_kmh is not None:
            return self.speed_kmh if self._now_s - self._stop_s < belt.holds_s else self._stop_goal_kmh
        set_kmh = self._set / 10 * belt.unit_kmh
        return max(set_kmh, min(self.speed_kmh, belt.floor_kmh))

    def _live(self) -> None:
        wall_s = time.monotonic()
        dt_s = (wall_s - self._wall_s) * self.belt.scale
        self._wall_s = wall_s
        self._now_s += dt_s
        silent = wall_s - self._spoken_s > WATCHDOG_S
        if self._on and self._watched and silent and not self._bitten:
            self._bitten, self.deck = True, 0
            self.watchdog_fired += 1
        elif self._bitten and self.belt.word_revives and not silent and self.speed_kmh > 0.0:
            self._bitten = False
        goal_kmh = self._goal_kmh()
        rate = self.belt.accel_kmh_s if goal_kmh > self.speed_kmh else self.belt.decel_kmh_s
        step_kmh = rate * dt_s
        if abs(goal_kmh - self.speed_kmh) <= step_kmh:
            self.speed_kmh = goal_kmh
        else:
            self.speed_kmh += step_kmh if goal_kmh > self.speed_kmh else -step_kmh
        if self._now_s - self._past[-1][0] >= NOTED_EVERY_S:
            self._past.append((self._now_s, self.speed_kmh))
        while len(self._past) > 2 and self._past[1][0] <= self._now_s - self.belt.mean_s:
            self._past.popleft()
        self._come_to_rest(wall_s)

    def _come_to_rest(self, wall_s: float) -> None:
        belt = self.belt
        stopping = self._bitten or self._stop_s is not None
        if self._on and stopping and self.speed_kmh == 0.0:
            self._on, self.rested_s = False, wall_s
        again_s = belt.again_after_s
        if again_s is not None and self.rested_s is not None and wall_s - self.rested_s > again_s:
            # By itself, and once: as a machine does whose stop was lost on the way to its drive.
            self._on, self._bitten, self._stop_s, self.rested_s = True, False, self._now_s, None
            self._stop_goal_kmh = belt.again_kmh
            object.__setattr__(self, "belt", Belt(scale=belt.scale, mean_s=belt.mean_s, decel_kmh_s=belt.decel_kmh_s))

    @property
    def reported_kmh(self) -> float:
        """The mean that it reports."""
        past = list(self._past)
        spans = [(b[0] - a[0], b[1]) for a, b in pairwise(past)]
        whole_s = sum(span for span, _ in spans)
        return self.speed_kmh if whole_s <= 0 else sum(span * kmh for span, kmh in spans) / whole_s
