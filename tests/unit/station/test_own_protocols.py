"""The clinic's own protocols on the station: brought in from files, found by their id, counted, told in a terminal."""

from pathlib import Path

import pytest

from teststation.errors import BadInput
from teststation.protocol.load import builtin_ids, builtin_sessions, find
from teststation.protocol.own import OwnProtocols
from ui.cli import main
from ui.station.interval_session import session_titles
from ui.station.protocols import bring_in, new_identifier, save_version, shelf, titles
from ui.station.station import load_plan_of

MINE = find("submax-13")[0].replace('id = "submax-13"', 'id = "mine"').replace('title = "', 'title = "Min ')


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OwnProtocols:
    monkeypatch.setattr("ui.station.settings.settings_path", lambda: tmp_path / "settings.toml")
    return OwnProtocols(tmp_path / "protocols")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "fra nabo.toml"
    path.write_text(MINE, "utf-8")
    return path


def test_a_file_becomes_a_protocol_word_for_word_and_goes_on_as_it_came(own: OwnProtocols, file: Path) -> None:
    with_remark = f"# fra nabokommunen\n{MINE}"
    file.write_text(with_remark, "utf-8")
    version = bring_in(own, file, "", "Kari")
    assert (version.text, version.number, version.name, version.saved_by) == (with_remark, 1, "fra nabo.toml", "Kari")
    other = OwnProtocols(own.folder.with_name("other"))
    assert bring_in(other, own.folder / "mine" / "0001.toml", "", "Ola").sha256 == version.sha256


def test_the_same_file_again_changes_nothing_and_another_is_a_version(own: OwnProtocols, file: Path) -> None:
    bring_in(own, file, "", "Kari")
    with pytest.raises(BadInput, match="here already, as version 1"):
        bring_in(own, file, "", "Kari")
    file.write_text(MINE.replace("5.6", "5.5"), "utf-8")
    assert bring_in(own, file, "", "Kari").number == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\r\n", "cannot be read as text"),
        (b"speed_kmh;hr_bpm\n4;120\n", "TOML"),
        (find("4x4")[0].encode(), "a protocol of the station's own"),
        (find("bruce")[0].encode(), "a protocol of the station's own"),
        (MINE.replace('"mine"', '"Min Egen"').encode(), "cannot be the id"),
        (MINE.replace("incline_pct = 12", "incline_pct = 90").encode(), r"stages\[4\].incline_pct"),
        (MINE.replace("Min S", "S").encode(), "the name of another protocol"),
        (b"", "is missing"),
    ],
)
def test_a_foreign_file_is_told_in_words_and_nothing_is_kept(
    own: OwnProtocols, file: Path, content: bytes, words: str
) -> None:
    file.write_bytes(content)
    with pytest.raises(BadInput, match=words):
        bring_in(own, file, "", "Kari")
    assert own.all_ids() == ()


def test_a_library_has_the_own_first_and_counts_the_tests(own: OwnProtocols, file: Path) -> None:
    first = bring_in(own, file, "", "Kari")
    second = save_version(own, MINE.replace("5.6", "5.5"), "", "Kari", 1)
    uses = {("mine", first.sha256): 30, ("mine", second.sha256): 4, ("bruce", "of another release"): 2}
    found, damaged = shelf(own, uses)
    assert [one.id for one in found] == ["mine", *builtin_ids(), *builtin_sessions()]
    assert (found[0].uses, found[0].uses_of_this, found[0].minutes) == (34, 4, 13.0)
    bruce = next(one for one in found if one.id == "bruce")
    assert (bruce.uses, bruce.uses_of_this) == (2, 0)
    assert damaged == []
    save_version(own, second.text, "", "Kari", 2, withdrawn=True)
    assert shelf(own, {})[0][-1].withdrawn
    path = own.folder / "mine" / "0003.toml"
    path.write_text(path.read_text("utf-8").replace("5.5", "9.5"), "utf-8")
    found, damaged = shelf(own, {})
    assert [one.id for one in found] == [*builtin_ids(), *builtin_sessions()]
    assert [one.id for one in damaged] == ["mine"]


def test_a_new_name_is_nobodys(own: OwnProtocols, file: Path) -> None:
    bring_in(own, file, "", "Kari")
    assert new_identifier(own, "Mine") == "mine-2"
    assert new_identifier(own, "Bruce") == "bruce-2"
    assert MINE.partition('title = "')[2].partition('"')[0] in titles(own)
    assert len(titles(own, besides="mine")) == len((*builtin_ids(), *builtin_sessions()))


def test_the_command_line_finds_it_by_its_id(
    own: OwnProtocols, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "ut.toml"
    assert main(["protocols", "add", str(file), "--name", "første"]) == 0
    assert load_plan_of("mine", "fast").stages[0].speed_kmh == 5.6
    assert main(["protocols", "list"]) == 0
    assert main(["protocols", "show", "mine"]) == 0
    assert main(["protocols", "versions", "mine"]) == 0
    assert main(["protocols", "export", "mine", str(out)]) == 0
    assert main(["protocols", "check", str(own.folder / "mine" / "0001.toml")]) == 0
    told = capsys.readouterr().out
    assert "mine                13.0 min  Min Submaksimal" in told
    assert "første" in told
    assert out.read_text("utf-8") == MINE
    assert main(["protocols", "add", str(file)]) == 2
    assert main(["protocols", "export", "mine", str(own.folder / "mine" / "0001.toml")]) == 2
    assert own.newest("mine").text == MINE


def test_a_session_of_its_own_is_kept_like_a_test_and_offered_to_none(own: OwnProtocols, file: Path) -> None:
    text = find("4x4")[0].replace('id = "4x4"', 'id = "vaar"').replace("Intervaller 4 × 4", "Vår økt")
    file.write_text(text, "utf-8")
    version = bring_in(own, file, "", "Kari")
    assert (version.protocol_id, version.number, version.title) == ("vaar", 1, "Vår økt")
    (shelved,) = [one for one in shelf(own, {})[0] if one.version is not None]
    assert (shelved.bouts, shelved.minutes) == (4, 35.0)
    assert session_titles(own)["vaar"] == "Vår økt"
    save_version(own, text, "", "Kari", 1, withdrawn=True)
    assert "vaar" not in session_titles(own)
