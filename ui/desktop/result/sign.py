"""Review and sign a test, or amend a signed one: what was there before stays, and the reason with it."""

from collections.abc import Callable

import msgspec
from PySide6.QtWidgets import QCheckBox, QGridLayout, QPlainTextEdit, QWidget

from teststation.errors import StationError
from teststation.physiology.advice import told_after_words
from teststation.physiology.result import Assessment
from teststation.records.access.user import User
from teststation.records.tests.signature import Signature
from teststation.records.tests.stored import StoredTest
from teststation.subject import Subject
from teststation.symptoms import TOLD_AFTER
from ui.desktop.i18n import core_texts, told, tr
from ui.desktop.i18n.numbers import exact, moment, number, parse_number
from ui.desktop.result.text import interval
from ui.desktop.widgets.base import button, column, label, problem_label, row, set_shown, show_problems
from ui.desktop.widgets.fields import HR_MAX_BPM, WEIGHT_KG, form, line_edit
from ui.desktop.widgets.sheet import Sheet
from ui.station.station import Station

TEXT_MAX = 2000
SYMPTOM_COLUMNS = 3


def signed_words(signature: Signature | None) -> str:
    """Who stands for a test, in one line."""
    if signature is None:
        return tr("sign.unsigned")
    key = "sign.amended" if signature.is_amendment else "sign.signed"
    return tr(key, name=signature.user_name, when=moment(signature.signed_at), reason=signature.reason)


def newer_words(stored: StoredTest, newest: Assessment) -> str:
    """What a newer calculation says beside the signed one."""
    estimate = newest.estimates[newest.headline]
    return tr("sign.newer", value=number(estimate.vo2max_ml_kg_min, 1), range=interval(estimate))


class SignSheet(Sheet):
    """A comment, what was wrong of the subject, and from the second time on the reason."""

    def __init__(
        self, window: QWidget, station: Station, stored: StoredTest, user: User, done: Callable[[], None]
    ) -> None:
        self._station, self._stored, self._user, self._done = station, stored, user, done
        self._seen = 0 if stored.signature is None else stored.signature.number
        subject = stored.run.subject
        self.comment = _text("" if stored.signature is None else stored.signature.comment, tr("sign.comment"), 3)
        self.reason = _text("", tr("sign.reason"), 2)
        self.weight = line_edit(exact(subject.weight_kg), tr("sign.weight"))
        self.hr_max = line_edit(exact(subject.hr_max_measured_bpm), tr("pretest.hr_measured"))
        self.beta, self.rhythm = QCheckBox(tr("pretest.beta")), QCheckBox(tr("pretest.rhythm"))
        self.beta.setChecked(subject.beta_blocker)
        self.rhythm.setChecked(subject.irregular_rhythm)
        told = () if stored.signature is None else stored.signature.symptoms
        self.symptoms = {code: QCheckBox(_capital(told_after_words(code, core_texts()))) for code in TOLD_AFTER}
        several = QGridLayout()
        for place, (code, check) in enumerate(self.symptoms.items()):
            check.setChecked(code in told)
            several.addWidget(check, place // SYMPTOM_COLUMNS, place % SYMPTOM_COLUMNS)
        self.newer = QCheckBox(tr("sign.again"))  # until there is one to name
        self.problems = problem_label()
        corrected = form((tr("sign.weight"), self.weight), (tr("pretest.hr_measured"), self.hr_max))
        self._reason_label = label(tr("sign.reason"))
        words = label(tr("sign.words" if self._seen == 0 else "sign.amend_words", name=user.name), "soft", wrap=True)
        body = column(
            words,
            label(tr("sign.comment")),
            self.comment,
            label(tr("sign.symptoms"), "caption", wrap=True),
            several,
            label(tr("sign.correct"), "caption", wrap=True),
            row(corrected, column(self.beta, self.rhythm, gap=4), shares=(1, 0)),
            self.newer,
            self._reason_label,
            self.reason,
            self.problems,
            gap=8,
        )
        super().__init__(window, tr("sign.title" if self._seen == 0 else "sign.amend_title"), body, width=1400)
        self.add_cancel(tr("common.cancel"))
        self.sign_button = button(tr("sign.do" if self._seen == 0 else "sign.amend_do"), self.sign, "main")
        self.foot.addWidget(self.sign_button)
        self._offer_newer()
        for field in (self.weight, self.hr_max):
            field.textChanged.connect(lambda *_: self._look())
        for check in (self.beta, self.rhythm, self.newer, *self.symptoms.values()):
            check.toggled.connect(lambda *_: self._look())
            check.setAccessibleName(check.text())
        self._look()

    def sign(self) -> None:
        """Sign, or say what is missing."""
        problems: list[str] = []
        if not WEIGHT_KG.holds(parse_number(self.weight.text())):
            problems.append(WEIGHT_KG.sentence(tr("sign.weight")))
        if self.hr_max.text().strip() and not HR_MAX_BPM.holds(parse_number(self.hr_max.text())):
            problems.append(HR_MAX_BPM.sentence(tr("pretest.hr_measured")))
        needs_reason = self._seen > 0 or (not problems and self._corrected() is not None)
        if needs_reason and not self.reason.toPlainText().strip():
            problems.append(tr("sign.reason_missing"))
        for field, name in ((self.comment, tr("sign.comment")), (self.reason, tr("sign.reason"))):
            over = len(field.toPlainText()) - TEXT_MAX
            if over > 0:
                problems.append(tr("sign.too_long", name=name, most=TEXT_MAX, over=over))
        if not problems:
            try:
                self._sign()
            except StationError as error:
                problems = told(error)
            else:
                self.finish()
                self._done()
                return
        show_problems(self.problems, problems)

    def _sign(self) -> None:
        corrected = self._corrected()
        self._station.record.signing.sign(
            self._stored.id,
            self._user,
            comment=self.comment.toPlainText(),
            reason=self.reason.toPlainText(),
            result_number=self._stored.newest_result if self.newer.isChecked() else None,
            corrected=None if corrected is None else (corrected, self._station.assess_again(self._stored, corrected)),
            symptoms=[code for code, check in self.symptoms.items() if check.isChecked()],
            seen=self._seen,
        )

    def _corrected(self) -> Subject | None:
        """The subject as it should have been; None where nothing was wrong."""
        was, weight = self._stored.run.subject, parse_number(self.weight.text())
        weight = was.weight_kg if weight is None else weight
        hr_max = parse_number(self.hr_max.text())
        now = msgspec.structs.replace(
            was,
            weight_kg=weight,
            hr_max_measured_bpm=hr_max,
            beta_blocker=self.beta.isChecked(),
            irregular_rhythm=self.rhythm.isChecked(),
        )
        return None if now == was else now

    def _offer_newer(self) -> None:
        there = self._stored.newest_result != self._stored.result_number
        set_shown(self.newer, there)
        if there:
            results = self._station.record.tests.results(self._stored.id)
            self.newer.setText(newer_words(self._stored, results[-1]))

    def _look(self) -> None:
        wanted = self._seen > 0 or self._corrected() is not None
        for part in (self._reason_label, self.reason):
            set_shown(part, wanted)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _text(text: str, name: str, lines: int) -> QPlainTextEdit:
    made = QPlainTextEdit(text)
    made.setAccessibleName(name)
    made.setTabChangesFocus(True)
    made.setFixedHeight(made.fontMetrics().lineSpacing() * (lines + 1))
    return made


def versions_words(station: Station, stored: StoredTest) -> list[str]:
    """Every signature of a test in words, the first one first."""
    told = []
    results = station.record.tests.results(stored.id)
    for signature in station.record.signing.signatures(stored.id):
        found = results[signature.result_number - 1]
        estimate = found.estimates[found.headline]
        value = tr("sign.value", value=number(estimate.vo2max_ml_kg_min, 1), range=interval(estimate))
        comment = f" {tr('sign.said', comment=signature.comment)}" if signature.comment else ""
        after = [told_after_words(code, core_texts()) for code in signature.symptoms]
        noted = f" {core_texts()('advice.told_after', what='; '.join(after))}" if after else ""
        told.append(f"{signed_words(signature)} {value}{noted}{comment}")
    return told
