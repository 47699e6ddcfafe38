"""Everything that can happen to a run. Time is inside the events, in test seconds; names are in the past tense.

The journal is these events, one after the other: what a run became follows from them and from nothing else.
"""

from typing import Self

import msgspec

from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.ports import BeltCheck, BeltState, HeartRateReading, HeartRateStatus, TreadmillInfo, TripReason
from teststation.protocol.plan import Plan
from teststation.subject import Gait, Subject


class Event(msgspec.Struct, frozen=True, tag_field="event", forbid_unknown_fields=True):
    """Base of all events. ``t_s`` is test time of the station's clock."""

    t_s: float


class RunPrepared(Event, frozen=True, tag="run_prepared"):
    """Always the first: all that is needed to understand the rest of a journal by itself."""

    run_id: str
    started_at: str  # ISO 8601 with zone
    plan: Plan
    subject: Subject
    hr_limit_bpm: float | None  # the submaximal end point; None where heart rate cannot limit (beta-blocker)
    treadmill: str
    heart_rate: str
    person_id: str | None = None
    belt_check: BeltCheck | None = None  # the treadmill's last, as it was known at the start
    conditions: dict[str, str] = msgspec.field(
        default_factory=dict
    )  # pre-test answers: medication, screening reasons, handrail and so on


class TreadmillKnown(Event, frozen=True, tag="treadmill_known"):
    """The treadmill's driver said what its machine can do: its steps, its limits, and who sets the belt."""

    info: TreadmillInfo


class TestBegan(Event, frozen=True, tag="test_began"):
    """The operator held Start to its end.

    ``rest_over_time``: the belt had to be read at rest for a while. Journals of stations that asked for one look do not
    say it, and what they began had begun.
    """

    __test__ = False  # not a pytest class
    rest_over_time: bool = True


class Ticked(Event, frozen=True, tag="ticked"):
    """Time passed. Written to the journal only where it changed something."""


class BeltRead(Event, frozen=True, tag="belt_read", omit_defaults=True):
    """The belt as last measured."""

    state: BeltState
    measured_speed_kmh: float | None
    measured_incline_pct: float | None
    at_rest: bool
    trip: TripReason | None = None
    trip_detail: str = ""
    stop_ignored: bool = False
    worst_gap_ms: float = 0.0
    commands: int = 0
    retries: int = 0
    sent_speed_kmh: float | None = None  # as ``BeltTelemetry`` has them
    sent_incline_pct: float | None = None
    confirmed_speed_kmh: float | None = None
    confirmed_incline_pct: float | None = None


class HeartRateRead(Event, frozen=True, tag="heart_rate_read", omit_defaults=True):
    """A fresh heart rate, or the news that there is none. ``flags`` are the driver's remarks on its plausibility."""

    status: HeartRateStatus
    bpm: int | None = None
    rr_1024: tuple[int, ...] = ()
    contact: bool | None = None
    battery_pct: int | None = None
    sensor: str = ""
    flags: tuple[str, ...] = ()

    @classmethod
    def of(cls, reading: HeartRateReading, t_s: float) -> Self:
        """What a driver told, at ``t_s`` of the test."""
        return cls(
            t_s=t_s,
            status=reading.status,
            bpm=reading.bpm,
            rr_1024=reading.rr_1024,
            contact=reading.contact,
            battery_pct=reading.battery_pct,
            sensor=reading.sensor,
            flags=reading.flags,
        )


class HeartFramePassed(Event, frozen=True, tag="heart_frame_passed", omit_defaults=True):
    """Raw bytes on the strap's wire or radio. They change nothing; they are kept so that a test can be read again."""

    direction: str  # "in" or "out"
    data_hex: str
    channel: str = ""


class DeviceFailed(Event, frozen=True, tag="device_failed"):
    """A device process died, or the journal could not be written: ``treadmill``, ``heart_rate`` or ``journal``."""

    device: str
    sentence: str


class StationSlept(Event, frozen=True, tag="station_slept"):
    """The computer slept for ``seconds``, on the wall: nobody watched, and what was set went on or did not."""

    seconds: float


class HoldPressed(Event, frozen=True, tag="hold_pressed"):
    """Stay on this load; the stage's clock stands still."""


class HoldReleased(Event, frozen=True, tag="hold_released"):
    """Go on; the stage's clock runs again."""


class NextPressed(Event, frozen=True, tag="next_pressed"):
    """End this stage now, or the cool-down."""


class StageExtended(Event, frozen=True, tag="stage_extended"):
    """Add the protocol's step to this stage, because heart rate is not steady."""


class LoadChanged(Event, frozen=True, tag="load_changed"):
    """The operator set speed and incline by hand; this holds the stage by itself."""

    speed_kmh: float
    incline_pct: float


class LoadAccepted(Event, frozen=True, tag="load_accepted"):
    """The operator took the harder load that was offered: of a session, from the next bout on."""


class OfferDeclined(Event, frozen=True, tag="offer_declined"):
    """The operator left the session's load as it is."""


class LoadConfirmed(Event, frozen=True, tag="load_confirmed"):
    """The load that was asked for is set at the treadmill. ``by``: ``operator``, or ``auto`` where nobody looked."""

    by: str = "operator"


class CoolDownPressed(Event, frozen=True, tag="cool_down_pressed"):
    """End the stages now and cool down. ``reason`` is a coded stop reason, as ``reasons`` reads it."""

    reason: str


class StopPressed(Event, frozen=True, tag="stop_pressed"):
    """Stop the belt. ``reason`` is a coded stop reason."""

    reason: str


class StopExplained(Event, frozen=True, tag="stop_explained"):
    """Why the operator stopped, asked once the belt stands: a stop itself asks nothing. ``reason`` as above."""

    reason: str


class LimitOverridden(Event, frozen=True, tag="limit_overridden"):
    """The operator goes on over one limit through the rest of this stage, for a reason that is kept."""

    reason: str
    limit: str = ""  # its code; empty: the one that is asked about (so in older journals)


class RpeGiven(Event, frozen=True, tag="rpe_given"):
    """Borg 6 to 20, for the stage that is being walked, or the one that ended less than 30 s ago."""

    rpe: int


class BloodPressureGiven(Event, frozen=True, tag="blood_pressure_given"):
    """Systolic and diastolic pressure in mmHg, of the stage with this index; without one, of the stage now walked."""

    systolic_mmhg: int
    diastolic_mmhg: int
    stage_index: int | None = None


class GaitSet(Event, frozen=True, tag="gait_set"):
    """The person walks or runs, as the operator sees it."""

    gait: Gait


class HandrailSet(Event, frozen=True, tag="handrail_set"):
    """The person holds the handrail, or has let go."""

    held: bool


class Marked(Event, frozen=True, tag="marked"):
    """A note: ``kind`` is ``note`` or ``symptom``."""

    kind: str
    text: str


class AlarmAcknowledged(Event, frozen=True, tag="alarm_acknowledged"):
    """The operator has seen an alarm; ``silenced``: not again in this test."""

    code: str
    silenced: bool = False


class AtRestConfirmed(Event, frozen=True, tag="at_rest_confirmed"):
    """The operator sees the belt stand still, and says so. ``by``: ``operator``, or ``auto`` where nobody looked."""

    by: str = "operator"


class RunInterrupted(Event, frozen=True, tag="run_interrupted"):
    """The station died during the run; written when it is found again. It never moves a belt."""


AnyEvent = (
    RunPrepared
    | TreadmillKnown
    | TestBegan
    | Ticked
    | BeltRead
    | HeartRateRead
    | HeartFramePassed
    | DeviceFailed
    | StationSlept
    | HoldPressed
    | HoldReleased
    | NextPressed
    | StageExtended
    | LoadChanged
    | LoadAccepted
    | OfferDeclined
    | LoadConfirmed
    | CoolDownPressed
    | StopPressed
    | StopExplained
    | LimitOverridden
    | RpeGiven
    | BloodPressureGiven
    | GaitSet
    | HandrailSet
    | Marked
    | AlarmAcknowledged
    | AtRestConfirmed
    | RunInterrupted
)

_decoder = msgspec.json.Decoder(AnyEvent)


def decode_event(data: bytes) -> AnyEvent:
    """One journal entry as an event. Raises RecordError for one that a newer version wrote."""
    try:
        event = _decoder.decode(data)
    except msgspec.MsgspecError as error:
        raise RecordError(Cause("event_newer", {"kind": _kind(data)})) from error
    if isinstance(event, TestBegan) and b'"rest_over_time"' not in data:
        return TestBegan(t_s=event.t_s, rest_over_time=False)
    return event


def _kind(data: bytes) -> str:
    """What an entry that is not understood calls itself."""
    try:
        return str(msgspec.json.decode(data)["event"])[:40]
    except (msgspec.MsgspecError, KeyError, TypeError):
        return "?"
