"""A record of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.records.builders import PASSPHRASE
from teststation.records.database import Record, open_record


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "klinikk.record"


@pytest.fixture
def record(path: Path) -> Iterator[Record]:
    with open_record(path, PASSPHRASE) as opened:
        yield opened
