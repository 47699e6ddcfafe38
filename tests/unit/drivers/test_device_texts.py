"""Whatever a driver complains of is a code with values, and both languages have words for it: no free sentence."""

import ast
from pathlib import Path

import pytest

import drivers
import teststation.texts
import ui
from drivers import lines
from drivers.adapters import read_adapter
from drivers.radio.ble_errors import _REASONS
from drivers.registry import FAMILIES, TREADMILL, parse_device
from teststation.cause import Cause
from teststation.errors import BadInput, StationError
from teststation.ports import TripReason
from teststation.texts import LANGUAGES, english, texts
from ui.desktop import i18n

DRIVERS, UI = Path(drivers.__path__[0]), Path(ui.__path__[0])
# The emulators are started from the command line alone, and speak its language.
SOURCES = [path for path in DRIVERS.rglob("*.py") if "emulators" not in path.relative_to(DRIVERS).parts]
SOURCES += [UI / "station" / name for name in ("emulated.py", "settings.py", "station.py", "commissioning.py")]
COMPLAINTS = {
    "BadInput", "DeviceError", "OutOfRange", "LinkLost", "StationError", "WrongDevice", "StickFailed",
    "Failed", "Refused",
}  # fmt: skip


def calls(name: str) -> list[tuple[Path, ast.Call]]:
    found: list[tuple[Path, ast.Call]] = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called == name:
                    found.append((path, node))
    return found


def codes() -> set[str]:
    """Every code that a driver can say."""
    written = {
        part.value
        for name in ("Cause", "Words")
        for _, call in calls(name)
        for argument in (call.args[:1] if name == "Cause" else call.args)
        for part in ast.walk(argument)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }
    asked = {option.required for family in FAMILIES.values() for option in family.options.values() if option.required}
    chosen = {"speed_not_settable", "incline_not_settable", "driver_died", "hr_driver_died", "ble_not_available"}
    return written | asked | chosen | set(_REASONS.values())


def test_no_complaint_is_a_sentence_in_the_source() -> None:
    free = [
        f"{path.name}:{call.lineno}"
        for name in COMPLAINTS
        for path, call in calls(name)
        for value in (*call.args, *(keyword.value for keyword in call.keywords))
        for part in ast.walk(value)
        if (isinstance(part, ast.JoinedStr) and not _in_a_cause(value, part))
        or (part is value and isinstance(part, ast.Constant) and isinstance(part.value, str))
    ]
    assert free == []
    assert len(calls("Cause")) > 50


def _is_text(part: ast.AST) -> bool:
    return isinstance(part, ast.JoinedStr) or (isinstance(part, ast.Constant) and isinstance(part.value, str))


def _in_a_cause(value: ast.expr, part: ast.AST) -> bool:
    causes = [n for n in ast.walk(value) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "Cause"]
    return any(part is inner for cause in causes for inner in ast.walk(cause))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_a_driver_has_its_words(language: str) -> None:
    known = texts(language).keys()
    said = codes() | {f"trip_{reason.value}" for reason in TripReason}
    assert {code for code in said if f"cause.{code}" not in known} == set()


def test_no_word_is_kept_that_nobody_says() -> None:
    file = (Path(teststation.texts.__path__[0]) / "en" / "devices.toml").read_text("utf-8")
    kept = {line.split(" = ")[0] for line in file.splitlines() if " = " in line}
    trials = {"trial_no_word", "trial_not_armed", "trial_too_long", "trial_tells_nothing"}
    assert kept - codes() - trials == set()


def test_bokmål_and_english_differ() -> None:
    english_texts, norwegian = texts("en"), texts("nb")
    for code in sorted(codes()):
        assert english_texts._entries[f"cause.{code}"] != norwegian._entries[f"cause.{code}"], code


@pytest.mark.parametrize(
    "text",
    [
        "treadmill:COM3", "zzz:COM3", "trackmaster:COM3", "trackmaster:,units=kmh", "trackmaster:COM3,units=furlong",
        "trackmaster:COM3,units=kmh,accel=99", "trackmaster:COM3,units=kmh,accel=x", "trackmaster:COM3,unit=kmh",
        "emulated:zzz", "trackmaster:usb=1,units=kmh",
    ],
)  # fmt: skip
def test_a_wrong_device_is_told_in_the_language_of_who_reads_it(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_device(text, TREADMILL)
    window, command_line = i18n.told(caught.value), list(caught.value.problems)
    assert len(window) == len(command_line) > 0
    assert all(one != other for one, other in zip(window, command_line, strict=True))
    assert all(isinstance(cause, Cause) for cause in caught.value.causes)


def test_a_port_keeps_its_spelling_where_a_sentence_begins_with_it() -> None:
    with pytest.raises(BadInput) as caught:
        read_adapter("usb=zz")
    assert i18n.told(caught.value)[0].startswith("usb=zz: en adapter skrives")
    assert i18n.told([Cause("ble_off")])[0].startswith("Bluetooth er slått av")
    assert i18n.told([Cause("driver_unreadable")])[0].startswith("En driver")


def test_a_complaint_crosses_the_process_border_as_a_code() -> None:
    line = lines.Failed(causes=(Cause("port_taken", {"port": "COM3"}),), fatal=False)
    back = lines.decode_from_driver(lines.encode(line))
    assert back == line
    assert isinstance(back, lines.Failed)
    assert back.sentence == "COM3: another program has the port open; close it and try again"
    assert i18n.told(back.causes) == ["COM3: et annet program har porten åpen; lukk det og prøv igjen"]


def test_an_error_says_english_to_logs_and_keeps_its_causes() -> None:
    error = StationError(Cause("arm_not_at_rest"), "a sentence for the command line")
    assert str(error) == f"{english(Cause('arm_not_at_rest'))}; a sentence for the command line"
    assert error.causes[0] == Cause("arm_not_at_rest")
