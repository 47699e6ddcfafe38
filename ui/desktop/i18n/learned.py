"""What an interval session changed of HRmax, in words."""

from teststation.training.session.evidence import Learned
from ui.desktop.i18n import tr


def learned_words(learned: Learned | None) -> str:
    """What an interval session changed of HRmax, before and after; empty where it changed nothing."""
    if learned is None:
        return ""
    before, after = learned.before, learned.after
    words = tr(
        "interval.learned",
        before=round(before.bpm),
        before_sd=round(before.reckoned_sd_bpm or before.see_bpm),
        after=round(after.bpm),
        after_sd=round(after.reckoned_sd_bpm or after.see_bpm),
    )
    return f"{words} {tr('interval.narrower', percent=learned.narrower_pct)}" if learned.narrower_pct > 0 else words
