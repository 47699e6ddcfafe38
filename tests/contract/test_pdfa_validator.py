"""An independent validator, Apache PDFBox Preflight, accepts the report as PDF/A-1b."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.golden_people import PEOPLE
from tests.sample_tests import follow_up, sample
from tests.unit.report.test_report import report
from tests.unit.report.test_training_pages import page as diary_page
from tests.unit.report.test_training_pages import talk, whose
from teststation.report.archive import archive
from teststation.report.pdf import render
from teststation.report.training_pages import diary_pdf, interview_pdf

JARS = Path("/usr/share/java")
NAMES = ("preflight", "pdfbox2", "fontbox2", "xmpbox", "commons-logging", "javax.activation", "jaxb-api")


def _classpath() -> str | None:
    found = [JARS / f"{name}.jar" for name in NAMES]
    return os.pathsep.join(map(str, found)) if all(jar.exists() for jar in found) else None


def _page(case: str) -> bytes:
    if case == "diary":
        return diary_pdf(diary_page())
    if case == "talk":
        return interview_pdf(whose(), talk("Litt fotball og styrke."))
    return archive(render(report(*(sample() if case == "first" else follow_up()))))


def _validated(*what: str) -> subprocess.CompletedProcess[str]:
    classpath = _classpath()
    if shutil.which("java") is None or classpath is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have the validator: java and Debian's libpdfbox2-java")
        pytest.skip("needs java and Debian's libpdfbox2-java, libactivation-java, libjaxb-api-java")
    command = ["java", "-cp", classpath, "org.apache.pdfbox.preflight.Validator_A1b", *what]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)


def test_preflight_accepts_the_golden_set(tmp_path: Path) -> None:
    for name, person in PEOPLE.items():
        (tmp_path / f"{name}.pdf").write_bytes(archive(render(person())))
    said = _validated("batch", str(tmp_path)).stdout.splitlines()
    accepted = {line.split()[2] for line in said if line.endswith("is a valid PDF/A-1b file")}
    assert accepted == {f"{name}.pdf" for name in PEOPLE}, said


def test_preflight_refuses_what_is_no_archive_copy(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(render(report(*sample())))
    assert "is not a valid PDF/A-1b file" in _validated(str(path)).stdout


@pytest.mark.parametrize("case", ["first", "later", "diary", "talk"])
def test_preflight_accepts_the_report(case: str, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(_page(case))
    done = _validated(str(path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "is a valid PDF/A-1b file" in done.stdout
