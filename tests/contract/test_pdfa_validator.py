"""An independent validator, Apache PDFBox Preflight, accepts the report as PDF/A-1b."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.sample_tests import follow_up, sample
from tests.unit.report.test_report import report
from teststation.report.archive import archive
from teststation.report.pdf import render

JARS = Path("/usr/share/java")
NAMES = ("preflight", "pdfbox2", "fontbox2", "xmpbox", "commons-logging", "javax.activation", "jaxb-api")


def _classpath() -> str | None:
    found = [JARS / f"{name}.jar" for name in NAMES]
    return os.pathsep.join(map(str, found)) if all(jar.exists() for jar in found) else None


@pytest.mark.parametrize("case", ["first", "later"])
def test_preflight_accepts_the_report(case: str, tmp_path: Path) -> None:
    classpath = _classpath()
    if shutil.which("java") is None or classpath is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have the validator: java and Debian's libpdfbox2-java")
        pytest.skip("needs java and Debian's libpdfbox2-java, libactivation-java, libjaxb-api-java")
    path = tmp_path / "report.pdf"
    path.write_bytes(archive(render(report(*(sample() if case == "first" else follow_up())))))
    command = ["java", "-cp", classpath, "org.apache.pdfbox.preflight.Validator_A1b", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "is a valid PDF/A-1b file" in done.stdout
