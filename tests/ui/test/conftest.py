"""A test on the belt is one appointment after another in the same window."""

import pytest

from tests.ui.conftest import Bench


@pytest.fixture
def bench(used_bench: Bench) -> Bench:
    return used_bench
