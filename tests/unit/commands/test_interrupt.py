"""Every signal that a hand or a terminal sends while a belt may be at stake is a wish to end, and suspends nothing."""

import os
import signal
import sys

import pytest

from tests.mutants import fails_with
from ui.commands import interrupt as interrupt_module
from ui.commands.interrupt import at_once, orderly

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


def none_of_them_suspends() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)}
    with orderly() as asked:
        # Looked at first: where the rule is gone, the signal itself would suspend these tests.
        assert signal.getsignal(signal.SIGTSTP) is asked
        assert signal.getsignal(signal.SIGTTIN) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGTTOU) is signal.SIG_IGN
        os.kill(os.getpid(), signal.SIGTSTP)
        os.kill(os.getpid(), signal.SIGTTIN)
        os.kill(os.getpid(), signal.SIGTTOU)
        assert asked.times == 1
    assert {number: signal.getsignal(number) for number in before} == before


def test_a_station_with_a_belt_is_not_suspended_by_its_terminal() -> None:
    none_of_them_suspends()


def test_a_command_without_a_belt_may_be_suspended() -> None:
    with at_once():
        assert signal.getsignal(signal.SIGTSTP) is signal.SIG_DFL


FAULTS = [("(*ENDING, *SUSPENDING), interrupt", "ENDING, interrupt"), ('("SIGTTIN", "SIGTTOU")', '("SIGTTIN",)')]


@pytest.mark.parametrize(("old", "new"), FAULTS)
def test_it_fails_on_a_planted_fault(old: str, new: str) -> None:
    fails_with(interrupt_module, old, new, none_of_them_suspends)
