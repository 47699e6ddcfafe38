"""The page on paper: what it tells to type is what the program reads, and its limits are the program's."""

import json
import re
from pathlib import Path

import pytest

from teststation.physiology.assess import hr_limit_bpm
from teststation.protocol.load import find, load_plan
from teststation.subject import Sex, Subject
from ui import cli

PAGE = (Path(__file__).parents[3] / "docs" / "downtime.md").read_text("utf-8")


def test_the_form_as_it_is_typed_gives_an_estimate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    typed = re.search(r"```csv\n(.*?)```", PAGE, re.DOTALL)
    assert typed is not None
    form = tmp_path / "form.csv"
    form.write_text(typed[1], "utf-8")
    assert cli.main(["analyse", str(form), "--json", "-"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["estimates"]["combined"]["status"] == "ok"
    assert told["estimates"]["combined"]["n_stages"] == 4


def test_the_limits_are_the_stations() -> None:
    plan = load_plan(*find("submax-13"), "normal")
    told = re.findall(r"At (\d+): (\d+)\.", PAGE)
    assert len(told) == 4
    for age, limit in told:
        assert hr_limit_bpm(Subject(sex=Sex.MALE, age_years=float(age), weight_kg=80.0), plan) == pytest.approx(
            float(limit), abs=1.0
        )


def test_the_stages_are_the_protocols() -> None:
    plan = load_plan(*find("submax-13"), "normal")
    rows = re.findall(r"^\| [^|]+ \| (\d+)–(\d+) \| [^|]+ \| (\d+) \|", PAGE, re.MULTILINE)
    assert [(60.0 * (int(end) - int(start)), float(incline)) for start, end, incline in rows] == [
        (stage.duration_s, stage.incline_pct) for stage in plan.stages
    ]
