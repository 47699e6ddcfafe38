"""What every column of the exported tables means: the header, the decimals and the codebook come from here alone."""

from dataclasses import dataclass

from teststation.physiology.result import METHODS


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``digits``: decimals of its numbers; None for text and whole numbers."""

    name: str
    meaning: str
    unit: str = ""
    digits: int | None = None


def _uptake(name: str, meaning: str) -> Column:
    return Column(name, meaning, "mL/kg/min", 1)


_DEMO = Column("demo", "yes: made with emulated devices or a played pulse; no test of a person")
_TEST_ID = Column("test_id", "which test of tests.csv")

PEOPLE = (
    Column("id", "the record's own identifier of the person"),
    Column("family_name", "family name"),
    Column("given_name", "given names"),
    Column("born", "birth date, YYYY-MM-DD"),
    Column("sex", "female or male, as the reference tables divide it"),
    Column("number", "the clinic's number or the national number, where there is one"),
    Column("height_cm", "height", "cm", 0),
    Column("note", "what the clinic noted of the person"),
    Column("demo", "yes: the demonstration's own person, and nobody"),
    Column("language", "language of the page: nb, nn or en; empty: the clinic's"),
)

IMPORTED = (
    Column("person_id", "which person of people.csv"),
    Column("tested_on", "day of the test, YYYY-MM-DD"),
    _uptake("vo2max_ml_kg_min", "oxygen uptake that another system found"),
    Column("method", "how, in the words of who measured"),
    Column("hr_max_bpm", "highest heart rate", "/min", 0),
    Column("weight_kg", "body weight", "kg", 1),
    Column("comment", "what was written beside it"),
)

SESSIONS = (
    Column("id", "the record's own identifier of the session"),
    Column("person_id", "which person of people.csv"),
    Column("started_at", "when it began, ISO 8601 with zone"),
    Column("protocol", "which session: 4x4, 3x4, 10x1, steady-20 or the clinic's own"),
    Column("outcome", "completed, limit, operator, fault or interrupted"),
    Column("reason", "why it ended so"),
    Column("symptoms", "what stopped it or was noted, and when; a doctor is asked before the next one"),
    Column("cleared", "who answered for it beforehand, and why, where somebody had to"),
    Column("steered_by", "pulse, or borg where the pulse steers nothing"),
    Column("bouts_planned", "bouts of the plan"),
    Column("bouts_done", "bouts walked to their end"),
    Column("bouts_reached", "bouts whose last two minutes reached the band; empty: not judged by the pulse"),
    Column("minutes", "on the belt, warm-up and cool-down counted", "min", 1),
    Column("distance_m", "way walked", "m", 0),
    Column("climbed_m", "height climbed", "m", 0),
    Column("hr_low_bpm", "lower end of the bouts' band", "/min", 0),
    Column("hr_high_bpm", "upper end of the bouts' band", "/min", 0),
    Column("in_band_s", "seconds of the bouts in their band", "s", 0),
    Column("peak_bpm", "highest pulse held for five seconds that can be believed", "/min", 0),
    Column("all_out", "yes: the bout of the peak was rated Borg 19 or 20"),
    Column("algorithm_version", "of what the session came to"),
    Column("software_version", "that ran it"),
    Column("events_sha256", "SHA-256 of the raw events"),
    Column("signed_by", "who signed it"),
    Column("signed_at", "when"),
    Column("comment", "the professional's words"),
    _DEMO,
)

BOUTS = (
    Column("session_id", "which session of sessions.csv"),
    Column("number", "which bout, from 1"),
    Column("whole", "yes: walked to its end"),
    Column("duration_s", "how long it was", "s", 0),
    Column("speed_kmh", "measured speed", "km/h", 2),
    Column("incline_pct", "measured incline", "%", 1),
    Column("rpe", "Borg's scale of effort, 6 to 20"),
    Column("third_minute_bpm", "mean pulse of the third minute", "/min", 1),
    Column("last_two_bpm", "mean pulse of the last two minutes", "/min", 1),
    Column("peak_bpm", "highest pulse held for five seconds that can be believed", "/min", 0),
    Column("in_band_s", "seconds in the band", "s", 0),
    Column("reached", "yes: its last two minutes reached the band; empty: not judged by the pulse"),
    Column("fell_bpm", "how much the pulse fell in the minute after it", "/min", 1),
)

DIARY = (
    Column("id", "the record's own identifier of the row"),
    Column("version", "how often it was written; the last counts"),
    Column("person_id", "which person of people.csv"),
    Column("day", "day of the session, YYYY-MM-DD"),
    Column("kind", "4x4, 3x4, 10x1, steady, strength, walk, run, bike or other"),
    Column("what", "in words, where the kind does not say it"),
    Column("attendance", "done, excused (told beforehand) or absent"),
    Column("reason", "why the person was not there"),
    Column("minutes", "how long the session was", "min", 1),
    Column("borg", "Borg's scale of effort, 6 to 20"),
    Column("rating", "rating of the whole session, 0 to 10 (CR-10)", "", 1),
    Column("felt", "how it felt, 1 bad to 5 good"),
    Column("bouts_done", "bouts that were done"),
    Column("bouts_planned", "bouts that were planned"),
    Column("stopped_because", "why it was broken off"),
    Column("comment", "the person's own words"),
    Column("therapist", "the therapist's"),
    Column("source", "hand, station or watch"),
    Column("started_at", "when it began, where that is known"),
    Column("mean_bpm", "mean heart rate", "/min", 0),
    Column("max_bpm", "highest heart rate", "/min", 0),
    Column("session_id", "the station's own session"),
    Column("plan_number", "which planned session it was meant for, where somebody said so"),
    Column("symptoms", "symptoms that were told, by code; a doctor is asked before the next session"),
    Column("sets", "strength: exercise, load, repetitions of each set, repetitions left"),
)

_SUBJECT = (
    Column("sex", "female or male, as the estimate used it"),
    Column("age_years", "age on the day of the test", "years", 1),
    Column("weight_kg", "body weight", "kg", 1),
    Column("height_cm", "height", "cm", 0),
    Column("resting_hr_bpm", "resting heart rate", "/min", 0),
    Column("resting_systolic_mmhg", "systolic blood pressure at rest", "mmHg", 0),
    Column("resting_diastolic_mmhg", "diastolic blood pressure at rest", "mmHg", 0),
    Column("waist_cm", "waist", "cm", 0),
    Column("activity_index", "activity index of Nes 2011: frequency x intensity x duration", "", 2),
    Column("beta_blocker", "yes: on beta-blockers"),
    Column("irregular_rhythm", "yes: atrial fibrillation or pacemaker"),
    Column("conditions", "what was answered before the test, each as question: answer"),
    Column("handrail", "yes: the rail was held in some stage"),
    Column("gait", "walk, run, or walk+run over the stages"),
)

_HEADLINE = (
    Column("method", "which estimate is the result"),
    Column("status", "ok or withheld"),
    Column("why", "why it is withheld"),
    _uptake("vo2max_ml_kg_min", "estimated maximal oxygen uptake: the result"),
    _uptake("low", "lower end of the 95 % interval for the person's true value"),
    _uptake("high", "upper end of it"),
    _uptake("likely_low", "lower end of the 50 % interval"),
    _uptake("likely_high", "upper end of it"),
    Column("hr_max_bpm", "highest heart rate as it was used", "/min", 0),
    Column("hr_max_source", "measured, intervals, nes2013, brawner2004 or rpe"),
    Column("fitness_age_years", "fitness age; empty where it lies beyond the table's 20 to 80 years", "years", 0),
    Column("fitness_age_low", "lower end of its 95 % interval", "years", 0),
    Column("fitness_age_high", "upper end of it", "years", 0),
    Column("fitness_age_capped", "none; young: under 20; old: over 80"),
    Column("percent_of_expected", "result in percent of healthy people of the same age and sex", "%", 0),
    Column("percentile", "percentile among them, where the source prints a spread", "", 0),
    _uptake("change_ml_kg_min", "change since the earlier test, both under one highest heart rate"),
    _uptake("change_low", "lower end of its 95 % interval"),
    _uptake("change_high", "upper end of it"),
    Column("change_verdict", "within_error, possible, real or not_comparable"),
)


def _of_method(name: str) -> tuple[Column, ...]:
    return (
        Column(f"{name}_status", f"estimate {name}: ok or withheld"),
        _uptake(f"{name}_vo2max_ml_kg_min", f"estimate {name}"),
        _uptake(f"{name}_low", f"estimate {name}: lower end of its 95 % interval"),
        _uptake(f"{name}_high", f"estimate {name}: upper end of it"),
    )


TESTS = (
    Column("id", "the test"),
    Column("person_id", "which person of people.csv"),
    Column("started_at", "when it began, ISO 8601 with zone"),
    Column("protocol", "which protocol"),
    Column("outcome", "completed, limit, operator, fault or interrupted"),
    Column("reason", "why it ended"),
    Column("symptoms", "symptoms that ended it or were noted, with stage and minute"),
    Column("operator", "who stood beside the belt"),
    *_SUBJECT,
    *_HEADLINE,
    *(column for name in METHODS for column in _of_method(name)),
    Column("algorithm_version", "version of the arithmetic"),
    Column("software_version", "version of the program that ran the test"),
    Column("events_sha256", "hash of the raw data"),
    Column("state", "draft: unsigned; signed; amended"),
    Column("signed_by", "who signed last"),
    Column("signed_at", "when, ISO 8601, UTC"),
    Column("comment", "the comment that was signed"),
    Column("amended_because", "why it was signed anew"),
    _DEMO,
)

STAGES = (
    _TEST_ID,
    Column("number", "place of the stage, from 0"),
    Column("name", "its name in the protocol"),
    Column("planned_duration_s", "planned duration", "s", 0),
    Column("planned_speed_kmh", "planned speed", "km/h", 1),
    Column("planned_incline_pct", "planned incline", "%", 1),
    Column("speed_kmh", "measured speed", "km/h", 1),
    Column("incline_pct", "measured incline", "%", 1),
    Column("gait", "walk or run"),
    Column("handrail", "yes: the rail was held"),
    _uptake("vo2_ml_kg_min", "oxygen uptake of the load"),
    Column("hr_bpm", "steady heart rate", "/min", 0),
    Column("hr_coverage", "share of the window with a heart rate, 0 to 1", "", 2),
    Column("percent_of_hr_max", "heart rate in percent of the highest", "%", 0),
    Column("steady", "yes: steady state; empty: cannot be told"),
    Column("rpe", "Borg's scale, 6 to 20"),
    Column("systolic_mmhg", "systolic blood pressure", "mmHg", 0),
    Column("diastolic_mmhg", "diastolic blood pressure", "mmHg", 0),
    Column("used", "yes: the estimate rests on it"),
    Column("excluded_because", "why it does not"),
    Column("doubts", "why a stage that counts says less than others"),
    _DEMO,
)

MARKS = (
    _TEST_ID,
    Column("t_s", "seconds from the start of the test", "s", 1),
    Column("kind", "note, symptom, hold_pressed, limit_reached and so on"),
    Column("text", "what was written, or the code"),
    _DEMO,
)

SECONDS = (
    _TEST_ID,
    Column("t_s", "seconds from the start of the test", "s", 0),
    Column("time", "the clock of the place, ISO 8601 with zone"),
    Column("stage", "place of the stage, from 0; empty before, between and after"),
    Column("hr_bpm", "heart rate; empty: none was heard, and nothing is filled in", "/min", 0),
    Column("target_speed_kmh", "speed that was asked for", "km/h", 1),
    Column("measured_speed_kmh", "speed that the treadmill told", "km/h", 2),
    Column("target_incline_pct", "incline that was asked for", "%", 1),
    Column("measured_incline_pct", "incline that the treadmill told", "%", 1),
    _DEMO,
)

CODEBOOK = (
    Column("file", "which file; * stands for a test's own name"),
    Column("column", "which column"),
    Column("unit", "unit, as UCUM writes it"),
    Column("decimals", "decimals; empty for text"),
    Column("meaning", "what stands in it"),
)

FILES = {
    "people.csv": PEOPLE,
    "person.csv": PEOPLE,
    "tests.csv": TESTS,
    "stages.csv": STAGES,
    "marks.csv": MARKS,
    "imported.csv": IMPORTED,
    "sessions.csv": SESSIONS,
    "bouts.csv": BOUTS,
    "diary.csv": DIARY,
    "*_seconds.csv": SECONDS,
    "codebook.csv": CODEBOOK,
}
