"""Units. Every name in the project carries its unit; conversions live here and nowhere else."""

KMH_PER_MPH = 1.609344
KG_PER_LB, CM_PER_IN = 0.45359237, 2.54
M_PER_MIN_PER_KMH = 1000.0 / 60.0
ML_KG_MIN_PER_MET = 3.5


def kmh_from_mph(speed_mph: float) -> float:
    """Speed in km/h from mph."""
    return speed_mph * KMH_PER_MPH


def mph_from_kmh(speed_kmh: float) -> float:
    """Speed in mph from km/h."""
    return speed_kmh / KMH_PER_MPH


def m_min_from_kmh(speed_kmh: float) -> float:
    """Speed in m/min, the unit of the metabolic equations, from km/h."""
    return speed_kmh * M_PER_MIN_PER_KMH
