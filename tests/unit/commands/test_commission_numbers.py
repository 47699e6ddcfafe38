"""What is typed or given while a treadmill is put into use and is no number: refused, limits before anything moves."""

from collections.abc import Callable

import pytest

from tests.mutants import fails_with
from tests.unit.commands.conftest import Cli
from teststation.errors import BadInput
from ui.cli import main
from ui.commands import commission
from ui.commands.commission import _Asking

COMMISSION = ["devices", "commission", "--treadmill", "trackmaster:/dev/none,units=kmh"]
NO_LIMITS = [("--max-kmh", "nan"), ("--max-kmh", "inf"), ("--max-incline", "nan"), ("--accel", "nan"), ("--decel", "0")]
NO_LIMITS += [("--min-kmh", "inf"), ("--belt-length", "nan"), ("--reminder-days", "-1")]


class Hand(_Asking):
    """Types one answer to every question."""

    def __init__(self, answer: str) -> None:
        self.answer = answer

    def ask(self, question: str) -> str:
        return self.answer


def no_number_is_taken() -> None:
    for typed in ("nan", "inf", "-inf", "1e999", "0x10", "4_0", "fort"):
        with pytest.raises(BadInput, match="is no number"):
            commission_hand()(typed).number("?")
    assert commission_hand()("4,05").number("?") == 4.05
    assert commission_hand()("").number("?") is None


def commission_hand() -> Callable[[str], Hand]:
    """A hand on the questions as they are now, whole or with a fault."""
    return type("Hand", (commission._Asking,), {"__init__": Hand.__init__, "ask": Hand.ask})


def test_a_reading_that_is_no_number_is_kept_by_nobody() -> None:
    no_number_is_taken()


@pytest.mark.parametrize(("option", "value"), NO_LIMITS)
def test_a_limit_that_is_none_is_refused_before_anything_moves(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, option: str, value: str
) -> None:
    def refused() -> None:
        assert main([*COMMISSION, option, value]) == 2

    monkeypatch.setattr(commission, "_try", pytest.fail)
    fails_with(commission, "    check_machine(machine)  #", "    pass  #", refused) if value == "nan" else refused()
    assert "correct it" in cli(*COMMISSION, option, value).said
