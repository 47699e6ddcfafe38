"""Sessions as tests walk them: how long their parts are, a pulse that goes with them, and the command line."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SCALE = 20.0
PULSE = "replay:pulse.csv"
LOAD = ["--speed", "5", "--incline", "6"]


@dataclass(frozen=True, slots=True)
class Shape:
    """A session as it is walked: seconds of its parts, and how often a belt without a wire is asked for."""

    plan: str
    bouts: int
    warm_up_s: int
    bout_s: int
    pause_s: int
    cool_down_s: int

    @property
    def prompts(self) -> int:
        return 2 * self.bouts + 2  # each part is set, and the belt is stopped

    def pulse_of(self, second: int) -> int:
        """A pulse that answers the bouts: a minute up to 160, a minute down again."""
        into = (second - self.warm_up_s) % (self.bout_s + self.pause_s)
        walked_s = self.warm_up_s + self.bouts * (self.bout_s + self.pause_s) - self.pause_s
        if second < self.warm_up_s or second > walked_s:
            return 110 + second % 3
        rises = min(1.0, into / 60) if into < self.bout_s else max(0.0, 1 - (into - self.bout_s) / 60)
        return 115 + round(45 * rises) + second % 3

    def lay_out(self, folder: Path, pulse_s: int = 2400) -> None:
        """The strap's recording, and the plan where it is none of the station's own."""
        lines = "".join(f"{n},{self.pulse_of(n)}\n" for n in range(pulse_s))
        folder.joinpath("pulse.csv").write_text("t_s,hr_bpm\n" + lines, "utf-8")
        if self.plan.endswith(".toml"):
            folder.joinpath(self.plan).write_text(
                f'id = "kort"\nkind = "session"\ntitle = "Kort"\ncitation = "For tests only."\nbouts = {self.bouts}\n'
                f"[warm_up]\nduration_s = {self.warm_up_s}\nhr_share = 0.7\nspeed_kmh = 4.0\nincline_pct = 0\n"
                f"[bout]\nduration_s = {self.bout_s}\nhr_share_low = 0.85\nhr_share_high = 0.95\n"
                "borg_low = 15\nborg_high = 17\n"
                f"[pause]\nduration_s = {self.pause_s}\nhr_share = 0.7\nspeed_kmh = 4.0\nincline_pct = 0\n"
                f"[cool_down]\nduration_s = {self.cool_down_s}\nspeed_kmh = 3.0\nincline_pct = 0\n"
                "[steps]\nspeed_kmh = 0.5\nincline_pct = 1.0\nup_max = 3\n"
                "[limits]\nhr_fraction_of_max = 1.0\nrpe_max = 20\n",
                "utf-8",
            )


FOUR_BY_FOUR = Shape("4x4", 4, 300, 240, 180, 300)
SHORT = Shape("short.toml", 2, 120, 180, 60, 60)


def command(shape: Shape, treadmill: str, strap: str = PULSE, load: Sequence[str] = LOAD) -> list[str]:
    words = ["session", "run", "--treadmill", treadmill, "--heart-rate", strap, "--yes", "--plan", shape.plan, *load]
    words += ["--sex", "male", "--age", "44", "--weight", "88", "--time-scale", str(SCALE)]
    return [sys.executable, "-m", "ui.cli", *words, "--record", "a.record", "--json", "out.json"]
