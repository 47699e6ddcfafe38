"""The talk before the first session: the clinic's own questions, answers that stay readable, and no answer needed."""

from pathlib import Path

import msgspec
import pytest

from tests.mutants import fails_with
from teststation.errors import BadInput
from teststation.training import interview as interview_module
from teststation.training.interview import (
    Answer,
    Interview,
    answered,
    cautions,
    checked,
    find_form,
    goals,
    own_form,
    problems,
    read_form,
    say,
    why_not_counted,
)

OWN = own_form()
CLINICS = """
title = "Samtale"
[[part]]
id = "one"
title = "Først"
[[part.question]]
id = "shoes"
kind = "yes_no"
words = "Har du sko?"
"""


def talk(form=OWN, *, done: bool = True, **answers: Answer) -> Interview:
    return Interview("2026-08-10", form.text, answers, done)


def one_answer(question: str, answer: Answer) -> Interview:
    return msgspec.structs.replace(talk(), answers={question: answer})


def test_the_stations_own_questions_are_whole_in_three_languages() -> None:
    assert [part.id for part in OWN.parts] == [
        "experience", "health", "expectations", "adaptation", "information",
    ]  # fmt: skip
    every = [OWN.title, *(part.title for part in OWN.parts)]
    every += [words for one in OWN.questions for words in (one.words, *(choice.words for choice in one.choices))]
    every += [one.help for one in OWN.questions if one.help]
    assert all(set(words) == {"nb", "nn", "en"} for words in every)
    assert {"caution", "goal", "group_consent", "physician", "postponed"} == {
        one.means for one in OWN.questions if one.means
    }


def test_substance_use_is_not_asked_for() -> None:
    asked = " ".join(word for one in OWN.questions for word in one.words.values()).lower()
    assert not any(word in asked for word in ("rus ", "narkotika", "alkohol", "heroin", "drugs"))


def test_a_clinics_table_takes_the_place_of_the_stations(tmp_path: Path) -> None:
    own = tmp_path / "interview.toml"
    assert find_form(own) == OWN
    own.write_text(CLINICS, "utf-8")
    assert [say(one.words, "en") for one in find_form(own).questions] == ["Har du sko?"]


def test_an_old_talk_is_read_with_the_questions_it_was_asked_from() -> None:
    old = talk(read_form(CLINICS, "x"), shoes=Answer(chosen=("no",)))
    assert [(one.id, answer.chosen) for one, answer in answered(old)] == [("shoes", ("no",))]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('kind = "yes_no"', 'kind = "maybe"', "kind"),
        ('kind = "yes_no"', 'kind = "choice"', "choices"),
        ('kind = "yes_no"', 'kind = "text"\nmeans = "caution"', "yes_no"),
        (
            'id = "shoes"',
            'id = "shoes"\nkind = "text"\nwords = "?"\n[[part.question]]\nid = "shoes"',
            "'shoes' is there twice",
        ),
        ('id = "shoes"', "", "'id' is missing"),
        ('words = "Har du sko?"', "words = {}", "words"),
        ('words = "Har du sko?"', 'words = { de = "Haben Sie Schuhe?" }', "nb, nn, en"),
        ('kind = "yes_no"', 'kind = "yes_no"\nrequired = true', "required"),
        ("[[part.question]]", "[[part.questions]]", "'questions' is not known here"),
        ("[[part.question]]", "[[part.questions]]", "'question' is missing"),
        ("Har du sko?", "Har du sko? " * 100, "1–1000"),
        ('title = "Samtale"', "title = " + "[" * 9000 + "]" * 9000, "no TOML"),
        ('title = "Samtale"', "title = " + "9" * 9000, "no TOML"),
        (
            'id = "shoes"',
            'id = "shoes"\nkind = "text"\nwords = "?"\n'
            + "".join(f'[[part.question]]\nid = "q{n}"\nkind = "text"\nwords = "?"\n' for n in range(200))
            + '[[part.question]]\nid = "last"',
            "1–200",
        ),
        ('title = "Samtale"', 'title = "Samtale"\nlogo = "x.png"', "logo"),
        ('title = "Samtale"', "title = ", "no TOML"),
        ('kind = "yes_no"', 'kind = "yes_no"\nbefore_test = "yes"', "before_test"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_the_place(old: str, new: str, words: str) -> None:
    with pytest.raises(BadInput, match=r"clinic\.toml") as caught:
        read_form(CLINICS.replace(old, new), "clinic.toml")
    assert words in str(caught.value)


def test_every_problem_of_a_table_is_told_at_once() -> None:
    broken = CLINICS.replace('kind = "yes_no"', 'kind = "maybe"').replace('words = "Har du sko?"', "words = 3")
    with pytest.raises(BadInput) as caught:
        read_form(broken, "clinic.toml")
    assert len(caught.value.problems) == 2


def test_nothing_need_be_answered_and_declining_is_an_answer() -> None:
    kept = checked(talk(hope=Answer(declined=True), sleep=Answer()))
    assert list(kept.answers) == ["hope"]
    assert answered(kept)[0][1].declined


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("importance", Answer(number=11)),
        ("importance", Answer(number=-1)),
        ("importance", Answer(text="ten")),
        ("trained_before", Answer(chosen=("always",))),
        ("trained_before", Answer(chosen=("none", "some"))),
        ("adaptation", Answer(chosen=("music", "music"))),
        ("heart_lung_pressure", Answer(chosen=("perhaps",))),
        ("hope", Answer(text="x" * 4001)),
        ("hope", Answer(chosen=("yes",))),
        ("no_such_question", Answer(text="hei")),
    ],
)
def test_an_answer_that_does_not_fit_its_question_is_refused(question: str, answer: Answer) -> None:
    assert len(problems(one_answer(question, answer), OWN)) == 1
    with pytest.raises(BadInput, match=question):
        checked(one_answer(question, answer))


def test_a_caution_answered_yes_is_at_hand_before_every_test_and_a_no_is_not() -> None:
    said = talk(
        heart_lung_pressure=Answer(chosen=("yes",), text="høyt blodtrykk"),
        pain_injury_pregnancy=Answer(chosen=("no",)),
        sleep=Answer(text="dårlig"),
        medicines=Answer(text="metoprolol"),
        goal=Answer(text="gå til Rundemanen"),
    )
    assert [one.id for one, _ in answered(said, before_test=True)] == ["heart_lung_pressure", "medicines", "goal"]
    assert [one.id for one, _ in cautions(said)] == ["heart_lung_pressure"]
    assert goals(said) == ["gå til Rundemanen"]


def test_a_caution_in_words_alone_counts_as_a_yes() -> None:
    assert len(cautions(talk(postponed=Answer(text="feber")))) == 1


YES, NO = Answer(chosen=("yes",)), Answer(chosen=("no",))


def on(day: str, said: Answer | None, *, done: bool = True) -> Interview:
    spoken = talk(done=done) if said is None else talk(done=done, group_statistics=said)
    return msgspec.structs.replace(spoken, day=day)


COUNTED: list[tuple[list[Interview], str | None]] = [
    ([], "not_asked"),
    ([on("2026-01-05", None)], "not_asked"),
    ([on("2026-01-05", YES)], None),
    ([on("2026-01-05", YES, done=False)], "not_asked"),
    ([on("2026-01-05", NO)], "said_no"),
    ([on("2026-01-05", Answer(declined=True))], "not_asked"),
    ([on("2026-01-05", YES), on("2026-04-05", None)], None),  # silence later takes nothing back
    ([on("2026-01-05", YES), on("2026-04-05", NO)], "said_no"),
    ([on("2026-04-05", NO), on("2026-01-05", YES)], "said_no"),  # in whatever order they are read
    ([on("2026-01-05", YES), on("2026-04-05", NO, done=False)], "said_no"),  # a no needs no end of a talk
    ([on("2026-01-05", NO), on("2026-04-05", YES)], None),
    ([on("2026-01-05", NO), on("2026-04-05", YES, done=False)], "said_no"),
    ([on("2026-01-05", YES), on("2026-04-05", Answer(declined=True))], "not_asked"),
]


def test_only_a_yes_in_a_talk_that_is_done_lets_a_person_be_counted() -> None:
    for talks, why_not in COUNTED:
        assert why_not_counted(talks) == why_not, talks


def test_an_interview_comes_back_as_it_was_kept() -> None:
    said = talk(importance=Answer(number=9), adaptation=Answer(chosen=("music", "group"), text="jazz"))
    assert msgspec.json.decode(msgspec.json.encode(said), type=Interview) == said


FAULTS = [
    *(
        (old, new, test_only_a_yes_in_a_talk_that_is_done_lets_a_person_be_counted)
        for old, new in (
            ("if said and talk.done:", "if said:"),
            ("if any(answer.chosen != (YES,) for answer in said):", "if False:"),
            ("key=lambda one: one.day, reverse=True", "key=lambda one: one.day"),
            ('            return None\n    return "not_asked"', "            return None\n    return None"),
        )
    ),
    (
        "question.before_test or _is_caution(question, answer)",
        "question.before_test",
        test_a_caution_answered_yes_is_at_hand_before_every_test_and_a_no_is_not,
    ),
    (
        "(YES in answer.chosen or (not answer.chosen and bool(answer.text)))",
        "bool(answer.chosen)",
        test_a_caution_answered_yes_is_at_hand_before_every_test_and_a_no_is_not,
    ),
]


@pytest.mark.parametrize(("old", "new", "fact"), FAULTS)
def test_the_interview_fails_on_a_planted_fault(old: str, new: str, fact) -> None:
    fails_with(interview_module, old, new, fact)
