"""Files of the station that somebody has edited: a mark of order at their beginning is no letter of theirs."""

from collections.abc import Callable
from pathlib import Path

from drivers.machines import Machine, load_machines, save_machine
from tests.mutants import fails_with
from teststation.errors import BadInput
from teststation.files import reading
from ui.station.settings import Settings, load_settings, save_settings

MARK = b"\xef\xbb\xbf"


def marked(path: Path) -> None:
    path.write_bytes(MARK + path.read_bytes().replace(b"\n", b"\r\n"))


def reads(load: Callable[[Path], object], path: Path, wanted: object) -> None:
    try:
        assert load(path) == wanted
    except BadInput as error:
        raise AssertionError(str(error)) from error


def test_settings_saved_by_an_editor_with_a_mark_are_read(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    wanted = Settings(clinic_name="Blåbærklinikken", language="nn")
    save_settings(wanted, path)
    marked(path)

    fails_with(reading, '"utf-8-sig"', '"utf-8"', lambda: reads(load_settings, path, wanted))


def test_machines_too(tmp_path: Path) -> None:
    path = tmp_path / "machines.toml"
    wanted = Machine(device="trackmaster:COM3,units=kmh", name="Båndet")
    save_machine(wanted, path)
    marked(path)

    fails_with(reading, '"utf-8-sig"', '"utf-8"', lambda: reads(load_machines, path, (wanted,)))
