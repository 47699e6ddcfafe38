"""What one analysis costs: the live plot makes one at every change, ten times a second at most.

Limits: 5 ms for one test, 8 ms with two earlier ones, in 95 of 100.

python -m tests.benchmarks.bench_analysis [TIMES]
"""

import sys
import time
from collections.abc import Callable
from statistics import quantiles

import msgspec

from tests.sample_tests import follow_up, sample
from teststation.physiology.assess import EarlierTest, assess_run

BETWEEN_FRAMES_MS = 100.0
LIMIT_ALONE_MS, LIMIT_WITH_TWO_MS = 5.0, 8.0


def main() -> None:
    """Print what an analysis takes, alone and with two earlier tests, and its share of a tenth of a second."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    first, found = sample()
    later, _ = follow_up()
    answered = msgspec.structs.replace(
        first, stages=tuple(msgspec.structs.replace(s, rpe=9 + 2 * n) for n, s in enumerate(first.stages))
    )
    second = msgspec.structs.replace(first, id="second", started_at="2026-01-09T10:00:00+01:00")
    earlier = [EarlierTest("earlier", first, found), EarlierTest("second", second, assess_run(second))]
    for name, analyse, limit_ms in (
        ("one test, Borg at every stage", lambda: assess_run(answered), LIMIT_ALONE_MS),
        ("one test with two earlier ones", lambda: assess_run(later, earlier), LIMIT_WITH_TWO_MS),
    ):
        middle_ms, p95_ms = _took_ms(analyse, times)
        share = 100 * p95_ms / BETWEEN_FRAMES_MS
        kept = "kept" if p95_ms <= limit_ms else "NOT KEPT"
        print(f"{name}: {middle_ms:.2f} ms, p95 {p95_ms:.2f} ms of {limit_ms:.0f} {kept}, {share:.1f} % of 100 ms")


def _took_ms(analyse: Callable[[], object], times: int) -> tuple[float, float]:
    analyse()
    took: list[float] = []
    for _ in range(times):
        began_s = time.perf_counter()
        analyse()
        took.append(1000 * (time.perf_counter() - began_s))
    cuts = quantiles(took, n=20)
    return cuts[9], cuts[18]


if __name__ == "__main__":
    main()
