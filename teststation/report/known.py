"""What was known before the test, and what was noted in it, in words: nothing a clinician wrote is left out."""

import re
from dataclasses import dataclass

from teststation.cause import Cause
from teststation.report.model import Report
from teststation.run.reasons import cause_of, own_words
from teststation.run.record import (
    ALARM_OVER,
    ALARM_RAISED,
    PULSE_FROZEN,
    PULSE_MOVES,
    STATION_SLEPT,
    TALK_POSTPONES,
    Mark,
    alarm_of,
)
from teststation.texts import Texts

SCREENING = "screening_"
ALARM_SILENCED = "alarm_silenced"
_YES = "yes"
_TOLD_ELSEWHERE = ("operator", "handrail", "conditions", *TALK_POSTPONES)
# What stands in the ledger alone: the steps by which a load comes about, and who saw which alarm.
_STEPS = frozenset(
    {
        "load_asked", "load_confirmed", "load_set", "at_rest_confirmed", "hold_released",
        "alarm_seen", ALARM_SILENCED, ALARM_OVER,
    }
)  # fmt: skip
_LOAD = re.compile(r"([\d.]+) km/h ([\d.]+) %")


def known_words(report: Report) -> list[str]:
    """One line for each thing that was known."""
    return [*_answers(report), *_subject(report), *_free(report)]


def _answers(report: Report) -> list[str]:
    say = report.say
    answers = {
        code.removeprefix(SCREENING): answer
        for code, answer in report.extras.conditions.items()
        if code.startswith(SCREENING)
    }
    if not answers:
        return [say("report.known.not_asked")]
    lines: list[str] = []
    no: list[str] = []
    for code, answer in answers.items():
        what = _or(say, f"report.screening.{code}", code)
        if answer == "no":
            no.append(what)
            continue
        reason = answer.removeprefix(_YES).removeprefix(":").strip() or "–"
        lines.append(say("report.known.yes", what=what[:1].upper() + what[1:], reason=reason))
    if no and not lines:
        return [say("report.known.all_no", n=len(no))]
    return [*lines, *([say("report.known.no", what="; ".join(no))] if no else [])]


def _subject(report: Report) -> list[str]:
    say, subject, n = report.say, report.run.subject, report.number
    lines = [say(f"report.known.{flag}") for flag in ("beta_blocker", "irregular_rhythm") if getattr(subject, flag)]
    values = (
        ("resting", "bpm", subject.resting_hr_bpm, 0),
        ("waist", "cm", subject.waist_cm, 0),
        ("activity", "index", subject.activity_index, 1),
        ("intervals", "bpm", subject.hr_max_intervals_bpm, 0),
    )
    measured = [say(f"report.known.{name}", **{key: n(v, digits)}) for name, key, v, digits in values if v is not None]
    if subject.resting_systolic_mmhg is not None and subject.resting_diastolic_mmhg is not None:
        sides = {"systolic": subject.resting_systolic_mmhg, "diastolic": subject.resting_diastolic_mmhg}
        measured.insert(int(subject.resting_hr_bpm is not None), say("report.known.pressure", **sides))
    load = subject.session_load
    if load is not None:
        measured.append(
            say("report.known.session_load", bpm=n(load.hr_bpm, 0), vo2=n(load.vo2_ml_kg_min, 1), bouts=load.bouts)
        )
    lines += [" ".join(measured)] if measured else []
    return [*lines, *([say("report.known.rail")] if report.extras.conditions.get("handrail") == _YES else [])]


def _free(report: Report) -> list[str]:
    say, told = report.say, report.extras.conditions
    lines = [say("report.known.conditions", text=told["conditions"])] if told.get("conditions") else []
    others = [(name, text) for name, text in told.items() if name not in _TOLD_ELSEWHERE]
    return lines + [
        say("report.known.other", name=name.replace("_", " "), text=text)
        for name, text in others
        if text and not name.startswith(SCREENING)
    ]


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened in a test, and until when it lasted where it did."""

    t_s: float
    words: str
    until_s: float | None = None
    held: bool = False


def told_of(report: Report, *, everything: bool = False) -> list[Told]:
    """What was noted during the test, in order; ``everything``: with the steps that only the ledger needs."""
    marks = report.run.marks
    return [
        _told(report, mark, marks[place + 1 :], everything=everything)
        for place, mark in enumerate(marks)
        if everything or (mark.kind not in _STEPS and _alarm_is_told(marks[:place], mark))
    ]


def _alarm_is_told(earlier: tuple[Mark, ...], mark: Mark) -> bool:
    """Whether a mark has its own line: of an alarm the first, with how often it stood and how long in all."""
    if mark.kind != ALARM_RAISED:
        return True
    code = alarm_of(mark.text).code
    before = (alarm_of(one.text).code for one in earlier if one.kind == ALARM_RAISED)
    return code not in before


def _told(report: Report, mark: Mark, later: tuple[Mark, ...], *, everything: bool) -> Told:
    if mark.kind == ALARM_RAISED and not everything:
        return Told(mark.t_s, _alarm_words(report, mark, later))
    if mark.kind != "hold_pressed":
        return Told(mark.t_s, _words(report, mark))
    until_s = next((one.t_s for one in later if one.kind == "hold_released"), None)
    if until_s is None:
        return Told(mark.t_s, report.say("report.marks.held_on"), report.run.stages_ended_s, held=True)
    return Told(mark.t_s, report.say("report.marks.held", until=report.clock(until_s)), until_s, held=True)


def _words(report: Report, mark: Mark) -> str:
    """A mark in words. One of a kind that nobody thought of is told as it stands."""
    say, text = report.say, mark.text
    plain = {
        "hold_released": "held_on", "next_pressed": "next", "stage_extended": "extended", "gait_set": "gait",
        "hr_lost": "hr_lost", "hr_back": "hr_back", PULSE_MOVES: "moves", "stop_ignored": "stop_ignored",
        "load_set": "set", "cool_down_ended": "cooled",
    }  # fmt: skip
    match mark.kind:
        case "note":
            return text
        case "symptom":
            return say("report.marks.symptom", text=text[:1].lower() + text[1:])
        case "handrail":
            return say(f"report.marks.rail_{text}") if text in ("on", "off") else text
        case "load_changed":
            return say("report.marks.load", load=_load(report, text))
        case "load_asked" if text == "off":
            return say("report.marks.asked_off")
        case "load_asked":
            return say("report.marks.asked", load=_load(report, text))
        case "load_confirmed":
            return say("report.marks.confirmed_auto" if text == "auto" else "report.marks.confirmed")
        case "at_rest_confirmed":
            return say("report.marks.rest_auto" if text == "auto" else "report.marks.rest")
        case "stop_pressed":
            return say("report.marks.stop", why=_reason(say, text))
        case "stop_explained":
            return say("report.marks.stop_why", why=_reason(say, text))
        case "cool_down_pressed":
            return say("report.marks.cool_down", why=_reason(say, text))
        case "limit_overridden":
            return say("report.marks.override", text=text)
        case "limit_reached":
            return say("report.marks.limit", what=_or(say, f"report.marks.{text}", text))
        case _ if mark.kind in ("alarm_seen", ALARM_SILENCED):
            return say(f"report.marks.{mark.kind.removeprefix('alarm_')}", text=_alarm(report, alarm_of(text)))
        case _ if mark.kind in (ALARM_RAISED, ALARM_OVER):
            return say(f"report.marks.{mark.kind}", text=_alarm(report, alarm_of(text)))
        case _ if mark.kind == STATION_SLEPT:
            return say("report.marks.slept", text=text)
        case _ if mark.kind == PULSE_FROZEN:
            return say("report.marks.frozen", text=text)
        case _ if mark.kind.endswith("_failed"):
            what = _or(say, f"report.marks.failed_{mark.kind.removesuffix('_failed')}", mark.kind)
            return say("report.marks.failed", what=what, text=text)
        case _ if mark.kind in plain:
            return say(f"report.marks.{plain[mark.kind]}")
        case _:
            return say("report.marks.other", kind=mark.kind, text=text)


def _load(report: Report, text: str) -> str:
    """A load as the run writes it down, in the reader's own way."""
    found = _LOAD.fullmatch(text)
    if found is None:
        return text
    speed, incline = (report.number(float(part)) for part in found.groups())
    return report.say("report.ledger.load", speed=speed, incline=incline)


def _reason(say: Texts, code: str) -> str:
    if own_words(code):
        return say.say(cause_of(code))
    return _or(say, f"cause.stop_{code.removeprefix('stop_')}", code)


def _alarm_words(report: Report, mark: Mark, later: tuple[Mark, ...]) -> str:
    """An alarm with how often it stood, for how long in all, and whether somebody wanted to hear no more of it."""
    cause = alarm_of(mark.text)
    of_it = [mark, *(one for one in later if one.kind in (ALARM_RAISED, ALARM_OVER) and _same(one, cause.code))]
    last_s = max(one.t_s for one in (mark, *later))
    end_s = last_s if report.run.ended_s is None else report.run.ended_s
    seconds, since_s = 0.0, None
    for one in of_it:
        if one.kind == ALARM_RAISED:
            since_s = one.t_s
        elif since_s is not None:
            seconds, since_s = seconds + one.t_s - since_s, None
    seconds += 0.0 if since_s is None else max(0.0, end_s - since_s)
    times = sum(one.kind == ALARM_RAISED for one in of_it)
    key = "report.marks.alarm" if times == 1 else "report.marks.alarms"
    words = report.say(key, text=_alarm(report, cause), n=times, seconds=max(1, round(seconds)))
    off = any(one.kind == ALARM_SILENCED and _same(one, cause.code) for one in later)
    return report.say("report.marks.alarm_off", words=words) if off else words


def _same(mark: Mark, code: str) -> bool:
    return alarm_of(mark.text).code == code


def _alarm(report: Report, cause: Cause) -> str:
    """The first words of an alarm: the rest asks the operator to do something, and the test is over."""
    code = cause.code.removesuffix("_was")
    if not cause.values:
        raised = (alarm_of(mark.text) for mark in report.run.marks if mark.kind == ALARM_RAISED)
        cause = next((one for one in raised if one.code == code), Cause(code))
    if code == "press_red_button":
        cause = Cause("not_at_rest")
    if not report.say.knows(f"cause.{cause.code}"):
        return cause.code
    try:
        words = report.say.say(cause)
    except KeyError:  # its values were not kept, in older tests
        return cause.code
    return words.split(":")[0].split(";")[0]


def _or(say: Texts, key: str, otherwise: str) -> str:
    return say.plain(key) if say.knows(key) else otherwise
