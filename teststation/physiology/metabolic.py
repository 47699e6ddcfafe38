"""Oxygen cost of the belt, steady state, resting uptake included, mL/kg/min.

Source: ACSM's Guidelines for Exercise Testing and Prescription, metabolic equations (S in m/min, G as a fraction).
Handrail: Foster C et al. Med Sci Sports Exerc 1996;28:752.
"""

from teststation.errors import OutOfRange
from teststation.subject import Gait
from teststation.units import m_min_from_kmh

WALK_FROM_KMH = 3.0
RUN_FROM_KMH = 4.8
SURELY_WALKS_TO_KMH, SURELY_RUNS_FROM_KMH = 6.0, 8.0  # 100 and 134 m/min; between them only if the person truly does
INCLINE_MAX_PCT = 25.0
SPEED_MAX_KMH = 25.0
HANDRAIL_SEE_ML_KG_MIN = 4.4


def walking_vo2_ml_kg_min(speed_kmh: float, incline_pct: float) -> float:
    """3.5 + 0.1·S + 1.8·S·G, for a person who truly walks.

    Raises:
        OutOfRange: below 3.0 km/h or outside 0 to 25 %.
    """
    metres, slope = _checked(speed_kmh, incline_pct, WALK_FROM_KMH)
    return 3.5 + 0.1 * metres + 1.8 * metres * slope


def running_vo2_ml_kg_min(speed_kmh: float, incline_pct: float) -> float:
    """3.5 + 0.2·S + 0.9·S·G, above 8.0 km/h, or above 4.8 km/h for a person who truly runs.

    Raises:
        OutOfRange: below 4.8 km/h or outside 0 to 25 %.
    """
    metres, slope = _checked(speed_kmh, incline_pct, RUN_FROM_KMH)
    return 3.5 + 0.2 * metres + 0.9 * metres * slope


def vo2_ml_kg_min(speed_kmh: float, incline_pct: float, gait: Gait) -> float:
    """Oxygen cost by gait: between 4.8 and 8.0 km/h gait decides, not speed. Raises OutOfRange."""
    if gait is Gait.RUN:
        return running_vo2_ml_kg_min(speed_kmh, incline_pct)
    return walking_vo2_ml_kg_min(speed_kmh, incline_pct)


def with_handrail_ml_kg_min(vo2: float) -> float:
    """The cost of the same load to a person who holds the handrail: 0.694·ACSM + 3.33 (SEE 4.4)."""
    return 0.694 * vo2 + 3.33


def _checked(speed_kmh: float, incline_pct: float, from_kmh: float) -> tuple[float, float]:
    # A tenth of slack: a treadmill in miles cannot set 3.0 or 4.8 km/h exactly.
    if not from_kmh - 0.1 <= speed_kmh <= SPEED_MAX_KMH:
        raise OutOfRange(f"{speed_kmh:g} km/h is outside {from_kmh:g} to {SPEED_MAX_KMH:g}")
    if not 0 <= incline_pct <= INCLINE_MAX_PCT:
        raise OutOfRange(f"{incline_pct:g} % is outside 0 to {INCLINE_MAX_PCT:g}")
    return m_min_from_kmh(speed_kmh), incline_pct / 100
