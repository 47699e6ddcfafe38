"""What is known of a person's VO2max before a step is walked.

Two populations have been measured on treadmills: healthy Norwegians who volunteered (HUNT 3) and Americans as they
come to be tested (FRIEND 2022), whose median of the same age and sex lies a sixth to two fifths lower. Nobody knows
beforehand which of them a patient is more like, so each has half the say, and the test decides. Where the person is
heavier, lighter, shorter or taller than HUNT 3's people, both centres move by the slopes of the FRIEND registry: with
height known −0.15 per lb and +0.68 per in (de Souza e Silva 2018), with weight alone −0.127 per lb (Myers 2017).

People differ by factors, so the spread is one of logarithms: HUNT 3's own share of its mean, half as much again
because patients and athletes lie far from healthy volunteers (12 mL/kg/min for the study's 8 has worked on
independent tests), in Student's t with four degrees of freedom, whose far tails yield to what the stages say.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from teststation.physiology.non_exercise import by_questions
from teststation.physiology.reference import friend2022, hunt3
from teststation.subject import Sex, Subject
from teststation.units import CM_PER_IN, KG_PER_LB

DEGREES_OF_FREEDOM = 4.0
WIDENED = 1.5
QUESTIONS_SPREAD = 0.16
LOWEST_CENTRE = 12.0  # no build takes a centre below about three and a half times rest

# Loe 2013, table 1: mean body mass and height of the study's people.
HUNT3_WEIGHT_KG = {Sex.MALE: 85.3, Sex.FEMALE: 69.2}
HUNT3_HEIGHT_CM = {Sex.MALE: 179.5, Sex.FEMALE: 166.1}
ML_PER_KG_WITH_HEIGHT, ML_PER_CM = -0.15 / KG_PER_LB, 0.68 / CM_PER_IN
ML_PER_KG = -0.127 / KG_PER_LB

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Prior:
    """An equal mixture of Student's t of the logarithm about each centre, mL/kg/min; ``spread`` is a share."""

    centres: tuple[float, ...]
    spread: float
    name: str = "population"  # or questions

    def log_density(self, vo2max: Array) -> Array:
        """Per step of log VO2max, up to a constant."""
        off = np.log(vo2max[..., None] / np.array(self.centres)) / self.spread
        return np.log(((1 + off**2 / DEGREES_OF_FREEDOM) ** (-(DEGREES_OF_FREEDOM + 1) / 2)).sum(axis=-1))

    @property
    def log_sd(self) -> float:
        """About the standard deviation of log VO2max: the spread about a centre and that of the centres."""
        return float(np.hypot(self.spread, np.log(self.centres).std()))


def known_beforehand(subject: Subject) -> Prior:
    """What is known of this person without a test: by the three questions where they were asked, else the population.

    Nes 2011 was published with a standard error of 13 % (5.7 of 45 mL/kg/min). It is told 16 %, in the same heavy
    tails: its people were healthy. With it 10 % too high for everybody, intervals still hold what they say.
    """
    asked = by_questions(subject)
    if asked is None or asked < LOWEST_CENTRE:
        return population(subject)
    return Prior((asked,), QUESTIONS_SPREAD, "questions")


def population(subject: Subject) -> Prior:
    """What is known of people of this age, sex, weight and, where it is given, height."""
    heavier_kg = subject.weight_kg - HUNT3_WEIGHT_KG[subject.sex]
    if subject.height_cm is None:
        build = ML_PER_KG * heavier_kg
    else:
        build = ML_PER_KG_WITH_HEIGHT * heavier_kg + ML_PER_CM * (subject.height_cm - HUNT3_HEIGHT_CM[subject.sex])
    healthy = hunt3(subject.sex)
    references = (healthy, friend2022(subject.sex))
    centres = tuple(max(LOWEST_CENTRE, one.expected(subject.age_years) + build) for one in references)
    share = healthy.spread(subject.age_years) / healthy.expected(subject.age_years)
    return Prior(centres, WIDENED * share)
