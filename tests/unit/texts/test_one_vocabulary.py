"""Window and page name the same things in the same words."""

import re

import pytest

from tests.unit.texts.test_catalogues import entries, everything, files
from teststation.texts import LANGUAGES, texts

TERMS = (
    "hr_max", "standing", "bend", "stage", "effort", "population", "walking_cost", "running_cost", "handrail",
    "uptake_measured", "day",
)  # fmt: skip
CHANGE = ("probability", "baseline", "offer", "note", "years_unknown", "thresholds", "pulse", "differs")
OUTCOMES = ("completed", "limit", "operator", "fault", "interrupted")
METHODS = ("extrapolation", "combined", "ebbeling", "george", "vehrs", "hunt_submaximal", "rpe", "non_exercise")
PAIRS = {
    **{f"term.{name}": f"report.term.{name}" for name in TERMS},
    **{f"change.{name}": f"report.change.{name}" for name in CHANGE},
    **{f"outcome.{name}": f"report.outcome.{name}" for name in OUTCOMES},
    **{f"method.{name}": f"report.estimate.{name}" for name in METHODS},
    **{f"norm.{name}": f"report.norm.{name}" for name in ("below", "above", "about")},
    **{
        f"remedy.{name}": f"report.limits.{name}"
        for name in ("hr_max_from_intervals", "three_questions", "borg_answers")
    },
    "result.vo2_title": "report.vo2max",
    "result.age_title": "report.fitness_age",
    "result.expected_title": "report.compared",
    "change.title": "report.heading.change",
    "result.none": "report.sentence.withheld",
}
SYMPTOMS = ("chest_pain", "breathless", "dizzy", "leg_pain", "pallor")
# What is felt with a finger, and what the patient is told, is a pulse; what a strap reads, a heart rate.
PULSE = re.compile(r"\b[Pp]ulse\b(?! at the wrist)")
TO_THE_PATIENT = re.compile(
    r"patient\.|training\.|origin\.|screening\.medicine|report\.screening\.medicine"
    r"|remedy\.hr_max_from_intervals|report\.limits\.hr_max_from_intervals"
)
# What a thing is not called, because it has another name everywhere else.
OTHER_NAMES = {
    "nb": r"ml/kg|[Kk]ondisen\b|målefeil|95 % sikkert|hastighet|pulsbånd|løpebånd|tredemølla\b|samtale[nr]? med",
    "nn": r"ml/kg|[Kk]ondisen\b|målefeil|95 % sikkert|hastigheit|løpeband|nødstopp|sikkerheit|samtale[nr]? med",
    "en": r"ml/kg|error of measurement|measurement error|95 % sure|velocity|chest belt|talk with the treadmill",
}


def plain(text: str) -> str:
    """A text without the capital and the full stop that its place gives it."""
    return text.rstrip(".").casefold()


@pytest.mark.parametrize("language", LANGUAGES)
def test_window_and_page_use_the_same_words(language: str) -> None:
    window, page = entries(files(language)["window"]), texts(language)
    differing = {
        key: (window[key], page.plain(other))
        for key, other in PAIRS.items()
        if plain(window[key]) != plain(page.plain(other))
    }
    assert differing == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_symptom_has_one_name_whether_it_is_noted_or_ends_a_test(language: str) -> None:
    window, page = entries(files(language)["window"]), texts(language)
    for code in SYMPTOMS:
        names = {
            window[f"symptom.{code}"], window[f"reason.{code}"],
            page.plain(f"cause.stop_{code}"), page.plain(f"advice.symptom.{code}"),
        }  # fmt: skip
        assert len({plain(name) for name in names}) == 1, names


def test_what_a_strap_reads_is_a_heart_rate_in_english() -> None:
    said = [(key, text) for _, key, text in everything("en") if PULSE.search(re.sub(r"\{\w+\}", "", text))]
    assert {key: text for key, text in said if not TO_THE_PATIENT.match(key)} == {}
    assert any(TO_THE_PATIENT.match(key) for key, _ in said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_has_two_names(language: str) -> None:
    named = {key: text for _, key, text in everything(language) if re.search(OTHER_NAMES[language], text)}
    assert named == {}
