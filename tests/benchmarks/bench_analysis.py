"""What one analysis costs: the live plot makes one at every change, ten times a second at most.

python -m tests.benchmarks.bench_analysis [TIMES]
"""

import sys
import time
from collections.abc import Callable
from statistics import median

from tests.sample_tests import follow_up, sample
from teststation.physiology.assess import EarlierTest, assess_run

BETWEEN_FRAMES_MS = 100.0


def main() -> None:
    """Print the median time of an analysis, alone and with an earlier test, and its share of a tenth of a second."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    first, found = sample()
    later, _ = follow_up()
    earlier = [EarlierTest("earlier", first, found)]
    for name, analyse in {
        "one test": lambda: assess_run(first),
        "one test compared with an earlier one": lambda: assess_run(later, earlier),
    }.items():
        took_ms = _median_ms(analyse, times)
        print(f"{name}: {took_ms:.2f} ms, {100 * took_ms / BETWEEN_FRAMES_MS:.1f} % of a tenth of a second")


def _median_ms(analyse: Callable[[], object], times: int) -> float:
    analyse()
    took: list[float] = []
    for _ in range(times):
        began_s = time.perf_counter()
        analyse()
        took.append(1000 * (time.perf_counter() - began_s))
    return median(took)


if __name__ == "__main__":
    main()
