"""The runner of planted faults must itself be able to fail."""

import types
from pathlib import Path

import pytest

import teststation.run.deck as deck
from tests.mutants import fails_with
from tests.unit.run import test_deck
from teststation.run.deck import watched

RULE = "by_pct <= away.by_pct - NEARER_BY_PCT"


def test_a_fault_that_breaks_nothing_is_told() -> None:
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        fails_with(deck, RULE, f"({RULE})", test_deck.test_a_deck_that_stays_halfway_is_told)


def test_a_fault_that_no_longer_fits_is_told() -> None:
    with pytest.raises(LookupError, match="no longer fits"):
        fails_with(deck, "no such line", "", test_deck.test_a_deck_that_stays_halfway_is_told)


def test_a_fact_that_does_not_hold_on_the_whole_module_is_told() -> None:
    def untrue() -> None:
        raise AssertionError("untrue")

    with pytest.raises(AssertionError, match="untrue"):
        fails_with(deck, RULE, "False", untrue)


def test_the_whole_module_is_back_afterwards() -> None:
    fails_with(deck, RULE, "by_pct <= away.by_pct", test_deck.test_a_deck_that_stays_halfway_is_told)
    assert deck.watched is watched
    assert watched.__globals__ is vars(deck)


def test_a_source_that_holds_a_tools_own_faults_is_left_to_it(tmp_path: Path) -> None:
    """The nightly run of all faults is of the facts: one that plants a fault by itself would end it for all."""
    source = tmp_path / "tried.py"
    source.write_text("from mutmut.mutation import trampoline\nRULE = True\nRULE = True\n", "utf-8")
    tried = types.ModuleType("tried")
    tried.__file__ = str(source)
    with pytest.raises(pytest.skip.Exception):
        fails_with(tried, "RULE = True", "RULE = False", lambda: None)
