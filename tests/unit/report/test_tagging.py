"""A page says what its parts are, in reading order, and what its pictures show."""

import io
from typing import Any

import pikepdf
import pytest

from tests.golden_people import report_of
from tests.sample_tests import follow_up
from tests.unit.report.test_report import report
from teststation.report.archive import archive
from teststation.report.layout import new_canvas, register_fonts
from teststation.report.pdf import render
from teststation.report.typesetting.drawing import draw_text
from teststation.report.typesetting.scripts import REGULAR
from teststation.report.typesetting.tagging import CELL, FIGURE, HEADING, PARAGRAPH, ROW

ROLES = {"/Document", "/H1", "/H2", "/P", "/Figure", "/Table", "/TR", "/TH", "/TD"}


def parts(element: Any) -> list[Any]:
    """An element and everything below it that is an element."""
    below = [kid for kid in element.get("/K", []) if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]
    return [element, *(part for kid in below for part in parts(kid))]


def marked(element: Any) -> list[tuple[int, int]]:
    return [
        (kid.Pg.objgen[0], int(kid.MCID))
        for kid in element.get("/K", [])
        if isinstance(kid, pikepdf.Dictionary) and "/MCID" in kid
    ]


def roles_of(pdf: bytes) -> list[str]:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return [str(part.S) for part in parts(document.Root.StructTreeRoot.K[0])]


def test_a_report_has_headings_tables_and_pictures_in_words() -> None:
    made = report(*follow_up())
    document = pikepdf.open(io.BytesIO(archive(render(made), made)))
    assert bool(document.Root.MarkInfo.Marked)
    assert str(document.Root.Lang) == "nb-NO"
    every = parts(document.Root.StructTreeRoot.K[0])
    roles = [str(part.S) for part in every]
    assert set(roles) == ROLES
    assert roles.count("/H1") == 2
    figures = [str(part.Alt) for part in every if part.S == "/Figure"]
    assert len(figures) == 3
    assert figures[0].startswith("Puls mot oksygenopptak, trinn for trinn: ")
    assert all(part.P.S == "/TR" for part in every if str(part.S) in ("/TD", "/TH"))
    assert all(part.P.S == "/Table" for part in every if part.S == "/TR")


def test_every_mark_on_a_page_belongs_to_one_part_and_is_found_from_the_page() -> None:
    document = pikepdf.open(io.BytesIO(render(report(*follow_up()))))
    root = document.Root.StructTreeRoot
    told = [mark for part in parts(root.K[0]) for mark in marked(part)]
    assert len(told) == len(set(told)), "no content is two things"
    nums: list[Any] = list(root.ParentTree.Nums)
    numbers: dict[int, Any] = {int(at): marks for at, marks in zip(nums[::2], nums[1::2], strict=True)}
    for page in document.pages:
        drawn = sorted(
            int(operands[1].MCID)
            for operands, operator in pikepdf.parse_content_stream(page)
            if str(operator) == "BDC" and "/MCID" in operands[1]
        )
        assert drawn == list(range(len(drawn)))
        assert {(page.objgen[0], number) for number in drawn} == {one for one in told if one[0] == page.objgen[0]}
        assert len(numbers[int(page.obj.StructParents)]) == len(drawn)


def test_marks_open_and_close_and_no_part_lies_in_another() -> None:
    for name in ("10_pulse_lost", "16_arabic", "24_amended"):
        document = pikepdf.open(io.BytesIO(render(report_of(name))))
        for page in document.pages:
            inside: list[bool] = []
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) in ("BDC", "BMC"):
                    part = str(operator) == "BDC" and "/MCID" in operands[1]
                    assert not (part and any(inside)), name
                    inside.append(part)
                elif str(operator) == "EMC":
                    inside.pop()
            assert not inside, name


def test_lines_of_one_paragraph_are_one_part_and_rows_go_on_with_their_table() -> None:
    register_fonts()
    out = io.BytesIO()
    canvas = new_canvas(out)

    def write(text: str) -> None:
        draw_text(canvas, 50, 700, text, REGULAR, 9)

    whole = object()
    for line in ("a", "b"):
        with canvas.part(PARAGRAPH, same=whole):
            write(line)
    for _ in range(2):
        with canvas.group(ROW):
            for cell in ("c", "d"):
                with canvas.part(CELL):
                    write(cell)
    with canvas.part(FIGURE, alt="en strek"):
        write("1")
        write("2")
    with canvas.artifact():
        write("side 1 av 1")
    write("løs")
    write("")
    canvas.showPage()
    canvas.save()
    assert roles_of(out.getvalue()) == [
        "/Document",
        "/P",
        "/Table",
        "/TR",
        "/TD",
        "/TD",
        "/TR",
        "/TD",
        "/TD",
        "/Figure",
        "/P",
    ]


def test_what_does_not_say_its_parts_is_no_archive_copy() -> None:
    with pikepdf.open(io.BytesIO(render(report(*follow_up())))) as document:
        del document.Root.StructTreeRoot
        document.save(out := io.BytesIO())
    with pytest.raises(ValueError, match="2a"):
        archive(out.getvalue())


def test_a_heading_is_the_sentence_of_the_page() -> None:
    assert HEADING == "H1"
    document = pikepdf.open(io.BytesIO(archive(render(report(*follow_up())))))
    with document.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")
