"""How long a pulse may still be away before the station cools down: what the rule asks and the alarm tells. Pure."""

from teststation.run.state import RunState

# Away for as long as the protocol allows at one go, among one and a half times as many seconds.
AWAY_AMONG = 1.5
AWAY = 1.0  # what is read in the window of absence where there is no pulse


def away_left_s(state: RunState, t_s: float) -> float:
    """Seconds without a pulse that are left before cool-down begins."""
    allowed_s = state.plan.limits.hr_lost_cool_down_s
    lost_s = 0.0 if state.hr_lost_since_s is None else t_s - state.hr_lost_since_s
    away_s = state.absence.seconds(t_s, AWAY_AMONG * allowed_s, lambda absent: absent == AWAY)
    return max(0.0, allowed_s - max(lost_s, away_s))
