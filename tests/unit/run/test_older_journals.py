"""Journals that an older station left: they are read, and the state they lead to makes sense.

Older engines freed a held stage with the first beat, ended a run with the first zero, and knew one answer for all
limits. Their ticks are in the journal only where they changed something then, which need not be where they do now.
"""

import json

import msgspec
import pytest

from tests.unit.run.builders import belt, heart, run_prepared
from teststation.ports import BeltState
from teststation.run import events as ev
from teststation.run.record import Outcome
from teststation.run.recording import interrupted
from teststation.run.state import Phase


def journal(gap_s: float, *, more: dict[float, ev.AnyEvent] | None = None) -> list[bytes]:
    """A whole run of three stages as it was written down, with the pulse gone for ``gap_s`` from 150 s on."""
    changes_s = {120.0, 240.0 + gap_s, 360.0 + gap_s, 420.0 + gap_s}
    written: list[ev.AnyEvent] = [run_prepared(), belt(0.0, 0.0, BeltState.IDLE), heart(0.0, 90)]
    written += [ev.TestBegan(t_s=0.0), belt(0.0, 0.0, BeltState.ARMED), belt(0.0, 4.8)]
    for second in range(1, int(421 + gap_s)):
        t_s = float(second)
        if more and t_s in more:
            written.append(more[t_s])
        lost = 150.0 <= t_s < 150.0 + gap_s
        if not lost:
            written.append(heart(t_s, 110 + second % 3))
        elif t_s == 150.0:
            written.append(heart(t_s, None))
        written.append(belt(t_s, 4.8 if t_s < 360 + gap_s else 3.0))
        if t_s in changes_s:
            written.append(ev.Ticked(t_s=t_s))
    written.append(belt(422.0 + gap_s, 0.0, BeltState.IDLE))
    lines = []
    for event in written:
        line = json.loads(msgspec.json.encode(event))
        if line["event"] == "limit_overridden":
            del line["limit"]
        if line["event"] == "test_began":
            del line["rest_over_time"]  # one look was rest enough
        lines.append(json.dumps(line).encode("utf-8"))
    return lines


@pytest.mark.parametrize("gap_s", [0.0, 3.0, 20.0, 45.0])
def test_a_whole_run_of_an_older_station_keeps_its_stages_and_its_outcome(gap_s: float) -> None:
    state, recording = interrupted(ev.decode_event(line) for line in journal(gap_s))
    assert state.phase is Phase.ENDED
    assert state.outcome is Outcome.COMPLETED
    run = recording.record(state)
    began = [span.began_s for span in run.stages]
    assert began[:2] == [0.0, 120.0]
    # The stage that was held may be taken to have been held for ten seconds more.
    assert began[2] == pytest.approx(240.0 + gap_s, abs=10.5)
    assert not run.belt_at_rest, "nothing is claimed of a belt that was seen at rest only once"


def test_an_answer_without_its_limit_answers_the_one_that_was_asked_about() -> None:
    more: dict[float, ev.AnyEvent] = {
        # In the last stage: in an earlier one the next would ask again.
        300.0: ev.RpeGiven(t_s=300.0, rpe=17),
        304.0: ev.LimitOverridden(t_s=304.0, reason="well"),
    }
    state, recording = interrupted(ev.decode_event(line) for line in journal(0.0, more=more))
    assert state.outcome is Outcome.COMPLETED
    kinds = [mark.kind for mark in recording.record(state).marks]
    assert "limit_reached" in kinds
    assert "limit_overridden" in kinds
