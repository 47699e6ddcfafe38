"""An answer of the talk and a row's pulse in words, as pages and screens say them alike."""

from teststation.texts import Texts
from teststation.texts.writing import day as day_words
from teststation.training.diary import Entry
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
    if question.kind != "date":
        return text
    try:
        return day_words(say.language, text)
    except ValueError:
        return text


def pulse_words(say: Texts, entry: Entry) -> str:
    """A row's pulse; empty where none is known."""
    if entry.max_bpm is None:
        return ""
    if entry.mean_bpm is None:
        return say("diary.pulse_max", max=entry.max_bpm)
    return say("diary.pulse", mean=entry.mean_bpm, max=entry.max_bpm)
