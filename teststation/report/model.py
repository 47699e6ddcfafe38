"""What a report says, before it is drawn: plain values and sentences in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from teststation.device_names import device_name
from teststation.due import NEXT_TEST_MONTHS, months_later
from teststation.physiology.advice import NEXT_DATE, Advice, advise
from teststation.physiology.prescription import Prescription, prescribe
from teststation.physiology.reference import age_bounds, begins_later, in_twentieths
from teststation.physiology.result import Assessment, Estimate, Trend
from teststation.physiology.trend import TYPICAL_ERROR, fit_trend
from teststation.run.record import Outcome, RunRecord
from teststation.texts import Texts, texts, writing


@dataclass(frozen=True, slots=True)
class ReportPerson:
    """Whose test it is. ``number`` only where the clinic wants it printed."""

    name: str
    born: str | None
    number: str | None = None
    family: str = ""  # the part of ``name`` that is never left out; empty: its last word


# What a clinic may leave out. What guards the reader, and what was written down, always stands.
BLOCKS = ("training", "methods", "course")


@dataclass(frozen=True, slots=True)
class Clinic:
    """Whose paper it is, and what it wants on it."""

    name: str = ""
    address: str = ""
    footer: str = ""
    logo: bytes = b""  # PNG or SVG
    without: frozenset[str] = frozenset()  # some of BLOCKS
    device_names: Mapping[str, str] = field(default_factory=dict)  # by DEVICE string without options


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """One test in the trend. With a ``method`` another system has measured it, and it has no range of ours."""

    started_at: str
    vo2max_ml_kg_min: float | None
    low: float | None
    high: float | None
    method: str = ""
    reckoned_by: str = ""  # ``line_of``; the line joins the points of the newest one's
    likely_low: float | None = None
    likely_high: float | None = None
    verdict: str = ""  # of the change up to this test: real_up, real_down or nothing


@dataclass(frozen=True, slots=True)
class Signed:
    """Who stands for the test; each after the first amends it, with its reason."""

    name: str
    at: str  # ISO 8601, UTC
    comment: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Previous:
    """The test that this one is laid beside."""

    run: RunRecord
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Version:
    """One result of this test: what an algorithm once said of it."""

    number: int
    made_at: str  # ISO 8601, UTC
    software: str
    assessment: Assessment
    counts: bool


@dataclass(frozen=True, slots=True)
class Extras:
    """What a record knows beside the run; a run by itself has none of it."""

    conditions: Mapping[str, str] = field(default_factory=dict)  # the answers before the test, by their codes
    previous: Previous | None = None
    versions: tuple[Version, ...] = ()
    ledger: bool = False  # whether the clinic wants page 3: what was sent to the belt, check sums, results


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the pages are drawn from."""

    person: ReportPerson
    run: RunRecord
    assessment: Assessment
    history: tuple[HistoryPoint, ...]
    clinic: Clinic
    operator: str
    made_with: str
    data_sha256: str
    language: str
    signatures: tuple[Signed, ...] = ()
    log_row: str = ""  # number and hash of the audit log's row that tells of this test last
    extras: Extras = Extras()

    @property
    def say(self) -> Texts:
        """The words of the report's language."""
        return texts(self.language)

    @property
    def headline(self) -> Estimate:
        """The estimate in large type."""
        return self.assessment.estimates[self.assessment.headline]

    @property
    def advice(self) -> Advice:
        """What may be said after this test."""
        return advise(self.run, self.assessment)

    @property
    def prescription(self) -> Prescription | None:
        """The 4x4 session; None where the gate lets none be told."""
        return prescribe(self.run, self.assessment, self.advice)

    @property
    def marks(self) -> tuple[str, ...]:
        """Why this page is no original: a demonstration, a draft, an amendment. Stands on every page and export."""
        say = self.say
        found = [say("mark.demo")] if self.run.demo else []
        if not self.signatures:
            found.append(say("mark.draft"))
        elif len(self.signatures) > 1:
            found.append(say("mark.amended", day=self.signed_on(self.signatures[-1])))
        return tuple(found)

    @property
    def made_at(self) -> str:
        """When what stands here was last settled: the newest signature, else the end of the test. ISO 8601 with zone.

        Not the time of printing: the same page has the same bytes, however often it is made.
        """
        if self.signatures:
            at = datetime.fromisoformat(self.signatures[-1].at)
        else:
            at = datetime.fromisoformat(self.run.started_at) + timedelta(seconds=round(self.run.ended_s or 0.0))
        return at.isoformat(timespec="seconds")

    def device(self, device: str) -> str:
        """A DEVICE string as the clinic calls the machine."""
        return device_name(device, self.say, self.clinic.device_names)

    def number(self, value: float | None, digits: int = 1) -> str:
        """A number as the reader writes it; a dash where there is none."""
        return writing.number(self.language, value, digits)

    def signed(self, value: float | None, digits: int = 1) -> str:
        """A difference: with its sign, plus included."""
        return writing.signed(self.language, value, digits)

    def clock(self, t_s: float) -> str:
        """A moment of the test as ``m:ss`` from its start."""
        whole = max(0, int(t_s))
        return f"{whole // 60}:{whole % 60:02d}"

    def day(self, iso: str | None) -> str:
        """A day as the reader writes it."""
        return writing.day(self.language, iso)

    @property
    def next_test(self) -> str:
        """When the next test is due: three months after this one where this one says so much."""
        if self.advice.symptoms:
            return self.say("advice.doctor")
        if not self.advice.may(NEXT_DATE):
            return self.say("advice.next_again")
        started = datetime.fromisoformat(self.run.started_at).date()
        return self.say("report.next_test", day=self.day(months_later(started, NEXT_TEST_MONTHS).isoformat()))

    def local_day(self, utc: str) -> str:
        """The day of a moment, by the clock of the test's own place."""
        zone = datetime.fromisoformat(self.run.started_at).tzinfo
        return self.day(datetime.fromisoformat(utc).astimezone(zone).isoformat())

    def signed_on(self, signature: Signed) -> str:
        """The day of a signature."""
        return self.local_day(signature.at)

    @property
    def professional_words(self) -> tuple[str, ...]:
        """The comment that counts, and every amendment with its reason."""
        if not self.signatures:
            return ()
        comment = self.signatures[-1].comment
        first = self.signatures[0]
        words = [comment] if comment else []
        if first.reason:
            words.append(self.say("report.corrected", day=self.signed_on(first), name=first.name, reason=first.reason))
        words += [
            self.say("report.amended", day=self.signed_on(one), name=one.name, reason=one.reason)
            for one in self.signatures[1:]
        ]
        # An amendment adds: what was written before it can still be read.
        words += [
            self.say("report.comments.earlier", day=self.signed_on(one), name=one.name, comment=one.comment)
            for one in self.signatures[:-1]
            if one.comment and one.comment != comment
        ]
        return tuple(words)

    @property
    def whole_years(self) -> str:
        """The person's age as people say it: birthdays, not the nearest."""
        return self.number(int(self.run.subject.age_years), 0)

    @property
    def plain_sentence(self) -> str:
        """The one sentence for the patient: am I fitter, and is it real?"""
        say, estimate = self.say, self.headline
        if estimate.vo2max_ml_kg_min is None:
            # Where a frame says why, nobody has to read it twice; page two tells it by its method.
            framed = self.advice.withheld_because
            if framed is not None and framed.code != "advice_no_number":
                return say("report.nothing.title")
            return say("report.sentence.withheld", why="" if estimate.why is None else say.say(estimate.why))
        if not self.advice.verdicts:
            return say("advice.measured", value=self.number(estimate.vo2max_ml_kg_min, 0))
        change = self.assessment.change
        if change is not None:
            way = "up" if change.change_ml_kg_min >= 0 else "down"
            # "Up" and "down" are signs in words; a difference by itself has its own.
            within = change.wording == "within_error"
            size = self.signed(change.change_ml_kg_min) if within else self.number(abs(change.change_ml_kg_min))
            return say(f"report.sentence.{change.wording}_{way}", size=size)
        reference = self.assessment.reference
        if reference is None:
            return say("advice.measured", value=self.number(estimate.vo2max_ml_kg_min, 0))
        return say("report.sentence.first", percent=self.number(reference.percent_of_expected, 0))

    @property
    def other_number(self) -> str:
        """The combined estimate, where the clinic's own choice of method gave no number and that one did."""
        other = self.assessment.estimates.get("combined")
        if self.headline.vo2max_ml_kg_min is not None or other is None or other.vo2max_ml_kg_min is None:
            return ""
        value, low, high = (self.number(v, 0) for v in (other.vo2max_ml_kg_min, other.low, other.high))
        return self.say("report.sentence.combined", value=value, low=low, high=high)

    def percent(self, share: float) -> str:
        """A probability in whole per cent, never 0 or 100."""
        return self.number(min(99.0, max(1.0, round(100 * share))), 0)

    @property
    def ranges(self) -> str:
        """Both ranges of the number in large type; the 95 % range alone in results that have no other."""
        say, estimate = self.say, self.headline
        ends = {name: self.number(getattr(estimate, name), 0) for name in ("low", "likely_low", "likely_high", "high")}
        if estimate.likely_low is None:
            return say("report.range", low=ends["low"], high=ends["high"])
        return say("report.ranges", **ends)

    @property
    def norm_words(self) -> str:
        """The probability against the healthy mean, or the percentile in results that have no probability."""
        reference, say = self.assessment.reference, self.say
        if reference is None:
            return ""
        if reference.probability_below is None:
            return say("report.percentile", n=self.number(reference.percentile, 0))
        where, twentieths = in_twentieths(reference.probability_below)
        return say(f"report.norm.{where}", n=self.number(twentieths, 0))

    @property
    def no_norm_words(self) -> str:
        """Why a number stands beside nobody's: the reference begins later; nothing where it does not."""
        begins = begins_later(self.run.subject)
        return "" if begins is None else self.say("report.too_young", age=begins)

    @property
    def limits_words(self) -> str:
        """What the doubt is mostly made of, and what would narrow it."""
        limits, say = self.assessment.limits, self.say
        if limits is None:
            return ""
        term, share = say(f"report.term.{limits.largest}"), self.number(100 * limits.share, 0)
        return say("report.limits.words", share=share, term=term, remedy=self.remedy_words).strip()

    @property
    def remedy_words(self) -> str:
        """What would narrow the range most; nothing where nobody knows, or where nobody would see the difference."""
        limits = self.assessment.limits
        if limits is None or limits.remedy is None:
            return ""
        now, then = self.number(limits.half_width, 0), self.number(limits.half_width_then, 0)
        return "" if now == then else self.say(f"report.limits.{limits.remedy}", now=now, then=then)

    @property
    def fitness_age_words(self) -> str:
        """Fitness age with its range; the caps in words."""
        age, say = self.assessment.fitness_age, self.say
        if age is None:
            return "–"
        if age.capped != "none":
            return say(f"report.age.{age.capped}")
        if age.likely_low is not None and age.likely_high is not None:
            return say("report.age.about", low=self.number(age.likely_low, 0), high=self.number(age.likely_high, 0))
        return say("report.age.years", years=self.number(age.years, 0))

    @property
    def fitness_age_range(self) -> str:
        """The interval's ages."""
        age, say = self.assessment.fitness_age, self.say
        if age is None:
            withheld = self.assessment.fitness_age_withheld
            return "" if withheld is None else say.say(withheld)
        low, high = self.number(age.low, 0), self.number(age.high, 0)
        return say(f"report.age.{age_bounds(age)}", low=low, high=high)

    @property
    def tested(self) -> tuple[HistoryPoint, ...]:
        """The tests that have a number, oldest first."""
        return tuple(point for point in self.history if point.vo2max_ml_kg_min is not None)

    @property
    def last_imported(self) -> HistoryPoint | None:
        """The latest result of another system."""
        return next((point for point in reversed(self.tested) if point.method), None)

    @property
    def first_words(self) -> str:
        """What stands in place of a change at the first test here; a difference between two methods is no change.

        A demonstration is compared with demonstrations alone: it is no first test of a person who has others.
        """
        if self.run.demo:
            return self.say("report.change.demo")
        then, now, say = self.last_imported, self.headline.vo2max_ml_kg_min, self.say
        if then is None or then.vo2max_ml_kg_min is None:
            return f"{say('report.change.none')} {say('report.change.offer')}"
        value = self.number(then.vo2max_ml_kg_min)
        words = say("report.change.imported", day=self.day(then.started_at), value=value, method=then.method)
        if now is None:
            return words
        away = now - then.vo2max_ml_kg_min
        return f"{words} {say('report.change.imported_today', size=self.signed(away))}"

    @property
    def in_line(self) -> tuple[HistoryPoint, ...]:
        """The tests that were reckoned as the newest was: between numbers of two algorithms lies no change."""
        own = [point for point in self.tested if not point.method]
        return tuple(point for point in own if point.reckoned_by == own[-1].reckoned_by)

    @property
    def trend(self) -> Trend | None:
        """Those tests as one line; None while there are too few."""
        points = self.in_line
        values = [point.vo2max_ml_kg_min or 0.0 for point in points]
        return fit_trend([point.started_at for point in points], values, [TYPICAL_ERROR] * len(points))

    @property
    def ending(self) -> str:
        """How the test ended, in words."""
        outcome = self.run.outcome or Outcome.INTERRUPTED
        reason = "" if self.run.reason is None else self.say.told(self.run.reason)
        return self.say(f"report.outcome.{outcome.value}") + (f": {reason}" if reason else "")


def build(
    person: ReportPerson,
    run: RunRecord,
    assessment: Assessment,
    history: Sequence[HistoryPoint],
    clinic: Clinic,
    operator: str,
    made_with: str,
    data_sha256: str = "",
    language: str = "nb",
    signatures: Sequence[Signed] = (),
    log_row: str = "",
    extras: Extras | None = None,
) -> Report:
    """Gather what a report needs."""
    return Report(
        person,
        run,
        assessment,
        tuple(history),
        clinic,
        operator,
        made_with,
        data_sha256,
        language,
        tuple(signatures),
        log_row,
        extras or Extras(),
    )
