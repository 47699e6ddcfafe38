"""One recorded value of a pulse, whatever file it comes from."""

from dataclasses import dataclass

from teststation.pulse import possible


@dataclass(frozen=True, slots=True)
class Point:
    """One recorded value; 0 bpm is no reading."""

    t_s: float
    bpm: int
    rr_1024: tuple[int, ...] = ()  # beat intervals in 1/1024 s, where the file has them
    told: bool = True  # False: the file says nothing here, which is a gap and no word that there is no pulse


def point(t_s: float, bpm: float | None, rr_1024: tuple[int, ...] = ()) -> Point:
    """A value as a file has it: None where it says nothing. What can be no pulse is no reading."""
    heart = round(bpm) if bpm is not None and possible(bpm) else 0
    return Point(t_s, heart, rr_1024, bpm is not None)
