"""The lock's rules, each broken once on purpose: the test that states the rule must then fail."""

import pytest

from tests.ui.asked_beside import Waited
from tests.ui.conftest import Bench
from tests.ui.desk import test_login as facts
from tests.ui.desk.test_login import at_work, kari, quick  # noqa: F401 - fixtures
from ui.desktop.desk import flow as desk_flow
from ui.desktop.desk.lock import IdleLock
from ui.desktop.test.bridge import SessionBridge


@pytest.mark.usefixtures("quick")
def test_the_run_fact_fails_where_a_run_may_be_locked(
    at_work: Bench,  # noqa: F811
    waited: Waited,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(desk_flow, "may_lock", lambda *, logged_in, run_under_way: logged_in)
    with pytest.raises(AssertionError):
        facts.test_a_run_is_never_locked_from_prepared_to_its_very_end(at_work)
    assert waited.taken(), "to lock asks the record, too"


def test_the_run_fact_fails_where_a_run_is_no_touch(at_work: Bench, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    def look(self: IdleLock) -> None:
        if self._may() and self._monotonic() - self._touched_s >= self._after_s():
            self.due.emit()

    monkeypatch.setattr(IdleLock, "look", look)
    with pytest.raises(AssertionError):
        facts.test_a_run_is_never_locked_from_prepared_to_its_very_end(at_work)


def test_the_run_fact_fails_where_a_run_ends_with_its_stages(at_work: Bench, waited: Waited) -> None:  # noqa: F811
    window = at_work.window
    window.door._run_under_way = lambda: window.flow is not None and window.flow.session.belt_may_move
    with pytest.raises(AssertionError):
        facts.test_a_run_is_never_locked_from_prepared_to_its_very_end(at_work)
    assert waited.taken(), "to lock asks the record, too"


def test_the_stop_fact_fails_where_stop_asks_nobody(at_work: Bench, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(SessionBridge, "stop", lambda self, reason="operator": None)
    with pytest.raises(AssertionError):
        facts.test_stop_works_even_if_a_cover_lay_over_the_run(at_work)
