"""What the pages show beside the answer: what was known, how the test went, the test before, every written word."""

import io
from dataclasses import replace

import msgspec
import pytest
from pypdf import PdfReader

import teststation.report.known as known_module
import teststation.report.layout as layout_module
import teststation.report.page_one as page_one_module
from tests.mutants import fails_with
from tests.sample_tests import follow_up, sample
from tests.unit.report.test_report import report, text_of
from teststation.cause import Cause
from teststation.physiology.assess import assess_run
from teststation.physiology.course import course
from teststation.physiology.result import Assessment, Change, FitnessAgeChange
from teststation.report.change import change_words
from teststation.report.flow import gap, on_pages, written
from teststation.report.known import known_words, told_of
from teststation.report.layout import BOLD, name_lines, register_fonts
from teststation.report.model import Extras, HistoryPoint, Previous, Report, ReportPerson, Signed, Version
from teststation.report.pdf import render
from teststation.report.typesetting.drawing import text_width
from teststation.run.record import LinkStats, Mark, RunRecord
from teststation.subject import Gait, SessionLoad

ANSWERS = {
    "screening_heart": "no",
    "screening_medicine": "yes: Metoprolol sluttet for tre uker siden",
    "screening_today": "yes: litt forkjølet, avklart",
    "handrail": "yes",
    "conditions": "sov dårlig, to kopper kaffe",
    "operator": "Ola Nordmann",
    "interview_goal": "vil gå til toppen av Ulriken",
}
MARKS = (
    Mark(60.0, "hold_pressed"),
    Mark(90.0, "hold_released"),
    Mark(200.0, "symptom", "Svimmel eller ustø"),
    Mark(300.0, "limit_reached", "limit_hr"),
    Mark(305.0, "limit_overridden", "Lege er til stede og vil fortsette"),
    Mark(400.0, "load_changed", "5.2 km/h 4.0 %"),
    Mark(410.0, "hr_lost", "stale"),
    Mark(500.0, "note", "Drakk vann"),
    Mark(600.0, "something_new", "hva det nå er"),
)


def pages_of(made: Report) -> list[str]:
    """Each page's text, line breaks as they stand."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(render(made))).pages]


def with_extras(run: RunRecord, found: Assessment, **extras: object) -> Report:
    return replace(report(run, found), extras=Extras(**extras))  # type: ignore[arg-type]


# --- what was known ---


def everything_that_was_known_is_told() -> None:
    run, found = sample()
    trained = SessionLoad(vo2_ml_kg_min=29.04, hr_bpm=160.4, gait=Gait.WALK, bouts=12, on="2026-01-01")
    subject = msgspec.structs.replace(
        run.subject, resting_hr_bpm=62.0, waist_cm=94.0, beta_blocker=True, session_load=trained
    )
    made = with_extras(msgspec.structs.replace(run, subject=subject), found, conditions=ANSWERS)
    told = " ".join(known_words(made))
    for words in (
        "Metoprolol sluttet for tre uker siden", "litt forkjølet, avklart", "Svart nei: hjertesykdom", "Hvilepuls 62",
        "Midjemål 94", "betablokker", "Rekkverk brukt fra start", "sov dårlig, to kopper kaffe",
        "interview goal: vil gå til toppen av Ulriken", "puls 160 slag/min ved 29,0 mL/kg/min, 12 drag",
    ):  # fmt: skip
        assert words in told, words
    assert "Ola Nordmann" not in told
    second = " ".join(pages_of(made)[1].split())
    assert all(words in second for words in ("Metoprolol", "to kopper kaffe", "Ulriken"))


def everything_noted_is_told_in_order() -> None:
    run, found = sample()
    made = report(msgspec.structs.replace(run, marks=MARKS), found)
    told = [one.words for one in told_of(made)]
    assert told == [
        "belastningen holdt til 1:30",
        "symptom: svimmel eller ustø",
        "nådde grensen for puls",
        "gikk videre over grensen: Lege er til stede og vil fortsette",
        "satt for hånd: 5,2 km/t 4,0 %",
        "pulsen falt ut",
        "Drakk vann",
        "something_new: hva det nå er",
    ]
    second = " ".join(pages_of(made)[1].split())
    assert all(words in second for words in told)


def test_everything_that_was_known_is_on_page_two() -> None:
    everything_that_was_known_is_told()


def test_everything_that_was_noted_is_on_page_two() -> None:
    everything_noted_is_told_in_order()


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ("return [*_answers(report), *_subject(report), *_free(report)]", "return _answers(report)",
         everything_that_was_known_is_told),
        ('if answer == "no":', "if True:", everything_that_was_known_is_told),
        ("for name, text in told.items() if name not in _TOLD_ELSEWHERE", "for name, text in ()",
         everything_that_was_known_is_told),
        ('            return say("report.marks.override", text=text)', '            return ""',
         everything_noted_is_told_in_order),
        ('            return say("report.marks.other", kind=mark.kind, text=text)', '            return ""',
         everything_noted_is_told_in_order),
    ],
)  # fmt: skip
def test_what_was_known_fails_on_a_planted_fault(old: str, new: str, fact: object) -> None:
    fails_with(known_module, old, new, fact)  # type: ignore[arg-type]


def test_questions_that_nobody_asked_are_told_as_such() -> None:
    assert known_words(report(*sample()))[0] == "Ingen spørsmål er besvart på forhånd."
    all_no = {"screening_heart": "no", "screening_dizzy": "no"}
    assert known_words(with_extras(*sample(), conditions=all_no))[0] == "Svart nei på alle 2 spørsmålene."


def test_a_stage_says_how_it_was_walked() -> None:
    run, _ = sample()
    stages = tuple(
        msgspec.structs.replace(span, handrail=number == 1, extended_s=60.0 if number == 2 else 0.0)
        for number, span in enumerate(run.stages)
    )
    walked = msgspec.structs.replace(run, stages=stages, marks=MARKS)
    second = " ".join(pages_of(report(walked, assess_run(walked)))[1].split())
    for words in ("rekkverk trinn 2", "forlenget 1 min", "belastning satt for hånd"):
        assert words in second, words


# --- the course, and the test before ---


def test_the_course_is_read_off_the_samples() -> None:
    run, found = sample()
    seen = course(run, found)
    highest = max(sample.bpm for sample in run.heart if sample.bpm is not None)
    assert seen.peak_hr_bpm is not None
    assert highest - 4 < seen.peak_hr_bpm <= highest
    assert seen.walked_s == pytest.approx(780.0, abs=1.0)
    assert seen.recovery_bpm is not None
    assert seen.recovery_bpm > 10


def test_one_stray_beat_is_no_peak_and_a_gap_is_no_part_of_one() -> None:
    run, found = sample()
    heart = list(run.heart)
    peak = course(run, found).peak_hr_bpm
    heart[300] = msgspec.structs.replace(heart[300], bpm=230)
    for place in (304, 306):
        heart[place] = msgspec.structs.replace(heart[place], bpm=None)
    stray = course(msgspec.structs.replace(run, heart=tuple(heart)), found).peak_hr_bpm
    assert peak == pytest.approx(stray)


def test_a_test_that_ended_at_once_has_no_recovery() -> None:
    run, found = sample()
    ended_s = run.stages_ended_s or 0.0
    heart = tuple(one for one in run.heart if one.t_s < ended_s + 40)
    assert course(msgspec.structs.replace(run, heart=heart), found).recovery_bpm is None


def test_the_previous_test_stands_beside_this_one() -> None:
    run, found = follow_up()
    second = pages_of(with_extras(run, found, previous=Previous(*sample())))[1]
    lines = second.splitlines()
    assert "puls sist" in second
    assert any("i dag" in line for line in lines)
    now, before = (
        f"{one.estimates[one.headline].vo2max_ml_kg_min:.1f}".replace(".", ",") for one in (found, sample()[1])
    )
    assert f"{now} (" in second
    assert f"{before} (" in second


# --- whole words ---


def test_a_comment_keeps_its_line_breaks() -> None:
    comment = "Første linje.\n- rolig gange\n- jevn puls\nSiste linje."
    made = replace(report(*sample()), signatures=(Signed("Kari Berg", "2026-01-02T10:00:00+00:00", comment),))
    lines = [line.strip() for line in pages_of(made)[1].splitlines()]
    start = lines.index("Første linje.")
    assert lines[start : start + 4] == comment.splitlines()


def test_an_amendment_leaves_the_comment_before_it_readable() -> None:
    before = Signed("Kari Berg", "2026-01-02T10:00:00+00:00", "Gikk med rekkverk.")
    after = Signed("Nils Dal", "2026-01-05T10:00:00+00:00", "Gikk uten rekkverk.", reason="Feil person.")
    told = replace(report(*sample()), signatures=(before, after)).professional_words
    assert told == (
        "Gikk uten rekkverk.",
        "Rettet 05.01.2026 av Nils Dal: Feil person.",
        "Før rettelsen, 02.01.2026, Kari Berg: Gikk med rekkverk.",
    )


def test_an_arabic_comment_begins_at_the_right() -> None:
    register_fonts()
    assert len(written("تعليق قصير\nSlutt", 8, 400)) == 2


LONG = [
    ("Maximiliane Wilhelmina Adelheid Konstanze von und zu Hohenlohe-Langenburg", "Hohenlohe-Langenburg"),
    ("Anne " * 40 + "Ødegård", "Ødegård"),
    ("Kari Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaft", ""),
    ("A " + "Blåbær" * 30, "Blåbær" * 30),
    ("أحمد عبد الرحمن محمد عبد الله الحسيني الهاشمي " * 2 + "الهاشمي", "الهاشمي"),
    ("Åse Ødegård", "Ødegård"),
    ("", ""),
]


def the_surname_is_never_lost() -> None:
    register_fonts()
    for name, family in LONG:
        lines, size = name_lines(name, family, 12, 250)
        assert all(text_width(line, BOLD, size) <= 250.01 for line in lines), name
        said = "".join(lines).replace(" ", "")
        assert (family or name.rpartition(" ")[2]).replace(" ", "") in said
        if len(family) < 60:
            assert len(lines) <= 2, name


def test_a_long_name_takes_two_lines_and_keeps_its_surname() -> None:
    the_surname_is_never_lost()
    assert name_lines("Åse Ødegård", "", 12, 250) == (["Åse Ødegård"], 12)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('short = " ".join([*(f"{_letters(one)[0]}." for one in given), family])', "short = name[:20]"),
        ("return wrap(family, BOLD, 6.0, width), 6.0", "return wrap(name, BOLD, 6.0, width)[:2], 6.0"),
    ],
)
def test_names_fail_on_a_planted_fault(old: str, new: str) -> None:
    fails_with(layout_module, old, new, the_surname_is_never_lost)


def test_a_long_name_stands_whole_on_every_page() -> None:
    person = ReportPerson("Maximiliane Wilhelmina Adelheid Wolfeschlegelsteinhausenbergerdorff-Ødegård", None)
    for page in pages_of(report(*sample(), person=person)):
        assert "Wolfeschlegelsteinhausenbergerdorff-Ødegård" in page.replace("\n", "")


# --- pages ---


def test_blocks_fill_pages_in_order_and_none_is_lost() -> None:
    blocks = [gap(height) for height in (100.0, 300.0, 300.0, 90.0, 1000.0, 5.0)]
    pages = on_pages(blocks, 420.0, 500.0)
    assert [block for page in pages for block in page] == blocks
    assert [len(page) for page in pages] == [2, 2, 1, 1]


def test_the_ledger_is_a_page_of_its_own_and_says_what_was_sent() -> None:
    run, found = sample()
    version = Version(1, "2026-01-02T10:00:00+00:00", "0.1.0", found, counts=True)
    made = with_extras(run, found, versions=(version,), ledger=True)
    last = pages_of(made)[-1]
    for words in ("bedt om", "sendt", "bekreftet", "målt", run.plan.sha256, "ab" * 32, "algoritme 4", "(gjelder)"):
        assert words in last, words
    assert run.plan.sha256 not in "".join(pages_of(report(run, found)))


# --- the change ---


def changed(**values: object) -> tuple[RunRecord, Assessment]:
    run, found = follow_up()
    assert found.change is not None
    change: Change = msgspec.structs.replace(found.change, **values)
    return run, msgspec.structs.replace(found, change=change)


def test_a_real_change_is_told_in_years_first() -> None:
    age = FitnessAgeChange(-10.4, -18.2, -1.9)
    run, found = changed(
        wording="real", change_ml_kg_min=5.2, fitness_age=age, earlier_started_at="2025-09-02T10:00:00+02:00"
    )
    told = change_words(report(run, found))
    assert told.first == "Du er trolig 10 år yngre i kondisjon enn i september 2025 (2 til 18 år)."


@pytest.mark.parametrize("wording", ["possible", "within_error"])
def test_years_are_told_only_where_the_change_is_real(wording: str) -> None:
    run, found = changed(wording=wording, fitness_age=FitnessAgeChange(-10.4, -18.2, -1.9))
    told = change_words(report(run, found))
    assert "yngre" not in told.first + told.then
    assert "reell" not in told.first


def test_every_difference_has_its_sign_and_nothing_has_none() -> None:
    run, found = changed(low=-0.02, high=8.2, change_ml_kg_min=1.8, pulse_at_equal_load_bpm=-0.3)
    text = change_words(report(run, found)).then
    assert "+1,8 mL/kg/min (95 %: 0,0 til +8,2)" in text
    assert "Lik puls ved samme belastning." in text
    run, found = changed(pulse_at_equal_load_bpm=9.0)
    assert "+9 slag/min" in change_words(report(run, found)).then


def test_the_change_since_the_first_test_is_told_beside() -> None:
    run, found = follow_up()
    assert found.change is not None
    first = msgspec.structs.replace(
        found.change,
        earlier_started_at="2024-03-01T10:00:00+01:00",
        change_ml_kg_min=6.1,
        low=1.0,
        high=11.2,
        wording="real",
    )
    told = change_words(report(run, msgspec.structs.replace(found, since_first=first)))
    assert "Siden første test 01.03.2024: +6,1 mL/kg/min (95 %: +1,0 til +11,2), reell endring (95 %)." in told.then
    assert "Regnet likt for begge tester." in told.then


# --- the trend ---


def a_history_of(count: int) -> list[HistoryPoint]:
    return [
        HistoryPoint(
            f"{2016 + n // 4}-{1 + 3 * (n % 4):02d}-10T10:00:00+01:00", 36.0 + n / 8, 27.0 + n / 8, 47.0 + n / 8,
            reckoned_by="3 combined", likely_low=33.0 + n / 8, likely_high=39.0 + n / 8,
            verdict="real_up" if n % 6 == 5 else "",
        )
        for n in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("count", [1, 2, 8, 41])
def test_the_trend_names_its_dates_and_marks(count: int) -> None:
    made = replace(report(*sample()), history=tuple(a_history_of(count)))
    first = pages_of(made)[0]
    assert "Alle tester" in first
    if count <= 2:
        assert "10.01.2016" in first
    else:
        assert "2018" in first or "2017" in first
        assert "sikker framgang" in first
    if count == 41:
        years = [str(year) for year in range(2016, 2027) if f"\n{year}\n" in first]
        assert 3 <= len(years) <= 7


def test_two_tests_of_one_day_have_their_times() -> None:
    history = [HistoryPoint(f"2026-01-02T{hour}:00:00+01:00", 40.0, 30.0, 52.0) for hour in ("09", "15")]
    first = pages_of(replace(report(*sample()), history=tuple(history)))[0]
    assert "02.01.2026 15:00" in first


def test_a_withheld_answer_has_no_row_of_dashes() -> None:
    run, _ = sample()
    flat = msgspec.structs.replace(run, heart=tuple(msgspec.structs.replace(s, bpm=110) for s in run.heart))
    made = replace(report(flat, assess_run(flat)), history=())
    first = pages_of(made)[0]
    assert "13:00 min på båndet · høyeste puls 110" in first
    assert "Kondisjonsalder" not in first
    assert "–\n–" not in first


def lowest_text(made: Report) -> float:
    """How far down page one is written, but for its footer."""
    heights: list[float] = []

    def seen(text: str, _cm: object, matrix: list[float], *_: object) -> None:
        if text.strip() and matrix[5] > 31:
            heights.append(matrix[5])

    PdfReader(io.BytesIO(render(made))).pages[0].extract_text(visitor_text=seen)
    return min(heights)


def a_crowded_page_stays_above_its_footer() -> None:
    run, found = changed(wording="real", notes=tuple(Cause("first_test_reads_high") for _ in range(3)))
    person = ReportPerson("Maximiliane Wilhelmina Adelheid von Hohenlohe-Langenburg-Schillingsfürst", None)
    first = msgspec.structs.replace(found.change, earlier_started_at="2024-03-01T10:00:00+01:00")  # type: ignore[type-var]
    crowded = msgspec.structs.replace(found, since_first=first)
    assert lowest_text(report(run, crowded, person=person)) > 44


def test_a_page_on_which_much_is_said_stays_above_its_footer() -> None:
    a_crowded_page_stays_above_its_footer()
    fault = "max(LOWEST_CHART, CHART_HEIGHT - max(0.0, FOOT - scratch.y))"
    fails_with(page_one_module, fault, "CHART_HEIGHT", a_crowded_page_stays_above_its_footer)


def test_two_points_have_no_r2() -> None:
    run, found = sample()
    two = msgspec.structs.replace(found.estimates["extrapolation"], n_stages=2, r2=1.0)
    made = report(run, msgspec.structs.replace(found, estimates={**found.estimates, "extrapolation": two}))
    assert "r²" not in text_of(render(made))


# --- the treadmill ---


@pytest.mark.parametrize("gap_ms", [0.0, 41.6])
def test_how_long_a_treadmill_was_silent_stands_only_where_somebody_measured_it(gap_ms: float) -> None:
    run, found = sample()
    run = msgspec.structs.replace(run, treadmill="manual", link=LinkStats(worst_gap_ms=gap_ms))
    text = text_of(render(with_extras(run, found, ledger=True)))
    assert text.count("to svar fra tredemøllen 42 ms") == (2 if gap_ms else 0)
    assert "to svar fra tredemøllen 0 ms" not in text
    assert "Tredemølle uten kabel · puls" in text
