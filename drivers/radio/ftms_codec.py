"""What a treadmill says by Bluetooth's Fitness Machine Service, sans-io: the bytes it sends and their meaning.

Only reads are here: no message that moves a belt can be expressed, and the control point's name is not known.
Sources: Bluetooth SIG, Fitness Machine Service 1.0 and 1.0.1; frames of real machines (Life Fitness, Matrix, CS-WP8)
published by TrackMyIndoorWorkout and FitnessMachine, in the tests.
"""

from dataclasses import dataclass, fields, replace


def short_uuid(number: int) -> str:
    """The long form of a name that Bluetooth gives in sixteen bits."""
    return f"0000{number:04x}-0000-1000-8000-00805f9b34fb"


SERVICE = short_uuid(0x1826)
FEATURE, TREADMILL_DATA, STATUS = short_uuid(0x2ACC), short_uuid(0x2ACD), short_uuid(0x2ADA)
SPEED_RANGE, INCLINE_RANGE = short_uuid(0x2AD4), short_uuid(0x2AD5)

UNFINISHED_MAX_S = 1.5  # the rest of a record that has not come by then never comes

# Treadmill data, in the order of its bits: what each field is called, its width, sign and the value that means none.
_MORE = 1 << 0  # more of this record follows; its speed comes with the last part
_STEPS = 1 << 13  # reserved, and real machines send three bytes of steps
_PACES = (5, 6)
# Bit, then (name, bytes, signed, scale, none). A pace is one byte in most machines, two in the newest document.
_GROUPS: tuple[tuple[int, tuple[tuple[str, int, bool, float, int | None], ...]], ...] = (
    (1, (("average_speed_kmh", 2, False, 100.0, None),)),
    (2, (("distance_m", 3, False, 1.0, None),)),
    (3, (("incline_pct", 2, True, 10.0, 0x7FFF), ("ramp_deg", 2, True, 10.0, 0x7FFF))),
    (4, (("climb_m", 2, False, 10.0, 0x7FFF), ("descent_m", 2, False, 10.0, 0x7FFF))),
    (5, (("", 1, False, 1.0, None),)),
    (6, (("", 1, False, 1.0, None),)),
    (7, (("energy_kcal", 2, False, 1.0, 0xFFFF), ("", 2, False, 1.0, None), ("", 1, False, 1.0, None))),
    (8, (("hr_bpm", 1, False, 1.0, 0),)),
    (9, (("met", 1, False, 10.0, None),)),
    (10, (("elapsed_s", 2, False, 1.0, None),)),
    (11, (("remaining_s", 2, False, 1.0, None),)),
    (12, (("force_n", 2, True, 1.0, 0x7FFF), ("power_w", 2, True, 1.0, 0x7FFF))),
)


@dataclass(frozen=True, slots=True)
class Record:
    """One record of treadmill data, or one part of it. None: not told. Speeds in km/h, inclines in percent.

    ``speed_kmh`` is the instantaneous speed, never the average. ``truncated``: it ended before what its flags promise.
    """

    speed_kmh: float | None = None
    average_speed_kmh: float | None = None
    distance_m: float | None = None
    incline_pct: float | None = None
    ramp_deg: float | None = None
    climb_m: float | None = None
    descent_m: float | None = None
    energy_kcal: float | None = None
    hr_bpm: float | None = None
    met: float | None = None
    elapsed_s: float | None = None
    remaining_s: float | None = None
    force_n: float | None = None
    power_w: float | None = None
    steps: int | None = None
    more: bool = False
    truncated: bool = False


def decode_data(frame: bytes) -> Record | None:
    """One notification of treadmill data (2ACD); None where it is none. Never raises.

    A frame that is shorter than its flags promise keeps the fields that are whole; a tail that no flag announces is
    left aside. The width of a pace is in no document that machines agree on: it is the one that makes the length fit,
    and where neither does, nothing behind a pace is believed.
    """
    if len(frame) < 2:
        return None
    flags = int.from_bytes(frame[:2], "little")
    pace_bytes = _pace_bytes(flags, len(frame))
    values: dict[str, float] = {}
    at = 2
    truncated = False
    if not flags & _MORE:
        if len(frame) < 4:
            return None
        values["speed_kmh"] = int.from_bytes(frame[2:4], "little") / 100
        at = 4
    for bit, group in _GROUPS:
        if not flags & 1 << bit:
            continue
        if bit in _PACES:
            if pace_bytes is None:
                truncated = True
                break
            at += pace_bytes
            continue
        for name, size, signed, scale, none in group:
            raw = frame[at : at + size]
            at += size
            if len(raw) < size:
                truncated = True
            elif name and int.from_bytes(raw, "little") not in _nones(none, signed=signed):
                values[name] = int.from_bytes(raw, "little", signed=signed) / scale
    steps = None
    if flags & _STEPS and not truncated and len(frame) - at == 3:
        steps = int.from_bytes(frame[at:], "little")
    truncated = truncated or at > len(frame)
    return Record(**values, steps=steps, more=bool(flags & _MORE), truncated=truncated)  # type: ignore[arg-type]


def _nones(none: int | None, *, signed: bool) -> tuple[int, ...]:
    if none is None:
        return ()
    # An elevation that it does not know is FFFF with Matrix, 7FFF with Life Fitness. Of a grade, FFFF is -0.1 %.
    return (none, 0xFFFF) if none == 0x7FFF and not signed else (none,)


def _pace_bytes(flags: int, size: int) -> int | None:
    paces = sum(bool(flags & 1 << bit) for bit in _PACES)
    if not paces:
        return 0
    rest = 2 + (0 if flags & _MORE else 2) + (3 if flags & _STEPS else 0)
    rest += sum(width for bit, group in _GROUPS if bit not in _PACES and flags & 1 << bit for _, width, *_ in group)
    return next((width for width in (1, 2) if rest + width * paces == size), None)


class Joiner:
    """Parts in, whole records out. ``damaged`` counts frames and unfinished records that were dropped."""

    def __init__(self) -> None:
        self.damaged = 0
        self._begun: Record | None = None
        self._begun_s = 0.0

    def take(self, frame: bytes, now_s: float) -> Record | None:
        """One notification; a record once its last part, the one that carries the speed, has come."""
        part = decode_data(frame)
        if part is None:
            self.damaged += 1
            return None
        if self._begun is not None and now_s - self._begun_s > UNFINISHED_MAX_S:
            self.damaged += 1
            self._begun = None
        begun_s = now_s if self._begun is None else self._begun_s
        whole = part if self._begun is None else _joined(self._begun, part)
        if part.more:
            self._begun, self._begun_s = whole, begun_s
            return None
        self._begun = None
        return replace(whole, more=False)

    def forget(self) -> None:
        """The link is lost, and the rest of a record with it."""
        self._begun = None


def _joined(begun: Record, part: Record) -> Record:
    told = {
        field.name: value
        for field in fields(Record)
        if field.name not in ("more", "truncated") and (value := getattr(part, field.name)) is not None
    }
    return replace(begun, **told, more=part.more, truncated=begun.truncated or part.truncated)


@dataclass(frozen=True, slots=True)
class Range:
    """What a machine says it can do, km/h or percent."""

    low: float
    high: float
    step: float


def decode_speed_range(value: bytes) -> Range | None:
    """2AD4; None where it is none."""
    if len(value) < 6:
        return None
    low, high, step = (int.from_bytes(value[at : at + 2], "little") / 100 for at in (0, 2, 4))
    return Range(low, high, step) if low <= high else None


def decode_incline_range(value: bytes) -> Range | None:
    """2AD5: percent, downhill negative; None where it is none."""
    if len(value) < 6:
        return None
    low, high = (int.from_bytes(value[at : at + 2], "little", signed=True) / 10 for at in (0, 2))
    return Range(low, high, int.from_bytes(value[4:6], "little") / 10) if low <= high else None


@dataclass(frozen=True, slots=True)
class Features:
    """2ACC: what a machine says it tells, and which targets it takes. Often wrong: what it sends decides."""

    tells_incline: bool
    tells_heart_rate: bool
    takes_speed: bool
    takes_incline: bool


def decode_features(value: bytes) -> Features | None:
    """2ACC; None where it is none."""
    if len(value) < 8:
        return None
    tells, takes = int.from_bytes(value[:4], "little"), int.from_bytes(value[4:8], "little")
    return Features(bool(tells & 1 << 3), bool(tells & 1 << 10), bool(takes & 1), bool(takes & 2))


@dataclass(frozen=True, slots=True)
class StatusChange:
    """What a machine has just told of itself (2ADA). Targets are requests, no measurements, and are not kept."""

    safety_key: bool = False
    stopped_by_user: bool = False
    paused_by_user: bool = False
    started_by_user: bool = False


def decode_status(value: bytes) -> StatusChange | None:
    """One status; None where it is empty. What is not of the belt's motion is a change of nothing here."""
    if not value:
        return None
    match value[0], value[1] if len(value) > 1 else None:
        case 0x02, 2:
            return StatusChange(paused_by_user=True)
        case 0x02, _:
            return StatusChange(stopped_by_user=True)
        case 0x03, _:
            return StatusChange(safety_key=True)
        case 0x04, _:
            return StatusChange(started_by_user=True)
    return StatusChange()


def is_treadmill(service_data: bytes | None) -> bool | None:
    """Whether an advertisement says treadmill; None where it does not tell what it is.

    ``flags u8 | type u16``: some makers swap the type's two bytes, and only bit 0, a treadmill, matters here.
    """
    if service_data is None or len(service_data) < 3:
        return None
    kind = service_data[1] | service_data[2]
    return bool(kind & 1) if kind else None
