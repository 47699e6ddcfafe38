"""What a large record costs: search after each key, a person with 40 tests, the cold open; SQLCipher against SQLite.

python -m tests.benchmarks.bench_record [PEOPLE] [TESTS]

Makes 10 000 people with 100 000 tests in a throw-away folder, from one simulated test whose samples are thinned to one
in twenty so that the record fits on any disk.
"""

import random
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import insert
from sqlcipher3 import dbapi2

from tests.sample_tests import sample
from teststation.records.access.audit import AuditLog
from teststation.records.database import open_record
from teststation.records.people.people import People
from teststation.records.storage.cipher import CipherFile
from teststation.records.storage.names import search_key, sort_key
from teststation.records.storage.tables import PERSON, RESULT, TEST
from teststation.records.tests.kept_tests import KeptTests
from teststation.records.tests.result_rows import result_row

PASSPHRASE = "benchmark"
BUSY = "busy-person"
BUSY_TESTS = 40
OPENS = 60
CIPHERED, PLAIN = "SQLCipher", "plain SQLite"
FAMILY = ("Hansen", "Ødegård", "Åsen", "Berg", "Haugen", "Lie", "Sæther", "Bakken", "Myhre", "Nilsen", "Dahl", "Strand")
GIVEN = ("Kari", "Ola", "Åse", "Øystein", "Ingrid", "Per", "Liv", "Anders", "Sølvi", "Tor", "Randi", "Jæger")
DIALECT: Any = dbapi2
COLD = """
import sys, time
from pathlib import Path
from teststation.records.database import open_record
began = time.perf_counter()
with open_record(Path(sys.argv[1]), sys.argv[2], create=False) as record:
    record.people.search("")
print((time.perf_counter() - began) * 1000)
"""


class PlainFile(CipherFile):
    """The same file without encryption, for comparison only."""

    def connect(self) -> Any:
        raw = DIALECT.connect(str(self.path), isolation_level=None, check_same_thread=False)
        raw.execute("PRAGMA foreign_keys = ON")
        return raw


def people_rows(count: int, rng: random.Random) -> Iterator[dict[str, object]]:
    """So many people; the first one has many tests."""
    for number in range(count):
        family = f"{rng.choice(FAMILY)}{rng.choice(('', 'en', 'sen', '-' + rng.choice(FAMILY)))}"
        given = rng.choice(GIVEN)
        born = f"{rng.randint(1940, 2005)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        own = f"K{number:06}"
        yield {
            "id": BUSY if number == 0 else str(uuid.UUID(int=rng.getrandbits(128))),
            "family_name": family, "given_name": given, "born": born, "sex": rng.choice(("male", "female")),
            "number": own, "height_cm": None, "note": "", "search_key": search_key(given, family, own, born),
            "sort_key": sort_key(family, given), "created_at": "2026-01-01T00:00:00.000+00:00",
            "updated_at": "2026-01-01T00:00:00.000+00:00", "revision": 1, "merged_into": None,
        }  # fmt: skip


def fill(file: CipherFile, people: int, tests: int) -> None:
    """Rows straight into the tables: the simulated test again and again, at other times."""
    rng = random.Random(1)
    run, found = sample()
    thin = msgspec.structs.replace(run, heart=run.heart[::20], belt=run.belt[::20])
    body, result = msgspec.json.encode(thin).decode(), result_row("", 1, found)
    began = datetime(2016, 1, 1, tzinfo=UTC)
    with file.writing() as connection:
        rows = list(people_rows(people, rng))
        connection.execute(insert(PERSON), rows)
        ids = [row["id"] for row in rows]
        for first in range(0, tests, 5000):
            part = []
            for number in range(first, min(tests, first + 5000)):
                at = (began + timedelta(minutes=37 * number)).isoformat(timespec="milliseconds")
                part.append({
                    "id": f"t{number:08}", "person_id": BUSY if number < BUSY_TESTS else rng.choice(ids[1:]),
                    "started_at": at, "started_utc": at, "protocol_id": "submax-13", "protocol_sha256": "",
                    "protocol_text": "", "subject_json": "{}", "conditions_json": "{}", "outcome": "completed",
                    "reason_json": None, "treadmill": "emulated", "heart_rate": "emulated", "run_json": body,
                    "events_count": 0, "events_sha256": "", "software_version": "0", "saved_at": at,
                })  # fmt: skip
            connection.execute(insert(TEST), part)
            connection.execute(insert(RESULT), [{**result, "test_id": row["id"]} for row in part])


def spent_ms(action: Callable[[], object]) -> float:
    """How long one call takes."""
    began_s = time.perf_counter()
    action()
    return (time.perf_counter() - began_s) * 1000


def told(name: str, times_ms: list[float], target_ms: float | None = None) -> float:
    """Print median and 95th percentile; returns the median."""
    p95 = statistics.quantiles(times_ms, n=20)[-1]
    target = "" if target_ms is None else f"   target {target_ms:g} ms"
    print(f"{name:44} p50 {statistics.median(times_ms):8.1f} ms   p95 {p95:8.1f} ms{target}")
    return statistics.median(times_ms)


def keystrokes(rng: random.Random) -> list[str]:
    """What is in the field after each key, as names, numbers and birth dates are typed."""
    words = [rng.choice((*FAMILY, *GIVEN, "K00123", "1974-02")) for _ in range(40)]
    return [word[:length].lower() for word in words for length in range(1, len(word) + 1)]


def side_by_side(what: str, actions: Mapping[str, Sequence[Callable[[], object]]], target_ms: float) -> None:
    """The same actions on both files, in turns, so that a busy machine disturbs both alike; told with their ratio."""
    times: dict[str, list[float]] = {name: [] for name in actions}
    names = list(actions)
    for number in range(len(actions[names[0]])):
        for name in names if number % 2 else reversed(names):
            times[name].append(spent_ms(actions[name][number]))
    for name in names:
        told(f"{name}: {what}", times[name], target_ms if name == CIPHERED else None)
    ratios = [mine / theirs for mine, theirs in zip(times[CIPHERED], times[PLAIN], strict=True)]
    quarter, middle, three = statistics.quantiles(ratios, n=4)
    print(f"SQLCipher against plain SQLite: {what} × {middle:.2f} (middle half {quarter:.2f} to {three:.2f})")


def compare(files: Mapping[str, CipherFile]) -> None:
    """Search after each key, and a person with many tests."""
    people = {name: People(file, AuditLog(file)) for name, file in files.items()}
    tests = {name: KeptTests(file, AuditLog(file)) for name, file in files.items()}
    for name in files:  # once, for what only the first call costs
        people[name].search("a")
        tests[name].summaries(BUSY)
    typed = keystrokes(random.Random(2))
    searches = {name: [partial(one.search, text) for text in typed] for name, one in people.items()}
    side_by_side("search after each key", searches, 50.0)
    opens = {name: [lambda name=name: (people[name].get(BUSY), tests[name].summaries(BUSY))] * OPENS for name in files}
    side_by_side(f"a person with {BUSY_TESTS} tests", opens, 100.0)


def main(people: int = 10_000, tests: int = 100_000) -> None:
    """Make, measure, print."""
    with tempfile.TemporaryDirectory(prefix="teststation-bench-") as folder:
        path = Path(folder) / "a.record"
        open_record(path, PASSPHRASE).close()
        file = CipherFile(path, PASSPHRASE, 5.0)
        making_ms = spent_ms(lambda: fill(file, people, tests))
        size_mb = path.stat().st_size / 1e6
        print(f"{people} people, {tests} tests: made in {making_ms / 1000:.0f} s, {size_mb:.0f} MB")
        plain_path = Path(folder) / "plain.db"
        with file.bare() as raw:
            raw.execute(f"ATTACH DATABASE '{plain_path}' AS plain KEY ''")
            raw.execute("SELECT sqlcipher_export('plain')")
        plain = PlainFile(plain_path, PASSPHRASE, 5.0)
        compare({CIPHERED: file, PLAIN: plain})
        plain.close()
        file.close()
        cold = [
            float(subprocess.run([sys.executable, "-c", COLD, str(path), PASSPHRASE],
                                 check=True, capture_output=True, text=True).stdout)
            for _ in range(5)
        ]  # fmt: skip
        told("SQLCipher: cold open and first list", cold, 300.0)


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:3]))
