"""What a command line's words are refused or answered with; that it is a process of its own is in tests/process."""

import json
from pathlib import Path

import pytest

from tests.process.test_command_line import TABLE
from tests.unit.commands.conftest import Cli


def test_several_files_give_a_line_each_and_a_bad_one_its_own(cli: Cli, tmp_path: Path) -> None:
    for name in ("a.csv", "c.csv"):
        (tmp_path / name).write_text(TABLE, "utf-8")
    (tmp_path / "b.csv").write_text(TABLE.replace("137", "fast"), "utf-8")
    done = cli("analyse", "a.csv", "b.csv", "c.csv", "none.csv", "--json", "-")
    assert done.status == 2
    assert [json.loads(line)["file"] for line in done.out.splitlines()] == ["a.csv", "c.csv"]
    assert "b.csv: row 7: hr_bpm" in done.said
    assert "none.csv: there is no such file" in done.said


def test_options_go_before_what_the_table_says(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(TABLE, "utf-8")
    done = cli("analyse", "a.csv", "--hr-max", "171", "--json", "-")
    hr_max = json.loads(done.out)["hr_max"]
    assert (hr_max["bpm"], hr_max["source"], hr_max["see_bpm"]) == (171.0, "measured", 3.0)


def test_missing_particulars_are_told_at_once(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(TABLE.split("\n", 3)[3], "utf-8")
    done = cli("analyse", "a.csv")
    assert done.status == 2
    assert all(option in done.said for option in ("--sex", "--age", "--weight"))


def test_a_run_with_everything_wrong_moves_nothing_and_tells_all(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('id = "x"\n', "utf-8")
    done = cli("run", "--protocol", "bad.toml", "--treadmill", "trackmaster:COM3", "--heart-rate", "bridge:",
        "--sex", "male", "--age", "7", "--weight", "900", "--born", "yesterday", "--pdf", "no/such/folder/a.pdf",
    )  # fmt: skip
    assert done.status == 2
    for words in (
        "units=",
        "port is missing",
        "--age",
        "--weight",
        "--born",
        "stages: are missing",
        "there is no folder",
    ):
        assert words in done.said, done.said


def test_a_time_scale_on_a_real_machine_is_refused(cli: Cli) -> None:
    done = cli("run", "--protocol", "submax-13", "--treadmill", "trackmaster:COM3,units=kmh",
        "--heart-rate", "bridge:COM4", "--sex", "male", "--age", "44", "--weight", "88", "--time-scale", "20",
    )  # fmt: skip
    assert done.status == 2
    assert "time scale is for emulators" in done.said


def test_protocols_are_listed_shown_and_checked(cli: Cli, tmp_path: Path) -> None:
    assert "submax-13" in cli("protocols", "list").out
    assert "4.80 km/h" in cli("protocols", "show", "submax-13").out
    (tmp_path / "a.toml").write_text('id = "a"\nspeeed = 3\n', "utf-8")
    done = cli("protocols", "check", "a.toml", "none.toml")
    assert done.status == 2
    assert "a.toml: speeed" in done.said
    assert "none.toml" in done.said


@pytest.mark.parametrize(
    "words",
    [
        ("laboratory", "--jobs", "0"),
        ("laboratory", "--jobs", "-1"),
        ("laboratory", "--patients", "-1"),
        ("laboratory", "--first", "nan"),
        ("records", "audit", "--limit", "0"),
        ("session", "run", "--speed", "1_0"),
        ("devices", "commission", "--max-kmh", "nan"),
        ("analyse", "a.csv", "--age", "٤٢"),
        ("diary", "add", "--borg", "1_5"),
        ("diary", "add", "--set", "leg_press:1_0:4/4"),
        ("records", "audit", "--limit", "9" * 24),
    ],
)
def test_a_number_that_can_be_none_is_refused_in_a_line(
    cli: Cli, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli(*words)
    assert ended.value.code == 2
    assert "; see teststation" in capsys.readouterr().err


def test_a_decimal_comma_is_a_decimal_point(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("speed_kmh,incline_pct,hr_bpm\n4.8,0,98\n4.8,4,112\n4.8,8,131\n", "utf-8")
    said = [cli("analyse", "a.csv", "--sex", "male", "--age", "42", "--weight", kg).out for kg in ("80,5", "80.5")]
    assert said[0] == said[1] != ""


def test_a_port_that_can_be_none_is_refused_in_a_line(cli: Cli) -> None:
    done = cli("emulate", "treadmill", "trackmaster", "--tcp", "70000")
    assert (done.status, "0 to 65535" in done.said) == (2, True), done.said
