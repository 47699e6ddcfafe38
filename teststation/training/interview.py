"""The talk before the first session (kartleggingssamtale): its questions are a table that the clinic may change.

No answer is needed, "does not want to answer" is one, and no score is made of them. An interview keeps the questions as
they were asked: a clinic that changes its table changes no talk of before.
"""

import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.files.reading import read_text
from teststation.ports import Value

KINDS = ("text", "yes_no", "choice", "several", "scale", "date")
MEANINGS = ("caution", "goal", "group_consent", "physician", "postponed")  # what the station itself makes use of
SCALE_HIGH = 10
TEXT_LETTERS = 4000  # of an answer
QUESTIONS_MAX, LETTERS_MAX = 200, 1000  # of a table, and of one of its texts: beyond, no window shows it
LANGUAGES = ("nb", "nn", "en")
_FORM_KEYS, _PART_KEYS = {"title", "part"}, {"id", "title", "question"}
_QUESTION_KEYS = {"id", "kind", "words", "help", "choices", "before_test", "means"}
_CHOICE_KEYS = {"id", "words"}
YES, NO = "yes", "no"

Words = Mapping[str, str]  # by language; "" holds for every language


class Choice(Value, frozen=True):
    """One of a question's answers."""

    id: str
    words: Words


class Question(Value, frozen=True):
    """One question. ``before_test``: its answer is shown before each test."""

    id: str
    kind: str  # one of KINDS
    words: Words
    help: Words = msgspec.field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    before_test: bool = False
    means: str = ""  # one of MEANINGS, or empty


class Part(Value, frozen=True):
    """Questions that belong together."""

    id: str
    title: Words
    questions: tuple[Question, ...]


class Form(Value, frozen=True):
    """The questions of a talk, and the text they were read from."""

    title: Words
    parts: tuple[Part, ...]
    text: str

    @property
    def questions(self) -> tuple[Question, ...]:
        """All of them, in order."""
        return tuple(question for part in self.parts for question in part.questions)


class Answer(Value, frozen=True):
    """An answer: words, what was chosen, or a number of a scale."""

    text: str = ""
    chosen: tuple[str, ...] = ()  # ids; of a yes-or-no question YES or NO
    number: int | None = None
    declined: bool = False  # does not want to answer

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said."""
        return not (self.text.strip() or self.chosen or self.declined) and self.number is None


class Interview(Value, frozen=True):
    """A talk as it stands; a draft until somebody says it is done."""

    day: str  # ISO date
    form_text: str  # the table it was asked from
    answers: dict[str, Answer]  # by the question's id
    done: bool = False


def say(words: Words, language: str) -> str:
    """Words in a language, or in the first there is."""
    return words.get(language) or words.get("") or next(iter(words.values()), "")


def own_form() -> Form:
    """The questions that come with the station."""
    text = (resources.files("teststation.training") / "data" / "interview.toml").read_text("utf-8")
    return read_form(text, "interview.toml")


def find_form(path: Path) -> Form:
    """The clinic's questions where it has a table of its own, else those of the station. Raises BadInput."""
    try:
        return read_form(read_text(path), str(path))
    except FileNotFoundError:
        return own_form()
    except (OSError, UnicodeDecodeError) as error:
        why = (error.strerror or "") if isinstance(error, OSError) else str(error)
        raise BadInput(Cause("interview_no_text", {"path": str(path), "why": why})) from error


def read_form(text: str, path: str) -> Form:
    """A table's questions.

    Raises:
        BadInput: every problem at once, each with its place.
    """
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # no TOML, a number of thousands of digits, or one without a floor
        raise BadInput(Cause("interview_no_toml", {"path": path, "why": str(error)})) from error
    reader = _Reader(path)
    form = reader.form(table, text)
    if reader.problems:
        raise BadInput(*reader.problems)
    return form


class _Reader:
    """Reads a table to its end, whatever is wrong on the way."""

    def __init__(self, path: str) -> None:
        self.problems: list[Cause] = []
        self._path = path
        self._ids: set[tuple[str, str]] = set()

    def form(self, table: dict[str, Any], text: str) -> Form:
        self._keys(table, _FORM_KEYS, "-")
        parts = tuple(self._part(one, n) for n, one in enumerate(self._tables(table, "part", "-"), start=1))
        if not any(part.questions for part in parts):
            self._amiss("-", "question", code="interview_missing")
        if sum(len(part.questions) for part in parts) > QUESTIONS_MAX:
            self._amiss("-", "question", f"1–{QUESTIONS_MAX}")
        return Form(self._words(table.get("title", {}), "title"), parts, text)

    def _part(self, table: dict[str, Any], number: int) -> Part:
        place = f"part {number}"
        self._keys(table, _PART_KEYS, place)
        questions = [
            self._question(one, f"{place}, question {n}")
            for n, one in enumerate(self._tables(table, "question", place), start=1)
        ]
        return Part(
            self._id(table, place, "part"), self._words(table.get("title", {}), f"{place}, title"), tuple(questions)
        )

    def _question(self, table: dict[str, Any], place: str) -> Question:
        self._keys(table, _QUESTION_KEYS, place)
        kind, means = table.get("kind"), table.get("means", "")
        if kind not in KINDS:
            self._amiss(place, "kind", ", ".join(KINDS))
        if means not in ("", *MEANINGS):
            self._amiss(place, "means", ", ".join(MEANINGS))
        if means in ("caution", "group_consent", "postponed") and kind != "yes_no":
            self._amiss(place, "means", "yes_no")
        if not isinstance(table.get("before_test", False), bool):
            self._amiss(place, "before_test", "true, false")
        choices = self._choices(table, place)
        if (kind in ("choice", "several")) != bool(choices):
            self._amiss(place, "choices")
        return Question(
            id=self._id(table, place, "question"),
            kind=str(kind),
            words=self._words(table.get("words", {}), f"{place}, words"),
            help=self._words(table["help"], f"{place}, help") if "help" in table else {},
            choices=choices,
            before_test=table.get("before_test") is True,
            means=str(means),
        )

    def _choices(self, table: dict[str, Any], place: str) -> tuple[Choice, ...]:
        made: list[Choice] = []
        for number, one in enumerate(self._tables(table, "choices", place), start=1):
            here = f"{place}, choice {number}"
            self._keys(one, _CHOICE_KEYS, here)
            name = one.get("id")
            if not isinstance(name, str) or not name:
                self._amiss(here, "id", code="interview_missing" if name is None else "interview_field")
            elif name in {choice.id for choice in made}:
                self._amiss(here, name, code="interview_twice")
            made.append(Choice(str(name), self._words(one.get("words", {}), f"{here}, words")))
        return tuple(made)

    def _tables(self, table: dict[str, Any], key: str, place: str) -> list[dict[str, Any]]:
        found = table.get(key, [])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            self._amiss(place, key)
            return []
        return found

    def _id(self, table: dict[str, Any], place: str, of: str) -> str:
        name = table.get("id")
        if not isinstance(name, str) or not name:
            self._amiss(place, "id", code="interview_missing" if name is None else "interview_field")
            return ""
        if (of, name) in self._ids:
            self._amiss(place, name, code="interview_twice")
            return ""
        self._ids.add((of, name))
        return name

    def _words(self, found: Any, place: str) -> dict[str, str]:
        told: dict[Any, Any] = found if isinstance(found, dict) else {"": found}
        known = set(told) <= set(LANGUAGES) or (set(told) == {""} and not isinstance(found, dict))
        if not (told and known and all(isinstance(text, str) and text.strip() for text in told.values())):
            self._amiss(place, "words", ", ".join(LANGUAGES))
            return {}
        if any(len(text) > LETTERS_MAX for text in told.values()):
            self._amiss(place, "words", f"1–{LETTERS_MAX}")
        return told

    def _keys(self, table: dict[str, Any], known: set[str], place: str) -> None:
        for key in sorted(set(table) - known):
            self._amiss(place, key, ", ".join(sorted(known)), code="interview_unknown")

    def _amiss(self, place: str, key: str, known: str = "", *, code: str = "interview_field") -> None:
        values = {"path": self._path, "place": place, "name": key, "known": known or "-"}
        self.problems.append(Cause(code, values))


def problems(interview: Interview, form: Form) -> list[Cause]:
    """Answers that none of the questions can have; empty where the interview can be kept."""
    by_id = {question.id: question for question in form.questions}
    found = [Cause("interview_answer", {"question": name}) for name in interview.answers if name not in by_id]
    for name, answer in interview.answers.items():
        question = by_id.get(name)
        if question is not None and not (answer.is_empty or answer.declined) and not _fits(question, answer):
            found.append(Cause("interview_answer", {"question": name}))
    return found


def _fits(question: Question, answer: Answer) -> bool:
    if len(answer.text) > TEXT_LETTERS:
        return False
    match question.kind:
        case "text" | "date":
            return not answer.chosen and answer.number is None
        case "scale":
            return answer.number is not None and 0 <= answer.number <= SCALE_HIGH and not answer.chosen
        case "yes_no":
            return answer.chosen in ((YES,), (NO,)) or (not answer.chosen and bool(answer.text))
        case _:
            known = {choice.id for choice in question.choices}
            most = 1 if question.kind == "choice" else len(known)
            return set(answer.chosen) <= known and len(set(answer.chosen)) == len(answer.chosen) <= most


def checked(interview: Interview) -> Interview:
    """The interview as it may be kept. Raises BadInput."""
    found = problems(interview, read_form(interview.form_text, "interview.toml"))
    if found:
        raise BadInput(*found)
    return msgspec.structs.replace(
        interview, answers={name: answer for name, answer in interview.answers.items() if not answer.is_empty}
    )


def answered(interview: Interview, *, before_test: bool = False) -> list[tuple[Question, Answer]]:
    """Questions with their answers, in the order asked; only those to be at hand before a test if so wished.

    A caution that was answered yes is always at hand.
    """
    return [
        (question, answer)
        for question in read_form(interview.form_text, "interview.toml").questions
        if (answer := interview.answers.get(question.id)) is not None
        and not answer.is_empty
        and (not before_test or question.before_test or _is_caution(question, answer))
    ]


def _is_caution(question: Question, answer: Answer) -> bool:
    cautious = question.means in ("caution", "postponed")
    return cautious and (YES in answer.chosen or (not answer.chosen and bool(answer.text)))


def cautions(interview: Interview) -> list[tuple[Question, Answer]]:
    """What speaks against hard training as the person said it."""
    return [pair for pair in answered(interview) if _is_caution(*pair)]


def is_postponed(interview: Interview) -> bool:
    """Whether hard training is to wait, as the talk came to."""
    return any(question.means == "postponed" for question, _ in cautions(interview))


def goals(interview: Interview) -> list[str]:
    """What the person wants, in their own words."""
    return [answer.text for question, answer in answered(interview) if question.means == "goal" and answer.text]


def why_not_counted(talks: Sequence[Interview]) -> str | None:
    """``said_no`` or ``not_asked``, from every talk with a person; None: the person may be counted in group results.

    The newest talk that answers it decides. Only a talk that was brought to its end gives a yes, any takes it back,
    and silence is a no.
    """
    for talk in sorted(talks, key=lambda one: one.day, reverse=True):
        said = [answer for question, answer in answered(talk) if question.means == "group_consent"]
        if any(answer.chosen != (YES,) for answer in said):
            return "said_no" if any(answer.chosen for answer in said) else "not_asked"
        if said and talk.done:
            return None
    return "not_asked"
