"""Tests leave alone what belongs to whoever runs them."""

import tempfile
from pathlib import Path

from drivers.machines_file import machines_path
from teststation.records.storage.place import data_folder
from ui.station.settings import settings_path


def test_nothing_is_read_or_written_in_anybodys_home() -> None:
    for place in (settings_path(), data_folder(), machines_path()):
        assert Path(tempfile.gettempdir()) in place.parents, place
