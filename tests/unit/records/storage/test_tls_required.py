"""People do not leave this machine in the clear."""

import pytest
from sqlalchemy import make_url

from teststation.errors import RecordError
from teststation.records.storage.server import Server

CLEAR = [
    "h.example/clinic",
    "h.example/clinic?sslmode=prefer",
    "h.example/clinic?sslmode=disable",
    "10.0.0.5/clinic?sslmode=allow",
    "127.0.0.1,h.example/clinic",
    "/clinic?host=h.example",
    "localhost/clinic?hostaddr=10.0.0.5",
    "localhost.example/clinic",
]
NOT_IN_THE_CLEAR = [
    "h.example/clinic?sslmode=require",
    "h.example/clinic?sslmode=verify-full",
    "127.0.0.1/clinic",
    "[::1]/clinic",
    "LOCALHOST/clinic",
    "/clinic?host=/var/run/postgresql",
]


@pytest.fixture(autouse=True)
def nobody_elses_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGHOST", "PGSSLMODE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("where", CLEAR)
def test_a_server_elsewhere_is_not_reached_in_the_clear(where: str) -> None:
    with pytest.raises(RecordError, match="in the clear"):
        Server(make_url(f"postgresql+psycopg://station@{where}"))


@pytest.mark.parametrize("where", NOT_IN_THE_CLEAR)
def test_this_machine_and_tls_are_no_hindrance(where: str) -> None:
    Server(make_url(f"postgresql+psycopg://station@{where}")).close()
