"""The support file tells of the program, and nothing of anybody in the record."""

import logging
import sys
import zipfile
from pathlib import Path

import msgspec
import pytest

from teststation.errors import BadInput
from teststation.records.database import open_record
from teststation.subject import Sex
from ui.station.settings import Settings
from ui.station.support import CHOSEN, Recent, setting_words, support_files, write_support

SECRETS = {
    "family": "Qvamsjøen", "given": "Zakarias", "born": "1987-06-05", "number": "31129956715",
    "note": "mistenkt hjertesvikt", "passphrase": "riktig hest batteri stift", "key": "B9A521FBBD72C345",
    "clinic": "Klinikken i Kroken", "operator": "Anne Operatør", "server": "hemmelig-tjener",
}  # fmt: skip


def bundle(tmp_path: Path, settings: Settings, log: Recent) -> bytes:
    write_support(tmp_path / "support.zip", support_files(settings, log.records, ["1920×1080, 125 %"]))
    with zipfile.ZipFile(tmp_path / "support.zip") as archive:
        assert archive.namelist() == ["versions.txt", "settings.txt", "screens.txt", "log.txt"]
        return b"\n".join(archive.read(name) for name in archive.namelist())


def test_nothing_of_a_person_or_a_secret_is_in_it_whatever_was_logged(tmp_path: Path) -> None:
    secret = SECRETS
    recent = Recent()
    log = logging.getLogger("teststation.test_support")
    log.addHandler(recent)
    log.propagate = False
    with open_record(tmp_path / secret["family"], secret["passphrase"]) as record:
        person = record.people.add(
            family_name=secret["family"], given_name=secret["given"], born=secret["born"], number=secret["number"],
            sex=Sex.MALE, note=secret["note"],
        )  # fmt: skip
        for text in (*secret.values(), str(person), str(record.path)):
            log.warning("of %s", text)
            log.error(text)
            try:
                raise BadInput(f"{text} is not so")
            except BadInput:
                log.exception("a mistake with %s", text)
    settings = Settings(
        clinic_name=secret["clinic"], operator=secret["operator"], ant_network_key=secret["key"],
        treadmill=f"trackmaster:{secret['given']},units=kmh", heart_rate=f"{secret['given']}:ble",
        record=f"postgresql+psycopg://{secret['given']}:{secret['passphrase'].split()[0]}@{secret['server']}/k",
        clinic_logo=str(tmp_path / secret["family"]), report_footer=secret["note"], hand_over_name=secret["number"],
    )  # fmt: skip
    told = bundle(tmp_path, settings, recent).decode("utf-8")
    assert len(recent.records) == 3 * (len(secret) + 2)
    for name, text in secret.items():
        for word in (text, *(word for word in text.split() if len(word) > 3)):
            assert word.casefold() not in told.casefold(), name
    assert str(tmp_path) not in told
    assert person.id not in told
    assert "teststation.errors.BadInput" in told, "what went wrong is told"
    assert "test_support.py" in told
    assert "record: server" in told
    assert "treadmill: trackmaster" in told
    assert "heart_rate: set" in told, "what is no family is somebody's own word"


def test_every_setting_is_told_and_only_the_chosen_ones_as_they_are() -> None:
    typed = {name: f"skrevet {name}" for name, value in msgspec.to_builtins(Settings()).items() if value == ""}
    told = setting_words(msgspec.structs.replace(Settings(), **typed))
    assert told.keys() == set(Settings.__struct_fields__)
    assert not [name for name, words in told.items() if "skrevet" in words and name not in CHOSEN]
    assert setting_words(Settings())["backup_folder"] == "not set"
    assert setting_words(Settings())["language"] == "nb"


def test_versions_are_told(tmp_path: Path) -> None:
    told = bundle(tmp_path, Settings(), Recent()).decode("utf-8")
    assert "PySide6" in told
    assert f"python {sys.version_info.major}.{sys.version_info.minor}" in told
    assert "1920×1080" in told


def test_a_place_that_takes_no_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        write_support(tmp_path / "nowhere" / "support.zip", {"a.txt": "b"})
