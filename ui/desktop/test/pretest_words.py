"""What will be missing after the test, or less certain, for want of what was not answered before it."""

from teststation.physiology.assess import assess
from teststation.physiology.non_exercise import by_questions
from teststation.protocol.plan import Plan
from teststation.subject import Subject
from ui.desktop.i18n import say, tr
from ui.desktop.i18n.numbers import number


def will_be_withheld(subject: Subject, plan: Plan) -> list[str]:
    """Sentences on results that this subject and plan cannot give, and on what makes them wider."""
    found = assess(subject, ())
    sentences: list[str] = []
    pulse = found.estimates["extrapolation"].why
    if pulse is not None and pulse.code == "pulse_not_to_be_trusted":
        sentences.append(tr("withheld.pulse", why=say(pulse)))
    elif found.hr_max.source == "rpe" or (subject.hr_max_from_rpe and found.hr_max.reckoned_source == "age"):
        sentences.append(tr("withheld.hr_max_rpe"))
    elif found.hr_max.source not in ("measured", "intervals"):
        sentences.append(tr("withheld.hr_max", see=number(found.hr_max.see_bpm)))
    if by_questions(subject) is None and not subject.beta_blocker:
        sentences.append(tr("withheld.questions"))
    before = found.estimates["non_exercise"].why
    if before is not None:
        sentences.append(tr("withheld.non_exercise", why=say(before)))
    if plan.method != "ebbeling":
        sentences.append(tr("withheld.ebbeling"))
    return sentences
