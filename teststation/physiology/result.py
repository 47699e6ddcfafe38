"""What the arithmetic says: every value that window, report, record and command line show."""

from teststation.cause import Cause
from teststation.ports import Value
from teststation.subject import Gait

ALGORITHM_VERSION = "4"  # every stored result names it; raise it whenever the same input may give another number

METHODS = (
    "extrapolation", "combined", "ebbeling", "george", "vehrs", "hunt_submaximal", "rpe", "non_exercise",
)  # fmt: skip
HEADLINES = ("combined", "extrapolation")  # what may be the result; the first is, unless the clinic chooses
EITHER = "extrapolation_or_combined"  # a clinic's choice: combined where the stages make no line


def line_of(algorithm_version: str, headline: str, hr_max_source: str) -> str:
    """Which line a number stands in: between numbers of two lines lies no change.

    Algorithm 4 reckons the peaks of own interval sessions anew, reads late ones beside the stages, and changes nothing
    else, so whatever of 3 rests on no session goes on in the line of 4.
    """
    goes_on = algorithm_version == "3" and hr_max_source != "intervals"
    return f"{'4' if goes_on else algorithm_version} {headline}"


class Load(Value, frozen=True):
    """Duration, speed and incline of a stage, planned or walked."""

    duration_s: float | None
    speed_kmh: float | None
    incline_pct: float | None


class StageObservation(Value, frozen=True):
    """One stage as the estimators read it. Made from a run, or from one row of a table."""

    index: int
    name: str
    planned: Load | None
    actual: Load
    hr_bpm: float | None
    hr_coverage: float | None = None  # valid share of the window, 0..1
    steady: bool | None = None  # None: cannot be told
    rpe: int | None = None
    gait: Gait = Gait.WALK
    gait_stated: bool = True  # False: a table did not say, and the gait is the usual one at this speed
    handrail: bool = False
    habituation: bool = False
    vo2_ml_kg_min: float | None = None  # measured uptake, where a table brings it
    duration_ok: bool = True
    pulse_frozen: bool = False  # the number did not move while the load rose: it is no pulse, and hr_bpm is None
    systolic_mmhg: int | None = None
    diastolic_mmhg: int | None = None


class StageResult(Value, frozen=True):
    """A stage with its oxygen uptake and whether it was used."""

    observation: StageObservation
    vo2_ml_kg_min: float | None
    used: bool
    excluded_because: Cause | None = None
    doubts: tuple[Cause, ...] = ()  # why a stage that counts says less than others


class HrMax(Value, frozen=True):
    """The largest heart rate: what the page names and the limit uses, and what the estimate reckons with.

    They differ only by age: the clinic's formula lies above the mean of the large ones.
    """

    bpm: float
    source: str  # measured | intervals | nes2013 | brawner2004 | rpe
    see_bpm: float
    question: Cause | None = None  # such as: observed pulse above the predicted maximum
    rpe_check_bpm: float | None = None  # heart rate on RPE, read at 18, whatever the source
    measured_on: str | None = None  # ISO date of the measurement or the interval session, where it is known
    reckoned_bpm: float | None = None  # None: in a result older than algorithm 3
    reckoned_sd_bpm: float | None = None
    reckoned_source: str | None = None  # as source, or age: the mean of four formulas


class Ingredient(Value, frozen=True):
    """One thing a combined estimate rests on: what it says by itself, and its share of the weight."""

    name: str  # stages | stages_and_earlier | stages_and_sessions | population | questions
    vo2max_ml_kg_min: float
    sd_ml_kg_min: float
    weight: float  # 0..1; the weights of an estimate add up to 1


class Estimate(Value, frozen=True):
    """One method's VO2max. Withheld estimates carry no number."""

    status: str  # ok | withheld
    why: Cause | None = None
    vo2max_ml_kg_min: float | None = None
    low: float | None = None  # 95 % interval for the person's true VO2max
    high: float | None = None
    r2: float | None = None
    n_stages: int | None = None
    ingredients: tuple[Ingredient, ...] = ()
    likely_low: float | None = None  # 50 % interval
    likely_high: float | None = None
    remarks: tuple[Cause, ...] = ()  # why a number that is given is less sure than others


def withheld(code: str, **values: int | float | str) -> Estimate:
    """An estimate without a number, and why."""
    return Estimate(status="withheld", why=Cause(code, dict(values)))


class ErrorTerm(Value, frozen=True):
    """One source of uncertainty: its share of the 95 % interval's variance and where its size comes from."""

    name: str  # a key of the text catalogue
    sd_ml_kg_min: float
    source: str


class Limits(Value, frozen=True):
    """What the doubt is made of, and the one thing that would narrow it most."""

    largest: str  # the name of the largest error term
    share: float  # its share of the variance, 0..1
    remedy: str | None = None  # hr_max_from_intervals | three_questions | borg_answers
    half_width: float | None = None  # of the 95 % interval now, mL/kg/min
    half_width_then: float | None = None  # about what it would be with the remedy


class Line(Value, frozen=True):
    """Heart rate as a line in oxygen uptake, for the plots: hr = intercept + slope * vo2."""

    slope_bpm_per_ml: float
    intercept_bpm: float
    vo2_ml_kg_min: tuple[float, ...]  # where the band is given
    band_low_bpm: tuple[float, ...]
    band_high_bpm: tuple[float, ...]


class FitnessAge(Value, frozen=True):
    """The age at which the mean healthy person of this sex has this VO2max."""

    years: float
    low: float
    high: float
    capped: str  # none | young | old
    likely_low: float | None = None  # the central half, in fives
    likely_high: float | None = None


class ReferenceComparison(Value, frozen=True):
    """This person among healthy people of the same age and sex."""

    source: str
    expected_ml_kg_min: float
    percent_of_expected: float
    percentile: float | None  # None where the source prints no spread
    probability_below: float | None = None  # that this person lies below the expected value
    percent_likely_low: float | None = None  # percent of expected, central half
    percent_likely_high: float | None = None


class FitnessAgeChange(Value, frozen=True):
    """How many years of fitness age a change is worth, negative for younger, over the change's own range."""

    years: float
    low: float
    high: float
    capped: str = "none"  # none | young | old: the end of the table that one of the two ages lies beyond


class ToldChange(Value, frozen=True):
    """A change in the digits that are shown, mL/kg/min: who compares them comes to the verdict that stands beside."""

    size: float
    low: float
    high: float
    possible_from: float | None
    real_from: float | None


class Change(Value, frozen=True):
    """This test against an earlier one, both under one HRmax."""

    earlier_test_id: str
    earlier_started_at: str
    change_ml_kg_min: float
    typical_error_ml_kg_min: float
    low: float
    high: float
    wording: str  # within_error | possible | real | not_comparable
    pulse_at_equal_load_bpm: float | None = None
    not_comparable: tuple[Cause, ...] = ()
    possible_from_ml_kg_min: float | None = None  # 80 % of unchanged people stay below; by these tests' own stages
    real_from_ml_kg_min: float | None = None  # 95 %
    fitness_age: FitnessAgeChange | None = None  # where this test has a number
    notes: tuple[Cause, ...] = ()  # what to bear in mind, though the tests are comparable
    probability_of_rise: float | None = None  # that VO2max is higher now than then
    baseline_tests: int = 1  # how many tests of one fortnight stand for the earlier one

    def told(self, decimals: int = 1) -> ToldChange:
        """The change as it is shown with so many decimals.

        A change of 3.22 is no possible one from 3.24 on, and *3.2, possible from 3.2* would say that it is: there the
        threshold is told as the next that the change does not reach, 3.3. The range of a real change leaves nought out.
        """
        step, size = 10.0**-decimals, self.change_ml_kg_min
        shown, low, high = (round(value, decimals) for value in (size, self.low, self.high))
        if self.wording == "real":
            low, high = (max(low, step), high) if size > 0 else (low, min(high, -step))

        def threshold(limit: float | None, *reached_by: str) -> float | None:
            if limit is None:
                return None
            reached = abs(size) >= limit if self.wording == "not_comparable" else self.wording in reached_by
            told = round(limit, decimals)
            return told if reached else max(told, round(abs(shown) + step, decimals))

        possible = threshold(self.possible_from_ml_kg_min, "possible", "real")
        return ToldChange(shown, low, high, possible, threshold(self.real_from_ml_kg_min, "real"))


class Outlook(Value, frozen=True):
    """How sure the station is now, and what one more stage would bring. Widths of the 95 % interval, mL/kg/min."""

    advice: str  # one_more | enough | limit_near | no_more_stages | need_stages
    width_now: float | None = None
    width_next: float | None = None
    next_hr_bpm: float | None = None  # what the line foretells for the next stage


class Trend(Value, frozen=True):
    """All comparable tests as one straight line in time."""

    per_year: float  # mL/kg/min
    low: float  # 95 %, by the tests' repeat error
    high: float
    at_years: tuple[float, ...]  # from the first test
    line: tuple[float, ...]  # mL/kg/min
    band_low: tuple[float, ...]
    band_high: tuple[float, ...]


class ThresholdTraining(Value, frozen=True):
    """The belt setting that should give the 4x4 pulse."""

    hr_low_bpm: float
    hr_high_bpm: float
    hr_target_bpm: float
    speed_kmh: float
    incline_pct: float
    gait: Gait
    incline_low_pct: float | None = None  # of 85 and 90 % of HRmax at this speed; None: of a version without them
    incline_high_pct: float | None = None
    easy_speed_kmh: float | None = None  # warm-up and pauses
    easy_incline_pct: float | None = None
    handrail: bool = False  # the stages it rests on were walked with a hand on the rail
    short: bool = False  # the most that belt and gait allow, and less than the pulse asks for


class Assessment(Value, frozen=True):
    """Everything the station concludes from one run and its history."""

    algorithm_version: str
    stages: tuple[StageResult, ...]
    hr_max: HrMax
    estimates: dict[str, Estimate]  # by the names in METHODS
    headline: str
    error_budget: tuple[ErrorTerm, ...] = ()
    line: Line | None = None
    fitness_age: FitnessAge | None = None
    reference: ReferenceComparison | None = None
    change: Change | None = None
    training: ThresholdTraining | None = None
    hr_limit_bpm: float | None = None  # the submaximal end point of this test
    second_reference: ReferenceComparison | None = None
    outlook: Outlook | None = None
    fitness_age_withheld: Cause | None = None
    limits: Limits | None = None
    since_first: Change | None = None  # to this test from the first that has stages to compare, where that is another

    @property
    def answer_hr_max_bpm(self) -> float:
        """The HRmax that the headline was reckoned with: a combined one has its own, the line's is the one shown."""
        own = self.hr_max.reckoned_bpm if self.headline == "combined" else None
        return self.hr_max.bpm if own is None else own
