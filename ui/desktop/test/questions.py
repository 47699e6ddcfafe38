"""What is asked while a person walks: coded answers, numbers, and words without spaces, since Space stops the belt."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QBoxLayout, QWidget

from teststation.ports import Setpoint
from teststation.run.reasons import OTHER, in_own_words
from ui.desktop.i18n import tr
from ui.desktop.i18n.numbers import number
from ui.desktop.widgets.base import button, column, label, problem_label, row, show_problems
from ui.desktop.widgets.choices import OWN_MAX, Empty, OwnWords, choices
from ui.desktop.widgets.fields import form, line_edit
from ui.desktop.widgets.sheet import Sheet
from ui.desktop.widgets.stepper import Stepper

STOP_REASONS = (
    "patient", "exhaustion", "breathless", "chest_pain", "dizzy", "leg_pain", "pallor", "blood_pressure", "rhythm",
    "other", "operator",
)  # fmt: skip
OVERRIDE_REASONS = ("talks", "max_higher", "artefact", "supervised", "other")
SYMPTOMS = ("chest_pain", "breathless", "dizzy", "leg_pain", "pallor", "palpitations")
SPEED_MIN_KMH = 0.5  # the slowest a protocol may ask for
Dock = Callable[[], QRect] | None
NOTES = ("stumbled", "strap_moved", "disturbed", "drank")


def cool_down_sheet(window: QWidget, chosen: Callable[[str], None], dock: Dock = None) -> Sheet:
    """Why the stages end here. Cooling down waits for no words: they are written first, or not at all."""
    own = _other_reason("own_words.hint_no_space", Empty.TAKEN)
    title, words = tr("cool_down.title"), tr("cool_down.words")
    return choices(window, title, words, stop_answers(), chosen, columns=2, dock=dock, own=own)


def why_stopped_sheet(window: QWidget, chosen: Callable[[str], None]) -> Sheet:
    """Why the operator stopped: asked of a belt that stands."""
    own = _other_reason("own_words.hint", Empty.ASKED)
    words, unsaid = tr("why_stopped.words"), tr("why_stopped.unsaid")
    title, answers = tr("why_stopped.title"), stop_answers()
    sheet = choices(window, title, words, answers, chosen, columns=3, cancel=unsaid, own=own)
    sheet.keeps_words = True
    return sheet


def why_one_is_done_sheet(window: QWidget, name: str, chosen: Callable[[str], None]) -> Sheet:
    """Why one of a group is done: without a belt a space is a space."""
    own, words = _other_reason("own_words.hint", Empty.ASKED), tr("together.one_ask", name=name)
    return choices(window, tr("together.title"), words, stop_answers(), chosen, columns=3, own=own)


def stop_answers() -> list[tuple[str, str]]:
    """Every reason to stop, with its words."""
    return [(code, tr(f"reason.{code}")) for code in STOP_REASONS]


def _other_reason(hint: str, empty: Empty) -> OwnWords:
    name = tr("reason.other")
    return OwnWords(OTHER, line_edit("", name, tr(hint, what=name)), empty, in_own_words)


def override_sheet(window: QWidget, chosen: Callable[[str], None], dock: Dock = None) -> Sheet:
    """Why the test goes on over its limit. The reason is kept in words."""
    answers = [(code if code == OTHER else tr(f"override.{code}"), tr(f"override.{code}")) for code in OVERRIDE_REASONS]
    name = tr("override.other")
    own = OwnWords(OTHER, line_edit("", name, tr("own_words.hint_no_space")), Empty.REFUSED)
    return choices(window, tr("override.title"), tr("override.words"), answers, chosen, columns=1, dock=dock, own=own)


def event_sheet(
    window: QWidget, chosen: Callable[[str, str], None], dock: Dock = None, *, words: str = "", hint: str = ""
) -> Sheet:
    """A symptom or an event, kept in words with its time; ``words`` and ``hint`` where they are not a run's own."""
    answers = [(f"symptom:{code}", tr(f"symptom.{code}")) for code in SYMPTOMS]
    answers += [(f"note:{code}", tr(f"note.{code}")) for code in NOTES]

    def split(answer: str) -> None:
        kind, _, code = answer.partition(":")
        chosen(kind, tr(f"{kind}.{code}"))

    sheet = choices(window, tr("event.title"), words or tr("event.words"), answers, split, columns=2, dock=dock)
    other = sheet.own_words = line_edit("", tr("event.other"), hint or tr("event.other_hint"))
    other.setMaxLength(OWN_MAX)

    def keep(kind: str) -> None:
        said = other.text().strip()
        if said:
            sheet.answer = kind
            sheet.finish()
            chosen(kind, said)

    other.returnPressed.connect(lambda: keep("note"))
    inside = sheet.body.content.layout()
    assert isinstance(inside, QBoxLayout)
    # No program reads what was written: whoever wrote it says whether it is a symptom.
    kept_as = [button(tr(f"event.keep_{kind}"), partial(keep, kind), "touch") for kind in ("note", "symptom")]
    which = label(tr("event.other_words"), "caption", wrap=True)
    inside.insertLayout(2, column(other, row(*kept_as, gap=8, shares=(1, 1)), which, gap=8))
    return sheet


def pressure_sheet(window: QWidget, given: Callable[[int, int], None], dock: Dock = None) -> Sheet:
    """Blood pressure of this stage. Nothing stands there beforehand: what is kept was read from a cuff."""
    systolic = Stepper(tr("pressure.systolic"), 60, 300, None, start=140, step=2, unit="mmHg")
    diastolic = Stepper(tr("pressure.diastolic"), 30, 200, None, start=80, step=2, unit="mmHg")
    problems = problem_label()
    body = column(form((tr("pressure.systolic"), systolic), (tr("pressure.diastolic"), diastolic)), problems)
    sheet = Sheet(window, tr("pressure.title"), body, width=820, dock=dock)

    def keep() -> None:
        wrong = [found for found in (systolic.problem(), diastolic.problem()) if found]
        above, below = systolic.value(), diastolic.value()
        if above is not None and below is not None and below >= above:
            wrong.append(tr("pressure.swapped"))
        show_problems(problems, wrong)
        if not wrong and above is not None and below is not None:
            sheet.finish()
            given(int(above), int(below))

    systolic.box.returnPressed.connect(diastolic.box.setFocus)
    diastolic.box.returnPressed.connect(keep)
    sheet.add_cancel(tr("common.cancel"))
    sheet.foot.addWidget(button(tr("pressure.keep"), keep, "main"))
    return sheet


def load_sheet(
    window: QWidget,
    highest: Setpoint,
    target: Setpoint | None,
    given: Callable[[float, float], None],
    *,
    changed: bool = False,
    only_lower: bool = False,
    dock: Dock = None,
) -> Sheet:
    """Speed and incline by hand, up to the ``highest`` load.

    Args:
        changed: In place of a sheet for a load that is past.
        only_lower: Up to the load that is set, as the fields show it; what a machine in miles has is no round number.
    """
    speed_now, incline_now = (target.speed_kmh, target.incline_pct) if target else (SPEED_MIN_KMH, 0.0)
    top_kmh, top_pct = highest.speed_kmh, highest.incline_pct
    if only_lower:
        top_kmh, top_pct = max(top_kmh, round(speed_now, 1)), max(top_pct, round(incline_now, 1))
    speed = Stepper(tr("run.speed"), SPEED_MIN_KMH, top_kmh, speed_now, step=0.1, decimals=1, unit=tr("unit.kmh"))
    incline = Stepper(tr("run.incline"), 0.0, top_pct, incline_now, step=0.5, decimals=1, unit="%")
    most = tr("load.words", speed=number(top_kmh, 1), incline=number(top_pct, 1))
    fields = form((tr("run.speed"), speed), (tr("run.incline"), incline))
    said = [tr("load.changed")] * changed + [tr("load.only_lower")] * only_lower
    told = [label(words, "problem", wrap=True) for words in said]
    problems = problem_label()
    body = column(*told, label(most, "soft", wrap=True), fields, problems, 1)
    sheet = Sheet(window, tr("load.title"), body, width=820, dock=dock)

    def set_load() -> None:
        wrong = [found for found in (speed.problem(), incline.problem()) if found]
        show_problems(problems, wrong)
        kmh, pct = speed.value(), incline.value()
        if kmh is not None and pct is not None:
            sheet.finish()
            given(kmh, pct)

    sheet.add_cancel(tr("common.cancel"))
    sheet.foot.addWidget(button(tr("load.set"), set_load, "main"))
    return sheet
