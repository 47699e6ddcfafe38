"""The result in words: plain sentences for the patient, short lines for the professional. No widget in here."""

from collections.abc import Sequence

from teststation.physiology.advice import Advice, advise
from teststation.physiology.prescription import prescribe
from teststation.physiology.reference import age_bounds, begins_later, in_twentieths
from teststation.physiology.result import (
    HEADLINES,
    Assessment,
    Change,
    Estimate,
    ReferenceComparison,
    StageResult,
)
from teststation.records.tests.earlier_result import ImportedResult
from teststation.report.training_block import by_borg_words, no_session_words, session_words
from teststation.run.record import RunRecord
from teststation.subject import Subject
from ui.desktop.i18n import core_texts, knows, say, tr
from ui.desktop.i18n.numbers import DASH, between, clock, day, number, signed


def plain_sentence(run: RunRecord, found: Assessment) -> str:
    """What the patient wants to hear, and no more certain than it is; what has to be known first comes first."""
    advice = advise(run, found)
    framed = " ".join(advice.framed(core_texts()))
    return f"{framed} {_sentence(found, advice)}".strip()


def _sentence(found: Assessment, advice: Advice) -> str:
    estimate = found.estimates[found.headline]
    if estimate.vo2max_ml_kg_min is None:
        why = say(estimate.why) if estimate.why is not None else ""
        words = [tr("result.none", why=why)]
        other = found.estimates["combined"]
        if other.vo2max_ml_kg_min is not None:
            words.append(
                tr(
                    "result.other_number",
                    value=number(other.vo2max_ml_kg_min),
                    low=number(other.low),
                    high=number(other.high),
                )
            )
        return " ".join(words)
    words = [number_words(estimate)]
    if found.reference is not None and advice.verdicts:
        words.append(norm_words(found.reference))
    if found.change is not None and advice.verdicts:
        words.append(tr(f"change.plain_{change_key(found.change)}"))
    return " ".join(words)


def number_words(estimate: Estimate) -> str:
    """The number with both ranges; with the 95 % range alone in results that have no other."""
    value, low, high = (number(end) for end in (estimate.vo2max_ml_kg_min, estimate.low, estimate.high))
    if estimate.likely_low is None:
        return tr("result.vo2", value=value, low=low, high=high)
    likely = {"likely_low": number(estimate.likely_low), "likely_high": number(estimate.likely_high)}
    return tr("result.vo2_likely", value=value, low=low, high=high, **likely)


def norm_words(reference: ReferenceComparison) -> str:
    """How sure it is that this person lies below or above the healthy mean."""
    if reference.probability_below is None:
        return tr("result.percent", percent=round(reference.percent_of_expected))
    where, twentieths = in_twentieths(reference.probability_below)
    return tr(f"norm.{where}", n=twentieths)


def limits_words(found: Assessment) -> str:
    """What the doubt is mostly made of, and the one thing that would narrow it most."""
    limits = found.limits
    if limits is None:
        return ""
    words = tr("limits.words", share=round(100 * limits.share), term=tr(f"term.{limits.largest}"))
    now, then = number(limits.half_width), number(limits.half_width_then)
    if limits.remedy is None or now == then:  # what nobody would see is no remedy
        return words
    return f"{words} {tr(f'remedy.{limits.remedy}', now=now, then=then)}"


def remark_words(estimate: Estimate) -> str:
    """Why a number that is given is less sure than others."""
    return " ".join(f"{say(remark)}." for remark in estimate.remarks)


def ranges_words(estimate: Estimate) -> str:
    """The 50 % and the 95 % range below the number in large type."""
    if estimate.likely_low is None:
        return tr("result.vo2_range", range=interval(estimate))
    likely = between(estimate.likely_low, estimate.likely_high, 0)
    return tr("result.vo2_ranges", likely=likely, range=interval(estimate))


def interval(estimate: Estimate, decimals: int = 0) -> str:
    """The 95 % interval."""
    return between(estimate.low, estimate.high, decimals)


def change_key(change: Change) -> str:
    """``within_error``, or ``possible``/``real`` with its direction."""
    if change.wording in ("within_error", "not_comparable"):
        return change.wording
    return f"{change.wording}_{'up' if change.change_ml_kg_min > 0 else 'down'}"


def change_words(change: Change) -> str:
    """Change since the earlier test with its range; of tests that cannot be compared only what differs."""
    if change.not_comparable:
        differs = tr("change.differs", what="; ".join(core_texts().say(cause) for cause in change.not_comparable))
        return f"{day(change.earlier_started_at)}: {differs}"
    told = change.told()
    words = [
        tr(
            "change.line",
            date=day(change.earlier_started_at),
            change=signed(told.size),
            low=signed(told.low),
            high=signed(told.high),
        )
        + " "
        + tr(f"change.{change_key(change)}"),
    ]
    beside: list[str] = []
    if change.probability_of_rise is not None:
        percent = min(99, max(1, round(100 * change.probability_of_rise)))
        beside.append(tr("change.probability", percent=percent))
    if change.baseline_tests > 1:
        beside.append(tr("change.baseline"))
    if change.pulse_at_equal_load_bpm is not None:
        beside.append(_pulse_words(change.pulse_at_equal_load_bpm))
    if told.real_from is not None and told.possible_from is not None:
        limits = number(told.real_from, 1), number(told.possible_from, 1)
        beside.append(tr("change.thresholds", real=limits[0], possible=limits[1]))
    if beside:
        words.append(" ".join(beside))
    if change.fitness_age is not None:
        age = change.fitness_age
        years = {"years": signed(age.years, 0), "low": signed(age.low, 0), "high": signed(age.high, 0)}
        words.append(tr("change.years", **years) if age.capped == "none" else tr("change.years_unknown"))
    if change.notes:
        words.append(tr("change.note", what="; ".join(core_texts().say(cause) for cause in change.notes)))
    return "\n".join(words)


def _pulse_words(difference_bpm: float) -> str:
    """The pulse at the same load against then."""
    if not round(difference_bpm):
        return tr("change.pulse_same")
    return tr("change.pulse", bpm=signed(difference_bpm, 0))


def since_first_words(found: Assessment) -> str:
    """The change since the very first test, in one line; nothing where the test before was the first."""
    change = found.since_first
    if change is None:
        return ""
    when = day(change.earlier_started_at)
    if change.not_comparable:
        what = "; ".join(core_texts().say(cause) for cause in change.not_comparable)
        return tr("change.first_apart", date=when, what=what)
    told = change.told()
    sizes = {"change": signed(told.size), "low": signed(told.low), "high": signed(told.high)}
    words = [tr("change.since_first", date=when, **sizes), tr(f"change.{change_key(change)}")]
    if change.pulse_at_equal_load_bpm is not None:
        words.append(_pulse_words(change.pulse_at_equal_load_bpm))
    return " ".join(words)


def first_words(run: RunRecord, found: Assessment, imported: ImportedResult | None) -> str:
    """What stands in place of a change where this station has measured the person for the first time.

    A demonstration is compared with demonstrations alone: it is no first test of a person who has others.

    A result of another system is told with its method; how far it lies from today's is no change.
    """
    if run.demo:
        return core_texts()("report.change.demo")
    if imported is None:
        return f"{tr('change.first')} {tr('change.offer')}"
    then = imported.vo2max_ml_kg_min
    words = tr("change.imported", date=day(imported.tested_on), value=number(then, 1), method=imported.method)
    now = found.estimates[found.headline].vo2max_ml_kg_min
    return words if now is None else f"{words} {tr('change.imported_today', difference=signed(now - then))}"


def fitness_age_words(found: Assessment) -> tuple[str, str]:
    """Fitness age and its range; dashes where there is none."""
    age = found.fitness_age
    if age is None:
        return DASH, "" if found.fitness_age_withheld is None else say(found.fitness_age_withheld)
    core = core_texts()
    value = number(age.years)
    if age.capped != "none":
        value = core(f"report.age.{age.capped}")
    elif age.likely_low is not None:
        value = between(age.likely_low, age.likely_high)
    return value, core(f"report.age.{age_bounds(age)}", low=number(age.low), high=number(age.high))


def no_norm_words(subject: Subject) -> str:
    """That the reference has nobody as young as this person; nothing where it has."""
    begins = begins_later(subject)
    return "" if begins is None else core_texts()("report.too_young", age=begins)


def hr_max_words(found: Assessment) -> str:
    """HRmax and where it comes from."""
    source = tr(f"hr_source.{found.hr_max.source}") if knows(f"hr_source.{found.hr_max.source}") else ""
    if found.hr_max.measured_on is not None:
        source = tr("result.measured_on", date=day(found.hr_max.measured_on))
    words = tr("result.hr_max", bpm=round(found.hr_max.bpm), source=source, see=number(found.hr_max.see_bpm))
    if found.hr_max.reckoned_source == "age":
        reckoned = round(found.hr_max.reckoned_bpm or 0), number(found.hr_max.reckoned_sd_bpm)
        words = f"{words} {tr('result.hr_reckoned', bpm=reckoned[0], sd=reckoned[1])}"
    return words if found.hr_max.question is None else f"{words} {say(found.hr_max.question)}"


def outcome_words(run: RunRecord) -> str:
    """How the test ended, and why."""
    outcome = tr(f"outcome.{run.outcome.value}") if run.outcome is not None else DASH
    return outcome if run.reason is None else f"{outcome}: {core_texts().told(run.reason)}"


def training_words(run: RunRecord, found: Assessment) -> str:
    """The 4 × 4 session and the belt setting that should give its pulse, as far as this test may advise one."""
    advice, core = advise(run, found), core_texts()
    told = prescribe(run, found, advice)
    words = (no_session_words(core, advice),) if told is None else session_words(core, told)
    return " ".join((*words, by_borg_words(core, advice))).strip()


def estimate_row(name: str, estimate: Estimate) -> tuple[str, str, str]:
    """Method, value, range or why there is none."""
    title = tr(f"method.{name}")
    if estimate.vo2max_ml_kg_min is None:
        return title, DASH, say(estimate.why) if estimate.why is not None else ""
    words = tr("result.range", range=interval(estimate))
    if estimate.r2 is not None and (estimate.n_stages or 0) > 2:  # two points lie on a line whatever they are
        words = f"{words}, r² {number(estimate.r2, 2)}"
    if len(estimate.ingredients) == 2:
        stages, people = (round(100 * one.weight) for one in estimate.ingredients)
        first, known = (one.name for one in estimate.ingredients)
        key = "result.ingredients" if first == "stages" else "result.ingredients_earlier"
        key = "result.ingredients_questions" if known == "questions" else key
        words = f"{words}: {tr(key, stages=stages, people=people)}"
    return title, number(estimate.vo2max_ml_kg_min, 1), words


def shown_by_itself(found: Assessment) -> set[str]:
    """The estimates that have a line of their own: what has a number, and what may be the result."""
    return {name for name, one in found.estimates.items() if one.vo2max_ml_kg_min is not None or name in HEADLINES}


def certainty_percent(found: Assessment | None) -> int | None:
    """How much of what one more stage would give is had already; None while nothing can be reckoned."""
    outlook = None if found is None else found.outlook
    if outlook is None or outlook.width_now is None:
        return None
    if outlook.advice == "need_stages":
        return 0
    if outlook.advice != "one_more" or outlook.width_next is None:
        return 100
    return round(100 * min(1.0, outlook.width_next / outlook.width_now))


def outlook_words(found: Assessment | None) -> str:
    """How sure the station is now, and what one more stage would bring. Half widths of the 95 % interval."""
    outlook = None if found is None else found.outlook
    if outlook is None:
        return ""
    words = [] if outlook.width_now is None else [tr("outlook.now", half=number(outlook.width_now / 2))]
    half = DASH if outlook.width_next is None else number(outlook.width_next / 2)
    bpm = DASH if outlook.next_hr_bpm is None else round(outlook.next_hr_bpm)
    advice = outlook.advice
    if (
        advice == "one_more"
        and outlook.width_now
        and outlook.width_next
        and outlook.width_next <= outlook.width_now / 2
    ):
        advice = "halves"
    return " ".join([*words, tr(f"outlook.{advice}", half=half, bpm=bpm)])


STAGE_COLUMNS = ("name", "time", "speed", "incline", "vo2", "pulse", "rpe", "pressure", "used")


def stage_row(stage: StageResult) -> tuple[str, ...]:
    """One stage as the table of the result shows it."""
    seen = stage.observation
    pressure = DASH
    if seen.systolic_mmhg is not None:
        pressure = f"{seen.systolic_mmhg}/{seen.diastolic_mmhg}"
    return (
        f"{seen.index + 1}",
        DASH if seen.actual.duration_s is None else clock(round(seen.actual.duration_s)),
        number(seen.actual.speed_kmh, 1),
        number(seen.actual.incline_pct, 1),
        number(stage.vo2_ml_kg_min, 1),
        number(seen.hr_bpm),
        DASH if seen.rpe is None else str(seen.rpe),
        pressure,
        tr("result.used") if stage.used else tr("result.not_used"),
    )


def stage_words(stage: StageResult) -> str:
    """Why a stage was not used, or is doubtful though it was; nothing where nothing is to be said."""
    reasons = stage.doubts if stage.used else () if stage.excluded_because is None else (stage.excluded_because,)
    if not reasons:
        return ""
    key = "result.stage_doubted" if stage.used else "result.stage_unused"
    return tr(key, index=stage.observation.index + 1, why="; ".join(core_texts().say(reason) for reason in reasons))


def stage_rows(stages: Sequence[StageResult]) -> list[tuple[str, ...]]:
    """The table's rows: below the numbers of a stage, across the table, the words on it."""
    rows: list[tuple[str, ...]] = []
    for stage in stages:
        rows.append(stage_row(stage))
        words = stage_words(stage)
        if words:
            rows.append((words,))
    return rows
