"""The page is in the language of whose page it is: the one asked for, else the person's own, else the clinic's."""

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.fast_keys import use_fast_keys
from tests.sample_tests import sample
from tests.unit.records.builders import PASSPHRASE, events_of
from teststation.errors import BadInput
from teststation.records.database import open_record
from teststation.subject import Sex
from teststation.texts import LANGUAGES, texts
from ui.commands.parser import build_parser
from ui.station.settings import Settings, load_settings, save_settings
from ui.station.station import Station


@pytest.mark.parametrize(
    ("clinics", "own", "asked", "read"),
    [
        ("nb", None, None, "nb"),
        ("nn", None, None, "nn"),
        ("nb", "nn", None, "nn"),
        ("nb", "en", None, "en"),
        ("en", "nb", None, "nb"),
        ("nb", "nn", "en", "en"),
    ],
)
def test_the_page_is_in_the_readers_language(
    tmp_path: Path, clinics: str, own: str | None, asked: str | None, read: str
) -> None:
    use_fast_keys()
    with open_record(tmp_path / "a.record", PASSPHRASE) as record:
        station = Station(record, Settings(language=clinics))  # type: ignore[arg-type]
        person = record.people.add(family_name="Ødegård", sex=Sex.FEMALE, language=own)
        stored = record.tests.save(person.id, *sample(), events_of(3))
        pages = PdfReader(io.BytesIO(station.report(stored, asked))).pages
    text = " ".join(page.extract_text() for page in pages)
    assert [language for language in LANGUAGES if texts(language)("report.heading.budget") in text] == [read]


def test_settings_know_the_languages_there_are_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    for language in LANGUAGES:
        save_settings(Settings(language=language), path)  # type: ignore[arg-type]
        assert load_settings(path).language == language
    path.write_text('language = "se"\n', "utf-8")
    with pytest.raises(BadInput, match="language"):
        load_settings(path)


def test_every_command_that_writes_a_report_takes_its_language(capsys: pytest.CaptureFixture[str]) -> None:
    parser = build_parser()
    devices = ["--treadmill", "emulated", "--heart-rate", "emulated"]
    run = ["run", "--protocol", "x", *devices, "--sex", "male", "--age", "50", "--weight", "90"]
    for words in (["demo"], run, ["records", "report", "x", "--pdf", "y"]):
        assert parser.parse_args(words).language is None
        for language in LANGUAGES:
            assert parser.parse_args([*words, "--language", language]).language == language
        with pytest.raises(SystemExit):
            parser.parse_args([*words, "--language", "se"])
        assert "invalid choice: 'se'" in capsys.readouterr().err
