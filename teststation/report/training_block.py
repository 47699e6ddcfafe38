"""The words of the training block: on the page, in the window and in the text for the record."""

from teststation.physiology.advice import BORG_ZONES, FOUR_BY_FOUR, PULSE_ZONES, Advice
from teststation.physiology.prescription import Load, Prescription, ZoneTold
from teststation.physiology.zones import ZONES
from teststation.texts import Texts
from teststation.texts.writing import number, span

ZONE_COLUMNS = ("zone", "pulse", "borg", "talk")


def session_words(say: Texts, told: Prescription) -> tuple[str, ...]:
    """What to do, as sentences: the bouts first, then the load, the brake, and the session around them."""
    said = {
        "bouts": told.bouts, "bout": told.bout_min, "pause": told.pause_min, "warm_up": told.warm_up_min,
        "down": told.cool_down_min, "minutes": told.minutes,
        "times": span(say.language, told.times_low, told.times_high),
        "borg": span(say.language, told.borg_low, told.borg_high), "brake": told.brake_borg,
        "less": number(say.language, told.brake_incline_pct, 0), "easy": _easy(say, told.load),
    }  # fmt: skip
    session = say("training.session", **said)
    if told.hr_low_bpm is None or told.hr_high_bpm is None:
        return (say("training.bouts_borg", **said), session)
    pulse = span(say.language, told.hr_low_bpm, told.hr_high_bpm)
    first = say("training.bouts_pulse", pulse=pulse, low=told.hr_low_bpm, **said)
    load = [say("training.find", low=told.hr_low_bpm)] if told.load is None else _load_words(say, told.load)
    return (first, *load, say("training.brake", **said), session)


def _load_words(say: Texts, load: Load) -> list[str]:
    incline = span(say.language, load.incline_low_pct, load.incline_high_pct, 1)
    words = [say(f"training.load_{load.gait.value}", speed=number(say.language, load.speed_kmh, 1), incline=incline)]
    words.append(say("training.begin_low" if load.incline_low_pct < load.incline_high_pct else "training.read"))
    words += [say("training.short")] if load.short else []
    return words + ([say("training.handrail")] if load.handrail else [])


def _easy(say: Texts, load: Load | None) -> str:
    if load is None or load.easy_speed_kmh is None or load.easy_incline_pct is None:
        return ""
    speed, incline = number(say.language, load.easy_speed_kmh, 1), number(say.language, load.easy_incline_pct, 1)
    return f" {say('training.easy', speed=speed, incline=incline)}"


def no_session_words(say: Texts, advice: Advice) -> str:
    """What stands where the gate lets no session be told of."""
    assert not advice.may(FOUR_BY_FOUR)
    if advice.waits is not None:
        why = say.say(advice.waits)
        return f"{why[:1].upper()}{why[1:]}."
    return say("advice.doctor") if advice.symptoms else say("advice.no_training")


def by_borg_words(say: Texts, advice: Advice) -> str:
    """That Borg steers what may be done, and why; nothing where the pulse does, or where nothing is advised."""
    if advice.again or advice.may(PULSE_ZONES) or not advice.may(BORG_ZONES) or advice.withheld_because is None:
        return ""
    return say("advice.borg_only", why=say.say(advice.withheld_because))


def zones_left_out_words(say: Texts, advice: Advice) -> str:
    """That the hard zones do not stand among the others, where hard training waits."""
    if advice.waits is None:
        return ""
    hard = [zone.name for zone in ZONES if zone.hard]
    return say("advice.zones_wait", first=hard[0], last=hard[-1])


def zone_cells(say: Texts, zone: ZoneTold) -> tuple[str, str, str, str]:
    """Name, pulse, Borg and what one can say."""
    pulse = "–" if zone.hr_low_bpm is None else span(say.language, zone.hr_low_bpm, zone.hr_high_bpm or 0)
    talk = say(f"report.talk.{zone.name.replace('-', '_').lower()}")
    return zone.name, pulse, span(say.language, zone.borg_low, zone.borg_high), talk
