"""Kept-test look-alikes from simulated runs: real records and assessments, for tests of what comes after a run."""

import msgspec

from tests.made_once import made_once
from teststation.physiology.assess import EarlierTest, assess_run
from teststation.physiology.result import Assessment
from teststation.run.record import RunRecord
from ui.laboratory.room import simulate


@made_once
def sample(seed: int = 1, protocol: str = "submax-13") -> tuple[RunRecord, Assessment]:
    """One simulated test."""
    one = simulate(seed, protocol)
    return one.run, one.assessment


@made_once
def follow_up() -> tuple[RunRecord, Assessment]:
    """The sample patient three months later, a little fitter, compared with the first time."""
    first, found = sample()
    heart = tuple(msgspec.structs.replace(s, bpm=None if s.bpm is None else s.bpm - 7) for s in first.heart)
    run = msgspec.structs.replace(first, id="later", started_at="2026-04-02T10:00:00+02:00", heart=heart)
    return run, assess_run(run, [EarlierTest("earlier", first, found)])
