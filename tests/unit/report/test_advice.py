"""What may not be said after a test is said nowhere: not on the page, not in the window, not in the JSON."""

import dataclasses
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

import teststation.physiology.advice as advice_module
import teststation.physiology.prescription as prescription_module
from tests.mutants import fails_with
from tests.sample_tests import follow_up, sample
from tests.unit.report.test_report import report, text_of
from teststation.cause import Cause
from teststation.output import run_object
from teststation.physiology.advice import EVERYTHING, SYMPTOMS, advise
from teststation.physiology.assess import EarlierTest, assess_run
from teststation.physiology.prescription import Prescription, prescribe
from teststation.physiology.result import Assessment
from teststation.report.journal_text import journal_text
from teststation.report.pdf import render
from teststation.report.training_block import session_words
from teststation.run.record import Mark, Outcome, RunRecord
from teststation.symptoms import TOLD_AFTER
from teststation.texts import LANGUAGES, texts
from ui.desktop.result.text import change_words, plain_sentence, training_words

Ended = tuple[RunRecord, Assessment]


def ended(outcome: Outcome, reason: str, **subject: Any) -> Ended:
    """The sample test, ended in another way or walked by somebody else; with an earlier test behind it."""
    first, found = sample()
    later, _ = follow_up()
    run = msgspec.structs.replace(
        later,
        outcome=outcome,
        reason=Cause(reason),
        subject=msgspec.structs.replace(later.subject, **subject),
    )
    return run, assess_run(run, [EarlierTest("earlier", first, found)])


def prescribed(run: RunRecord, found: Assessment) -> Prescription:
    told = prescribe(run, found)
    assert told is not None
    return told


def said_of(run: RunRecord, found: Assessment) -> tuple[str, str, dict[str, Any]]:
    """Page, window, JSON."""
    window = [plain_sentence(run, found), training_words(run, found)]
    if found.change is not None:
        window.append(change_words(found.change))
    return text_of(render(report(run, found))), " ".join(window), run_object(run, found)


def test_an_ordinary_test_may_say_everything() -> None:
    run, found = follow_up()
    page, window, told = said_of(run, found)
    assert told["advice"] == {"allowed": list(EVERYTHING), "withheld_because": None}
    assert told["training"]["hr_target_bpm"] > 100
    for words in ("4×4", "Sone", "Neste test: omkring"):
        assert words in page
    for words in session_words(texts("nb"), prescribed(run, found)):
        assert words in window
        assert words in page


def a_symptom_stops_all_advice() -> None:
    for code in sorted(SYMPTOMS):
        run, found = ended(Outcome.OPERATOR, f"stop_{code}")
        page, window, told = said_of(run, found)
        assert told["advice"]["allowed"] == [], code
        assert told["training"] is None
        for words in ("4×4", "Sone", "I-3", "Neste test: omkring", "reell", "Reell", "bedre form", "yngre"):
            assert words not in page, (code, words)
            assert words not in window, (code, words)
        assert "Testen ble stoppet:" in page
        assert "(min " in page
        assert "legens avklaring" in page
        assert "Testen ble stoppet:" in window
        assert "legens avklaring" in window


def a_symptom_noted_in_a_test_that_went_on_stops_all_advice() -> None:
    run, _ = follow_up()
    run = msgspec.structs.replace(run, marks=(*run.marks, Mark(430.0, "symptom", "Ubehag i brystet")))
    found = assess_run(run)
    page, _, told = said_of(run, found)
    assert told["advice"]["allowed"] == []
    assert "Notert under testen: ubehag i brystet i trinn" in page
    assert "(min 8)" in page
    assert "4×4" not in page


def a_symptom_that_ended_the_test_and_was_noted_there_is_told_once() -> None:
    run, _ = ended(Outcome.OPERATOR, "stop_chest_pain")
    at_s = run.stages_ended_s if run.stages_ended_s is not None else run.ended_s
    assert at_s is not None
    noted = Mark(at_s, "symptom", "Ubehag i brystet"), Mark(at_s - 200.0, "symptom", "Ubehag i brystet")
    run = msgspec.structs.replace(run, marks=(*run.marks, *noted))
    page, _, _ = said_of(run, assess_run(run))
    assert page.count("ubehag i brystet i trinn") == 2, "where it ended the test, and where it was noted before"
    assert page.count("Notert under testen") == 1


def a_symptom_told_of_afterwards_stops_all_advice() -> None:
    for run, _ in (follow_up(), ended(Outcome.FAULT, "telemetry_lost")):
        found = assess_run(run)
        for code in TOLD_AFTER:
            told_of = msgspec.structs.replace(run, symptoms_told=(code,))
            page, window, told = said_of(told_of, found)
            words = texts("nb")(f"advice.symptom.{code}")
            assert (told["advice"]["allowed"], told["training"], told["zones"]) == ([], None, None), code
            assert told["symptoms_told_after"] == [code]
            for said in (page, window, journal_text(report(told_of, found), "t")):
                assert f"Fortalt etter testen: {words}." in said
                assert "legens avklaring" in said
                assert "4×4" not in said
                assert "Neste test: omkring" not in said
    assert "symptoms_told_after" not in run_object(run, found)


def a_symptom_behind_another_end_is_told() -> None:
    """A belt that fails in the cool-down becomes the reason of the run, as a limit was before a STOP."""
    for kind in ("cool_down_pressed", "stop_explained"):
        for outcome, reason in ((Outcome.FAULT, "telemetry_lost"), (Outcome.COMPLETED, "planned_end")):
            run, _ = ended(outcome, reason)
            run = msgspec.structs.replace(run, marks=(*run.marks, Mark(470.0, kind, "chest_pain")))
            page, window, told = said_of(run, assess_run(run))
            assert told["advice"]["allowed"] == [], (kind, reason)
            assert "Testen ble stoppet: ubehag i brystet i trinn" in page, (kind, reason)
            assert "legens avklaring" in window
            assert "4×4" not in page
            assert "stop_explained" not in page
    run, found = ended(Outcome.FAULT, "telemetry_lost")
    patient = msgspec.structs.replace(run, marks=(*run.marks, Mark(470.0, "cool_down_pressed", "patient")))
    assert advise(patient, found).symptoms == ()


def beta_blockers_leave_no_target_by_pulse() -> None:
    for subject in ({"beta_blocker": True}, {"irregular_rhythm": True}):
        run, found = ended(Outcome.COMPLETED, "planned_end", **subject)
        page, window, told = said_of(run, found)
        if found.estimates[found.headline].vo2max_ml_kg_min is not None:
            assert told["advice"]["allowed"] == ["4x4", "borg_zones", "next_date"]
            assert "Borg 15–16" in page
            assert "Borg 15–16" in window
            aimed = [told["training"][f"hr_{which}_bpm"] for which in ("low", "high", "target")]
            assert aimed == [None, None, None]
            assert told["training"]["speed_kmh"] is None
            assert [zone["hr_low_bpm"] for zone in told["zones"]] == [None] * 5
        assert "minutter, puls" not in page
        assert "pulse_zones" not in told["advice"]["allowed"]


def a_broken_test_gives_no_date_and_no_verdict() -> None:
    for outcome, reason in (
        (Outcome.FAULT, "telemetry_lost"), (Outcome.FAULT, "hr_lost"), (Outcome.INTERRUPTED, "interrupted")
    ):  # fmt: skip
        run, found = ended(outcome, reason) if reason != "hr_lost" else _pulse_lost()
        page, window, told = said_of(run, found)
        assert "4x4" not in told["advice"]["allowed"]
        assert "next_date" not in told["advice"]["allowed"]
        assert "Ta testen på nytt" in page
        assert "Ta testen på nytt" in window
        for words in ("Neste test: omkring", "reell", "Reell", "bedre form"):
            assert words not in page, (reason, words)
            assert words not in window, (reason, words)


def a_pulse_that_does_not_follow_gives_no_zones_by_pulse() -> None:
    run, _ = sample()
    flat = msgspec.structs.replace(run, heart=tuple(msgspec.structs.replace(s, bpm=110) for s in run.heart))
    page, _, told = said_of(flat, assess_run(flat))
    assert told["advice"]["allowed"] == ["borg_zones"]
    assert "Ta testen på nytt" in page
    assert "4×4" not in page


def _pulse_lost() -> Ended:
    run, found = ended(Outcome.FAULT, "interrupted")
    return msgspec.structs.replace(run, reason=Cause("hr_lost", {"seconds": 60})), found


def hard_training_that_waits_is_prescribed_nowhere() -> None:
    for why, words in (("talk", "hard trening venter, sier samtalen"), ("pregnant", "hard trening avklares med lege")):
        for blind in (False, True):
            run, found = ended(Outcome.COMPLETED, "planned_end", beta_blocker=blind)
            run = msgspec.structs.replace(run, hard_training_waits=why)
            page, window, told = said_of(run, found)
            assert "4x4" not in told["advice"]["allowed"], (why, blind)
            assert told["training"] is None
            assert prescribe(run, found) is None
            if advise(run, found).again:
                continue  # without a number nothing is prescribed, whoever walks
            for said in (page, window, journal_text(report(run, found), "t")):
                assert words in " ".join(said.split()).lower(), (why, blind)
                assert "minutter, puls" not in said
                assert "Borg 15–16" not in said


def where_hard_training_waits_no_hard_zone_is_told_of() -> None:
    run, found = follow_up()
    for why, by_pulse in (("talk", True), ("pregnant", False)):
        page, window, told = said_of(msgspec.structs.replace(run, hard_training_waits=why), found)
        assert [zone["name"] for zone in told["zones"]] == ["I-1", "I-2"], why
        assert [zone["hr_low_bpm"] is not None for zone in told["zones"]] == [by_pulse, by_pulse], why
        assert told["advice"]["hard_training_waits"], why
        assert "kan si korte setninger" in page, "what is no hard training stays"
        assert "svært korte setninger" not in page
        assert "kun si" not in page
        assert "Sone I-3 til I-5 står ikke her" in page
        for said in (page, window):
            assert ("Styr etter Borg og snakketest" in said) is not by_pulse, why
        assert "puls, slag/min" in page, "what was measured is kept"
        assert told["hr_max"]["bpm"] > 100


def a_test_to_be_taken_again_tells_no_zones() -> None:
    for outcome, reason in ((Outcome.FAULT, "telemetry_lost"), (Outcome.INTERRUPTED, "interrupted")):
        page, _, told = said_of(*ended(outcome, reason))
        assert told["zones"] is None, reason
        assert "Snakketest" not in page


FACTS = (
    where_hard_training_waits_no_hard_zone_is_told_of,
    a_test_to_be_taken_again_tells_no_zones,
    hard_training_that_waits_is_prescribed_nowhere,
    a_symptom_stops_all_advice,
    a_symptom_noted_in_a_test_that_went_on_stops_all_advice,
    beta_blockers_leave_no_target_by_pulse,
    a_broken_test_gives_no_date_and_no_verdict,
    a_pulse_that_does_not_follow_gives_no_zones_by_pulse,
    a_symptom_that_ended_the_test_and_was_noted_there_is_told_once,
    a_symptom_behind_another_end_is_told,
    a_symptom_told_of_afterwards_stops_all_advice,
)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.__name__)
def test_the_gate(fact: Callable[[], None]) -> None:
    fact()


def test_tests_that_cannot_be_compared_never_say_real() -> None:
    run, found = ended(Outcome.COMPLETED, "planned_end")
    assert found.change is not None
    change = msgspec.structs.replace(
        found.change, wording="not_comparable", not_comparable=(Cause("differs_handrail"),), fitness_age=None
    )
    page, window, _ = said_of(run, msgspec.structs.replace(found, change=change))
    assert "eell" not in page.replace("parallell", "").replace("aktuell", "")
    assert "reell" not in window
    assert "Sist (02.01.2026): 40,0. Nå:" in page


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ("if run.reason is not None and reason in SYMPTOMS:", "if False:", a_symptom_stops_all_advice),
        ('Advice((), Cause(', 'Advice(EVERYTHING, Cause(', a_symptom_stops_all_advice),
        ('if mark.kind == "symptom"', "if False", a_symptom_noted_in_a_test_that_went_on_stops_all_advice),
        (", *noted, *told)", ", *noted)", a_symptom_told_of_afterwards_stops_all_advice),
        ("if mark.kind in _REASONED and", "if False and", a_symptom_behind_another_end_is_told),
        ('"stop_pressed", "stop_explained")', '"stop_pressed")', a_symptom_behind_another_end_is_told),
        ("run is not None and run.hard_training_waits:", "False:", hard_training_that_waits_is_prescribed_nowhere),
        ("((BORG_ZONES,) if pregnant else zones)", "zones", where_hard_training_waits_no_hard_zone_is_told_of),
        ("    if blind:\n", "    if False:\n", beta_blockers_leave_no_target_by_pulse),
        ("run.outcome in (Outcome.FAULT, Outcome.INTERRUPTED)", "False", a_broken_test_gives_no_date_and_no_verdict),
        ("why.code in _SILENT_PULSE", "False", a_pulse_that_does_not_follow_gives_no_zones_by_pulse),
    ],
)  # fmt: skip
def test_the_gate_fails_on_a_planted_fault(old: str, new: str, fact: Callable[[], None]) -> None:
    fails_with(advice_module, old, new, fact)


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ("if advice.waits is None or not zone.hard", "if True", where_hard_training_waits_no_hard_zone_is_told_of),
        ("if advice.again or not", "if not", a_test_to_be_taken_again_tells_no_zones),
    ],
)
def test_the_zones_fail_on_a_planted_fault(old: str, new: str, fact: Callable[[], None]) -> None:
    fails_with(prescription_module, old, new, fact)


def test_the_text_for_the_journal_names_the_protocol_in_its_language() -> None:
    for language, title in (("nb", "Submaksimal tredemølletest"), ("en", "Submaximal treadmill test")):
        assert title in journal_text(dataclasses.replace(report(*sample()), language=language), "t")


def test_every_way_to_end_a_test_has_its_words_in_every_language() -> None:
    for code in SYMPTOMS:
        run, found = ended(Outcome.OPERATOR, f"stop_{code}")
        for language in LANGUAGES:
            assert len(advise(run, found).framed(texts(language))) == 2
