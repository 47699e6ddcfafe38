"""Validators nobody here made accept the pages: veraPDF as the PDF/A-2a that they are, Apache PDFBox Preflight as 1b.

Preflight knows no part but the first, so it judges the same pages declared as 1b: fonts, colours and description.
"""

import io
import os
import shutil
import subprocess
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pikepdf
import pytest
from pikepdf import pdfa

from tests.contract.maven import DOWNLOAD_S, SHORT_LIVED, classpath_of
from tests.golden_people import PEOPLE, report_of
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
JUDGED_S = 200
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


def _preflight(folder: Path, pages: dict[str, bytes]) -> dict[str, str]:
    """Preflight's word on each page, all asked of one virtual machine."""
    classpath = _classpath()
    if shutil.which("java") is None or classpath is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have the validator: java and Debian's libpdfbox2-java")
        pytest.skip("needs java and Debian's libpdfbox2-java, libactivation-java, libjaxb-api-java")
    for name, data in pages.items():
        (folder / f"{name}.pdf").write_bytes(data)
    command = [
        "java",
        *SHORT_LIVED,
        "-cp",
        classpath,
        "org.apache.pdfbox.preflight.Validator_A1b",
        "batch",
        str(folder),
    ]
    said = subprocess.run(command, capture_output=True, text=True, timeout=JUDGED_S, check=False).stdout.splitlines()
    return {name: next((line for line in said if f" {name}.pdf is" in line), "") for name in pages}


@pytest.fixture(scope="module")
def papers() -> dict[str, bytes]:
    """Pages of every kind, as they leave a record."""
    return _papers()


# Pages unlike each other to a validator: each script, ten years of tests, a comment over pages, an amended one.
UNLIKE = (
    "01_first_test",
    "14_forty_one_tests",
    "16_arabic",
    "17_chinese",
    "18_tigrinya",
    "20_long_comment",
    "24_amended",
)


def _golden(names: Iterable[str]) -> dict[str, bytes]:
    """Pages of the golden set, as they leave a record."""
    return {f"golden-{name}": archive(render(report_of(name))) for name in names}


@pytest.fixture(scope="module")
def golden() -> dict[str, bytes]:
    """Those that are unlike each other."""
    return _golden(UNLIKE)


CASES = ("first", "later", "diary", "talk")


@pytest.fixture(scope="module")
def preflight(
    papers: dict[str, bytes], golden: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Preflight's word on each page, all asked of one virtual machine."""
    pages = papers | golden | {f"case-{case}": _page(case) for case in CASES}
    declared = {name: as_1b(data) for name, data in pages.items()}
    return _preflight(tmp_path_factory.mktemp("preflight"), declared | {"no-copy": render(report(*sample()))})


@pytest.mark.timeout(JUDGED_S + 100)
def test_preflight_accepts_those_of_the_golden_set_that_are_unlike(preflight: dict[str, str]) -> None:
    for name in UNLIKE:
        assert "is a valid PDF/A-1b file" in preflight[f"golden-{name}"], name


def test_preflight_refuses_what_is_no_archive_copy(preflight: dict[str, str]) -> None:
    assert "is not a valid PDF/A-1b file" in preflight["no-copy"]


@pytest.mark.parametrize("case", CASES)
def test_preflight_accepts_the_report(case: str, preflight: dict[str, str]) -> None:
    assert "is a valid PDF/A-1b file" in preflight[f"case-{case}"]


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


def test_preflight_accepts_every_paper(papers: dict[str, bytes], preflight: dict[str, str]) -> None:
    for name in papers:
        assert "is a valid PDF/A-1b file" in preflight[name], name


@pytest.mark.nightly
@pytest.mark.timeout(JUDGED_S + 100)
def test_preflight_accepts_the_golden_set(tmp_path: Path) -> None:
    said = _preflight(tmp_path, {name: as_1b(data) for name, data in _golden(PEOPLE).items()})
    assert len(said) == len(PEOPLE)
    for name, word in said.items():
        assert "is a valid PDF/A-1b file" in word, name


def _verapdf(folder: Path, pages: dict[str, bytes]) -> list[tuple[str, str, str]]:
    """Name, verdict and number of checks of each page, as veraPDF tells them."""
    classpath = classpath_of(VERAPDF / "pom.xml", folder)
    paths = [folder / f"{name}.pdf" for name in pages]
    for path, data in zip(paths, pages.values(), strict=True):
        path.write_bytes(data)
    command = ["java", *SHORT_LIVED, "-cp", classpath, str(VERAPDF / "Validate.java"), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, timeout=150, check=False)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    lines = [line.split("\t") for line in done.stdout.decode("utf-8").splitlines()]
    return [(name.removesuffix(".pdf"), what, count) for name, what, count in lines]


@pytest.mark.nightly  # by day Preflight judges the same papers, and refuses one that is no archive copy
@pytest.mark.timeout(DOWNLOAD_S + 150)
def test_verapdf_accepts_every_paper_and_refuses_a_broken_or_an_untagged_one(
    tmp_path: Path, papers: dict[str, bytes], golden: dict[str, bytes]
) -> None:
    every = papers | golden
    every["broken"] = render(report(*sample()))
    with pikepdf.open(io.BytesIO(every["first"])) as untagged:
        del untagged.Root.StructTreeRoot
        untagged.save(out := io.BytesIO())
    every["untagged"] = out.getvalue()
    lines = _verapdf(tmp_path, every)
    verdicts = {name: what for name, what, _ in lines if what != "FAILED"}
    assert verdicts == {**dict.fromkeys(every, "COMPLIANT"), "broken": "BROKEN", "untagged": "BROKEN"}, lines
    assert all(int(count) > 1000 for _, what, count in lines if what == "COMPLIANT"), "it looked at them"


@pytest.mark.nightly
@pytest.mark.timeout(DOWNLOAD_S + 150)
def test_verapdf_accepts_the_golden_set(tmp_path: Path) -> None:
    every = _golden(PEOPLE)
    lines = _verapdf(tmp_path, every)
    assert {name: what for name, what, _ in lines if what != "FAILED"} == dict.fromkeys(every, "COMPLIANT"), lines
