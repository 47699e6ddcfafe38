"""A place for the record or its backups is tried before it is kept; each fault is one sentence in both languages."""

import sqlite3
from pathlib import Path

import pytest

from tests.unit.records.builders import PASSPHRASE
from tests.unit.records.conftest import Postgres
from teststation.cause import Cause, Problem
from teststation.records.database import open_record
from teststation.records.upkeep.choosing import folder_problem, location_problem, masked_location, unmasked_location
from teststation.texts import LANGUAGES, texts

ADDRESS = "postgresql+psycopg://station:hemmelig@db/klinikk?sslmode=verify-full"


def said(problem: Problem | None) -> str:
    assert isinstance(problem, Cause), "a code, so that the window can say it in its own language"
    sentences = [texts(language).say(problem) for language in LANGUAGES]
    assert not any("\n" in sentence for sentence in sentences)
    return sentences[LANGUAGES.index("en")]


def test_a_file_that_can_be_made_or_opened_is_no_problem(tmp_path: Path) -> None:
    path = tmp_path / "ny" / "klinikk.record"
    assert location_problem(str(path)) is None
    assert not path.exists(), "trying makes no record"
    open_record(path, PASSPHRASE).close()
    before = path.read_bytes()
    assert location_problem(str(path)) is None
    assert path.read_bytes() == before


def test_what_cannot_be_a_record_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "fil").touch()
    assert "the folder cannot be written" in said(location_problem(str(tmp_path / "fil" / "a.record")))
    assert "name a file in it" in said(location_problem(str(tmp_path)))
    assert "write the whole path" in said(location_problem("klinikk.record"))
    connection = sqlite3.connect(tmp_path / "plain.db")
    connection.execute("CREATE TABLE a (b)")
    connection.close()
    assert "unencrypted database" in said(location_problem(str(tmp_path / "plain.db")))


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("mysql://db/klinikk", "a record is a file or PostgreSQL"),
        ("postgresql+psycopg://db", "names no database"),
        ("postgresql+psycopg://station:hemmelig@127.0.0.1:1/klinikk", "the server does not answer"),
    ],
)
def test_a_server_that_cannot_be_used_is_a_sentence_without_the_password(address: str, words: str) -> None:
    sentence = said(location_problem(address))
    assert words in sentence
    assert "hemmelig" not in sentence


def test_a_server_is_asked_and_its_tables_are_left_alone(postgres: Postgres) -> None:
    assert location_problem(postgres.cluster.url(postgres.cluster.new_database())) is None
    latin = postgres.cluster.new_database(words="ENCODING 'LATIN1' LOCALE 'C'")
    assert "createdb" in said(location_problem(postgres.cluster.url(latin)))


def test_a_folder_is_made_and_tried(tmp_path: Path) -> None:
    folder = tmp_path / "kopier"
    assert folder_problem(folder) is None
    assert list(folder.iterdir()) == []
    (tmp_path / "fil").touch()
    assert "cannot be written" in said(folder_problem(tmp_path / "fil"))
    assert "write the whole path" in said(folder_problem(Path("kopier")))


def test_a_password_is_masked_and_comes_back_where_the_mask_was_left_standing() -> None:
    assert "hemmelig" not in masked_location(ADDRESS)
    assert unmasked_location(masked_location(ADDRESS), ADDRESS) == ADDRESS
    moved = masked_location(ADDRESS).replace("@db/", "@annen/")
    assert unmasked_location(moved, ADDRESS) == ADDRESS.replace("@db/", "@annen/")
    assert unmasked_location(ADDRESS.replace("hemmelig", "ny"), ADDRESS) == ADDRESS.replace("hemmelig", "ny")
    for plain in ("/data/klinikk.record", "postgresql+psycopg://station@db/klinikk", "http://["):
        assert unmasked_location(masked_location(plain), plain) == plain
