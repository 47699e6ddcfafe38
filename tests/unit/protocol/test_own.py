"""The clinic's own protocols: each version stays as it was saved, and what was changed outside is not walked."""

from pathlib import Path

import pytest

from tests.mutants import fails_with
from teststation.errors import BadInput
from teststation.protocol import own as own_module
from teststation.protocol.load import find, load_plan
from teststation.protocol.naming import is_identifier, slug
from teststation.protocol.own import OwnProtocols, Version, sha256_of

MINE = find("submax-13")[0].replace('id = "submax-13"', 'id = "mine"').replace('title = "', 'title = "Min ')
FASTER = MINE.replace("fast = 5.6", "fast = 5.8")


@pytest.fixture
def own(tmp_path: Path) -> OwnProtocols:
    return OwnProtocols(tmp_path / "protocols")


def save(own: OwnProtocols, text: str = MINE, after: int = 0, *, withdrawn: bool = False) -> Version:
    return own.save(
        text, f"navn {after}", "Kari", f"2026-01-0{after + 1}T10:00:00+01:00", after=after, withdrawn=withdrawn
    )


def test_every_version_stays_with_its_hash_its_name_its_writer_and_its_time(own: OwnProtocols) -> None:
    first, second = save(own), save(own, FASTER, 1)
    assert own.versions("mine") == ((2, second), (1, first))
    assert (first.text, first.sha256, first.name, first.saved_by) == (MINE, sha256_of(MINE), "navn 0", "Kari")
    assert first.saved_at == "2026-01-01T10:00:00+01:00"
    assert own.newest("mine") == second
    assert own.ids() == ("mine",)


def test_a_test_walked_with_it_refers_to_the_hash_of_its_version(own: OwnProtocols) -> None:
    version = save(own)
    assert load_plan(*find("mine", own)).sha256 == version.sha256
    file = own.folder / "mine" / "0001.toml"
    assert load_plan(*find(str(file))).sha256 == version.sha256  # and so does its file, by its path


def test_nobody_saves_over_what_another_saved_meanwhile(own: OwnProtocols) -> None:
    save(own)
    save(own, FASTER, 1)
    for after in (0, 1, 3):
        with pytest.raises(BadInput, match="saved version 2 of mine meanwhile"):
            save(own, MINE, after)
    assert len(own.versions("mine")) == 2


def test_of_two_who_save_at_once_one_is_told(own: OwnProtocols, monkeypatch: pytest.MonkeyPatch) -> None:
    first = save(own)
    monkeypatch.setattr(OwnProtocols, "_numbers", lambda *_: [])  # as the other station saw it a moment ago
    with pytest.raises(BadInput, match="meanwhile"):
        save(own, FASTER)
    monkeypatch.undo()
    assert own.newest("mine") == first


def test_what_is_taken_out_of_use_is_found_no_more_and_can_come_back(own: OwnProtocols) -> None:
    save(own)
    gone = save(own, MINE, 1, withdrawn=True)
    assert (own.find("mine"), own.ids(), own.all_ids()) == (None, (), ("mine",))
    assert own.newest("mine") == gone
    with pytest.raises(BadInput, match="there is no such protocol"):
        find("mine", own)
    save(own, MINE, 2)
    assert own.ids() == ("mine",)


def changed(own: OwnProtocols, old: str, new: str, number: int = 1) -> None:
    file = own.folder / "mine" / f"{number:04d}.toml"
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("fast = 5.6", "fast = 15.6"),
        ('"number":1', '"number":2'),
        ("# teststation protocol version ", "# "),
        ('id = "mine"', 'id = "yours"'),
        (MINE[-60:], ""),
    ],
)
def test_a_version_that_was_changed_outside_is_not_walked(own: OwnProtocols, old: str, new: str) -> None:
    save(own)
    changed(own, old, new)
    assert own.ids() == ()
    assert own.versions("mine") == ((1, None),)
    with pytest.raises(BadInput, match="not as it was saved"):
        find("mine", own)
    mended = save(own, FASTER, 1)
    assert own.versions("mine") == ((2, mended), (1, None))
    assert own.ids() == ("mine",)


def test_a_version_of_before_that_was_changed_hinders_nobody(own: OwnProtocols) -> None:
    save(own)
    second = save(own, FASTER, 1)
    changed(own, "5.6", "6.6")
    assert own.newest("mine") == second
    assert own.versions("mine") == ((2, second), (1, None))


@pytest.mark.parametrize("identifier", ["Ærlig", "con", "a--b", "../b", "a/b", "-a", "a b", "x" * 41, "lpt1", "a."])
def test_an_id_that_is_no_name_of_a_file_everywhere_is_refused(own: OwnProtocols, identifier: str) -> None:
    assert not is_identifier(identifier)
    assert own.find(identifier) is None
    with pytest.raises(BadInput, match="cannot be the id"):
        save(own, MINE.replace('id = "mine"', f"id = '{identifier}'"))
    assert not own.folder.exists()


@pytest.mark.parametrize(
    ("title", "made"),
    [
        ("Klinikkens 13 minutter", "klinikkens-13-minutter"),
        ("Ødegårds Ære!", "odegards-aere"),
        ("CON", "protokoll-con"),
        ("тест", "protokoll"),
        ("", "protokoll"),
        ("x" * 90, "x" * 36),
    ],
)
def test_an_id_is_made_of_a_title(title: str, made: str) -> None:
    assert slug(title) == made
    assert is_identifier(made)
    assert slug(title, {made, f"{made}-2"}) == f"{made}-3"


def test_a_built_in_name_always_means_the_built_in_protocol(own: OwnProtocols) -> None:
    own.save(FASTER.replace('id = "mine"', 'id = "submax-13"'), "", "x", "2026-01-01T10:00:00+01:00")
    assert find("submax-13", own) == find("submax-13")


def test_other_files_in_the_folder_are_nobodys_versions(own: OwnProtocols) -> None:
    save(own)
    for name in ("0002.toml~", "2.toml", "٠٠٠٢.toml", "notes.txt", "0002.toml.part"):
        (own.folder / "mine" / name).write_text("x", "utf-8")
    (own.folder / "empty").mkdir()
    (own.folder / "Readme.txt").write_text("x", "utf-8")
    assert own.all_ids() == ("mine",)
    assert [number for number, _ in own.versions("mine")] == [1]


# --- it passes the same limits as those that come with the station ---

BEYOND = MINE.replace("fast = 5.6", "fast = 25")
STEEP = MINE.replace("incline_pct = 12", "incline_pct = 30")


def own_in(folder: Path) -> OwnProtocols:
    own = OwnProtocols(folder / "protocols")
    own.folder.mkdir(exist_ok=True)
    for old in sorted(own.folder.glob("*/*")):
        old.unlink()
    return own


def a_load_beyond_every_limit_is_not_saved(folder: Path) -> None:
    for text in (BEYOND, STEEP):
        own = own_in(folder)
        try:
            save(own, text)
        except BadInput:
            continue
        pytest.fail("a protocol beyond the limits was saved")


def a_load_beyond_every_limit_is_not_read(folder: Path) -> None:
    own = own_in(folder)
    save(own)
    path = own.folder / "mine" / "0001.toml"
    # Somebody has made a new hash, too.
    text = path.read_text("utf-8").replace(MINE, BEYOND).replace(sha256_of(MINE), sha256_of(BEYOND))
    path.write_text(text, "utf-8")
    try:
        own.newest("mine")
    except BadInput:
        return
    pytest.fail("a protocol beyond the limits was read")


def test_a_load_beyond_every_limit_is_not_saved(tmp_path: Path) -> None:
    a_load_beyond_every_limit_is_not_saved(tmp_path)


def test_a_load_beyond_every_limit_is_not_read_whatever_its_hash(tmp_path: Path) -> None:
    a_load_beyond_every_limit_is_not_read(tmp_path)


FAULTS = [
    ("if checked.problems:  # never saved", "if False:  # never saved", a_load_beyond_every_limit_is_not_saved),
    ("if checked.problems:  # in order when", "if False:  # in order when", a_load_beyond_every_limit_is_not_read),
]


@pytest.mark.parametrize(("old", "new", "fact"), FAULTS)
def test_the_clinics_own_fails_on_a_planted_fault(old: str, new: str, fact, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    fails_with(own_module, old, new, lambda: fact(tmp_path))
