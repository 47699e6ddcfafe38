"""The run as a pure function: ``step(state, event) -> (state, commands)``. No clock, no wire, no randomness.

Rules that keep a person on their feet:
- a stop is latched: after it nothing but standstill follows;
- the load is never raised while heart rate is absent, and losing it never raises speed;
- stage ends are counted from the plan, so the clock does not drift however late a tick comes;
- a stage's clock begins when the belt has reached it, and the run ends only when the belt is measured at rest.
"""

from teststation.run.engine.dispatch import prepared, step
from teststation.run.engine.operator import why_not_begin

__all__ = ["prepared", "step", "why_not_begin"]
