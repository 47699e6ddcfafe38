"""What is typed or given while a treadmill is put into use and is no number: refused, limits before anything moves."""

from typing import Any

import pytest

from tests.mutants import fails_with
from tests.unit.commands.conftest import Cli
from teststation.errors import BadInput
from ui.cli import main
from ui.commands import commission

COMMISSION = ["devices", "commission", "--treadmill", "trackmaster:/dev/none,units=kmh"]
NO_LIMITS = [("--max-kmh", "-1"), ("--max-kmh", "1e9"), ("--max-incline", "-1"), ("--accel", "-1"), ("--decel", "0")]
NO_LIMITS += [("--min-kmh", "1e9"), ("--belt-length", "-1"), ("--reminder-days", "-1")]


def hand(answer: str) -> Any:
    """One who types the same to every question, of commissioning as it is now, whole or with a fault."""
    asking: Any = object.__new__(commission._Asking)
    asking.ask = lambda _question: answer
    return asking


def no_number_is_taken() -> None:
    for typed in ("nan", "inf", "-inf", "1e999", "0x10", "4_0", "fort"):
        with pytest.raises(BadInput, match="is no number"):
            hand(typed).number("?")
    assert hand("4,05").number("?") == 4.05
    assert hand("").number("?") is None


def test_a_reading_that_is_no_number_is_kept_by_nobody() -> None:
    no_number_is_taken()


@pytest.mark.parametrize(("option", "value"), NO_LIMITS)
def test_a_limit_that_is_none_is_refused_before_anything_moves(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, option: str, value: str
) -> None:
    def refused() -> None:
        assert main([*COMMISSION, option, value]) == 2

    monkeypatch.setattr(commission, "_try", pytest.fail)
    if value == "-1":
        fails_with(commission, "    check_machine(machine)  #", "    pass  #", refused)
    else:
        refused()
    assert "correct it" in cli(*COMMISSION, option, value).said
