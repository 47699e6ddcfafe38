"""What a record, an export or a journal complains of is a code with values, and both languages have words for it."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Formatter

import pytest

import drivers
import teststation
import ui
from tests.unit.records.builders import assessment_of, events_of, run_of
from teststation.cause import Cause
from teststation.errors import StationError
from teststation.records.access.user import Role, User
from teststation.records.database import Record
from teststation.records.people.person import Person
from teststation.subject import Sex
from teststation.texts import LANGUAGES, texts
from ui.desktop import i18n

CORE = Path(teststation.__path__[0])
SOURCES = [*(CORE / "records").rglob("*.py"), CORE / "exchange" / "export.py", CORE / "run" / "controller.py"]
EVERYWHERE = [path for package in (teststation, drivers, ui) for path in Path(package.__path__[0]).rglob("*.py")]
COMPLAINTS = {"StationError", "BadInput", "OutOfRange", "RecordError", "LoginRefused", "Interrupted"}
LISTS = {"problems", "causes"}  # what is raised later, all at once
MAKERS = {"Cause", "_cause"}
CHOSEN = {"verify_version_gone", "verify_version_changed"}  # said through a variable


def free_sentences(source: str) -> list[int]:
    """The lines in which a complaint is written out in one language."""
    found: list[int] = []
    for node in ast.walk(ast.parse(source)):
        said: list[ast.expr] = []
        if isinstance(node, ast.Call) and _name(node.func) in COMPLAINTS:
            # The first word of a refused login tells a program why, and nobody reads it.
            said = node.args[1:] if _name(node.func) == "LoginRefused" else node.args
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _name(node.func.value) in LISTS:
            said = node.args
        elif isinstance(node, ast.Yield) and node.value is not None:
            said = [node.value] if isinstance(node.value, ast.JoinedStr | ast.Constant) else []
        found += [value.lineno for value in said for part in _outside_causes(value) if _is_sentence(part)]
    return sorted(set(found))


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _is_sentence(part: ast.AST) -> bool:
    return isinstance(part, ast.JoinedStr) or (isinstance(part, ast.Constant) and isinstance(part.value, str))


def _outside_causes(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Call) and _name(node.func) in MAKERS:
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _outside_causes(child)


def causes_made() -> list[tuple[str, ast.Call]]:
    """Every cause whose code is written where it is made."""
    return [
        (part.value, node)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and _name(node.func) in MAKERS and node.args
        for part in ast.walk(node.args[0])
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]


def places(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text)} - {None}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_complaint_is_a_sentence_in_the_source(path: Path) -> None:
    assert free_sentences(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        'raise RecordError("the disk is full")',
        'raise RecordError(f"{name}: the disk is full") from error',
        'raise BadInput(Cause("a"), "and a sentence")',
        'raise LoginRefused("wrong", "login or password is wrong")',
        'problems.append(f"{text} is no date")',
        'yield "audit log: the head is missing"',
        'raise BadInput("one" if one else Cause("two"))',
    ],
)
def test_a_free_sentence_would_be_found(line: str) -> None:
    assert free_sentences(line) == [1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_its_words(language: str) -> None:
    said = {code for code, _ in causes_made()} | CHOSEN
    assert len(said) > 100
    assert {code for code in said if f"cause.{code}" not in texts(language).keys()} == set()  # noqa: SIM118


def test_every_cause_brings_what_its_words_tell_of() -> None:
    looked_at = 0
    for code, call in causes_made():
        values = call.args[1] if len(call.args) > 1 else ast.Dict([], [])
        if _name(call.func) == "_cause":
            given: set[object] = {"path", "why"}
        elif isinstance(values, ast.Dict):
            given = {key.value for key in values.keys if isinstance(key, ast.Constant)}
        else:
            continue
        looked_at += 1
        assert places(texts("en")._entries[f"cause.{code}"]) == given, code
    assert looked_at > 90


@pytest.mark.parametrize("file", ["people.toml", "record.toml"])
def test_bokmål_and_english_differ_and_no_word_is_kept_that_nobody_says(file: str) -> None:
    written = "\n".join(path.read_text("utf-8") for path in EVERYWHERE)
    kept = [line.split(" = ")[0] for line in (CORE / "texts" / "en" / file).read_text("utf-8").splitlines()]
    codes = [code for code in kept if code and code[0] not in "#["]
    assert len(codes) > 30
    for code in codes:
        one, other = (texts(language)._entries[f"cause.{code}"] for language in ("nb", "en"))
        assert one != other, code
        assert f'"{code}"' in written, code


@pytest.fixture
def person(record: Record) -> Person:
    return record.people.add(family_name="Ødegård", given_name="Åse", sex=Sex.FEMALE)


TECHNICIAN = User("t", "teknikk", "Tekniker", Role.TECHNICIAN, must_change=False, active=True, created_at="")
LONG = "gå tur i skogen"
REFUSED: list[tuple[str, Callable[[Record, Person], object]]] = [
    ("Navnet mangler; skriv minst ett", lambda r, p: r.people.add(family_name=" ", sex=Sex.MALE)),
    ("«i går» er ikke en fødselsdato", lambda r, p: r.people.add(family_name="A", born="i går", sex=Sex.MALE)),
    ("Kontrollsifrene i fødsels", lambda r, p: r.people.add(family_name="A", number="01017012345", sex=Sex.MALE)),
    ("Velg to forskjellige personer", lambda r, p: r.merging.merge(p.id, p.id)),
    ("Denne sammenslåingen kan ikke angres", lambda r, p: r.merging.undo("ingen")),
    ("Denne brukerens rolle kan ikke signere", lambda r, p: r.signing.sign("x", TECHNICIAN)),
    ("Den første brukeren må være administrator", lambda r, p: r.users.add("kari", "K", Role.THERAPIST, LONG)),
    ("Passordet må ha minst 10 tegn", lambda r, p: r.users.add("kari", "Kari", Role.ADMINISTRATOR, "kort")),
    ("Brukernavn eller passord er feil", lambda r, p: r.users.log_in("kari", "gjettet passord")),
    ("personen ingen finnes ikke; testen", lambda r, p: r.tests.save("ingen", run_of(), assessment_of(), events_of(1))),
]  # fmt: skip


@pytest.mark.parametrize(("begins", "ask"), REFUSED, ids=[begins for begins, _ in REFUSED])
def test_the_window_says_a_refusal_in_bokmål(
    record: Record, person: Person, begins: str, ask: Callable[[Record, Person], object]
) -> None:
    with pytest.raises(StationError) as caught:
        ask(record, person)
    (sentence,) = i18n.told(caught.value)
    assert sentence.removeprefix(f"{record.database.name}: ").startswith(begins)
    assert [isinstance(cause, Cause) for cause in caught.value.causes] == [True]
    assert sentence not in caught.value.problems


def test_what_verification_finds_has_words_in_both_languages() -> None:
    """The causes whose values are put together, so that no source shows them whole."""
    log = {"name": "r", "row": 3, "at": "2026", "action": "test_kept", "actor": "kari"}
    signature = {"name": "r", "test": "t", "number": 1, "at": "2026"}
    built = [
        Cause("verify_log_missing", log | {"missing": 2}), Cause("verify_log_order", log),
        Cause("verify_log_changed", log), Cause("verify_signature", signature),
        Cause("verify_signature_other", signature), Cause("verify_signature_log", signature | {"row": 3}),
    ]  # fmt: skip
    for cause in built:
        assert texts("nb").say(cause) != texts("en").say(cause)
