"""Remarks on the pulse: what the driver finds implausible stands for a while and is said, and alters nothing. Pure."""

from teststation.cause import Cause

STANDS_S = 10.0  # test seconds since a remark was last made

# A remark of the driver, and the alarm that says it. Single beat intervals that leap are artefacts or extra beats: they
# are in the journal, and no reason to look up.
_SAID = {
    "bpm_jump": "hr_implausible",
    "rr_disagrees": "hr_rr_disagrees",
    "cadence_lock": "hr_cadence_lock",
    "second_strap": "hr_second_strap",
    "not_bound": "hr_not_bound",
    "machine_pulse": "hr_machine_pulse",
    "battery_low": "hr_battery_low",
}
DOUBTFUL = frozenset({"hr_rr_disagrees", "hr_cadence_lock"})  # the number on the screen may not be the heart's

Remarks = tuple[tuple[str, float], ...]


def remarked(before: Remarks, flags: tuple[str, ...], t_s: float) -> Remarks:
    """The remarks after a reading with these flags at ``t_s``."""
    if not flags:
        return before
    return (*(pair for pair in before if pair[0] not in flags), *((flag, t_s) for flag in flags))


def standing(remarks: Remarks, sensor: str, battery_pct: int | None, now_s: float) -> tuple[Cause, ...]:
    """What there is to say now, each once."""
    codes = [_SAID[flag] for flag, t_s in remarks if flag in _SAID and now_s - t_s <= STANDS_S]
    values = {"sensor": sensor, "percent": "?" if battery_pct is None else str(battery_pct)}
    return tuple(Cause(code, values) for code in dict.fromkeys(codes))


def doubted(remarks: Remarks, since_s: float) -> bool:
    """Whether it was remarked since then that the number may not be the heart's."""
    return any(_SAID.get(flag) in DOUBTFUL and t_s >= since_s for flag, t_s in remarks)
