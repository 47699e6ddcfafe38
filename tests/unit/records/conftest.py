"""A record of its own for each test: once in a file, once on a PostgreSQL server.

By day the server is asked by the rooms that are most about it; the same facts on it in every other room wait for the
night. ``several_stations`` has a server throughout.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fast_keys import use_fast_keys
from tests.postgres import NEEDS, Cluster, programs
from tests.unit.records.builders import PASSPHRASE
from teststation.records.access.audit import FIRST_PREVIOUS
from teststation.records.database import Record, open_record
from teststation.records.storage import place
from teststation.records.storage.schema import upgrade
from teststation.records.storage.server import Server
from teststation.records.storage.tables import METADATA

# Each has what the others ask of a server, too: rows kept and read, refused inside a transaction, taken out whole.
ON_A_SERVER_BY_DAY = (
    "test_kept_tests",
    "test_users",
    "test_merging",
    "test_erasure",
    "test_two_hands",
    "test_migrations",
)


@pytest.hookimpl(tryfirst=True)  # before what is for the night is left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        location = getattr(getattr(item, "callspec", None), "params", {}).get("location")
        if location == "postgresql" and item.path.stem not in ON_A_SERVER_BY_DAY:
            item.add_marker(pytest.mark.nightly)


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running cluster, a database whose tables are made, and one that tests empty and use."""

    cluster: Cluster
    template: str
    shared: str


@pytest.fixture(scope="session", autouse=True)
def fast_keys() -> None:
    """Hundreds of records are opened here."""
    use_fast_keys()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One cluster for all tests of this process. In CI its absence is a failure, elsewhere a reason to skip."""
    folder = programs()
    if folder is None:
        if os.environ.get("CI"):
            pytest.fail(f"CI needs {NEEDS}")
        pytest.skip(f"needs {NEEDS}")
    cluster = Cluster(folder)
    try:
        cluster.start()
        template = cluster.new_database()
        server = Server(place.place_of(cluster.url(template)).url or pytest.fail("no server in this address"))
        upgrade(server)
        server.close()
        yield Postgres(cluster, template, cluster.new_database(template))
    finally:
        cluster.remove()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A record's file, not made yet."""
    return tmp_path / "klinikk.record"


@pytest.fixture(params=["file", "postgresql"])
def location(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path | str:
    """Where a record may be: a file not made yet, or an empty database."""
    if request.param == "file":
        return tmp_path / "klinikk.record"
    postgres: Postgres = request.getfixturevalue("postgres")
    monkeypatch.setattr(place, "data_folder", lambda: tmp_path / "station")
    tables = ", ".join(f'"{table.name}"' for table in METADATA.sorted_tables)
    postgres.cluster.execute(f"TRUNCATE {tables}", postgres.shared)
    postgres.cluster.execute(f"INSERT INTO audit_head VALUES (1, 0, '{FIRST_PREVIOUS}')", postgres.shared)
    return postgres.cluster.url(postgres.shared)


@pytest.fixture
def record(location: Path | str) -> Iterator[Record]:
    with open_record(location, PASSPHRASE) as opened:
        yield opened
