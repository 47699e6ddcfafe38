"""Whether a speed of zero is to be believed of a machine that also counts the way its belt has gone."""

CREEPS_M = 1.0  # a way told in whole metres may still grow by one after the belt has come to rest
DOUBTED_FOR_S = 3.0  # wall seconds: as long as a belt must read zero to be at rest


class Doubt:
    """One machine's zeros. A zero while the way grows is a word that was left out, and no standstill."""

    def __init__(self) -> None:
        self._from_m: float | None = None
        self._until_s = float("-inf")

    def of(self, speed_kmh: float, way_m: float | None, now_s: float) -> bool:
        """Whether this speed is to be doubted. A way that is not told, or stands still, contradicts nothing."""
        if speed_kmh != 0.0:
            self._from_m, self._until_s = None, float("-inf")
            return False
        if way_m is None:
            return False
        if self._from_m is None or way_m < self._from_m:
            self._from_m = way_m  # the zeros begin, or the machine has cleared its totals
        elif way_m - self._from_m > CREEPS_M:
            self._from_m, self._until_s = way_m, now_s + DOUBTED_FOR_S
        return now_s < self._until_s
