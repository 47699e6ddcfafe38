"""Every command that writes a file: the record, another one, a backup, an input, a key stay what they are."""

import os
from pathlib import Path

import pytest

from tests.links import link
from tests.mutants import fails_with
from tests.unit.commands.conftest import Cli
from tests.unit.records.builders import assessment_of, events_of, run_of
from teststation.records.database import open_record
from teststation.subject import Sex
from ui.commands import outputs as outputs_module
from ui.commands.parser import build_parser

WORD = "en god setning"
TABLE = "# sex=male\n# age=40\n# weight=80\nspeed_kmh,incline_pct,hr_bpm\n4.8,0,100\n4.8,4,115\n4.8,8,131\n"
RUN = (
    "run", "--protocol", "submax-13", "--treadmill", "emulated", "--heart-rate", "emulated", "--sex", "male",
    "--age", "40", "--weight", "80", "--record", "a.record", "--passphrase-file", "word",
)  # fmt: skip
COMMANDS = {
    "report": ("records", "--record", "a.record", "--passphrase-file", "word", "report", "run-1", "--pdf", "@"),
    "show": ("records", "--record", "a.record", "--passphrase-file", "word", "show", "run-1", "--json", "@"),
    "list": ("records", "--record", "a.record", "--passphrase-file", "word", "list", "--json", "@"),
    "verify": ("records", "--record", "a.record", "--passphrase-file", "word", "verify", "--json", "@"),
    "verify a backup": (
        "records", "--record", "a.record", "--passphrase-file", "word", "verify", "b.backup", "--json", "@",
    ),
    "users": ("records", "--record", "a.record", "--passphrase-file", "word", "users", "list", "--json", "@"),
    "audit": ("records", "--record", "a.record", "--passphrase-file", "word", "audit", "--json", "@"),
    "backup": ("records", "--record", "a.record", "--passphrase-file", "word", "backup", "@"),
    "export": ("records", "--record", "a.record", "--passphrase-file", "word", "export", "@"),
    "analyse": ("analyse", "f.csv", "--json", "@"),
    "laboratory": ("laboratory", "--patients", "0", "--json", "@"),
    "group --pdf": ("records", "--record", "a.record", "--passphrase-file", "word", "group", "--pdf", "@"),
    "group --csv": ("records", "--record", "a.record", "--passphrase-file", "word", "group", "--csv", "@"),
    "sessions": ("session", "list", "--record", "a.record", "--passphrase-file", "word", "--json", "@"),
    "diary": ("diary", "export", "--record", "a.record", "--passphrase-file", "word", "--person", "1", "--pdf", "@"),
    "run --pdf": (*RUN, "--pdf", "@"),
    "run --json": (*RUN, "--json", "@"),
    "demo --pdf": ("demo", "--headless", "--record", "a.record", "--passphrase-file", "word", "--pdf", "@"),
    "demo --json": ("demo", "--headless", "--record", "a.record", "--passphrase-file", "word", "--json", "@"),
}  # fmt: skip
VICTIMS = (
    "a.record", "./sub/../a.record", "soft.pdf", "hard.json", "A.RECORD", "a.record-journal", "a.record-wal",
    "a.record.journals/run-1.journal", "a.record.journals/ny.pdf", "other.record", "b.backup", "f.csv",
    "settings.toml", "machines.toml", "word",
)  # fmt: skip


@pytest.fixture
def room(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """A record with a test, another record under the same passphrase, a backup, a table and the station's own files."""
    monkeypatch.setenv("TESTSTATION_MACHINES", str(tmp_path / "machines.toml"))
    for name in ("a.record", "other.record"):
        with open_record(tmp_path / name, WORD) as record:
            person = record.people.add(family_name=name, sex=Sex.FEMALE)
            record.tests.save(person.id, run_of(), assessment_of(), events_of(3))
    (tmp_path / "a.record.journals").mkdir(exist_ok=True)
    (tmp_path / "a.record.journals" / "run-1.journal").write_bytes(b"a run that is going on")
    (tmp_path / "sub").mkdir()
    link(tmp_path / "soft.pdf", tmp_path / "a.record")
    (tmp_path / "hard.json").hardlink_to(tmp_path / "a.record")
    for name, text in (("f.csv", TABLE), ("settings.toml", ""), ("machines.toml", ""), ("word", WORD)):
        (tmp_path / name).write_text(text or "# none\n", "utf-8")
    assert cli("records", "--record", "a.record", "--passphrase-file", "word", "backup", "b.backup").status == 0
    return cli


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_writes_over_what_must_live(room: Cli, tmp_path: Path, command: str) -> None:
    victims = [*VICTIMS, os.devnull]
    if not (tmp_path / "soft.pdf").is_symlink():
        victims.remove("soft.pdf")
    if command == "backup":
        victims.remove("b.backup")  # an earlier one of its own is renewed
    if command in ("analyse", "laboratory"):
        victims.remove("A.RECORD")  # they use no record, and on this disk that is another name
    before = contents(tmp_path)
    for victim in victims:
        done = room(*(victim if word == "@" else word for word in COMMANDS[command]))
        assert done.status == 2, (victim, done.said)
        assert done.said.count("\n") == 1, (victim, done.said)
        after = contents(tmp_path)
        assert after == before, (victim, [name for name in after if after[name] != before.get(name)])


def test_raw_frames_go_over_no_link_to_the_record(room: Cli, tmp_path: Path) -> None:
    if not link(tmp_path / "a.raw", tmp_path / "a.record"):
        pytest.skip("no symbolic links here")
    before = contents(tmp_path)
    assert "this is the record" in room("records", "--record", "a.record", "raw", "run-1", "--out", "a.raw").said
    assert contents(tmp_path) == before


def test_two_outputs_on_one_file_are_refused_before_anything_moves(room: Cli, tmp_path: Path) -> None:
    done = room(*RUN, "--pdf", "x", "--json", "./X")
    assert (done.status, "to this one file" in done.said) == (2, True)
    assert not (tmp_path / "x").exists()


def inputs_stay(room: Cli, tmp_path: Path) -> None:
    """Every file that a command reads, whatever its option is called."""
    (tmp_path / "a.json").write_text('{"goal": {"text": "gå til jobben"}}', "utf-8")
    options = ("--record", "a.record", "--passphrase-file", "word")
    for words in (
        ("diary", "interview", *options, "--person", "1", "--answers", "a.json", "--json", "./A.json"),
        ("laboratory", "--measured", "a.json", "--patients", "0", "--json", "a.json"),
        ("records", *options, "verify", "a.json", "--json", "a.json"),
        ("run", *RUN[1:2], "a.json", *RUN[3:], "--json", "a.json"),
        ("session", "run", "--plan", "a.json", *RUN[3:], "--json", "a.json"),
    ):
        before = contents(tmp_path)
        done = room(*words)
        assert (done.status, "reads that very file" in done.said) == (2, True), (words, done.said)
        assert contents(tmp_path) == before, words


def test_no_command_writes_over_what_it_reads(room: Cli, tmp_path: Path) -> None:
    fault = "named = list(words)", "named = list[str]()"
    fails_with(outputs_module, *fault, lambda: inputs_stay(room, tmp_path))


def test_a_recording_that_is_played_is_not_written_over(room: Cli, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("t_s,hr_bpm\n0,80\n1,81\n", "utf-8")
    words = [word if word != "emulated" or n < 5 else "replay:p.csv" for n, word in enumerate(RUN)]
    done = room(*words, "--json", "p.csv")
    assert (done.status, "reads that very file" in done.said) == (2, True)


def test_a_result_is_written_over_an_earlier_result(room: Cli, tmp_path: Path) -> None:
    for _ in range(2):
        assert room("analyse", "f.csv", "--json", "out.json").status == 0
    (tmp_path / "empty.json").touch()
    assert room("analyse", "f.csv", "--json", "empty.json").status == 0
    before = contents(tmp_path)
    assert room("records", "--record", "a.record", "report", "run-1", "--pdf", "out.json").status == 2
    assert contents(tmp_path) == before


def test_a_backup_takes_the_place_of_an_earlier_one_of_this_record_alone(room: Cli, tmp_path: Path) -> None:
    words = ("records", "--record", "a.record", "backup")
    (tmp_path / "c.backup.part").write_text("somebody else's", "utf-8")
    assert room(*words, "b.backup").status == 0
    assert room(*words, "c.backup").status == 0
    assert (tmp_path / "c.backup.part").read_text("utf-8") == "somebody else's"
    # What was done since in a copy that went its own way is in no other file.
    with open_record(tmp_path / "c.backup", WORD) as record:
        record.people.add(family_name="Senere", sex=Sex.MALE)
    before = contents(tmp_path)
    done = room(*words, "c.backup")
    assert (done.status, "not a backup of this record" in done.said) == (2, True)
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    "words", [("--record", "", "list"), ("--record", " ", "list"), ("report", "run-1", "--pdf", "")]
)
def test_an_empty_name_is_no_other_file(room: Cli, tmp_path: Path, words: tuple[str, ...]) -> None:
    before = contents(tmp_path)
    with pytest.raises(SystemExit) as ended:
        room("records", *words)
    assert ended.value.code == 2
    assert contents(tmp_path) == before


def test_a_tilde_is_this_users_folder(room: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    (tmp_path / "a.record").rename(home / "a.record")
    assert room("records", "--record", "~/a.record", "list", "--json", "~/list.json").status == 0
    assert (home / "list.json").exists()
    assert not (tmp_path / "~").exists()
    done = room("records", "--record", "~/a.record", "report", "run-1", "--pdf", str(home / "a.record"))
    assert (done.status, "this is the record" in done.said) == (2, True)


def test_what_the_command_line_names_is_plain_text() -> None:
    """JSON and the record take no other kind of text; a kind of its own once stopped ``analyse`` of several files."""
    arguments = build_parser().parse_args(["analyse", "a.csv", "~/b.csv", "--json", "out.json"])
    assert [type(word) for word in (*arguments.files, arguments.json)] == [str] * 3
    assert {"files", "json", "pdf", "record", "measured", "answers"} <= arguments.file_options
