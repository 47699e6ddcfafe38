"""What a page, a screen or a text may advise after a test. One gate: each of them asks here, and none decides itself.

| how the test ended, or who walked | withheld | said instead |
|---|---|---|
| stopped by a symptom, or one was noted or told of after | everything | which, when; the doctor first |
| interrupted, a device failed, the pulse was lost, no number | 4x4, next date, verdicts | take the test again |
| the pulse did not follow the load | the same, and zones by pulse | the same |
| beta-blocker, irregular rhythm | zones and targets by pulse | Borg and talk test |
| hard training waits by the talk, or by what was asked before the test | 4x4, the hard zones | why, and who is asked |
| pregnant | the same, and zones by pulse | the same, and Borg and talk test |

Source: the clinic's rules (who may be told what), ACSM's reasons for ending a test; that effort tells more than the
pulse in pregnancy, where it may answer as usual or less: ACOG 2015, as Evenson and Hesketh 2023 quote it
(doi 10.1177/15598276211052277).
"""

from collections.abc import Sequence

from teststation.cause import Cause
from teststation.physiology.result import Assessment
from teststation.ports import Value
from teststation.run.record import PREGNANT, Mark, Outcome, RunRecord
from teststation.texts import Texts

FOUR_BY_FOUR, PULSE_ZONES, BORG_ZONES, NEXT_DATE = "4x4", "pulse_zones", "borg_zones", "next_date"
EVERYTHING = (FOUR_BY_FOUR, PULSE_ZONES, BORG_ZONES, NEXT_DATE)
# Reasons for ending a test that a doctor should hear of before the person trains on.
SYMPTOMS = frozenset({"chest_pain", "breathless", "dizzy", "leg_pain", "pallor", "blood_pressure", "rhythm"})
_REASONED = ("cool_down_pressed", "stop_pressed", "stop_explained")  # marks whose text says why, as a code
_SILENT_PULSE = frozenset({"pulse_does_not_rise", "pulse_hardly_rises", "pulse_outside_experience"})


class Noted(Value, frozen=True):
    """A symptom: a cause of the catalogue, words as they were noted, or a code of ``TOLD_AFTER``; where in the test."""

    stage: int | None  # from 1
    minute: int  # the first is 1; 0: it was told of afterwards
    stopped: bool  # whether the test ended by it
    cause: Cause | None = None
    words: str = ""
    told: str = ""


class Advice(Value, frozen=True):
    """What may be said. ``allowed``: some of ``EVERYTHING``, in that order."""

    allowed: tuple[str, ...]
    withheld_because: Cause | None = None
    symptoms: tuple[Noted, ...] = ()
    again: bool = False  # the test is to be taken again
    ended: Cause | None = None  # why a test that was broken off ended, where it is known
    waits: Cause | None = None  # why no hard training may be told of, whatever the test came to

    @property
    def verdicts(self) -> bool:
        """Whether a change since the last test may be called anything."""
        return not self.symptoms and not self.again

    def may(self, what: str) -> bool:
        """Whether one of ``EVERYTHING`` may be said."""
        return what in self.allowed

    def framed(self, say: Texts) -> tuple[str, ...]:
        """What stands in a frame above everything else; empty where nothing has to."""
        if self.symptoms:
            return (*_told_once(self.symptoms, say), say("advice.doctor"))
        if self.again and self.withheld_because is not None:
            why = say.say(self.withheld_because) if self.ended is None else say.told(self.ended)
            return (say("advice.again", why=why),)
        return ()


def advise(run: RunRecord | None, found: Assessment) -> Advice:
    """What may be advised after a test; ``run`` is None for a table of stages, which says nothing of an end."""
    symptoms = () if run is None else symptoms_of(run)
    if symptoms:
        return Advice((), Cause("advice_symptom"), symptoms)
    why = found.estimates[found.headline].why
    blind = found.hr_limit_bpm is None  # the pulse limits nothing: beta-blocker or irregular rhythm
    zones = (BORG_ZONES,) if blind else (PULSE_ZONES, BORG_ZONES)
    if why is not None and why.code in _SILENT_PULSE:
        return Advice((BORG_ZONES,), Cause("advice_pulse_does_not_follow"), again=True)
    if run is not None and run.outcome in (Outcome.FAULT, Outcome.INTERRUPTED):
        return Advice(zones, Cause("advice_broken_off"), again=True, ended=run.reason)
    if found.estimates[found.headline].vo2max_ml_kg_min is None:
        return Advice(zones, Cause("advice_no_number"), again=True)
    if run is not None and run.hard_training_waits:
        waits, pregnant = Cause(f"advice_waits_{run.hard_training_waits}"), run.hard_training_waits == PREGNANT
        why_by_borg = _why_blind(run) if blind else Cause("advice_pregnant") if pregnant else waits
        return Advice(((BORG_ZONES,) if pregnant else zones) + (NEXT_DATE,), why_by_borg, waits=waits)
    if blind:
        return Advice((FOUR_BY_FOUR, BORG_ZONES, NEXT_DATE), _why_blind(run))
    return Advice(EVERYTHING)


def _why_blind(run: RunRecord | None) -> Cause:
    """The one of the two that this person has, where a run says it."""
    if run is None or run.subject.beta_blocker == run.subject.irregular_rhythm:
        return Cause("advice_pulse_tells_little")
    return Cause("advice_beta_blocker" if run.subject.beta_blocker else "advice_irregular_rhythm")


def symptoms_of(run: RunRecord) -> tuple[Noted, ...]:
    """The symptoms of a test or a session: what made somebody end it first, then what was noted, then told of after."""
    at_s = run.stages_ended_s if run.stages_ended_s is not None else run.ended_s or 0.0
    found: dict[str, Noted] = {}
    reason = "" if run.reason is None else run.reason.code.removeprefix("stop_")
    if run.reason is not None and reason in SYMPTOMS:
        found[reason] = Noted(*_where(run, at_s), stopped=True, cause=run.reason)
    for mark in run.marks:
        # A belt that fails in the cool-down, or a limit before it, becomes the run's reason: what made somebody end it
        # is no less true for that.
        if mark.kind in _REASONED and mark.text in SYMPTOMS:
            here = _where(run, min(mark.t_s, at_s))
            found.setdefault(mark.text, Noted(*here, stopped=True, cause=Cause(f"stop_{mark.text}")))
    noted = [
        Noted(*_where(run, mark.t_s), stopped=False, words=mark.text) for mark in run.marks if mark.kind == "symptom"
    ]
    told = [Noted(None, 0, stopped=False, told=code) for code in run.symptoms_told]
    return (*found.values(), *noted, *told)


def had_symptom(reason: Cause | None, marks: Sequence[Mark], told: Sequence[str] = ()) -> bool:
    """Whether a run of which this is known had one: as ``symptoms_of`` finds any."""
    stopped = bool(told) or (reason is not None and reason.code.removeprefix("stop_") in SYMPTOMS)
    return stopped or any(
        mark.kind == "symptom" or (mark.kind in _REASONED and mark.text in SYMPTOMS) for mark in marks
    )


def no_next_date(outcome: Outcome | None, *, number: bool, symptom: bool) -> str | None:
    """What stands in place of the next test's date, as a key; None after a test that lets one be told.

    The gate in short, for lists that read no run: a test without a ``number`` and one that broke off are taken again.
    """
    if symptom:
        return "advice.doctor"
    again = not number or outcome in (Outcome.FAULT, Outcome.INTERRUPTED)
    return "advice.next_again" if again else None


def symptom_words(run: RunRecord, say: Texts) -> tuple[str, ...]:
    """The symptoms of a test or a session, a sentence each; nothing without any."""
    return _told_once(symptoms_of(run), say if run.plan.session is None else say.of_session())


def _told_once(symptoms: Sequence[Noted], say: Texts) -> tuple[str, ...]:
    """What made somebody end it first; the same noted there as well is told once."""
    lines: dict[tuple[str, str], str] = {}
    for one in symptoms:
        lines.setdefault(_what_and_where(one, say), _noted(one, say))
    return tuple(lines.values())


def _where(run: RunRecord, t_s: float) -> tuple[int | None, int]:
    """Stage, from 1, and minute, from 1, of a moment. A session has bouts and pauses, and its minute is enough."""
    if run.plan.session is not None:
        return None, int(t_s // 60) + 1
    walked = [span.index + 1 for span in run.stages if span.began_s <= t_s]
    return (walked[-1] if walked else None), int(t_s // 60) + 1


def _noted(one: Noted, say: Texts) -> str:
    what, where = _what_and_where(one, say)
    if one.told:
        return say("advice.told_after", what=what)
    return say(f"advice.{'stopped' if one.stopped else 'noted'}", what=what, where=where)


def told_after_words(code: str, say: Texts) -> str:
    """A symptom of ``TOLD_AFTER`` in words; one that a later version knows as its code."""
    key = f"advice.symptom.{code}"
    return say(key) if say.knows(key) else code


def symptoms_told(codes: Sequence[str], say: Texts) -> str:
    """Symptoms that somebody told in the diary, in words; nothing without any."""
    what = ", ".join(told_after_words(code, say) for code in codes)
    return say("advice.told", what=what) if what else ""


def _what_and_where(one: Noted, say: Texts) -> tuple[str, str]:
    if one.told:
        return told_after_words(one.told, say), ""
    what = say.say(one.cause) if one.cause is not None else one.words[:1].lower() + one.words[1:]
    place = "stage" if one.stage is not None else "minute"
    return what, say(f"advice.where_{place}", stage=one.stage or 0, minute=one.minute)
