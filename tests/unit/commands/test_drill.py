"""A drill has a record of its own: one that is named is refused, never passed over in silence."""

import pytest

from tests.mutants import fails_with
from tests.unit.commands.conftest import Cli
from ui.commands import drill


@pytest.mark.parametrize("option", ["--record", "--user", "--user-password-file", "--passphrase-file"])
def test_a_record_is_no_drill_s(cli: Cli, option: str) -> None:
    def fact() -> None:
        done = cli(option, "clinic.record", "drill", "--list")
        assert (done.status, done.out) == (2, "")
        assert f"leave {option} out" in done.said

    fails_with(drill, "    if given:", "    if False:", fact)


def test_without_one_the_faults_are_listed(cli: Cli) -> None:
    done = cli("drill", "--list")
    assert done.status == 0
    assert "stop_ignored" in done.out
