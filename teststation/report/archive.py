"""PDF/A-2a, the archive's form: fonts embedded, colours defined, parts named, nothing that changes from run to run."""

import io
from datetime import datetime

import pikepdf
from pikepdf import pdfa

from teststation.report.model import Report

LANGUAGE_TAGS = {"nb": "nb-NO", "nn": "nn-NO", "en": "en-GB"}
# Reportlab's own date of an invariant document; the archive's description must name the same.
_CHECKED_AS = "2b"
FIXED_DATE = "2000-01-01T00:00:00+00:00"


def archive(pdf: bytes, report: Report | None = None) -> bytes:
    """The same pages as PDF/A-2a, dated and in a language where a report tells. The same input gives the same bytes.

    The library's own check knows level B alone; the parts that level A asks for were written by the canvas, and a
    document that has none is refused.
    """
    made_at = FIXED_DATE if report is None else report.made_at
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            if "/Trans" in page.obj:
                del page.obj["/Trans"]
        if report is not None:
            document.Root.Lang = pikepdf.String(LANGUAGE_TAGS[report.language])
        if "/StructTreeRoot" not in document.Root:
            raise ValueError("a document that does not say what its parts are is no PDF/A-2a")
        pdfa.prepare(document, _CHECKED_AS)
        # Prepared first, dated after: preparing would write the time of day into the description.
        with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            for name in ("xmp:CreateDate", "xmp:ModifyDate", "xmp:MetadataDate"):
                metadata[name] = made_at
        for name in ("/CreationDate", "/ModDate"):
            document.docinfo[name] = pikepdf.String(_pdf_date(made_at))
        # Written and checked in memory: the library's own way there is a temporary file, and a report is clear text.
        settings = pdfa.resolve_save_kwargs(_CHECKED_AS, deterministic_id=True)
        out = io.BytesIO()
        document.save(out, **settings)
        out.seek(0)
        found = pdfa.validate_written(out, _CHECKED_AS, save_kwargs=settings)
        if found.verdict != "pass":
            raise pdfa.PdfaError(found)
        with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            metadata["pdfaid:conformance"] = "A"
        out = io.BytesIO()
        document.save(out, **settings)
        return out.getvalue()


def _pdf_date(moment: str) -> str:
    """A moment (ISO 8601 with zone) as PDF writes it."""
    at = datetime.fromisoformat(moment)
    zone = f"{at:%z}"
    return f"D:{at:%Y%m%d%H%M%S}{zone[:3]}'{zone[3:5]}'"
