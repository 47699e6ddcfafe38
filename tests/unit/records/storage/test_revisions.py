"""The migrations are one chain to the schema the code knows: two of one number would open no record at all."""

from teststation.records.storage.schema import HEAD, MIGRATIONS


def test_each_revision_is_there_once_and_the_last_is_the_codes() -> None:
    numbers = sorted(path.name[1:5] for path in (MIGRATIONS / "versions").glob("v*.py"))
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]
    assert numbers[-1] == HEAD
