"""An answer of the talk in words, as pages and screens say it alike."""

from datetime import date

from teststation.texts import Texts
from teststation.training.interview import Answer, Question
from teststation.training.interview import say as in_words


def answer_words(say: Texts, question: Question, answer: Answer) -> str:
    """An answer as it is read."""
    names = {choice.id: in_words(choice.words, say.language) for choice in question.choices}
    names |= {"yes": say("diary.yes"), "no": say("diary.no")} if question.kind == "yes_no" else {}
    words = [", ".join(names.get(one, one) for one in answer.chosen)] if answer.chosen else []
    words += [say("diary.of_ten", n=answer.number)] if answer.number is not None else []
    words += [_written(say, question, answer.text)] if answer.text else []
    words += [say("diary.declined")] if answer.declined else []
    return " – ".join(words)


def _written(say: Texts, question: Question, text: str) -> str:
    """What was written; a day as days are written here, if it is one."""
    if question.kind != "date" or say.language == "en":
        return text
    try:
        return f"{date.fromisoformat(text):%d.%m.%Y}"
    except ValueError:
        return text
