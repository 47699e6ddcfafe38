"""When a belt has come to rest: a tachometer that drops out for a moment reads zero, too. Pure."""

from teststation.window import Window

REST_FOR_S, REST_AMONG_S = 1.0, 1.5  # read at rest for so long, among so many seconds
LOOKS = Window(3.0, stands_s=1.0)  # before anything is read: 1 for a belt at rest, 0 for one that is not known to be


def rests(looks: Window, now_s: float) -> bool:
    """Whether the belt is at rest with the latest look, at ``now_s`` or before: the silence since is no rest."""
    if not looks.spells:
        return False
    looked_s = min(now_s, looks.spells[-1].to_s - looks.stands_s)
    return looks.last == 1.0 and looks.at_least(REST_FOR_S, looked_s, REST_AMONG_S, bool)
