"""The golden set: ``python -m tests.golden_reports OUT`` prints every report; ``--renew`` keeps what they now say.

What is kept are numbers (the JSON of the test) and the lines of each page, never pixels: CI compares both. After a
change of words or arithmetic that is meant, renew the set, look at every page in OUT, and commit the difference.
"""

import argparse
import io
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
from pypdf import PdfReader
from reportlab.pdfgen.canvas import Canvas

from tests.golden_people import PEOPLE
from teststation.output import run_object
from teststation.report.archive import archive
from teststation.report.model import Report
from teststation.report.pdf import render

FOLDER = Path(__file__).parent / "golden"


def said(made: Report, pdf: bytes) -> dict[str, Any]:
    """What a report says: the lines of each page, and the numbers of its test."""
    numbers = run_object(made.run, made.assessment)
    del numbers["version"]  # another release says the same
    pages = [page.extract_text().splitlines() for page in PdfReader(io.BytesIO(pdf)).pages]
    return {"pages": [[line.strip() for line in page if line.strip()] for page in pages], "numbers": numbers}


def kept(name: str) -> dict[str, Any]:
    """What a report said when the set was last renewed."""
    return msgspec.json.decode((FOLDER / f"{name}.json").read_bytes())


def renew(name: str, now: dict[str, Any]) -> None:
    """Keep what a report says now."""
    FOLDER.mkdir(exist_ok=True)
    text = msgspec.json.format(msgspec.json.encode(now), indent=1)
    (FOLDER / f"{name}.json").write_bytes(text + b"\n")


def empty_ms() -> float:
    """How long two empty pages take: what a report is measured against, on any machine."""
    began = time.perf_counter()
    canvas = Canvas(io.BytesIO())
    for _ in range(2):
        canvas.showPage()
    canvas.save()
    return 1000 * (time.perf_counter() - began)


def main() -> int:
    """Make them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="a folder for the PDF files")
    parser.add_argument("--renew", action="store_true", help="keep what they say as the golden set")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    empty = min(empty_ms() for _ in range(5))
    sys.stdout.write(f"two empty pages: {empty:.1f} ms\n")
    for name, person in PEOPLE.items():
        made = person()
        archive(render(made))  # fonts are read once in a process
        began = time.perf_counter()
        pdf = archive(render(made))
        took_ms = 1000 * (time.perf_counter() - began)
        (arguments.out / f"{name}.pdf").write_bytes(pdf)
        now = said(made, pdf)
        if arguments.renew:
            renew(name, now)
        size = f"{len(now['pages'])} pages {len(pdf) / 1000:4.0f} kB"
        sys.stdout.write(f"{name:24} {size} {took_ms:4.0f} ms, {took_ms / empty:4.0f} times two empty pages\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
