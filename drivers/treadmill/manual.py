"""A treadmill without a wire: the station asks, the operator sets the belt and says so. Nothing is read."""

from collections.abc import Mapping

from drivers.treadmill.guided import GuidedDriver
from drivers.treadmill.loop import Emit, Inbox
from teststation.clock import TimeScale


def run(
    port: str,
    options: Mapping[str, str],
    emit: Emit,
    inbox: Inbox,
    scale: TimeScale,
    *,
    recover: bool = False,
) -> None:
    """Keep the station's leases until it quits or is gone."""
    GuidedDriver("manual", port, None, options, emit, inbox, scale).run()
