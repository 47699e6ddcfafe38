"""Every text the window asks for is there, in every language."""

import re
from pathlib import Path

import pytest

import ui
from drivers.machines import LIMITS
from teststation.physiology.error_budget import SOURCES as SOURCES_OF_ERROR
from teststation.physiology.hrmax import hr_max
from teststation.physiology.limits import REMEDIES
from teststation.physiology.result import METHODS
from teststation.ports import BeltState, HeartRateStatus
from teststation.records.access.actions import Action
from teststation.records.access.user import Role
from teststation.records.people.erased import Reason
from teststation.records.people.person import Person
from teststation.run.alarms import Priority
from teststation.run.record import Outcome
from teststation.run.state import HoldCause
from teststation.subject import Gait, Sex, Subject
from teststation.texts import LANGUAGES, texts
from teststation.training.today import Why
from ui.desktop.header import STEPS
from ui.desktop.i18n import catalogue
from ui.desktop.i18n.qt_words import SOURCES as SOURCES_OF_QT
from ui.desktop.machines.commissioning import PAGES
from ui.desktop.machines.commissioning_belt import METHODS as METHODS_OF_A_CHECK
from ui.desktop.machines.commissioning_start import KINDS, NO_CABLE, UNITS
from ui.desktop.patient.words import KEYS as PATIENT_KEYS
from ui.desktop.people.earlier import COLUMNS as BRING_COLUMNS
from ui.desktop.people.history import COLUMNS
from ui.desktop.result.text import STAGE_COLUMNS
from ui.desktop.test.controls import Main
from ui.desktop.test.pretest_answers import ACTIVITY
from ui.desktop.test.questions import NOTES, OVERRIDE_REASONS, STOP_REASONS, SYMPTOMS
from ui.desktop.test.screening import QUESTIONS
from ui.desktop.theme.palette import PALETTES
from ui.desktop.widgets.rpe_strip import BANDS
from ui.desktop.widgets.time_plot import OPERATORS_MARKS

SOURCES = [path for path in Path(ui.__path__[0]).rglob("*.py") if "commands" not in path.parts]
BELT_STATES = ("waits", "rests", "starting", "running", "stopping", "unknown")
UNTOLD = ("id", "created_at", "updated_at", "revision")
COMPARED = (
    "vo2", "age", "hr_max", "weight", "beta", "handrail", "protocol", "strap", "outcome", "conditions", "operator",
)  # fmt: skip
CHANGES = ("within_error", "not_comparable", "possible_up", "possible_down", "real_up", "real_down")
BUILT = {
    *(f"today.{why.value}" for why in Why),
    *(f"erase.{reason.value}" for reason in Reason),
    *(f"theme.{theme}" for theme in PALETTES),
    *SOURCES_OF_QT.values(),
    *(f"mark.{kind}" for kind in OPERATORS_MARKS if kind not in ("note", "symptom")),
    *(f"do.main_{main.value}" for main in Main if main not in (Main.NOTHING, Main.COOL_DOWN)),
    *(f"step.{name}" for name in STEPS),
    *(f"history.{name}" for name in COLUMNS),
    *(f"audit.{action}" for action in Action if action.startswith(("person", "test", "result", "report", "audit"))),
    *(f"audit.field_{name}" for name in Person.__struct_fields__ if name not in UNTOLD),
    *(f"compare.{key}" for key in COMPARED),
    *(f"two.{key}" for key in ("field", "kept", "mine")),
    *(f"bring.{key}" for key in (*BRING_COLUMNS, "add", "new_person", "known")),
    *(f"password.{fault}" for fault in ("length", "weak")),
    *(f"role.{role.value}{end}" for role in Role for end in ("", "_may")),
    *(f"users.{name}" for name in ("column_login", "column_name", "column_role", "column_state")),
    *(f"users.{state}" for state in ("gone", "one_time", "active", "let_go", "take_back")),
    *(f"belt.{state.value}" for state in BeltState),
    *(f"strap.{status.value}" for status in HeartRateStatus),
    *(f"hold.{cause.value}" for cause in HoldCause),
    *(f"alarm.priority_{priority.name.lower()}" for priority in Priority),
    *(f"outcome.{outcome.value}" for outcome in Outcome),
    *(f"sex.{sex.value}" for sex in Sex),
    *(f"do.gait_{gait.value}" for gait in Gait),
    *(f"reason.{code}" for code in STOP_REASONS),
    *(f"override.{code}" for code in OVERRIDE_REASONS),
    *(f"symptom.{code}" for code in SYMPTOMS),
    *(f"note.{code}" for code in NOTES),
    *(f"screening.{code}" for code in QUESTIONS),
    *(f"stages.{name}" for name in STAGE_COLUMNS),
    *(key for _, _, key in BANDS),
    *(f"hr_source.{hr_max(Subject(Sex.MALE, 50, 80, beta_blocker=b)).source}" for b in (False, True)),
    *(f"hr_source.{source}" for source in ("measured", "intervals", "rpe")),
    *(f"method.{name}" for name in METHODS),
    *(
        f"outlook.{advice}"
        for advice in ("need_stages", "one_more", "enough", "limit_near", "no_more_stages", "halves")
    ),
    *(f"change.{which}" for which in CHANGES),
    *(f"term.{name}" for name in SOURCES_OF_ERROR),
    *(f"remedy.{name}" for name in REMEDIES),
    *(f"norm.{where}" for where in ("below", "above", "about")),
    *(f"activity.{question}" for question in ACTIVITY),
    *(f"activity.{question}_{n}" for question, values in ACTIVITY.items() for n in range(len(values))),
    *(f"commission.page_{page}" for page in PAGES),
    *(f"commission.{what}_{family.replace('-', '_')}" for what in ("can", "family") for family in (*KINDS, NO_CABLE)),
    *(f"commission.units_{unit}" for unit in UNITS),
    *(f"commission.method_{method}" for method in METHODS_OF_A_CHECK),
    *(f"commission.belt_{state}" for state in BELT_STATES),
    *(f"commission.{limit}" for limit in LIMITS),
    *(f"commission.summary_{end}" for end in ("guided", "console", "no_console", "limits", "reads")),
    *(f"change.plain_{which}" for which in CHANGES),
    *(f"patient.{key}" for key in PATIENT_KEYS),
}


def asked_for() -> set[str]:
    literal = re.compile(r'tr\(\s*"([a-z0-9_]+\.[a-z0-9_]+)"')
    quoted = re.compile(r'"((?:person|unit|pretest)\.[a-z0-9_]+)"')
    found: set[str] = set()
    for path in SOURCES:
        text = path.read_text("utf-8")
        found |= set(literal.findall(text)) | set(quoted.findall(text))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_that_the_code_asks_for_exists(language: str) -> None:
    assert len(asked_for()) > 150
    assert (asked_for() | BUILT) - catalogue(language).keys() == set()


def test_every_coded_stop_reason_has_its_cause() -> None:
    for language in LANGUAGES:
        for code in (*STOP_REASONS, "window_closed", "window_error"):
            assert f"cause.stop_{code}" in texts(language).keys()  # noqa: SIM118


@pytest.mark.parametrize(
    ("language", "stop", "belt"),
    [
        ("nb", "nødstopp", "tredemøllen"),
        ("nn", "naudstopp", "tredemølla"),
        ("en", "emergency stop", "treadmill"),
    ],
)
def test_the_program_never_calls_its_own_stop_an_emergency_stop(language: str, stop: str, belt: str) -> None:
    spoken = {key: text for key, text in catalogue(language)._entries.items() if stop in text.lower()}
    assert set(spoken) == {"run.red_button", "intended.red_button"}
    assert belt in spoken["run.red_button"]
    assert re.search(rf"(ikke en|ikkje ein|not an) {stop}", spoken["intended.red_button"])
