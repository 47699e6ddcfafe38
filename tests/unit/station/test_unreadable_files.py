"""Files of the station's own that cannot be read are refused in a sentence, whatever is in them."""

from pathlib import Path

import pytest

from drivers.machines import load_machines
from teststation.errors import BadInput
from ui.station.settings import load_settings


@pytest.mark.parametrize("text", ["a = " + "[" * 9000 + "]" * 9000, "a = " + "9" * 9000])
def test_settings_and_machines_that_nobody_could_have_written_are_refused_in_words(tmp_path: Path, text: str) -> None:
    path = tmp_path / "file.toml"
    path.write_text(text, "utf-8")
    for read in (load_settings, load_machines):
        with pytest.raises(BadInput, match="cannot be read"):
            read(path)
