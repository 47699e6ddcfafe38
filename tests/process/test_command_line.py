"""The command line as a script sees it: exit statuses, one-line messages, the JSON contract."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.process.floor import cli, short_protocol, station_environment

pytestmark = pytest.mark.process

TABLE = "# sex=male\n# age=44\n# weight=88\nspeed_kmh,incline_pct,hr_bpm\n4.8,0,112\n4.8,4,124\n4.8,8,137\n4.8,12,149\n"


def without(*names: str) -> dict[str, str]:
    environment = station_environment()
    for name in names:
        environment.pop(name, None)
    return environment


def run(folder: Path, environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ui.cli", *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        cwd=folder,
        timeout=60 * PATIENCE,
        check=False,
    )


@pytest.mark.long
def test_a_whole_demonstration_leaves_report_and_result(tmp_path: Path) -> None:
    """On four short stages; CI walks the README's own of thirteen minutes."""
    (tmp_path / "short.toml").write_text(short_protocol((0, 4, 8, 12)), "utf-8")
    words = ("demo", "--headless", "--time-scale", "20", "--protocol", "short.toml")
    done = cli(tmp_path, *words, "--pdf", "out.pdf", "--json", "out.json")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "lease 1.0 s" in done.stderr
    result = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert list(result) == [
        "version", "test", "subject", "course", "algorithm_version", "stages", "hr_max", "hr_limit_bpm", "estimates",
        "headline", "error_budget", "outlook", "change", "since_first", "fitness_age", "fitness_age_withheld", "limits",
        "reference", "advice", "training", "zones", "second_reference", "marks", "comment", "signature", "orders",
        "link",
    ]  # fmt: skip
    assert (result["test"]["outcome"], result["test"]["belt_at_rest"]) == ("completed", True)
    estimate = result["estimates"]["extrapolation"]
    assert (estimate["status"], estimate["n_stages"], estimate["why"]) == ("ok", 4, None)
    assert estimate["low"] < estimate["vo2max_ml_kg_min"] < estimate["high"]
    assert result["link"]["commands"] > 100
    assert (tmp_path / "out.pdf").read_bytes().startswith(b"%PDF-1.7")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.json", "out.pdf", "short.toml"]


def test_a_demonstration_without_a_display_says_how_to_go_on(tmp_path: Path) -> None:
    environment = without("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform in ("win32", "darwin"):
        pytest.skip("this system always has a display")
    done = run(tmp_path, environment, "demo")
    assert done.returncode == 2
    assert "--headless" in done.stderr
    assert done.stderr.count("\n") == 1


def test_analyse_prints_the_object_without_test_and_link(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(TABLE, "utf-8")
    done = cli(tmp_path, "analyse", "a.csv", "--json", "-")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert "test" not in result
    assert "link" not in result
    assert result["estimates"]["extrapolation"]["n_stages"] == 4
    assert result["stages"][0]["planned"] is None
    assert set(result["estimates"]) >= {"extrapolation", "combined", "ebbeling", "rpe", "non_exercise"}


def test_a_run_that_nobody_confirms_moves_nothing(tmp_path: Path) -> None:
    # Port 9 has nobody behind it: the devices never become ready, and that is told before any question.
    done = cli(
        tmp_path, "run", "--protocol", "submax-13", "--treadmill", "trackmaster:socket://127.0.0.1:9,units=kmh",
        "--heart-rate", "bridge:socket://127.0.0.1:9", "--sex", "male", "--age", "44", "--weight", "88",
        "--record", "a.record",
    )  # fmt: skip
    assert done.returncode == 4
    assert "nobody answers there" in done.stderr
    assert "Traceback" not in done.stderr
    listed = cli(tmp_path, "records", "--record", "a.record", "list", "--json", "-")
    assert json.loads(listed.stdout) == []


def test_a_record_needs_a_passphrase_and_the_right_one(tmp_path: Path) -> None:
    (tmp_path / "short.toml").write_text(short_protocol((0,)), "utf-8")
    words = ("demo", "--headless", "--time-scale", "20", "--protocol", "short.toml")
    made = cli(tmp_path, *words, "--record", "a.record")
    assert made.returncode == 0, made.stderr
    listed = cli(tmp_path, "records", "--record", "a.record", "list", "--json", "-")
    assert [row["person"] for row in json.loads(listed.stdout)] == ["Demo Pasient"]
    wrong = run(
        tmp_path,
        {**station_environment(), "TESTSTATION_PASSPHRASE": "wrong"},
        "records",
        "--record",
        "a.record",
        "list",
    )
    assert wrong.returncode == 2
    assert wrong.stderr.count("\n") == 1
    clear = (tmp_path / "a.record").read_bytes()
    assert b"Pasient" not in clear


def test_an_option_that_is_none_is_one_line(tmp_path: Path) -> None:
    done = cli(tmp_path, "run", "--age", "old")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
