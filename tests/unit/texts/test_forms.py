"""One and none, what is over, differences and nothing, names and days: each as the language writes it."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import protocols
from tests.unit.texts.test_catalogues import entries, files
from teststation.cause import Cause
from teststation.pulse import limit_beside, told_beside
from teststation.run.record import Outcome
from teststation.texts import LANGUAGES, texts, writing

# A sentence of what is over does not tell anybody what to do, nor how things are.
ORDERS = {
    "nb": r"\b(?:sjekk|trykk|bruk|vent|bytt|fukt|begynn|start|legg|se|er|står|holdes|svarer|melder)\b",
    "nn": r"\b(?:sjekk|trykk|bruk|vent|byt|fukt|byrj|start|legg|sjå|er|står|held|svarer|melder)\b",
    "en": r"\b(?:check|press|use|wait|change|moisten|enter|see|is|are|does|keeps|reports)\b",
}
NEVER_A_REASON = re.compile(
    r"not_ready_|protocol_|plan_beyond|hr_(?:implausible|frozen|rr|cadence|second|not_bound|machine|battery)|"
    r"press_red|belt_off|belt_offline|incline_off|arm_refused|symptom_|pressure_"
)
FILL = {
    "bpm": 160, "limit": 155, "rpe": 17, "seconds": 60, "sentence": "the wire was cut", "words": "sore foot",
    "name": "x", "n": 2,
}  # fmt: skip


def reasons() -> list[str]:
    """The codes a test can end by."""
    codes = [key.removeprefix("cause.") for key in entries(files("nb")["run.toml"]) if key.startswith("cause.")]
    return [code for code in codes if not NEVER_A_REASON.match(code)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_a_test_ended_is_told_in_the_past_and_orders_nobody_about(language: str) -> None:
    say = texts(language)
    assert len(reasons()) > 35
    told = {code: say.told(Cause(code, dict(FILL))) for code in reasons()}  # type: ignore[arg-type]
    wrong = {code: words for code, words in told.items() if re.search(ORDERS[language], words, re.IGNORECASE)}
    assert wrong == {}


def test_an_order_in_a_reason_would_be_found() -> None:
    said = texts("nb").say(Cause("hr_lost"))
    assert re.search(ORDERS["nb"], said)
    assert texts("nb").told(Cause("hr_lost")) == "pulsen falt ut"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ["too_few_stages", "few_stages", "too_few_rpe", "line_too_long"])
def test_one_and_none_are_words_and_not_figures(language: str, code: str) -> None:
    say = texts(language)
    for n in (0, 1):
        assert not re.search(r"\b[01]\b", say.say(Cause(code, {"n": n})))
    assert "2" in say.say(Cause(code, {"n": 2}))


def test_the_one_usable_stage_is_in_the_singular() -> None:
    assert texts("nb").say(Cause("too_few_stages", {"n": 1})) == "bare ett brukbart trinn; det trengs minst to"
    assert texts("en").say(Cause("too_few_stages", {"n": 0})).startswith("no usable stage")


# --- numbers ---


@given(st.floats(-300, 300), st.integers(0, 2), st.sampled_from(LANGUAGES))
def test_nothing_has_no_sign_and_every_difference_has_one(value: float, decimals: int, language: str) -> None:
    text = writing.signed(language, value, decimals)
    if not text.strip("0,."):
        assert text[0] == "0"
    else:
        assert text[0] in "+−"
    assert "-" not in text
    assert not re.match(r"−0(?:[.,]0+)?$", writing.number(language, value, decimals))
    assert ("." in text) == (decimals > 0 and language == "en")


@given(st.floats(-30, 30))
def test_a_number_within_a_sentence_is_written_alike(value: float) -> None:
    for language in LANGUAGES:
        said = texts(language)("cause.incline_off_target", read=round(value, 1), set=-0.0)
        assert "-" not in said.replace("hand-set", "")
        assert not re.search(r"−0[.,]0", said)


def test_a_difference_that_rounds_to_nothing() -> None:
    assert [writing.signed("nb", value, 0) for value in (-0.4, 0.0, 0.4, 9.0, -9.0)] == ["0", "0", "0", "+9", "−9"]
    assert writing.span("nb", 5.04, 5.0, 1) == "5,0"
    assert writing.span("en", 5.0, 7.5, 1) == "5.0–7.5"


@given(st.floats(40, 220), st.floats(100, 200))
@example(131.0, 130.75)
@example(130.9, 130.75)
def test_a_pulse_is_told_on_the_side_of_its_limit_where_it_lies(bpm: float, limit: float) -> None:
    told, beside = told_beside(bpm, limit), limit_beside(bpm, limit)
    if bpm != limit:
        assert told != beside
        assert (told > beside) is (bpm > limit)
    assert abs(told - bpm) <= 0.5
    assert abs(beside - limit) <= 0.5


def test_a_pulse_beside_its_limit_has_tenths_where_it_needs_them() -> None:
    assert [told_beside(bpm, 110) for bpm in (106.7, 109.6, 109.96, 110.4)] == [107, 109.6, 109.9, 110.4]
    assert [limit_beside(bpm, 130.75) for bpm in (130.9, 131.0, 132.0)] == [130.7, 130.7, 131]
    assert texts("nb").say(Cause("pulse_below", {"bpm": 109.6, "limit": 110})) == "puls 109,6 er under 110 slag/min"


# --- days ---


@given(st.dates())
def test_a_day_is_written_as_the_language_does(day) -> None:  # type: ignore[no-untyped-def]
    assert writing.day("nb", day.isoformat()) == writing.day("nn", day.isoformat()) == f"{day:%d.%m.%Y}"
    english = writing.day("en", day.isoformat())
    assert writing.parse_english_day(english) == day


def test_no_day_is_a_dash_and_no_other_words_are_a_day() -> None:
    assert writing.day("en", None) == "–"
    assert writing.day("en", "2026-11-28T10:00:00+01:00") == "28 Nov 2026"
    for text in ("28 Foo 2026", "31 Feb 2026", "28 Nov", "Nov 28 2026", "", "28 Nov 0"):
        assert writing.parse_english_day(text) is None


# --- names ---


def test_our_own_protocols_and_stages_have_names_in_each_language() -> None:
    english, nynorsk = texts("en"), texts("nn")
    assert english.name_of("Submaksimal tredemølletest 13 minutter") == "Submaximal treadmill test, 13 minutes"
    assert nynorsk.name_of("Ebbeling, 8 minutter") == "Ebbeling, 8 minutt"
    assert english.name_of("Forstadium 2") == "Pre-stage 2"
    assert english.name_of("10,5 %") == "10.5 %"
    assert nynorsk.name_of("10,5 %") == "10,5 %"


@given(st.text(max_size=30))
def test_a_clinics_own_name_stays_as_it_is_written(name: str) -> None:
    assert texts("nb").name_of(name) == name
    for language in LANGUAGES:
        texts(language).name_of(name)


def test_every_name_that_is_bokmaal_in_our_protocols_is_translated() -> None:
    """A name may stand alike in all three: Bruce, a per cent. One with a Norwegian word in it may not."""
    english = texts("en")
    written = [path.read_text("utf-8") for path in sorted(Path(protocols.__path__[0]).glob("*.toml"))]
    names = {name for text in written for name in re.findall(r'^(?:title|name) = "(.*)"', text, re.MULTILINE)}
    # Those that the reader of protocols gives where none is written.
    names |= {"Oppvarming", "Aktiv pause", "Nedtrapping", "Trinn 3", "Drag 1 av 4"}
    assert len(names) > 25
    told = {name: english.name_of(name) for name in names}
    left = r"[æøåÆØÅ]|minutter|Forst|Tilv|Flatt|Modif.sert|Nedtr|Oppv|Aktiv |Drag|Trinn|Interval(?:ler)|Jevn|,\d"
    assert {name: said for name, said in told.items() if re.search(left, said)} == {}


def test_the_ways_a_test_ends_are_named() -> None:
    for language in LANGUAGES:
        for outcome in Outcome:
            assert texts(language)(f"report.outcome.{outcome.value}")


# --- where protocols come from ---


def test_where_our_own_protocols_come_from_is_told_in_each_language_and_the_source_as_it_is() -> None:
    files = sorted(Path(protocols.__path__[0]).glob("*.toml"))
    written = [tomllib.loads(path.read_text("utf-8"))["citation"] for path in files]
    assert len(written) > 10
    for citation in written:
        assert texts("en").origin_of(citation) == citation
        source = "Med Sci Sports Exerc" in citation
        for language in ("nb", "nn"):
            told = texts(language).origin_of(citation)
            assert told != citation or citation.endswith("1991;23:966-973."), "nothing but a source"
            assert ("Med Sci Sports Exerc" in told) is source
    assert texts("nb").origin_of("Klinikkens egen, 2024.") == "Klinikkens egen, 2024."
