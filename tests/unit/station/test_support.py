"""The support file tells of the program, and nothing of anybody in the record."""

import base64
import json
import logging
import sys
import zipfile
from pathlib import Path
from urllib.parse import quote, quote_plus

import msgspec
import pytest

from teststation.errors import BadInput
from teststation.records.database import open_record
from teststation.subject import Sex
from ui.station.recent_log import Recent
from ui.station.settings import Settings
from ui.station.support import CHOSEN, setting_words, support_files, write_support

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


def written_otherwise(text: str) -> set[str]:
    """The same as programs write it: escaped for Python, JSON, pages and addresses, bytes as letters, days turned."""
    data = text.encode("utf-8")
    ways = {
        text.encode("unicode_escape").decode("ascii"), json.dumps(text).strip('"'), quote(text), quote_plus(text),
        data.hex(), base64.b64encode(data).decode("ascii").rstrip("="), text.encode("utf-16-le").hex(),
        text.encode("ascii", "xmlcharrefreplace").decode("ascii"), data.decode("latin-1"),
    }  # fmt: skip
    day = text.split("-")
    return ways | ({".".join(reversed(day)), "".join(reversed(day)), "".join(day)} if len(day) == 3 else set())


def test_nothing_of_odd_names_is_in_it_in_any_writing(tmp_path: Path) -> None:
    odd = ("O'Brien–Ødegård", "Ærø <b>", "%C3%A5;", "1980-02-29", "31129956715", 'tungt "siste" drag, brukte Subutex')
    recent = Recent()
    with open_record(tmp_path / "clinic.record", "riktig hest batteri") as record:
        person = record.people.add(
            family_name=odd[0], given_name=odd[1], born=odd[3], number=odd[4], sex=Sex.FEMALE, note=odd[5]
        )
        for text in (*odd, json.dumps(msgspec.to_builtins(person))):
            try:
                raise BadInput(text)
            except BadInput:
                error = sys.exc_info()
            recent.emit(logging.LogRecord("a", logging.ERROR, f"/home/{odd[2]}/x.py", 1, text, (text,), error, odd[0]))
    told = bundle(tmp_path, msgspec.structs.replace(Settings(), clinic_name=odd[0], operator=odd[1]), recent)
    for data in (told, (tmp_path / "support.zip").read_bytes()):
        here = data.decode("latin-1").casefold()
        assert [way for text in odd for way in {text, *written_otherwise(text)} if way.casefold() in here] == []


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
