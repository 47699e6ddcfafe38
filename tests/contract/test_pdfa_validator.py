"""Validators nobody here made accept the pages: veraPDF as the PDF/A-2a that they are, Apache PDFBox Preflight as 1b.

Preflight knows no part but the first, so it judges the same pages declared as 1b: fonts, colours and description.
"""

import io
import os
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pikepdf
import pytest
from pikepdf import pdfa

from tests.contract.maven import DOWNLOAD_S, classpath_of
from tests.golden_people import PEOPLE
from tests.sample_tests import follow_up, sample
from tests.unit.report.test_identity import AMENDED, SIGNED, SVG, paper, png
from tests.unit.report.test_report import report
from tests.unit.report.test_training_pages import page as diary_page
from tests.unit.report.test_training_pages import talk, whose
from tests.unit.training.test_clinic_results import some_people
from teststation.report.archive import archive
from teststation.report.group_page import GroupPaper, render_group
from teststation.report.model import Clinic
from teststation.report.pdf import render
from teststation.report.training_pages import diary_pdf, interview_pdf
from teststation.training.clinic_results import clinic_results

VERAPDF = Path(__file__).parent / "verapdf"
JARS = Path("/usr/share/java")
NAMES = ("preflight", "pdfbox2", "fontbox2", "xmpbox", "commons-logging", "javax.activation", "jaxb-api")


def _classpath() -> str | None:
    found = [JARS / f"{name}.jar" for name in NAMES]
    return os.pathsep.join(map(str, found)) if all(jar.exists() for jar in found) else None


def as_1b(data: bytes) -> bytes:
    """The same pages, declared as PDF/A-1b."""
    with pikepdf.open(io.BytesIO(data)) as document:
        pdfa.prepare(document, "1b")
        out = io.BytesIO()
        document.save(out, **pdfa.resolve_save_kwargs("1b", deterministic_id=True))
        return out.getvalue()


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
        (tmp_path / f"{name}.pdf").write_bytes(as_1b(archive(render(person()))))
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
    path.write_bytes(as_1b(_page(case)))
    done = _validated(str(path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "is a valid PDF/A-1b file" in done.stdout


def _papers() -> dict[str, bytes]:
    """Pages of every kind of paper: amended with a logo of either form, a draft, a demonstration, the group's."""
    made = {
        "first": report(*sample()),
        "amended": paper((SIGNED, AMENDED), Clinic("Klinikken", "Storgata 1", "org.nr. 999", SVG), "nn"),
        "png": paper((SIGNED,), Clinic(logo=png())),
        "demo": paper(treadmill="emulated", language="en"),
    }
    every = {name: archive(render(one), one) for name, one in made.items()}
    group = clinic_results(some_people(7), date(2026, 11, 28))
    return every | {"group": render_group(GroupPaper(group, Clinic("Klinikken", logo=SVG), "0.1.0"))}


def test_preflight_accepts_every_paper(tmp_path: Path) -> None:
    every = _papers()
    for name, data in every.items():
        (tmp_path / f"{name}.pdf").write_bytes(as_1b(data))
    said = _validated("batch", str(tmp_path)).stdout.splitlines()
    accepted = {line.split()[2] for line in said if line.endswith("is a valid PDF/A-1b file")}
    assert accepted == {f"{name}.pdf" for name in every}, said


@pytest.mark.long
@pytest.mark.timeout(DOWNLOAD_S + 150)
def test_verapdf_accepts_every_paper_and_refuses_a_broken_or_an_untagged_one(
    tmp_path: Path,
) -> None:
    classpath = classpath_of(VERAPDF / "pom.xml", tmp_path)
    every = _papers() | {name: archive(render(person())) for name, person in PEOPLE.items()}
    every["broken"] = render(report(*sample()))
    with pikepdf.open(io.BytesIO(every["first"])) as untagged:
        del untagged.Root.StructTreeRoot
        untagged.save(out := io.BytesIO())
    every["untagged"] = out.getvalue()
    paths = [tmp_path / f"{name}.pdf" for name in every]
    for path, data in zip(paths, every.values(), strict=True):
        path.write_bytes(data)
    command = ["java", "-cp", classpath, str(VERAPDF / "Validate.java"), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, timeout=150, check=False)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    lines = [line.split("\t") for line in done.stdout.decode("utf-8").splitlines()]
    verdicts = {name.removesuffix(".pdf"): what for name, what, _ in lines if what != "FAILED"}
    assert verdicts == {**dict.fromkeys(every, "COMPLIANT"), "broken": "BROKEN", "untagged": "BROKEN"}, lines
    assert all(int(count) > 1000 for _, what, count in lines if what == "COMPLIANT"), "it looked at them"
