"""Twenty-four people whose reports are looked at, page by page: every way a test ends, every script, every length.

Each walks through the real controller, engine and guard on a simulated belt; nothing in a report is made up but names
and comments. ``tests.golden_reports`` prints them and keeps what they say.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import msgspec

from drivers.emulators.patient import Body, Patient
from tests.made_once import made_once
from teststation.physiology.assess import EarlierTest, assess_run
from teststation.physiology.result import Assessment, line_of
from teststation.protocol.load import find, load_plan
from teststation.report.model import (
    Clinic,
    Extras,
    HistoryPoint,
    Previous,
    Report,
    ReportPerson,
    Signed,
    Version,
    build,
)
from teststation.run import events as ev
from teststation.run.controller import Controller
from teststation.run.record import RunRecord
from teststation.run.state import Phase
from ui.laboratory.room import Room

BODY = Body(
    sex="male", age_years=41, weight_kg=84.0, height_cm=181, vo2max=38.0, hr_max=182, hr_standing=84,
    beat_noise_bpm=1.5,
)  # fmt: skip
TREADMILL, STRAP = "trackmaster:usb=0403:6001:A10K,units=kmh", "ble:Polar H10"
FIRST, LATER = "2026-01-14T10:15:00+01:00", "2026-04-15T10:40:00+02:00"
STARTS_S = 20.0  # when the room presses Start
Press = tuple[float, Callable[[float], ev.AnyEvent]]  # seconds into the test, and what is pressed

ANSWERS = {
    f"screening_{code}": "no"
    for code in ("heart", "symptoms", "dizzy", "pressure", "pregnant", "medicine", "injury", "today")
} | {"handrail": "no"}
SIGNED = Signed("Kari Berg", "2026-01-14T10:05:00+00:00", comment="Rolig og jevn gange. Trives på båndet.")


class Silent:
    """A patient whose strap falls silent after a while."""

    def __init__(self, patient: Patient, after_s: float) -> None:
        self._patient, self._left_s = patient, after_s

    @property
    def hr_bpm(self) -> float:
        return self._patient.hr_bpm if self._left_s > 0 else 0.0

    def advance(self, dt_s: float, speed_kmh: float, incline_pct: float) -> None:
        self._left_s -= dt_s
        self._patient.advance(dt_s, speed_kmh, incline_pct)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._patient, name)


@dataclass(frozen=True, slots=True)
class Walk:
    """One test as it is to be walked."""

    body: Body = BODY
    presses: tuple[Press, ...] = ()
    borg: tuple[int, ...] = (10, 12, 13, 15)  # said half a minute before each stage ends
    silent_after_s: float | None = None
    seed: int = 3
    protocol: str = "submax-13"


@cache
def walked(walk: Walk) -> RunRecord:
    """The run, on a real treadmill's name."""
    due = sorted(walk.presses, key=lambda press: press[0])
    asked: set[int] = set()

    def operator(controller: Controller, _patient: Patient) -> None:
        now_s, state = controller.now_s(), controller.state
        while due and now_s - STARTS_S >= due[0][0]:
            controller.press(due.pop(0)[1](now_s))
        last = state.phase is Phase.STAGES and now_s > state.stage_ends_s - 25
        if last and state.stage_index not in asked and state.stage_index < len(walk.borg):
            asked.add(state.stage_index)
            controller.press(ev.RpeGiven(t_s=now_s, rpe=walk.borg[state.stage_index]))

    room = Room(walk.body, load_plan(*find(walk.protocol), None), walk.seed, operator)
    if walk.silent_after_s is not None:
        silent: Any = Silent(room.patient, walk.silent_after_s)
        room.patient = silent
    run = room.run_through().run
    return msgspec.structs.replace(run, treadmill=TREADMILL, heart_rate=STRAP)


@dataclass(frozen=True, slots=True)
class Visit:
    """A test and what it gave."""

    run: RunRecord
    found: Assessment


def visit(walk: Walk, at: str, earlier: Sequence[Visit] = (), **subject: Any) -> Visit:
    """A test on a day, after those before it; ``subject``: what else was known of the person."""
    run = walked(walk)
    subject.setdefault("resting_hr_bpm", 66.0)
    run = msgspec.structs.replace(
        run, id=f"golden-{at[:10]}", started_at=at, subject=msgspec.structs.replace(run.subject, **subject)
    )
    tests = [EarlierTest(before.run.id, before.run, before.found) for before in earlier]
    return Visit(run, assess_run(run, tests))


def point(one: Visit) -> HistoryPoint:
    """A test in the trend."""
    estimate, change = one.found.estimates[one.found.headline], one.found.change
    verdict = ""
    if change is not None and change.wording == "real":
        verdict = "real_up" if change.change_ml_kg_min >= 0 else "real_down"
    return HistoryPoint(
        one.run.started_at, estimate.vo2max_ml_kg_min, estimate.low, estimate.high,
        reckoned_by=line_of(one.found.algorithm_version, one.found.headline, one.found.hr_max.source),
        likely_low=estimate.likely_low, likely_high=estimate.likely_high, verdict=verdict,
    )  # fmt: skip


def page(
    tests: Sequence[Visit],
    name: str = "Åse Blåbær-Ødegård",
    *,
    language: str = "nb",
    signatures: Sequence[Signed] = (SIGNED,),
    conditions: Mapping[str, str] | None = None,
    history: Sequence[HistoryPoint] = (),
    family: str = "",
    ledger: bool = False,
) -> Report:
    """The report of the last of these tests."""
    last = tests[-1]
    if signatures == (SIGNED,):  # signed on the day of the test
        signatures = (replace(SIGNED, at=f"{last.run.started_at[:10]}T11:30:00+00:00"),)
    version = Version(1, "2026-01-14T10:00:00+00:00", "0.0.0", last.found, counts=True)
    return build(
        ReportPerson(name, f"{2025 - int(last.run.subject.age_years)}-08-23", family=family),
        last.run,
        last.found,
        [*history, *(point(one) for one in tests)],
        Clinic("Fjordklinikken"),
        "Kari Berg",
        "0.0.0",
        "ab" * 32,
        language,
        signatures,
        "4711 (ab12cd34ef56ab12)",
        Extras(
            conditions=ANSWERS if conditions is None else conditions,
            previous=None if len(tests) < 2 else Previous(tests[-2].run, tests[-2].found),
            versions=(version,),
            ledger=ledger,
        ),
    )


def first(**subject: Any) -> Visit:
    return visit(Walk(), FIRST, **subject)


def after(walk: Walk, **subject: Any) -> list[Visit]:
    """The first test, and another one three months later."""
    before = first(**subject)
    return [before, visit(walk, LATER, [before], **subject)]


def cool_down(at_s: float, reason: str) -> Press:
    return at_s, lambda now_s: ev.CoolDownPressed(t_s=now_s, reason=reason)


def a_note(at_s: float, kind: str, text: str) -> Press:
    return at_s, lambda now_s: ev.Marked(t_s=now_s, kind=kind, text=text)


def forty_one_tests() -> Report:
    """Ten years of them: a slow rise with ups and downs, the first by a mask elsewhere."""
    history = [HistoryPoint("2015-12-01T12:00+00:00", 34.2, None, None, "Jaeger Oxycon")]
    for n in range(39):
        value = 33.0 + 0.11 * n + (0.0, 0.7, -0.4, 1.1, -0.9, 0.2)[n % 6]
        history.append(
            HistoryPoint(
                f"{2016 + n // 4}-{1 + 3 * (n % 4):02d}-11T09:30:00+01:00", value, value - 8.4, value + 10.6,
                reckoned_by=line_of("3", "combined", "nes2013"), likely_low=value - 2.9, likely_high=value + 3.4,
                verdict={7: "real_up", 18: "real_up", 25: "real_down"}.get(n, ""),
            )
        )  # fmt: skip
    tests = after(Walk(replace(BODY, hr_standing=80, day_bpm=-3.0)))
    return page(tests, history=history[:-1])


def very_fit() -> Report:
    body = Body("female", 29, 58.0, 170, vo2max=61.0, hr_max=194, hr_standing=58)
    return page([visit(Walk(body, borg=(7, 8, 9, 11)), FIRST, resting_hr_bpm=46.0, waist_cm=68.0, activity_index=5.0)])


def very_old() -> Report:
    body = Body("female", 88, 61.0, 158, vo2max=19.0, hr_max=146, hr_standing=84)
    return page([visit(Walk(body, borg=(13, 15, 17, 18)), FIRST, resting_hr_bpm=74.0)], "Olga Marie Strand")


def rail() -> Report:
    held = Walk(
        replace(BODY, rail_share=0.8),
        presses=(
            (260.0, lambda now_s: ev.HandrailSet(t_s=now_s, held=True)),
            (300.0, lambda now_s: ev.HoldPressed(t_s=now_s)),
            (345.0, lambda now_s: ev.HoldReleased(t_s=now_s)),
            (500.0, lambda now_s: ev.LoadChanged(t_s=now_s, speed_kmh=4.2, incline_pct=8.0)),
            (560.0, lambda now_s: ev.HoldReleased(t_s=now_s)),
            (420.0, lambda now_s: ev.BloodPressureGiven(t_s=now_s, systolic_mmhg=164, diastolic_mmhg=88)),
            a_note(610.0, "note", "Drakk vann"),
        ),
    )
    told = {
        **ANSWERS,
        "screening_medicine": "yes: Buprenorfin 16 mg, stabil dose i to år. Fastlegen er orientert.",
        "screening_injury": "yes: Vond i venstre kne i motbakke, går med støtte.",
        "conditions": "sov fem timer, to kopper kaffe",
    }
    pressed = {"resting_systolic_mmhg": 132, "resting_diastolic_mmhg": 84}
    return page(after(held, **pressed), conditions=told)


def bullets() -> Report:
    lines = (
        "Plan:",
        "\uf0b7\t4×4 på mølle to ganger i uken",
        "\uf0b7\tRolig tur i helgen",
        "\uf0d8\tNy samtale i mars",
    )
    return page([first()], signatures=[replace(SIGNED, comment="\n".join(lines))])


def long_comment() -> Report:
    sentence = "Pasienten fortalte underveis om søvn, medisiner og hvordan treningen har gått siden sist, avsnitt {n}. "
    paragraphs = ["".join(sentence.format(n=5 * block + n) for n in range(1, 6)).strip() for block in range(4)]
    comment = "\n\n".join(paragraphs)
    assert len(comment) > 2000
    return page([first()], signatures=[replace(SIGNED, comment=comment)])


def amended() -> Report:
    again = Signed(
        "Nils Dal", "2026-01-20T08:00:00+00:00", comment="Gikk uten rekkverk i alle trinn.",
        reason="Rekkverk var ført på feil person.",
    )  # fmt: skip
    return page([first()], signatures=[SIGNED, again], ledger=True)


def demonstration() -> Report:
    shown = first()
    run = msgspec.structs.replace(shown.run, treadmill="emulated:trackmaster", heart_rate="emulated")
    return page([Visit(run, shown.found)], "Demo Demonstrasjon", signatures=())


PEOPLE: dict[str, Callable[[], Report]] = {
    "01_first_test": lambda: page([first(waist_cm=96.0, activity_index=1.5)], signatures=()),
    "02_real_gain": lambda: page(after(Walk(replace(BODY, vo2max=47.0, day_bpm=-2.0), borg=(9, 10, 11, 13)))),
    "03_no_change": lambda: page(after(Walk(seed=5))),
    "04_worse": lambda: page(after(Walk(replace(BODY, vo2max=31.5, day_bpm=2.0), borg=(11, 13, 15, 17)))),
    "05_beta_blocker": lambda: page(
        [visit(Walk(replace(BODY, beta_blocker=True, hr_max=142, hr_standing=70)), FIRST)],
        conditions={**ANSWERS, "screening_medicine": "yes: Metoprolol 50 mg × 1, tatt kl. 8."},
    ),
    "06_atrial_fibrillation": lambda: page([visit(Walk(), FIRST, irregular_rhythm=True)]),
    "07_rail": rail,
    "08_chest_pain": lambda: page(
        after(Walk(presses=(a_note(470.0, "symptom", "Ubehag i brystet"), cool_down(478.0, "chest_pain")))),
        conditions={**ANSWERS, "screening_heart": "yes: Stent 2019, klarert av kardiolog i mars."},
        signatures=[
            replace(SIGNED, at="2026-04-15T11:30:00+00:00", comment="Ga seg etter to minutter i ro. Legen er ringt.")
        ],
    ),
    "09_wish_to_stop": lambda: page(after(Walk(presses=(cool_down(520.0, "patient"),)))),
    "10_pulse_lost": lambda: page(after(Walk(silent_after_s=330.0))),
    "11_two_stages": lambda: page([visit(Walk(presses=(cool_down(430.0, "operator"),)), FIRST)]),
    "12_very_fit": very_fit,
    "13_very_old": very_old,
    "14_forty_one_tests": forty_one_tests,
    "15_long_name": lambda: page(
        [first()], "Maximiliane Wilhelmina von Hohenlohe-Langenburg-Schillingsfürst-Ødegård",
        family="Hohenlohe-Langenburg-Schillingsfürst-Ødegård",
    ),
    "16_arabic": lambda: page(
        [first()], "محمد عبد الرحمن الحسيني",
        signatures=[replace(SIGNED, comment="مشى بهدوء وبشكل منتظم.\nلا توجد أعراض.")],
    ),
    "17_chinese": lambda: page([first()], "王小明", signatures=[replace(SIGNED, comment="步行平稳，没有不适。")]),
    "18_tigrinya": lambda: page([first()], "ሰላም ተስፋይ ገብረመድህን", signatures=[replace(SIGNED, comment="ብሰላም ተጓዒዙ።")]),
    "19_word_bullets": bullets,
    "20_long_comment": long_comment,
    "21_nynorsk": lambda: page(after(Walk(seed=5)), "Gro Eik", language="nn"),
    "22_english": lambda: page(after(Walk(seed=5)), "Emily Clarke", language="en"),
    "23_demonstration": demonstration,
    "24_amended": amended,
}  # fmt: skip


@made_once
def report_of(name: str) -> Report:
    """The report of one of them: some minutes are walked for it, once for all workers."""
    return PEOPLE[name]()
