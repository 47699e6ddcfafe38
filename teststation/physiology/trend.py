"""All tests of a person as one straight line in time, with a band."""

from collections.abc import Sequence

import numpy as np

from teststation.moments import years_between
from teststation.physiology.error_budget import Z95
from teststation.physiology.result import Trend

TESTS_MIN = 3
TYPICAL_ERROR = 1.9  # mL/kg/min, of a seven-person retest study (limits of agreement ± 5.2), where tests tell none
BAND_POINTS = 25
SPAN_MIN_YEARS = 1.0 / 12


def fit_trend(started_at: Sequence[str], vo2max: Sequence[float], typical_error: Sequence[float]) -> Trend | None:
    """Weighted least squares of VO2max on time; None with fewer than three tests or within a month.

    Args:
        started_at: ISO 8601 with zone, oldest first.
        vo2max: mL/kg/min, all read at one HRmax, whose error moves the whole line and not its slope.
        typical_error: Standard error of each under repetition, mL/kg/min.
    """
    if len(vo2max) < TESTS_MIN:
        return None
    years = np.array([years_between(started_at[0], moment) for moment in started_at])
    if years[-1] - years[0] < SPAN_MIN_YEARS:
        return None
    weight = 1.0 / np.asarray(typical_error, dtype=float) ** 2
    design = np.stack([np.ones_like(years), years], axis=1)
    covariance = np.linalg.inv(design.T @ (design * weight[:, None]))
    value, per_year = covariance @ (design.T @ (weight * np.asarray(vo2max, dtype=float)))
    half = Z95 * float(covariance[1, 1] ** 0.5)
    at = np.linspace(0.0, float(years[-1]), BAND_POINTS)
    rows = np.stack([np.ones_like(at), at], axis=1)
    line = value + per_year * at
    band = Z95 * np.sqrt(np.einsum("ij,jk,ik->i", rows, covariance, rows))
    return Trend(
        per_year=float(per_year),
        low=float(per_year) - half,
        high=float(per_year) + half,
        at_years=tuple(at.tolist()),
        line=tuple(line.tolist()),
        band_low=tuple((line - band).tolist()),
        band_high=tuple((line + band).tolist()),
    )
